//! What is known of the providers that people ask for most: addresses, scopes, and how they call
//! the fields of a person.

use super::web::Preset;

/// What a preset brings.
pub(super) struct Facts {
    pub title: &'static str,
    pub issuer: &'static str,
    /// Where people are sent, where codes are exchanged, and where it tells who somebody is.
    pub endpoints: Option<[&'static str; 3]>,
    pub emails: &'static str,
    pub scopes: &'static [&'static str],
    pub names: [&'static str; 4],
}

const OIDC_NAMES: [&str; 4] = ["sub", "email", "email_verified", "name"];
const OIDC_SCOPES: &[&str] = &["openid", "email", "profile"];

/// The name of a person who has none: what they are called there.
pub(super) const NICKNAMES: [&str; 3] = ["global_name", "login", "username"];

const fn oidc(title: &'static str, issuer: &'static str) -> Facts {
    Facts { title, issuer, endpoints: None, emails: "", scopes: OIDC_SCOPES, names: OIDC_NAMES }
}

pub(super) const fn facts(preset: Preset) -> Facts {
    match preset {
        Preset::Google => oidc("Google", "https://accounts.google.com"),
        Preset::Microsoft => oidc("Microsoft", "https://login.microsoftonline.com/common/v2.0"),
        Preset::Apple => {
            let scopes = &["openid", "name", "email"];
            Facts { scopes, ..oidc("Apple", "https://appleid.apple.com") }
        }
        Preset::Gitlab => oidc("GitLab", "https://gitlab.com"),
        Preset::Github => Facts {
            endpoints: Some([
                "https://github.com/login/oauth/authorize",
                "https://github.com/login/oauth/access_token",
                "https://api.github.com/user",
            ]),
            emails: "https://api.github.com/user/emails",
            scopes: &["read:user", "user:email"],
            names: ["id", "email", "", "name"],
            ..oidc("GitHub", "https://github.com")
        },
        Preset::Facebook => Facts {
            endpoints: Some([
                "https://www.facebook.com/v23.0/dialog/oauth",
                "https://graph.facebook.com/v23.0/oauth/access_token",
                "https://graph.facebook.com/v23.0/me?fields=id,name,email",
            ]),
            scopes: &["email", "public_profile"],
            names: ["id", "email", "", "name"],
            ..oidc("Facebook", "https://www.facebook.com")
        },
        Preset::Discord => Facts {
            endpoints: Some([
                "https://discord.com/oauth2/authorize", "https://discord.com/api/oauth2/token",
                "https://discord.com/api/users/@me",
            ]),
            scopes: &["identify", "email"],
            names: ["id", "email", "verified", "global_name"],
            ..oidc("Discord", "https://discord.com")
        },
        Preset::Linkedin => Facts {
            // Its ID tokens hold no nonce, so it is asked who somebody is.
            endpoints: Some([
                "https://www.linkedin.com/oauth/v2/authorization",
                "https://www.linkedin.com/oauth/v2/accessToken",
                "https://api.linkedin.com/v2/userinfo",
            ]),
            ..oidc("LinkedIn", "https://www.linkedin.com/oauth")
        },
        Preset::Auto | Preset::Oidc | Preset::Oauth2 => oidc("", ""),
    }
}

/// The preset that a provider's name stands for.
pub(super) fn named(name: &str) -> Preset {
    let known = [
        Preset::Google,
        Preset::Facebook,
        Preset::Github,
        Preset::Microsoft,
        Preset::Apple,
        Preset::Gitlab,
        Preset::Discord,
        Preset::Linkedin,
        Preset::Oauth2,
    ];
    known.into_iter().find(|preset| preset.as_str() == name).unwrap_or(Preset::Oidc)
}
