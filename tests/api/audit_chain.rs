//! The chain of events: whoever changes the log behind the service's back is found out.

use std::process::Command;

use doorward::{
    access::audit::{self, Verdict},
    db,
};
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Actor, House};

/// What the service's own check says.
async fn verdict(house: &House) -> Verdict {
    let verdict = house.app.db.snapshot(|db| Ok::<_, db::Error>(audit::verify(db)?));
    verdict.await.expect("it reads")
}

/// Whether `doorward audit verify` ends well, and what it says.
fn verify(house: &House) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_doorward"))
        .args(["audit", "verify"])
        .current_dir(house.folder())
        .env_clear()
        .env("DOORWARD_DATABASE_URL", house.database_url())
        .env("DOORWARD_DATA_DIR", house.folder().join("operator"))
        .output()
        .expect("the program runs");
    (output.status.success(), String::from_utf8(output.stdout).expect("text"))
}

/// A log of some length; answers the number of its last event.
async fn fill(house: &House) -> i64 {
    let admin = house.admin().await;
    let user = house.user().await;
    for n in 0..5 {
        admin.make_role(&["users:read"]).await;
        user.patch_blindly("/v1/me", json!({ "name": format!("N{n}") })).await.ok();
    }
    last(&admin).await
}

async fn last(by: &Actor) -> i64 {
    let newest = by.get("/v1/audit-events?limit=1").await.items();
    newest[0]["seq"].as_i64().expect("a number")
}

api_test! { asvs_16_4_2_a_log_that_nobody_touched_is_whole |house| {
    // The service has made its first signing key.
    assert_eq!(verdict(&house).await, Verdict::Whole { events: 1 });
    let events = fill(&house).await;

    assert_eq!(verdict(&house).await, Verdict::Whole { events });
    let (is_whole, said) = verify(&house);
    assert!(is_whole, "{said}");
    assert_eq!(said, format!("The chain is whole: {events} events.\n"));
}}

/// The number of an event in the middle, at which an administrator made a role.
const MIDDLE: i64 = 7;

/// What somebody with the database's password does: its name, its statements, and the event at
/// which it shows.
fn tamperings(last: i64) -> Vec<(&'static str, String, i64)> {
    let change = |set: &str| format!("UPDATE audit_events SET {set} WHERE seq = {MIDDLE}");
    let delete = |seq: i64| format!("DELETE FROM audit_events WHERE seq = {seq}");
    let swap = format!(
        "UPDATE audit_events SET seq = 1000 WHERE seq = {MIDDLE};
         UPDATE audit_events SET seq = {MIDDLE} WHERE seq = {MIDDLE} + 1;
         UPDATE audit_events SET seq = {MIDDLE} + 1 WHERE seq = 1000"
    );
    vec![
        ("kind", change("kind = 'x'"), MIDDLE),
        ("time", change("at = at + 1"), MIDDLE),
        ("actor removed", change("actor_id = NULL"), MIDDLE),
        ("actor emptied", change("actor_id = ''"), MIDDLE),
        ("subject", change("subject_id = 'usr_06awk5n2q3w0r8d1e4t7y9v2m4'"), MIDDLE),
        ("address", change("ip = '203.0.113.7'"), MIDDLE),
        ("request", change("request_id = NULL"), MIDDLE),
        ("session", change("session_id = ''"), MIDDLE),
        ("detail", change("detail = '{}'"), MIDDLE),
        ("id", change("id = 'evt_06awk5n2q3w0r8d1e4t7y9v2m4'"), MIDDLE),
        ("columns", change("actor_id = subject_id, subject_id = actor_id"), MIDDLE),
        ("hash", change("hash = previous_hash"), MIDDLE),
        ("link", change("previous_hash = hash"), MIDDLE),
        ("swap", swap, MIDDLE),
        ("first gone", delete(1), 1),
        ("middle gone", delete(MIDDLE), MIDDLE),
        ("last gone", delete(last), last),
        ("all gone", "DELETE FROM audit_events".to_owned(), 1),
        ("head gone", "DELETE FROM audit_head".to_owned(), 1),
        ("head moved back", "UPDATE audit_head SET seq = seq - 1".to_owned(), last),
    ]
}

const KEEP: &str = "CREATE TABLE kept AS SELECT * FROM audit_events;
    CREATE TABLE kept_head AS SELECT * FROM audit_head";
const PUT_BACK: &str = "DELETE FROM audit_events; DELETE FROM audit_head;
    INSERT INTO audit_events SELECT * FROM kept; INSERT INTO audit_head SELECT * FROM kept_head";

api_test! { asvs_16_4_2_a_changed_missing_or_moved_event_is_found |house| {
    let last = fill(&house).await;
    house.execute(KEEP).await;
    for (tampering, statements, at) in tamperings(last) {
        house.execute(&statements).await;

        match verdict(&house).await {
            Verdict::Broken { seq, .. } => assert_eq!(seq, at, "{tampering}"),
            whole => panic!("{whole:?} after {tampering}"),
        }

        house.execute(PUT_BACK).await;
        assert_eq!(verdict(&house).await, Verdict::Whole { events: last });
    }
}}

api_test! { asvs_16_4_2_the_operators_command_finds_what_was_done_to_the_log |house| {
    let last = fill(&house).await;
    house.execute(KEEP).await;
    let chosen = ["kind", "swap", "middle gone", "last gone"];
    for (tampering, statements, at) in tamperings(last) {
        if !chosen.contains(&tampering) {
            continue;
        }
        house.execute(&statements).await;

        let (is_whole, said) = verify(&house);

        assert!(!is_whole, "{tampering}");
        assert!(said.starts_with(&format!("The chain is broken at event {at}: ")), "{said}");
        house.execute(PUT_BACK).await;
    }
    assert!(verify(&house).0);
}}

api_test! { parallel_changes_make_one_chain_without_a_gap |house| {
    let admin = house.admin().await;
    let sibling = house.sibling().await;
    let elsewhere = admin.at(&sibling);
    let before = last(&admin).await;
    for round in 0..5 {
        let body = |n: usize| json!({ "name": format!("r{round}-{n}") });
        let made = join_all((0..8).map(|n| {
            let by = if n % 2 == 0 { &admin } else { &elsewhere };
            by.post("/v1/roles", body(n))
        }));
        for reply in made.await {
            reply.created();
        }
    }

    assert_eq!(last(&admin).await, before + 40);
    assert_eq!(verdict(&house).await, Verdict::Whole { events: before + 40 });
}}
