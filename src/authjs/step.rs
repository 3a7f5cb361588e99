//! A sign-in whose second factor is missing. What names it stays in a cookie that no script reads,
//! so that the page need send no more than the code.

use super::{
    answer::Client,
    refusal::{CREDENTIALS, PASSKEY, Refusal, SECOND_FACTOR},
    said::Said,
};
use crate::{
    access::{
        answer::{SecondFactorRequired, SignInAnswer},
        codes::CodeMethod,
        guard::Public,
        throttle::Passwords,
    },
    app::App,
    features::sessions::{
        model::{HalfDone, SecondFactor},
        second,
    },
    http::{
        code::Code,
        cookie::{self, Lifetime},
        endpoint::Guard,
        problem::Problem,
    },
    kernel::assurance::Method,
    pages::{
        asked::{Answer, Asked, valid},
        second_factor,
    },
};

fn name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-doorward-step" } else { "doorward-step" }
}

/// Keeps a sign-in for as long as it can be finished.
pub fn keep(asked: &Asked, required: &SecondFactorRequired) {
    let seconds = (required.expires.micros() - asked.app.now().micros()) / 1_000_000;
    set(asked, &required.token, seconds.max(0));
}

/// Takes it away.
pub fn forget(asked: &Asked) {
    if kept(asked).is_some() {
        set(asked, "", 0);
    }
}

fn set(asked: &Asked, value: &str, seconds: i64) {
    let (app, life) = (&asked.app, Lifetime::Seconds(seconds));
    cookie::give(&asked.request, &app.config, name(app), value, life);
}

/// The token of the sign-in that this browser has begun.
pub fn kept(asked: &Asked) -> Option<String> {
    let cookie = asked.request.cookie(name(&asked.app))?;
    Some(cookie.value().to_owned()).filter(|token| !token.is_empty())
}

/// What the page is told of a second factor that is missing.
pub fn missing(way: &'static str, methods: &[Method]) -> Refusal {
    let is_passkey_alone = methods.iter().all(|method| *method == Method::Passkey);
    Refusal::missing(way, if is_passkey_alone { PASSKEY } else { SECOND_FACTOR })
}

/// After a first step that somebody has done in the window itself: on, or to where the second
/// factor is asked for: the app's own page, or else the hosted one.
pub fn go_on(
    asked: &Asked,
    client: &Client<'_>,
    answer: SignInAnswer,
    way: &'static str,
) -> Answer {
    let Some(required) = answer.second_factor else { return Ok(client.lead()) };
    if asked.app.config.authjs.sign_in_page.is_none() {
        let target = client.site.kept(client.callback());
        return second_factor::ask(&asked.shell, required, &target);
    }
    keep(asked, &required);
    Ok(client.refuse(super::SIGN_IN, &missing(way, &required.methods)))
}

/// The second step: the code, or the wish to have one mailed.
pub async fn give(asked: &Asked, token: &str, said: &Said) -> Result<(), Refusal> {
    let of = |problem: Problem| {
        if problem.code() == Code::PendingInvalid {
            forget(asked);
        }
        Refusal::of(CREDENTIALS, problem)
    };
    let (app, request, token) = (&asked.app, &asked.request, token.to_owned());
    let method = said.option("method");
    let Some(code) = said.option("code") else {
        if method == Some("email") {
            let by = Public::admit(request).await.map_err(of)?;
            second::mail(app, by, valid(HalfDone { token }).map_err(of)?.0).await.map_err(of)?;
        }
        return Err(Refusal::missing(CREDENTIALS, SECOND_FACTOR));
    };
    let method = method_of(method, code).ok_or(Code::FactorRefused).map_err(|it| of(it.into()))?;
    let trust_device = said.is_set("trust_device");
    let body = SecondFactor { token, method, code: code.to_owned(), trust_device };
    let by = Public::<Passwords>::admit(request).await.map_err(of)?;
    let body = valid(body).map_err(|_| of(Code::FactorRefused.into()))?.0;
    second::give(app, by, request, body).await.map_err(of)?;
    forget(asked);
    Ok(())
}

/// The method of a code: six digits come from an app unless the page says otherwise.
fn method_of(named: Option<&str>, code: &str) -> Option<CodeMethod> {
    let is_of_app = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    match named {
        Some("totp") => Some(CodeMethod::Totp),
        Some("email") => Some(CodeMethod::Email),
        Some("recovery_code") => Some(CodeMethod::RecoveryCode),
        Some(_) => None,
        None if is_of_app => Some(CodeMethod::Totp),
        None => Some(CodeMethod::RecoveryCode),
    }
}
