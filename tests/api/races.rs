//! What happens while a password is being checked: the answer must be true when it is given.

use actix_web::rt::spawn;
use doorward::{
    access::sessions::{self, Which},
    features::accounts::store,
    http::{code::Code, problem::Problem},
};
use serde_json::json;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::harness::{Actor, House, PASSWORD, Reply, until};

const NEW: &str = "a lake of black coffee";

/// Sends a request while passwords are held up; answers once its password waits to be checked.
async fn start(house: &House, request: impl Future<Output = Reply> + 'static) -> JoinHandle<Reply> {
    let before = full_at(house).await;
    let sent = spawn(request);
    until(async || full_at(house).await != before).await;
    sent
}

/// What the throttles of accounts have counted.
async fn full_at(house: &House) -> Vec<String> {
    let query = "SELECT CAST(full_at AS TEXT) AS line FROM throttles \
                 WHERE key LIKE 'account-passwords:%'";
    house.ask(query).await
}

fn sign_in(user: &Actor) -> impl Future<Output = Reply> + 'static {
    let device = user.elsewhere();
    async move { device.sign_in().await }
}

fn change(user: &Actor, to: &'static str) -> impl Future<Output = Reply> + 'static {
    let user = user.clone();
    let body = json!({ "current_password": PASSWORD, "new_password": to });
    async move { user.post("/v1/me/password", body).await }
}

/// Changes the password as its owner would on another device, in a transaction that ends when
/// what this returns is dropped.
async fn change_slowly(house: &House, user: &Actor) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (release, released) = oneshot::channel::<()>();
    let (changed, has_changed) = oneshot::channel();
    let (db, now) = (house.app.db.clone(), house.now());
    let (id, hash) = (user.id.parse().expect("an id"), house.hash(NEW).await);
    let work = spawn(async move {
        let written = db.write(move |db| {
            store::lock(db, &id)?;
            store::put_password(db, &id, &hash, now)?;
            sessions::revoke_many(db, &id, &Which::All, now)?;
            changed.send(()).expect("the test waits");
            released.blocking_recv().expect_err("nothing is ever sent");
            Ok::<_, Problem>(())
        });
        written.await.expect("it is written");
    });
    has_changed.await.expect("the change is under way");
    (release, work)
}

async fn running_sessions(house: &House) -> usize {
    house.ask("SELECT id AS line FROM sessions WHERE revoked_at IS NULL").await.len()
}

api_test! { a_sign_in_that_was_checked_before_a_password_change_leaves_no_session |house| {
    let user = house.user().await;
    let held = house.hold_passwords().await;
    let late = start(&house, sign_in(&user)).await;
    let (release, changed) = change_slowly(&house, &user).await;

    // The password is found right, and the sign-in now waits for the change.
    drop(held);
    house.passwords_checked().await;
    drop(release);
    changed.await.expect("it ends");

    late.await.expect("an answer").problem(Code::InvalidCredentials);
    assert_eq!(running_sessions(&house).await, 0);
    user.sign_in_with(PASSWORD).await.problem(Code::InvalidCredentials);
    user.sign_in_with(NEW).await.ok();
}}

api_test! { of_two_password_changes_the_later_proves_the_newer_password |house| {
    let user = house.user().await;
    let held = house.hold_passwords().await;
    let late = start(&house, change(&user, "the password of a thief")).await;
    let (release, changed) = change_slowly(&house, &user).await;

    drop(held);
    house.passwords_checked().await;
    drop(release);
    changed.await.expect("it ends");

    let reply = late.await.expect("an answer");
    assert!(reply.cookie().is_none());
    // The first change has ended the session of the second.
    reply.problem(Code::NotSignedIn);
    assert_eq!(running_sessions(&house).await, 0);
    user.sign_in_with("the password of a thief").await.problem(Code::InvalidCredentials);
    user.sign_in_with(NEW).await.ok();
}}

api_test! { a_session_that_was_ended_meanwhile_changes_no_password |house| {
    let user = house.user().await;
    let owner = user.elsewhere();
    owner.sign_in().await.ok();
    let held = house.hold_passwords().await;
    let late = start(&house, change(&user, NEW)).await;

    owner.delete("/v1/me/sessions").await.ok();
    drop(held);

    late.await.expect("an answer").problem(Code::NotSignedIn);
    assert_eq!(running_sessions(&house).await, 1);
    owner.sign_in().await.ok();
}}

api_test! { an_account_that_was_disabled_meanwhile_gets_no_session |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    let held = house.hold_passwords().await;
    let signing_in = start(&house, sign_in(&user)).await;
    let changing = start(&house, change(&user, NEW)).await;

    admin.post(&format!("/v1/users/{}/disable", user.id), json!({})).await.ok();
    drop(held);

    signing_in.await.expect("an answer").problem(Code::AccountDisabled);
    changing.await.expect("an answer").problem(Code::NotSignedIn);
    assert_eq!(running_sessions(&house).await, 1, "only the admin's");
    admin.call(&format!("/v1/users/{}/enable", user.id)).await.ok();
    user.get("/v1/me").await.problem(Code::NotSignedIn);
}}

api_test! { an_account_that_was_deleted_meanwhile_is_like_one_that_never_was |house| {
    let user = house.user().await;
    let held = house.hold_passwords().await;
    let late = start(&house, sign_in(&user)).await;

    user.delete("/v1/me").await.no_content();
    drop(held);

    late.await.expect("an answer").problem(Code::InvalidCredentials);
    let dump = house.dump().await;
    assert_eq!((dump.count("users"), dump.count("sessions")), (0, 0));
}}
