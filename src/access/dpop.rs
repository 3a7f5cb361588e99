//! Proofs of possession (RFC 9449): a token that is bound to a key is good only beside a signature
//! of that key over this very request. Each proof counts once, on every process.

use actix_web::{HttpRequest, http::header};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    access::{guard, refusals, signed::Signed, used},
    http::{code::Code, offered::Offered, peer::Peer, problem::Problem},
    kernel::{
        clock::Timestamp,
        jwk::{Alg, PublicKey},
        secret::{TokenHash, same},
        vault::{Place, Vault},
    },
};

/// The header of proofs.
pub const HEADER: &str = "dpop";

/// The header that hands out the value for the next proof's `nonce`.
pub const NONCE_HEADER: &str = "dpop-nonce";

/// Seconds for which a proof counts after it was made.
const LIFE: i64 = 60;

/// Seconds by which its maker's clock may be ahead.
const AHEAD: i64 = 10;

/// Seconds after which another nonce is handed out; the one before still counts.
const NONCE_LIFE: i64 = 120;

/// The longest `jti` that is taken, in bytes.
const LONGEST: usize = 256;

/// Checks the proof that came with a request; answers the thumbprint (RFC 7638) of the key that it
/// proves, or nothing where none came. `token` is the access token that it has to be made for.
///
/// Errors: `auth.dpop_invalid`, `auth.dpop_nonce_needed` with a nonce, `server.unavailable`.
pub async fn check(request: &HttpRequest, token: Option<&str>) -> Result<Option<String>, Problem> {
    let mut lines = request.headers().get_all(HEADER);
    let Some(first) = lines.next() else { return Ok(None) };
    let app = guard::app(request)?;
    if lines.next().is_some() {
        return Err(invalid());
    }
    let proof = first.to_str().map_err(|_| invalid())?;
    let now = app.now();
    let place = (request.method().as_str(), request.uri().path());
    let read = read(proof, place, &app.config.own_origins(), now).ok_or_else(invalid)?;
    if !read.is_for(token) {
        return Err(invalid());
    }
    if app.config.oauth.dpop_nonce && !read.nonce.is_some_and(|it| is_nonce(&app.vault, &it, now)) {
        let problem = Problem::from(Code::DpopNonceNeeded);
        return Err(problem.with_header(NONCE_HEADER, nonce(&app.vault, now)));
    }
    let (id, until) = (read.id, read.made_at.plus_seconds(LIFE + 1));
    let first = app.db.write_quiet(move |db| Ok::<_, Problem>(used::burn(db, &id, until)?));
    if first.await? { Ok(Some(read.jkt)) } else { Err(invalid()) }
}

/// Refuses a token that is bound to a key which the request does not prove. A bound token is no
/// bearer token (RFC 9449, section 7.2), and one that is not bound is nothing else.
///
/// Errors: `auth.token_invalid`, and those of [`check`].
pub async fn hold(
    request: &HttpRequest,
    offered: Offered<'_>,
    bound_to: Option<&str>,
) -> Result<(), Problem> {
    match (bound_to, offered) {
        (None, Offered::Nothing | Offered::Bearer(_) | Offered::ApiKey(_)) => Ok(()),
        (Some(jkt), Offered::Dpop(token)) => {
            let proved = check(request, Some(token)).await?;
            let is_held = proved.is_some_and(|proved| same(proved.as_bytes(), jkt.as_bytes()));
            if is_held { Ok(()) } else { Err(invalid()) }
        }
        _ => {
            refusals::note(guard::app(request)?, &Peer::of(request), "proof").await?;
            let challenge =
                "DPoP error=\"invalid_token\", algs=\"ES256 Ed25519 EdDSA PS256 RS256\"";
            let problem = Problem::from(Code::TokenInvalid);
            Err(problem.with_header(header::WWW_AUTHENTICATE.as_str(), challenge))
        }
    }
}

/// The nonce that is handed out at `now`: nobody can foresee it, and every process of the service
/// makes the same.
pub fn nonce(vault: &Vault, now: Timestamp) -> String {
    nonce_of(vault, now.micros().div_euclid(NONCE_LIFE * 1_000_000))
}

fn nonce_of(vault: &Vault, turn: i64) -> String {
    let place = Place { table: "dpop", column: "nonce", row: &turn.to_string() };
    BASE64URL_NOPAD.encode(&vault.mark(place, "")[..24])
}

fn is_nonce(vault: &Vault, given: &str, now: Timestamp) -> bool {
    let turn = now.micros().div_euclid(NONCE_LIFE * 1_000_000);
    [turn, turn - 1].iter().any(|turn| same(nonce_of(vault, *turn).as_bytes(), given.as_bytes()))
}

fn invalid() -> Problem {
    Code::DpopInvalid.into()
}

/// A proof that is signed by the key that it brings, for this method and place, just now.
struct Read {
    jkt: String,
    id: TokenHash,
    made_at: Timestamp,
    nonce: Option<String>,
    ath: Option<String>,
}

