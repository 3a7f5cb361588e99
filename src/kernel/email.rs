//! An e-mail address that names exactly one mailbox.

use std::{fmt, str::FromStr};

use unicode_normalization::UnicodeNormalization;
use url::Host;

use super::refusal::Refusal;

/// Longest address in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const MAX: usize = 254;

/// One address, trimmed, NFC, lower case, its domain in ASCII (RFC 5891): two spellings of a
/// mailbox are one account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Email(String);

const INVALID: Refusal = Refusal::new("email_invalid", "Enter one e-mail address.");
const TOO_LONG: Refusal = Refusal::new("too_long", "An e-mail address has at most 254 bytes.");

/// The end of addresses to which nothing can be sent (RFC 2606, section 2).
const UNREACHABLE: &str = "invalid";

impl Email {
    /// An address for who has none: unique where `local` is, and refused wherever one is typed.
    pub fn unreachable(local: &str) -> Self {
        Self(format!("{local}@service.{UNREACHABLE}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes by which accounts are found, ordered and searched, alike on every database.
    pub fn key(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }
}

/// How the start of an address is compared: as [`Email`] would spell it.
pub fn prefix_key(prefix: &str) -> Vec<u8> {
    normal(prefix).into_bytes()
}

fn normal(text: &str) -> String {
    text.trim().nfc().collect::<String>().to_lowercase().nfc().collect()
}

impl FromStr for Email {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let email = Self::any(text)?;
        let top = email.0.rsplit('.').next();
        if top == Some(UNREACHABLE) { Err(INVALID) } else { Ok(email) }
    }
}

impl Email {
    /// An address of an account, be it one that nobody can be reached at.
    pub fn any(text: &str) -> Result<Self, Refusal> {
        let text = normal(text);
        if text.len() > MAX {
            return Err(TOO_LONG);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(INVALID)?;
        let local_is_fine = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(is_local);
        let Ok(Host::Domain(domain)) = Host::parse(domain) else { return Err(INVALID) };
        let domain_is_fine = domain.split('.').all(is_label);
        let text = format!("{local}@{domain}");
        // Measured again: spelling it our way may have made it longer.
        let fits = text.len() <= MAX;
        if local_is_fine && domain_is_fine && fits { Ok(Self(text)) } else { Err(INVALID) }
    }
}

/// Atom characters of RFC 5322, section 3.2.3, and letters beyond ASCII (RFC 6531). Quoted local
/// parts are refused: commas, spaces and angle brackets in them make one address look like two.
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~.".contains(c)
        || (!c.is_ascii() && c.is_alphanumeric())
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_a_mailbox_are_one() {
        assert_eq!(" Ann@Example.TEST ".parse::<Email>().unwrap().as_str(), "ann@example.test");
        assert_eq!("a@b\u{fc}cher.test".parse::<Email>(), "a@xn--bcher-kva.test".parse::<Email>());
        let (composed, decomposed) = ("zo\u{eb}@x.test", "zoe\u{308}@x.test");
        assert_eq!(composed.parse::<Email>(), decomposed.parse::<Email>());
    }

    #[test]
    fn what_could_name_two_mailboxes_or_none_is_refused() {
        for wrong in [
            "", "@", "a@", "@b", "a b@x.test", "a@x.test,b@x.test", "a@x.test b@x.test",
            "a@b@x.test", "\"a,b\"@x.test", "a@x..test", "a@-x.test", ".a@x.test", "a..b@x.test",
            "a@x.test\r\nBcc: b@x.test", "a\0@x.test", "<a@x.test>", "a@[127.0.0.1]",
        ] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn the_length_of_an_address_is_measured_in_bytes() {
        let address =
            |letters: usize| format!("{}@{}.test", "\u{e9}".repeat(letters), "a".repeat(60));
        assert!(address(32).parse::<Email>().is_ok());
        assert_eq!(address(33).parse::<Email>(), Err(INVALID), "its local part has 66 bytes");
        assert_eq!(address(100).parse::<Email>(), Err(TOO_LONG));
        assert_eq!(format!("{}@x.test", "a".repeat(300)).parse::<Email>(), Err(TOO_LONG));
    }
}
