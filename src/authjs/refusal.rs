//! Why somebody is not let in, in the words that the client hands to the page: one of Auth.js's
//! own, and a code that says more, where the page can act on it.

use url::form_urlencoded::Serializer;

use crate::{
    config::AuthjsVersion,
    http::{code::Code, problem::Problem},
};

/// What a sign-in by each way is refused with, where there is no better word.
pub const CREDENTIALS: &str = "CredentialsSignin";
pub const EMAIL: &str = "EmailSignin";
pub const PROVIDER: &str = "OAuthSignin";
pub const CALLBACK: &str = "OAuthCallback";

/// A code is asked for.
pub const SECOND_FACTOR: &str = "SecondFactorRequired";
/// A passkey is asked for, and nothing else would do: the hosted page takes it.
pub const PASSKEY: &str = "PasskeyRequired";

/// The codes that a page can act on, and what they stand for.
const CODES: [(&str, Code); 9] = [
    ("SecondFactorInvalid", Code::FactorRefused),
    ("SecondFactorExpired", Code::PendingInvalid),
    ("EmailUnverified", Code::EmailUnverified),
    ("AccountDisabled", Code::AccountDisabled),
    ("SignUpClosed", Code::SignUpClosed),
    ("RateLimited", Code::RateLimited),
    ("ChallengeRequired", Code::ChallengeRequired),
    ("ChallengeInvalid", Code::ChallengeInvalid),
    // What Auth.js itself calls a wrong password.
    ("credentials", Code::InvalidCredentials),
];

/// Words of Auth.js's own that say enough by themselves.
const WORDS: [(&str, Code); 10] = [
    ("Configuration", Code::Internal),
    ("AccessDenied", Code::ProviderDenied),
    ("Verification", Code::ProofInvalid),
    ("OAuthAccountNotLinked", Code::ProviderAccountExists),
    ("MissingCSRF", Code::FormMalformed),
    (CREDENTIALS, Code::InvalidCredentials),
    (PROVIDER, Code::ProviderRefused),
    (CALLBACK, Code::ProviderRefused),
    ("OAuthCallbackError", Code::ProviderRefused),
    ("OAuthCreateAccount", Code::ProviderRefused),
];

/// A refusal.
pub struct Refusal {
    error: &'static str,
    code: Option<&'static str>,
    /// What it comes from.
    pub problem: Option<Problem>,
}

impl Refusal {
    /// What a problem of one of the ways is called.
    pub fn of(way: &'static str, problem: Problem) -> Self {
        let found = |list: &'static [(&'static str, Code)]| {
            list.iter().find(|(_, code)| *code == problem.code()).map(|(word, _)| *word)
        };
        let is_ours = problem.code().status().is_server_error();
        let stock = found(&WORDS[1..4]);
        let error = if is_ours { "Configuration" } else { stock.unwrap_or(way) };
        let code = found(&CODES).filter(|_| !is_ours && stock.is_none());
        // What is no address is no account's either.
        let code = code.or((error == CREDENTIALS).then_some("credentials"));
        Self { error, code, problem: Some(problem) }
    }

    /// Something more is asked for.
    pub const fn missing(way: &'static str, code: &'static str) -> Self {
        Self { error: way, code: Some(code), problem: None }
    }

    /// The token against forgery is missing, or not that of this browser.
    pub fn csrf() -> Self {
        Self { error: "MissingCSRF", code: None, problem: Some(Code::FormMalformed.into()) }
    }

    /// What stands in the query of the address that says so. next-auth 4 hands a page no `code`:
    /// what it can act on takes the place of `error`, as that of an app's own server would.
    pub fn query(&self, version: AuthjsVersion, more: Option<(&str, &str)>) -> String {
        let mut query = Serializer::new(String::new());
        match (version, self.code) {
            (AuthjsVersion::Four, Some("credentials") | None) => {
                query.append_pair("error", self.error);
            }
            (AuthjsVersion::Four, Some(code)) => {
                query.append_pair("error", code);
            }
            (_, code) => {
                query.append_pair("error", self.error);
                query.extend_pairs(code.map(|code| ("code", code)));
            }
        }
        query.extend_pairs(more);
        query.finish()
    }
}

/// What the words of a query stand for, where the hosted page has words for it.
pub fn meant(error: Option<&str>, code: Option<&str>) -> Option<Code> {
    let known = || CODES.iter().chain(&WORDS);
    let find = |word: &str| known().find(|(known, _)| *known == word).map(|(_, means)| *means);
    // A second factor is asked for by the hosted page itself.
    if [error, code].into_iter().flatten().any(|word| [SECOND_FACTOR, PASSKEY].contains(&word)) {
        return None;
    }
    code.and_then(find).or_else(|| error.and_then(find))
}
