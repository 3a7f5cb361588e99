//! Uses the generated client against the service that the environment names.

use std::{env, error::Error};

// [snippet: use]
#[allow(dead_code, unused_imports)]
mod doorward {
    include!(concat!(env!("OUT_DIR"), "/doorward.rs"));
}
use doorward::{Client, Error as Refusal, types};
// [/snippet]

type Anything<T> = Result<T, Box<dyn Error>>;

/// A client that keeps cookies.
fn client(url: &str) -> Anything<Client> {
    // [snippet: use]
    let http = reqwest::Client::builder().cookie_store(true).build()?;
    let person = Client::new_with_client(url, http);
    // [/snippet]
    Ok(person)
}

/// A client with a session of the account, and that session.
async fn signed_in(url: &str, email: &str, password: &str) -> Anything<SignedIn> {
    let person = client(url)?;
    // [snippet: use]
    let sign_in = types::SignIn::builder().email(email).password(password);
    let answer = person.sign_in_with_password().body(sign_in).send().await?;
    // [/snippet]
    let session = answer.into_inner().session.ok_or("no session")?;
    assert_eq!(session.user.email, email);
    Ok((person, session))
}

type SignedIn = (Client, types::CurrentSession);

/// The addresses of accounts, or why they may not be seen.
async fn listed(person: &Client) -> Anything<Result<Vec<String>, types::Problem>> {
    // [snippet: use]
    match person.list_users().send().await {
        Ok(users) => Ok(Ok(users.into_inner().items.into_iter().map(|user| user.email).collect())),
        Err(Refusal::ErrorResponse(answer)) => Ok(Err(answer.into_inner())),
        Err(other) => Err(other.into()),
    }
    // [/snippet]
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything<()> {
    let (url, password) = (env::var("DOORWARD_URL")?, env::var("PASSWORD")?);
    let (email, name) = (env::var("PERSON")?, env::var("ROLE")?);
    let (person, session) = signed_in(&url, &email, &password).await?;
    let (admin, _) = signed_in(&url, &env::var("ADMIN")?, &password).await?;

    let refused = listed(&person).await?.expect_err("anybody may list accounts");
    assert_eq!(refused.status, 403);
    assert_eq!(refused.code, types::ProblemCode::AuthPermissionMissing);
    assert_eq!(refused.required_permission.as_deref(), Some("users:read"));

    let wrong = admin.create_role().body_map(|role| role.name("Help Desk")).send().await;
    let Err(Refusal::ErrorResponse(wrong)) = wrong else { panic!("it is a role's name") };
    assert_eq!(wrong.code, types::ProblemCode::ValidationFailed);
    assert_eq!((wrong.status().as_u16(), wrong.errors.len()), (422, 1));
    assert_eq!(wrong.errors[0].pointer, "/name");

    let may = vec![types::PermissionName("users:read".into())];
    let role = types::NewRole::builder().name(&name).permissions(may.clone());
    let role = admin.create_role().body(role).send().await?;
    let grant = types::NewGrant::builder().role_id(role.id.to_string());
    admin.create_grant().id(session.user.id.to_string()).body(grant).send().await?;
    assert!(listed(&person).await?.expect("a grant counts at once").contains(&email));

    let key = types::NewApiKey::builder().name(&name).permissions(may);
    let key = person.create_my_api_key().body(key).send().await?;
    // [snippet: key]
    let authorization = format!("Bearer {}", key.secret).parse()?;
    let headers = [(reqwest::header::AUTHORIZATION, authorization)].into_iter().collect();
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let program = Client::new_with_client(&url, http);
    // [/snippet]
    assert!(listed(&program).await?.expect("the key may as well").contains(&email));
    Ok(())
}
