//! Uses the generated client against the service that the environment names.

use std::{env, error::Error};

// [snippet: use]
#[allow(dead_code, unused_imports)]
mod doorward {
    include!(concat!(env!("OUT_DIR"), "/doorward.rs"));
}
use doorward::{Client, Error as Refusal, types};

fn told(problem: &types::Problem) -> String {
    if problem.code == types::ProblemCode::AuthPermissionMissing {
        return format!("not without {}", problem.required_permission.as_deref().unwrap_or("?"));
    }
    problem.errors.iter().map(|field| format!("{}: {}", field.pointer, field.message)).collect()
}
// [/snippet]

type Anything<T> = Result<T, Box<dyn Error>>;

/// A client with a session of the account, and that session.
async fn signed_in(
    url: &str,
    email: &str,
    password: &str,
) -> Anything<(Client, types::CurrentSession)> {
    // [snippet: use]
    let http = reqwest::Client::builder().cookie_store(true).build()?;
    let person = Client::new_with_client(url, http);
    let sign_in = types::SignIn::builder().email(email).password(password);
    let answer = person.sign_in_with_password().body(sign_in).send().await?;
    // [/snippet]
    let session = answer.into_inner().session.ok_or("no session")?;
    assert_eq!(session.user.email, email);
    Ok((person, session))
}

/// Prints the addresses of accounts, or why they may not be seen.
async fn print_list(person: &Client) -> Anything<()> {
    // [snippet: use]
    match person.list_users().send().await {
        Ok(users) => users.items.iter().for_each(|user| print!("{} ", user.email)),
        Err(Refusal::ErrorResponse(problem)) => print!("{}", told(&problem)),
        Err(other) => return Err(other.into()),
    }
    // [/snippet]
    println!();
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything<()> {
    let (url, password) = (env::var("DOORWARD_URL")?, env::var("PASSWORD")?);
    let name = env::var("ROLE")?;
    let (person, session) = signed_in(&url, &env::var("PERSON")?, &password).await?;
    let (admin, _) = signed_in(&url, &env::var("ADMIN")?, &password).await?;

    print_list(&person).await?;
    let wrong = admin.create_role().body_map(|role| role.name("Help Desk")).send().await;
    let Err(Refusal::ErrorResponse(wrong)) = wrong else { panic!("it is a role's name") };
    assert_eq!(wrong.code, types::ProblemCode::ValidationFailed);
    assert_eq!(wrong.status().as_u16(), 422);
    println!("{}", told(&wrong));

    let may = vec![types::PermissionName("users:read".into())];
    let role = types::RoleInput::builder().name(&name).permissions(may.clone());
    let role = admin.create_role().body(role).send().await?;
    let grant = types::GrantInput::builder().role_id(role.id.to_string());
    admin.create_grant().id(session.user.id.to_string()).body(grant).send().await?;
    print_list(&person).await?;

    let key = types::ApiKeyInput::builder().name(&name).permissions(may);
    let key = person.create_my_api_key().body(key).send().await?;
    // [snippet: key]
    let authorization = format!("Bearer {}", key.secret).parse()?;
    let headers = [(reqwest::header::AUTHORIZATION, authorization)].into_iter().collect();
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let program = Client::new_with_client(&url, http);
    // [/snippet]
    print_list(&program).await
}
