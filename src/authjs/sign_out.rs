//! `POST /signout`: ends the session. Who has none has what they came for.

use super::{answer::Client, csrf, refusal::Refusal, said::Said};
use crate::{
    access::guard::{Enrolling, InPerson},
    features::sessions::sign_in,
    http::{code::Code, endpoint::Guard, origin},
    pages::asked::{Answer, Asked},
};

pub async fn submit(mut asked: Asked) -> Answer {
    origin::check(&asked.request)?;
    let by = match Enrolling::<InPerson>::admit(&asked.request).await {
        Err(problem) if problem.code() == Code::NotSignedIn => None,
        other => Some(other?),
    };
    let said = Said::of(&mut asked).await?;
    let client = Client::of(&asked, &said);
    if !csrf::holds(&asked, &said) {
        return Ok(client.refuse("/api/auth/signout", &Refusal::csrf()));
    }
    if let Some(by) = by {
        sign_in::sign_out(by, asked.app.clone(), asked.request.clone()).await?;
    }
    Ok(client.lead())
}
