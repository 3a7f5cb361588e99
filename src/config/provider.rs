//! Providers of sign-ins as they are configured: what a preset brings, and what the settings add or
//! change. A provider that comes out of here has all that is needed to talk to it.

use url::Url;

use super::{
    Config,
    keys::Provider as Settings,
    presets::{Facts, NICKNAMES, facts, named},
    secrets::EcKey,
    web::{ClientAuth, Parameter, Preset},
};
use crate::kernel::secret::Secret;

/// A provider whose accounts people sign in with.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in the settings, in addresses and in the database.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Which picture stands beside its title.
    pub preset: Preset,
    /// The issuer of its subjects, the first half of the key of an identity.
    pub issuer: String,
    pub protocol: Protocol,
    pub client_id: String,
    pub proof: ClientProof,
    pub client_auth: ClientAuth,
    pub scopes: Vec<String>,
    /// What is added to the address that people are sent to.
    pub parameters: Vec<Parameter>,
    /// Whether its answer comes as a form (OAuth 2.0 Form Post Response Mode).
    pub form_post: bool,
    pub names: Names,
    /// Whether every address that it names counts as verified.
    pub email_is_verified: bool,
    pub link_by_email: bool,
    pub keep_tokens: bool,
}

/// How it is talked to.
#[derive(Clone, Debug)]
pub enum Protocol {
    /// OpenID Connect: the rest is in its discovery document.
    Oidc {
        discovery: Url,
        /// Whether the issuer stands for those of many tenants, as Microsoft's does.
        many_tenants: bool,
    },
    /// OAuth 2.0 with an address that tells who somebody is.
    OAuth2(Box<Endpoints>),
}

/// The addresses of an OAuth 2.0 provider.
#[derive(Clone, Debug)]
pub struct Endpoints {
    pub authorization: Url,
    pub token: Url,
    pub userinfo: Url,
    /// Where it tells which of somebody's addresses are verified, as GitHub does.
    pub emails: Option<Url>,
}

/// How the service proves itself to it.
#[derive(Clone, Debug)]
pub enum ClientProof {
    /// By PKCE alone.
    Nothing,
    Secret(Secret),
    /// A short-lived secret that is signed for each request, as Apple wants it.
    Signed {
        team: String,
        key_id: String,
        key: EcKey,
    },
}

/// What it calls the fields of a person.
#[derive(Clone, Debug)]
pub struct Names {
    pub subject: String,
    pub email: String,
    pub email_verified: String,
    /// The first that has a value counts.
    pub name: Vec<String>,
}

/// A setting that a provider lacks: its last name, and why it is wanted.
pub(super) type Missing = (&'static str, &'static str);

impl Config {
    /// The providers that are configured, by name.
    pub fn offered_providers(&self) -> Vec<Provider> {
        self.providers.iter().filter_map(|(name, it)| Provider::of(name, it).ok()).collect()
    }

    /// The provider of this name.
    pub fn provider(&self, name: &str) -> Option<Provider> {
        self.providers.get(name).and_then(|it| Provider::of(name, it).ok())
    }

    /// Whether an identity of this issuer can still sign in.
    pub fn knows_issuer(&self, name: &str, issuer: &str) -> bool {
        self.provider(name).is_some_and(|provider| provider.trusts(issuer))
    }
}

impl Provider {
    /// The provider that these settings describe, or what they lack.
    pub(super) fn of(name: &str, settings: &Settings) -> Result<Self, Missing> {
        let preset = match settings.preset {
            Preset::Auto => named(name),
            chosen => chosen,
        };
        let facts = facts(preset);
        let client_id = settings.client_id.clone().ok_or(("client_id", "must be set"))?;
        let (issuer, protocol) = protocol(preset, &facts, settings)?;
        let own_scopes = settings.scopes.iter().map(|scope| scope.as_str().to_owned());
        let usual_scopes = facts.scopes.iter().map(|scope| (*scope).to_owned());
        let has_scopes = !settings.scopes.is_empty();
        let title = if facts.title.is_empty() { name } else { facts.title };
        Ok(Self {
            name: name.to_owned(),
            title: settings.title.clone().unwrap_or_else(|| title.to_owned()),
            preset,
            issuer,
            protocol,
            client_id,
            proof: proof(preset, settings)?,
            client_auth: settings.client_auth,
            scopes: if has_scopes { own_scopes.collect() } else { usual_scopes.collect() },
            parameters: parameters(preset, settings),
            form_post: preset == Preset::Apple,
            names: names(&facts, settings),
            email_is_verified: settings.email_is_verified,
            link_by_email: settings.link_by_email,
            keep_tokens: settings.keep_tokens,
        })
    }

    /// Whether subjects of this issuer are its own.
    pub fn trusts(&self, issuer: &str) -> bool {
        match &self.protocol {
            Protocol::Oidc { many_tenants: true, .. } => {
                tenant_of(&self.issuer, issuer).is_some_and(is_tenant)
            }
            _ => self.issuer == issuer,
        }
    }
}

