//! Refresh tokens used by fifty at a time on two processes: one successor, each time, and a replay
//! ends the family on both within a second. RACE_ROUNDS says how often it is tried.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::harness::{House, Settings, pair};

const AT_ONCE: usize = 50;

#[expect(clippy::disallowed_methods, reason = "how long a test runs is no setting of the service")]
fn rounds() -> usize {
    std::env::var("RACE_ROUNDS").map_or(5, |text| text.parse().expect("RACE_ROUNDS is a number"))
}

fn wide() -> Settings {
    let variables = vec![("DOORWARD_THROTTLE_ADDRESS_FAILURES", "1000000")];
    Settings { variables, ..Settings::default() }
}

/// A connection of its own for each request: one that was kept may be closed by the service in the
/// moment in which it is taken up again.
fn each_anew(mut house: House) -> House {
    house.client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    house
}

api_test! { fifty_at_once_on_two_processes_get_one_successor_each_time [wide()] |house| {
    let house = each_anew(house);
    let sibling = each_anew(house.sibling().await);
    let user = house.user().await;
    let (_, mut token) = user.tokens().await;
    let mut slowest = Duration::ZERO;
    for nth in 0..rounds() {
        let replies = join_all((0..AT_ONCE).map(|at| {
            let who = if at % 2 == 0 { house.nobody() } else { sibling.nobody() };
            let token = token.clone();
            async move { pair(&who.insist(&token).await.ok()).1 }
        }))
        .await;
        let next = replies[0].clone();
        assert!(replies.iter().all(|reply| *reply == next && next != token), "round {nth}");
        if nth % 50 == 49 {
            // A replay, long after: nothing of the family goes on, wherever it is asked.
            house.pass(11);
            let started = Instant::now();
            house.nobody().refresh(&token).await.refused("invalid_grant");
            for who in [house.nobody(), sibling.nobody()] {
                who.refresh(&next).await.refused("invalid_grant");
            }
            slowest = slowest.max(started.elapsed());
            user.sign_in().await.ok();
            (_, token) = user.tokens().await;
        } else {
            token = next;
        }
        if nth % 1000 == 999 {
            eprintln!("{} rounds", nth + 1);
        }
    }
    assert!(slowest < Duration::from_secs(1), "a replay took {slowest:?} to count everywhere");
}}
