//! What the service is to authenticators: the domain that passkeys belong to, and the pages that
//! may use them. A passkey never counts on a page that does not lie in its domain.

use url::Url;

use super::{Config, load::is_loopback, values::Origin};

/// A relying party (WebAuthn Level 3, section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The domain.
    pub id: String,
    /// The origins of the pages, the service's own first; never empty.
    pub origins: Vec<Url>,
}

impl Config {
    /// The relying party, or nothing where none of the service's own pages lies in a domain: IP
    /// addresses are none.
    pub fn relying_party(&self) -> Option<RelyingParty> {
        let own: Vec<Url> =
            self.own_origins().iter().filter_map(|it| Url::parse(it).ok()).collect();
        let at_home = || is_loopback(&self.public_url).then(|| "localhost".to_owned());
        let id = match &self.passkeys.rp_id {
            Some(name) => name.domain()?.to_owned(),
            None => self.public_url.domain().map(ToOwned::to_owned).or_else(at_home)?,
        };
        let mut origins: Vec<Url> = own.into_iter().filter(|it| lies_in(it, &id)).collect();
        if origins.is_empty() {
            return None;
        }
        let listed = self.allowed_origins.iter().map(Origin::as_str);
        let listed = listed.filter_map(|it| Url::parse(it).ok());
        for origin in listed.filter(|it| lies_in(it, &id)) {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        Some(RelyingParty { id, origins })
    }
}

/// Whether a page is one of the domain, or of a domain in it.
fn lies_in(origin: &Url, id: &str) -> bool {
    let Some(domain) = origin.domain() else { return false };
    let is_safe = origin.scheme() == "https" || is_loopback(origin);
    is_safe && (domain == id || domain.strip_suffix(id).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::Sources;

    fn config(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables =
            variables.iter().map(|(name, value)| (format!("DOORWARD_{name}"), (*value).to_owned()));
        let sources =
            Sources { variables: variables.collect::<BTreeMap<_, _>>(), ..Sources::default() };
        Config::load(&sources).map_err(|problems| problems.to_string())
    }

    fn party(variables: &[(&str, &str)]) -> Option<(String, Vec<String>)> {
        let party = config(variables).expect("a configuration").relying_party()?;
        let origins = party.origins.iter().map(|it| it.origin().ascii_serialization()).collect();
        Some((party.id, origins))
    }

    #[test]
    fn on_a_machine_of_ones_own_passkeys_belong_to_localhost() {
        let wanted = ("localhost".to_owned(), vec!["http://localhost:8080".to_owned()]);
        assert_eq!(party(&[]), Some(wanted.clone()));
        assert_eq!(party(&[("PUBLIC_URL", "http://localhost:8080")]), Some(wanted));
    }

    #[test]
    fn a_domain_takes_listed_pages_that_lie_in_it_and_no_others() {
        let behind = [
            ("PUBLIC_URL", "https://id.example.com"),
            ("PASSKEYS_RP_ID", "example.com"),
            (
                "ALLOWED_ORIGINS",
                "https://app.example.com, https://badexample.com, http://app.example.com, \
                 https://example.com.evil.test",
            ),
        ];
        let origins = ["https://id.example.com", "https://app.example.com"];
        let origins = origins.map(ToOwned::to_owned).to_vec();
        assert_eq!(party(&behind), Some(("example.com".to_owned(), origins)));
        let origins = vec!["https://id.example.com".to_owned()];
        assert_eq!(party(&behind[..1]), Some(("id.example.com".to_owned(), origins)));
    }

    #[test]
    fn an_address_is_no_domain_and_another_domain_is_refused() {
        assert_eq!(party(&[("PUBLIC_URL", "https://203.0.113.7")]), None);
        for wrong in ["other.test", "203.0.113.7", "d.example.com"] {
            let refused =
                config(&[("PUBLIC_URL", "https://id.example.com"), ("PASSKEYS_RP_ID", wrong)]);
            assert!(refused.expect_err("it is refused").contains("passkeys.rp_id"), "{wrong}");
        }
    }
}
