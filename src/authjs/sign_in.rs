//! Signing in with e-mail and password, and the paths that all ways share.

use super::{
    answer::Client,
    csrf, mailed,
    refusal::{CREDENTIALS, Refusal},
    said::Said,
    social, step,
};
use crate::{
    access::{guard::Public, throttle::Passwords},
    features::sessions::{model::SignIn, sign_in},
    http::{code::Code, endpoint::Guard, origin, problem::Problem},
    pages::asked::{Answer, Asked, valid},
};

/// The way in that the path names.
fn way(asked: &Asked) -> &str {
    asked.request.match_info().get("provider").unwrap_or_default()
}

/// `POST /signin/…`: the beginning of a way that leads away from the page.
pub async fn begin(asked: Asked) -> Answer {
    match way(&asked) {
        "email" => mailed::ask(asked).await,
        "credentials" => Err(Code::PathInvalid.into()),
        name => social::begin(name.to_owned(), asked).await,
    }
}

/// `GET /callback/…`: back from a mail or from another service.
pub async fn come_back(asked: Asked) -> Answer {
    match way(&asked) {
        "email" => mailed::show(asked).await,
        "credentials" => Err(Code::PathInvalid.into()),
        name => social::come_back(name.to_owned(), asked).await,
    }
}

/// `POST /callback/…`: who shows by a form who they are.
pub async fn submit(asked: Asked) -> Answer {
    match way(&asked) {
        "email" => mailed::enter(asked).await,
        "credentials" => with_password(asked).await,
        name => social::come_back_by_form(name.to_owned(), asked).await,
    }
}

async fn with_password(mut asked: Asked) -> Answer {
    origin::check(&asked.request)?;
    // The door is looked at before the body is read, which says how a refusal has to be told.
    let by = Public::<Passwords>::admit(&asked.request).await;
    let said = Said::of(&mut asked).await?;
    let client = Client::of(&asked, &said);
    if !csrf::holds(&asked, &said) {
        return Ok(client.refuse(super::SIGN_IN, &Refusal::csrf()));
    }
    let done = match by {
        Ok(by) => enter(&asked, by, &said).await,
        Err(problem) => Err(Refusal::of(CREDENTIALS, problem)),
    };
    Ok(match done {
        Ok(()) => client.lead(),
        Err(refusal) => client.refuse(super::SIGN_IN, &refusal),
    })
}

/// With a password, and a code where that is asked for; or with the code alone after a password.
async fn enter(asked: &Asked, by: Public<Passwords>, said: &Said) -> Result<(), Refusal> {
    let of = |problem: Problem| Refusal::of(CREDENTIALS, problem);
    let Some(password) = said.option("password") else {
        let begun = step::kept(asked).filter(|_| is_second(said));
        let token = begun.ok_or_else(|| of(Code::InvalidCredentials.into()))?;
        return step::give(asked, &token, said).await;
    };
    let email = said.option("email").or(said.option("username")).unwrap_or_default();
    let body = valid(SignIn {
        email: email.to_owned(),
        password: password.to_owned(),
        remember: said.is_set("remember"),
        challenge: said.option("challenge").map(ToOwned::to_owned),
    });
    let body = body.map_err(of)?.0;
    let answer = sign_in::with_password(&asked.app, by, &asked.request, body).await.map_err(of)?;
    let Some(required) = answer.second_factor else {
        step::forget(asked);
        return Ok(());
    };
    if !is_second(said) {
        step::keep(asked, &required);
        return Err(step::missing(CREDENTIALS, &required.methods));
    }
    let given = step::give(asked, &required.token, said).await;
    if given.is_err() {
        // The code can be sent again without the password.
        step::keep(asked, &required);
    }
    given
}

/// Whether the page goes on with a sign-in.
fn is_second(said: &Said) -> bool {
    said.option("code").is_some() || said.option("method").is_some()
}
