//! The keys that tokens are signed with: published before they sign and for as long as what they
//! have signed counts, and gone at once when they are removed.

use std::collections::BTreeSet;

use doorward::{
    access::keys::{self, LEAD, When},
    http::code::Code,
    kernel::{chance::Chance, clock::Timestamp},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use reqwest::{Method, header};
use serde_json::Value;

use crate::harness::{Actor, House};

const JWKS: &str = "/.well-known/jwks.json";

async fn set(house: &House) -> Value {
    house.nobody().get(JWKS).await.ok()
}

fn kids(set: &Value) -> Vec<String> {
    let keys = set["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("a name").to_owned()).collect()
}

/// Whether a token is good by a key set, as another library sees it. The clock is the test's.
fn is_signed_by(token: &str, set: &Value) -> bool {
    let set: JwkSet = serde_json::from_value(set.clone()).expect("a key set");
    let header = decode_header(token).expect("a header");
    let Some(jwk) = set.find(&header.kid.expect("a name")) else { return false };
    let mut checks = Validation::new(Algorithm::ES256);
    (checks.validate_exp, checks.validate_aud) = (false, false);
    let key = DecodingKey::from_jwk(jwk).expect("a key");
    decode::<Value>(token, &key, &checks).is_ok()
}

api_test! { the_key_set_is_public_and_may_be_kept |house| {
    let reply = house.nobody().get(JWKS).await.expect(200);
    let kept = "public, max-age=300, stale-while-revalidate=300";
    assert_eq!(reply.header("cache-control"), Some(kept));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let etag = reply.etag();
    let key = &reply.json()["keys"][0];
    let names: BTreeSet<_> = key.as_object().expect("a key").keys().cloned().collect();
    let expected = ["alg", "crv", "kid", "kty", "use", "x", "y"].map(str::to_owned);
    assert_eq!(names, BTreeSet::from(expected), "and nothing private");
    for (tags, status) in [
        (etag.clone(), 304), (format!("\"x\", {etag}"), 304), (format!("W/{etag}"), 304),
        ("*".to_owned(), 304), ("\"x\"".to_owned(), 200),
    ] {
        let request = house.nobody().request(Method::GET, JWKS);
        let reply = house.nobody().send(request.header(header::IF_NONE_MATCH, &tags)).await;
        assert_eq!(reply.expect(status).header("etag"), Some(&*etag), "{tags}");
    }
}}

api_test! { processes_that_start_at_once_make_one_key |house| {
    let first = set(&house).await;
    assert_eq!(kids(&first).len(), 1);
    house.execute("DELETE FROM signing_keys").await;
    let siblings = [house.sibling().await, house.sibling().await, house.sibling().await];
    let tended = siblings.iter().map(|sibling| keys::tend(&sibling.app));
    for outcome in futures_util::future::join_all(tended).await {
        outcome.expect("it is seen to");
    }
    house.pass(1);
    let made = set(&house).await;
    assert_eq!(kids(&made).len(), 1);
    for sibling in &siblings {
        assert_eq!(set(sibling).await, made);
    }
}}

api_test! { asvs_13_3_4_keys_rotate_on_schedule_with_overlap |house| {
    let days = 86_400;
    let first = kids(&set(&house).await);
    house.pass(90 * days - LEAD - 1);
    keys::tend(&house.app).await.expect("it is seen to");
    assert_eq!(kids(&set(&house).await), first, "its time has not come");
    house.pass(1);
    keys::tend(&house.app).await.expect("it is seen to");
    keys::tend(&house.app).await.expect("it is seen to");
    let both = kids(&set(&house).await);
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    let user = house.user().await;
    let kid = async || decode_header(&user.token().await).expect("a header").kid.expect("a name");
    house.pass(LEAD - 1);
    assert_eq!(kid().await, both[0], "the new key is known before it signs");
    house.pass(1);
    assert_eq!(kid().await, both[1]);
    house.pass(keys::TAIL - 1);
    assert_eq!(kids(&set(&house).await), both, "the old one's tokens may still count");
    house.pass(1);
    assert_eq!(kids(&set(&house).await), both[1..]);
    let now = house.now();
    let gone = house.app.db.write(move |db| keys::sweep(db, now.plus_seconds(1)).map_err(doorward::db::Error::from));
    assert_eq!(gone.await.expect("it is swept"), 1);
}}

/// A token and when it was made.
struct Held {
    token: String,
    until: Timestamp,
}

api_test! { meta_04_every_token_that_counts_is_good_by_every_key_set_that_may_be_kept |house| {
    let (sibling, user) = (house.sibling().await, house.user().await);
    let chance = Chance::seeded(4);
    let mut tokens: Vec<Held> = Vec::new();
    let mut sets: Vec<(Timestamp, Value)> = Vec::new();
    for round in 0..100 {
        let [one, two, ..] = chance.bytes::<8>();
        house.pass(1 + i64::from(one) * 3);
        keys::rotate(&house.app, When::InTime).await.expect("a new key");
        house.pass(1 + i64::from(two));
        let now = house.now();
        let at = if one % 2 == 0 { &house } else { &sibling };
        let set = set(at).await;
        let names = kids(&set);
        let unique: BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "each name stands once");
        let is_public = |key: &Value| key.get("d").is_none() && key["use"] == "sig";
        assert!(set["keys"].as_array().expect("keys").iter().all(is_public));
        // Five minutes it may be kept, and five more be used while it is asked for anew.
        sets.retain(|(made, _)| now.seconds_since(*made) < 600);
        sets.push((now, set));
        let token = user.at(at).token().await;
        tokens.retain(|held| held.until > now);
        tokens.push(Held { token, until: now.plus_seconds(300) });
        for held in &tokens {
            let newest = &sets.last().expect("one").1;
            assert!(is_signed_by(&held.token, newest), "round {round}");
            user.bearing(&held.token).at(at).get("/v1/me").await.ok();
        }
        let newest = &tokens.last().expect("one").token;
        for (made, set) in &sets {
            assert!(is_signed_by(newest, set), "round {round}: the set of {made}");
        }
    }
}}

api_test! { a_removed_key_counts_nowhere_after_a_second |house| {
    let (sibling, user) = (house.sibling().await, house.user().await);
    let old = user.token().await;
    let kid = kids(&set(&house).await).remove(0);
    let there = |token: &str| user.bearing(token).at(&sibling);
    there(&old).get("/v1/me").await.ok();
    assert!(keys::remove(&house.app, kid.clone()).await.expect("it is removed"));
    assert!(!keys::remove(&house.app, kid.clone()).await.expect("it is gone already"));
    user.bearing(&old).get("/v1/me").await.problem(Code::TokenInvalid);
    house.pass(1);
    there(&old).get("/v1/me").await.problem(Code::TokenInvalid);
    // Another key signs from now on.
    let new = user.token().await;
    user.bearing(&new).get("/v1/me").await.ok();
    there(&new).get("/v1/me").await.ok();
    assert!(!kids(&set(&sibling).await).contains(&kid));
    let admin = house.admin().await;
    assert_eq!(admin.latest_event("signing_key.removed").await["detail"]["key"], kid.as_str());

    // Where a successor waits, it steps in.
    let waiting = keys::rotate(&house.app, When::InTime).await.expect("a new key").kid;
    let signing = decode_header(&new).expect("a header").kid.expect("a name");
    assert!(keys::remove(&house.app, signing).await.expect("it is removed"));
    let newest = user.token().await;
    assert_eq!(decode_header(&newest).expect("a header").kid, Some(waiting));
}}

api_test! { asvs_11_3_3_private_keys_are_sealed |house| {
    let ring = keys::ring(&house.app).await.expect("a ring");
    let kid = ring.public().next().expect("a key").kid().to_owned();
    let bytes = ring.shared(&kid).expect("the key").to_pkcs8().to_vec();
    let dump = house.dump().await.text().to_lowercase();
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    // The middle of the bytes is the private number.
    assert!(!dump.contains(&hex[72..136]), "the key is stored in clear");
    // Under another key, or in another row's place, it does not open.
    house.execute("UPDATE signing_keys SET kid = 'another'").await;
    let again: Actor = house.user().await;
    let sibling = house.sibling().await;
    again.at(&sibling).call("/v1/auth/token").await.problem(Code::Internal);
}}