/// The segment that stands in an issuer in the place of `common` and its like.
fn tenant_of<'a>(of_many: &str, issuer: &'a str) -> Option<&'a str> {
    let many = MANY.iter().find(|many| of_many.contains(**many))?;
    let (start, end) = of_many.split_once(many)?;
    issuer.strip_prefix(start)?.strip_suffix(end)?.strip_prefix('/')?.strip_suffix('/')
}

/// Segments of Microsoft's issuer that stand for many tenants.
const MANY: [&str; 3] = ["/common/", "/organizations/", "/consumers/"];

/// Whether a text is the id of a tenant: a UUID.
pub fn is_tenant(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// The issuer of one tenant of many.
pub fn issuer_of_tenant(of_many: &str, tenant: &str) -> String {
    let many = MANY.iter().find(|many| of_many.contains(**many)).unwrap_or(&"/common/");
    of_many.replace(many, &format!("/{tenant}/"))
}

fn protocol(
    preset: Preset,
    facts: &Facts,
    settings: &Settings,
) -> Result<(String, Protocol), Missing> {
    let issuer = settings.issuer.as_ref().map(|issuer| issuer.as_str().to_owned());
    let issuer = issuer.or_else(|| Some(facts.issuer.to_owned()).filter(|it| !it.is_empty()));
    if facts.endpoints.is_none() && preset != Preset::Oauth2 {
        let issuer = issuer.ok_or(("issuer", "must be set for a provider of OpenID Connect"))?;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let discovery = Url::parse(&address).map_err(|_| ("issuer", "must be an address"))?;
        let many_tenants =
            preset == Preset::Microsoft && MANY.iter().any(|many| issuer.contains(many));
        return Ok((issuer, Protocol::Oidc { discovery, many_tenants }));
    }
    let own = [&settings.authorization_url, &settings.token_url, &settings.userinfo_url];
    let names = ["authorization_url", "token_url", "userinfo_url"];
    let mut urls = Vec::with_capacity(3);
    for (at, own) in own.into_iter().enumerate() {
        let usual = facts.endpoints.and_then(|usual| Url::parse(usual[at]).ok());
        let url = own.as_ref().map(|own| own.url().clone()).or(usual);
        urls.push(url.ok_or((names[at], "must be set for a provider of OAuth 2.0"))?);
    }
    let [authorization, token, userinfo] =
        <[Url; 3]>::try_from(urls).map_err(|_| ("token_url", "must be set"))?;
    let emails = settings.emails_url.as_ref().map(|own| own.url().clone());
    let emails = emails.or_else(|| Url::parse(facts.emails).ok());
    let issuer = issuer.unwrap_or_else(|| token.origin().ascii_serialization());
    let endpoints = Endpoints { authorization, token, userinfo, emails };
    Ok((issuer, Protocol::OAuth2(Box::new(endpoints))))
}

fn proof(preset: Preset, settings: &Settings) -> Result<ClientProof, Missing> {
    if preset == Preset::Apple {
        let why = "must be set for Apple, whose client secrets are signed";
        let team = settings.team_id.clone().ok_or(("team_id", why))?;
        let key_id = settings.key_id.clone().ok_or(("key_id", why))?;
        let key = settings.private_key.clone().ok_or(("private_key", why))?;
        return Ok(ClientProof::Signed { team, key_id, key });
    }
    match &settings.client_secret {
        Some(secret) => Ok(ClientProof::Secret(secret.clone())),
        // Its codes are worth nothing without: every preset's clients are confidential.
        None if !matches!(preset, Preset::Oidc | Preset::Oauth2) => {
            Err(("client_secret", "must be set"))
        }
        None => Ok(ClientProof::Nothing),
    }
}

fn parameters(preset: Preset, settings: &Settings) -> Vec<Parameter> {
    let mut all = settings.parameters.clone();
    // Google gives a refresh token only to who asks for it, with each consent.
    if preset == Preset::Google && settings.keep_tokens {
        for (name, value) in [("access_type", "offline"), ("prompt", "consent")] {
            if !all.iter().any(|own| own.name == name) {
                all.push(Parameter { name: name.to_owned(), value: value.to_owned() });
            }
        }
    }
    all
}

fn names(facts: &Facts, settings: &Settings) -> Names {
    let [subject, email, email_verified, name] = facts.names;
    let chosen =
        |own: &Option<String>, usual: &str| own.clone().unwrap_or_else(|| usual.to_owned());
    let usual = [&[name][..], &NICKNAMES].concat();
    Names {
        subject: chosen(&settings.subject_claim, subject),
        email: chosen(&settings.email_claim, email),
        email_verified: chosen(&settings.email_verified_claim, email_verified),
        name: match &settings.name_claim {
            Some(own) => vec![own.clone()],
            None => usual.into_iter().map(ToOwned::to_owned).collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, show};

    fn sources(pairs: &[(&str, &str)]) -> Sources {
        let variable =
            |(name, value): &(&str, &str)| (format!("DOORWARD_{name}"), (*value).to_owned());
        Sources { variables: pairs.iter().map(variable).collect(), ..Sources::default() }
    }

    fn load(pairs: &[(&str, &str)]) -> Result<Config, String> {
        Config::load(&sources(pairs)).map_err(|problems| problems.to_string())
    }

    const ID: (&str, &str) = ("PROVIDERS_GOOGLE_CLIENT_ID", "x");
    const SECRET: (&str, &str) = ("PROVIDERS_GOOGLE_CLIENT_SECRET", "canary7Kq");

    #[test]
    fn a_preset_needs_an_id_and_a_secret() {
        let config = load(&[ID, SECRET]).unwrap();
        let google = config.provider("google").unwrap();
        assert_eq!((&*google.title, &*google.issuer), ("Google", "https://accounts.google.com"));
        assert!(config.provider("github").is_none());
        let shown = show(&sources(&[ID, SECRET])).unwrap();
        assert!(shown.contains("providers.google.client_secret = \"[secret]\""), "{shown}");
        assert!(!format!("{shown} {google:?} {:?}", config.providers).contains("canary7Kq"));
        let found = load(&[ID]).unwrap_err();
        assert!(found.contains("providers.google.client_secret must be set"), "{found}");
        assert!(load(&[SECRET]).unwrap_err().contains("providers.google.client_id must be set"));
    }

    #[test]
    fn any_other_provider_needs_its_addresses() {
        let id = ("PROVIDERS_ACME_CORP_CLIENT_ID", "x");
        assert!(load(&[id]).unwrap_err().contains("providers.acme_corp.issuer must be set"));
        let issuer = ("PROVIDERS_ACME_CORP_ISSUER", "https://id.acme.test/");
        let config = load(&[id, issuer]).unwrap();
        let acme = config.provider("acme_corp").unwrap();
        assert_eq!((&*acme.issuer, &*acme.title), ("https://id.acme.test/", "acme_corp"));
        let Protocol::Oidc { discovery, .. } = acme.protocol else { panic!("{acme:?}") };
        assert_eq!(discovery.as_str(), "https://id.acme.test/.well-known/openid-configuration");
        let plain = ("PROVIDERS_ACME_CORP_PRESET", "oauth2");
        let found = load(&[id, plain]).unwrap_err();
        assert!(found.contains("authorization_url must be set"), "{found}");
        let open = ("PROVIDERS_ACME_CORP_ISSUER", "http://id.acme.test");
        assert!(load(&[id, open]).unwrap_err().contains("must be https unless"));
        let listed = ("HTTP_PRIVATE_HOSTS", "id.acme.test");
        assert!(load(&[id, open, listed]).is_ok());
    }

    #[test]
    fn names_and_values_of_the_wrong_form_are_refused() {
        for (name, value) in [
            ("PROVIDERS_GOOGLE_CLIENT_IDD", "x"),
            ("PROVIDERS__CLIENT_ID", "x"),
            ("PROVIDERS_9_CLIENT_ID", "x"),
            ("PROVIDERS_CLIENT_ID", "x"),
            ("PROVIDERS_GOOGLE_PARAMETERS", "state=x"),
            ("PROVIDERS_GOOGLE_ISSUER", "https://me@google.test"),
            ("PROVIDERS_GOOGLE_ISSUER", "https://google.test/?x"),
            ("PROVIDERS_GOOGLE_SCOPES", "a b"),
            ("PROVIDERS_GOOGLE_PRIVATE_KEY", "canary7Kq"),
        ] {
            let found = load(&[ID, SECRET, (name, value)]).unwrap_err();
            assert_eq!(found.lines().count(), 1, "{name}: {found}");
            assert!(!found.contains("canary7Kq"), "{found}");
        }
    }

    #[test]
    fn ac_113_tenants_are_those_of_microsoft_alone() {
        let of = "https://login.microsoftonline.com";
        let named = |name: &str| match name {
            "microsoft" => load(&[
                ("PROVIDERS_MICROSOFT_CLIENT_ID", "x"),
                ("PROVIDERS_MICROSOFT_CLIENT_SECRET", "x"),
            ]),
            _ => load(&[ID, SECRET, ("PROVIDERS_GOOGLE_ISSUER", "https://a.test/common/v2.0")]),
        };
        let microsoft = named("microsoft").unwrap().provider("microsoft").unwrap();
        let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
        assert!(microsoft.trusts(&format!("{of}/{tenant}/v2.0")));
        for wrong in ["common", "x", "", "9188040d-6c67-4c5b-b112-36a304b66dad/evil"] {
            assert!(!microsoft.trusts(&format!("{of}/{wrong}/v2.0")), "{wrong}");
        }
        assert!(!microsoft.trusts(&format!("https://evil.test/{tenant}/v2.0")));
        let google = named("google").unwrap().provider("google").unwrap();
        assert!(!google.trusts(&format!("https://a.test/{tenant}/v2.0")));
    }
}