impl Read {
    /// Whether it was made for this access token, or for a request without one.
    fn is_for(&self, token: Option<&str>) -> bool {
        let Some(token) = token else { return true };
        let hash = BASE64URL_NOPAD.encode(&Sha256::digest(token));
        self.ath.as_ref().is_some_and(|ath| same(ath.as_bytes(), hash.as_bytes()))
    }
}

/// The checks of RFC 9449, section 4.3, that need nothing but the proof itself.
fn read(proof: &str, place: (&str, &str), origins: &[String], now: Timestamp) -> Option<Read> {
    let signed = Signed::parse(proof)?;
    let (method, path) = place;
    let is_proof = signed.head("typ")?.eq_ignore_ascii_case("dpop+jwt");
    let key = PublicKey::parse(signed.header.get("jwk")?).ok()?;
    let jti = signed.text("jti").filter(|jti| !jti.is_empty() && jti.len() <= LONGEST)?;
    let iat = signed.seconds("iat")?;
    let made_at = Timestamp::from_micros(iat.checked_mul(1_000_000)?);
    let age = now.seconds_since(made_at);
    let is_now = (-AHEAD..=LIFE).contains(&age);
    let is_here = signed.text("htm")? == method && is_at(signed.text("htu")?, path, origins);
    if !is_proof || !is_now || !is_here || !signed.is_by(&key) {
        return None;
    }
    // A nonce or a hash of another type than text is none.
    let text = |name: &str| signed.text(name).map(ToOwned::to_owned);
    Some(Read {
        jkt: key.thumbprint().to_owned(),
        id: TokenHash::of_kind("dpop proof", &[key.thumbprint(), jti]),
        made_at,
        nonce: text("nonce"),
        ath: text("ath"),
    })
}

/// Whether an address, without query and fragment, is that of `path` at one of our origins, both
/// written in the one normal way (RFC 3986, sections 6.2.2 and 6.2.3).
fn is_at(htu: &str, path: &str, origins: &[String]) -> bool {
    let Ok(url) = Url::parse(htu) else { return false };
    let is_plain = url.username().is_empty() && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    is_plain && origins.contains(&origin) && normal(url.path()) == normal(path)
}

/// A path whose escapes are upper-case, and needed.
fn normal(path: &str) -> String {
    let bytes = path.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut text, mut at) = (String::with_capacity(path.len()), 0);
    while at < bytes.len() {
        let escaped = match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => char::from_u32(high * 16 + low),
            _ => None,
        };
        match escaped {
            Some(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => text.push(c),
            Some(_) => text.push_str(&path[at..at + 3].to_uppercase()),
            None => text.push(char::from(bytes[at])),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    text
}

/// The algorithms of proofs, as the metadata name them.
pub const ALGS: &[&str] = Alg::NAMES;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{chance::Chance, secret::MasterKey};

    #[test]
    fn dpop_01_an_address_is_compared_in_its_normal_form() {
        let own = ["https://id.example.com".to_owned()];
        for same in [
            "https://id.example.com/oauth2/token",
            "HTTPS://ID.example.com:443/oauth2/token?a=b#c",
            "https://id.example.com/oauth2/%74oken",
            "https://id.example.com/x/../oauth2/token",
        ] {
            assert!(is_at(same, "/oauth2/token", &own), "{same}");
        }
        for other in [
            "https://id.example.com/oauth2/token/",
            "http://id.example.com/oauth2/token",
            "https://id.example.com:8443/oauth2/token",
            "https://id.example.com.evil.test/oauth2/token",
            "https://a@id.example.com/oauth2/token",
            "https://id.example.com/oauth2%2Ftoken",
            "/oauth2/token",
            "",
        ] {
            assert!(!is_at(other, "/oauth2/token", &own), "{other}");
        }
        assert!(is_at("https://id.example.com/a%2fb", "/a%2Fb", &own));
    }

    #[test]
    fn dpop_04_nonces_are_the_same_everywhere_and_last_for_two_turns() {
        let vault = |seed| Vault::new(&MasterKey::random(&Chance::seeded(seed)), Chance::System);
        let now = Timestamp::from_micros(1_793_534_400_000_000);
        let nonce = nonce(&vault(1), now);
        assert_eq!(nonce.len(), 32);
        assert!(is_nonce(&vault(1), &nonce, now));
        assert!(is_nonce(&vault(1), &nonce, now.plus_seconds(NONCE_LIFE)));
        assert!(!is_nonce(&vault(1), &nonce, now.plus_seconds(2 * NONCE_LIFE)));
        assert!(!is_nonce(&vault(1), &nonce, now.plus_seconds(-NONCE_LIFE)));
        assert!(!is_nonce(&vault(2), &nonce, now));
        assert!(!is_nonce(&vault(1), "", now));
    }
}
