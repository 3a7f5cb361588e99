//! Proofs of possession (RFC 9449): what a proof has to be, and that a bound token is nothing
//! without one.

use doorward::http::code::Code;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::harness::{
    Actor, House, INTROSPECT, Key, Machine, REVOKE, Reply, Settings, TOKEN, pair,
};

const ME: &str = "/v1/me";

/// A call with a token that is bound to a key, and these proofs.
fn shown(who: &Actor, path: &str, token: &str, proofs: &[&str]) -> RequestBuilder {
    let request = who.request(Method::GET, path).header("authorization", format!("DPoP {token}"));
    proofs.iter().fold(request, |request, proof| request.header("dpop", *proof))
}

/// Asks for a client's token with a proof.
async fn ask(machine: &Machine, proof: &str) -> Reply {
    let request = machine.basic(TOKEN, &[("grant_type", "client_credentials")]);
    machine.who.send(request.header("dpop", proof)).await
}

/// Tokens of a session that are bound to a key.
async fn bound(house: &House, user: &Actor, key: &Key) -> (String, String) {
    let request = user.request(Method::POST, "/v1/auth/token");
    let request = request.header("dpop", key.proof(house, "POST", "/v1/auth/token"));
    let body = user.send(request).await.ok();
    assert_eq!(body["token_type"], "DPoP");
    pair(&body)
}

async fn refresh(who: &Actor, token: &str, proof: Option<String>) -> Reply {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let request = who.request(Method::POST, TOKEN).form(&fields);
    let request = proof.into_iter().fold(request, |request, proof| request.header("dpop", proof));
    who.send(request).await
}

/// A proof with one member changed; `None` takes it away.
fn changed(house: &House, key: &Key, part: &str, name: &str, value: Option<Value>) -> String {
    let (mut header, mut claims) = key.parts(house, "POST", TOKEN);
    let members = if part == "header" { &mut header } else { &mut claims };
    match value {
        Some(value) => members[name] = value,
        None => drop(members.as_object_mut().expect("an object").remove(name)),
    }
    key.sign(&header, &claims)
}

api_test! { dpop_01_each_of_the_checks_refuses_a_proof_that_fails_it |house| {
    // Made first: it takes longer than connections are kept.
    let others = [Key::ed25519(), Key::rsa(aws_lc_rs::rsa::KeySize::Rsa3072)];
    let admin = house.admin().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let (key, other) = (Key::es256(), Key::es256());
    assert_eq!(ask(&machine, &key.proof(&house, "POST", TOKEN)).await.ok()["token_type"], "DPoP");
    let now = house.now().micros() / 1_000_000;
    let mut private = key.jwk();
    private["d"] = "AAAA".into();
    let cases: Vec<(&str, &str, Option<Value>)> = vec![
        ("claims", "jti", None), ("claims", "htm", None), ("claims", "htu", None), ("claims", "iat", None),
        ("claims", "jti", Some(json!(""))), ("claims", "jti", Some(json!(7))),
        ("claims", "jti", Some(json!("x".repeat(300)))),
        ("header", "typ", None), ("header", "typ", Some(json!("JWT"))), ("header", "typ", Some(json!("at+jwt"))),
        ("header", "alg", None), ("header", "alg", Some(json!("none"))), ("header", "alg", Some(json!("HS256"))),
        ("header", "alg", Some(json!("RS256"))), ("header", "jwk", None), ("header", "jwk", Some(other.jwk())),
        ("header", "jwk", Some(private)), ("header", "jwk", Some(json!({ "kty": "oct", "k": "AAAA" }))),
        ("header", "crit", Some(json!(["exp"]))),
        ("claims", "htm", Some(json!("GET"))), ("claims", "htm", Some(json!("post"))),
        ("claims", "htu", Some(json!(house.url("/oauth2/tokens")))), ("claims", "htu", Some(json!(TOKEN))),
        ("claims", "htu", Some(json!("https://other.test/oauth2/token"))),
        ("claims", "iat", Some(json!(now - 61))), ("claims", "iat", Some(json!(now + 60))),
        ("claims", "iat", Some(json!("now"))), ("claims", "iat", Some(json!(1e300))),
    ];
    for (part, name, value) in cases {
        let said = format!("{part} {name} {value:?}");
        let reply = ask(&machine, &changed(&house, &key, part, name, value)).await;
        assert_eq!(reply.status, 400, "{said}");
        reply.refused("invalid_dpop_proof");
    }
    let good = || key.proof(&house, "POST", TOKEN);
    let unsigned = good().rsplit_once('.').expect("a signature").0.to_owned();
    for wrong in ["", "x", "a.b.c", &format!("{unsigned}."), &format!("{}x", good()), &format!("{unsigned}.{}", "A".repeat(86))] {
        ask(&machine, wrong).await.refused("invalid_dpop_proof");
    }
    let two = machine.basic(TOKEN, &[("grant_type", "client_credentials")]);
    let reply = machine.who.send(two.header("dpop", good()).header("dpop", good())).await;
    reply.refused("invalid_dpop_proof");
    // Query and fragment don't count, nor do other ways to write the same address.
    for htu in [house.url("/oauth2/token?a=b#c"), house.url("/oauth2/%74oken"), house.url("/x/../oauth2/token").replace("http", "HTTP")] {
        ask(&machine, &changed(&house, &key, "claims", "htu", Some(json!(htu)))).await.ok();
    }
    for alg in others {
        let (mut header, claims) = alg.parts(&house, "POST", TOKEN);
        header["alg"] = if matches!(alg, Key::EdDsa(_)) { "EdDSA" } else { "PS256" }.into();
        ask(&machine, &alg.sign(&header, &claims)).await.ok();
    }
}}

api_test! { dpop_02_a_refresh_token_is_bound_to_its_key |house| {
    let user = house.user().await;
    let (key, other) = (Key::es256(), Key::es256());
    let nobody = house.nobody();
    let (_, first) = bound(&house, &user, &key).await;
    refresh(&nobody, &first, None).await.refused("invalid_grant");
    refresh(&nobody, &first, Some(other.proof(&house, "POST", TOKEN))).await.refused("invalid_grant");
    let body = refresh(&nobody, &first, Some(key.proof(&house, "POST", TOKEN))).await.ok();
    assert_eq!(body["token_type"], "DPoP");
    let (_, second) = pair(&body);
    // A lost answer is found again by the same key alone.
    refresh(&nobody, &first, Some(other.proof(&house, "POST", TOKEN))).await.refused("invalid_grant");
    let body = refresh(&nobody, &first, Some(key.proof(&house, "POST", TOKEN))).await.ok();
    assert_eq!(pair(&body).1, second);
    refresh(&nobody, &second, Some(key.proof(&house, "POST", TOKEN))).await.ok();
}}

api_test! { dpop_03_asvs_10_3_5_a_bound_token_is_nothing_without_its_proof |house| {
    let admin = house.admin().await;
    let user = house.holder(&["users:read"]).await;
    let (key, other) = (Key::es256(), Key::es256());
    let machine = house.machine(&admin, &["users:read"]).await;
    let of_client = ask(&machine, &key.proof(&house, "POST", TOKEN)).await.ok()["access_token"].clone();
    let of_session = bound(&house, &user, &key).await.0;
    for token in [of_client.as_str().expect("a token"), &of_session] {
        let proof = || key.proof_for(&house, "GET", ME, token);
        let nobody = house.nobody();
        nobody.send(shown(&nobody, ME, token, &[&proof()])).await.ok();
        for operation in house.operations().iter().filter(|it| !it.is_open() && it.is_safe()) {
            let reply = nobody.bearing(token).get(&operation.random_path()).await;
            assert_eq!(reply.code(), "auth.token_invalid", "{}", operation.id);
            assert!(reply.header("www-authenticate").expect("a challenge").starts_with("DPoP "));
        }
        let elsewhere = other.proof_for(&house, "GET", ME, token);
        let for_another = key.proof_for(&house, "GET", ME, "another token");
        let without = key.proof(&house, "GET", ME);
        let place = key.proof_for(&house, "GET", "/v1/users", token);
        let posted = key.proof_for(&house, "POST", ME, token);
        for wrong in [elsewhere, for_another, without, place, posted] {
            nobody.send(shown(&nobody, ME, token, &[&wrong])).await.problem(Code::DpopInvalid);
        }
        nobody.send(shown(&nobody, ME, token, &[])).await.problem(Code::DpopInvalid);
        nobody.send(shown(&nobody, ME, token, &[&proof(), &proof()])).await.problem(Code::DpopInvalid);
    }
    // And what is not bound is no bound token.
    let (free, _) = user.tokens().await;
    let proof = key.proof_for(&house, "GET", ME, &free);
    user.elsewhere().send(shown(&user.elsewhere(), ME, &free, &[&proof])).await.problem(Code::TokenInvalid);
}}

fn with_nonces() -> Settings {
    Settings { variables: vec![("DOORWARD_OAUTH_DPOP_NONCE", "true")], ..Settings::default() }
}

api_test! { dpop_04_a_proof_holds_a_nonce_of_any_process [with_nonces()] |house| {
    let admin = house.admin().await;
    let sibling = house.sibling().await;
    let here = house.machine(&admin, &["users:read"]).await;
    let there = Machine { who: here.who.at(&sibling), ..here.clone() };
    let key = Key::es256();
    let with = |nonce: &str| changed(&house, &key, "claims", "nonce", Some(json!(nonce)));
    let refused = ask(&here, &key.proof(&house, "POST", TOKEN)).await;
    let nonce = refused.header("dpop-nonce").expect("a nonce").to_owned();
    assert_eq!(refused.status, 400);
    refused.refused("use_dpop_nonce");
    ask(&there, &with(&nonce)).await.ok();
    let token = ask(&here, &with(&nonce)).await.ok()["access_token"].clone();
    let token = token.as_str().expect("a token");
    for wrong in ["", "x", &nonce.to_lowercase(), &nonce[1..]] {
        ask(&here, &with(wrong)).await.refused("use_dpop_nonce");
    }
    let reply = here.who.send(shown(&here.who, ME, token, &[&key.proof_for(&house, "GET", ME, token)])).await;
    assert!(reply.header("dpop-nonce").is_some());
    assert!(reply.header("www-authenticate").expect("a challenge").contains("use_dpop_nonce"));
    reply.problem(Code::DpopNonceNeeded);
    house.pass(240);
    let refused = ask(&there, &with(&nonce)).await;
    let newer = refused.header("dpop-nonce").expect("a nonce").to_owned();
    assert_ne!(newer, nonce);
    refused.refused("use_dpop_nonce");
    ask(&here, &with(&newer)).await.ok();
}}

api_test! { dpop_06_a_proof_counts_once_everywhere |house| {
    let admin = house.admin().await;
    let sibling = house.sibling().await;
    let machine = house.machine(&admin, &["users:read"]).await;
    let there = Machine { who: machine.who.at(&sibling), ..machine.clone() };
    let key = Key::es256();
    let proof = key.proof(&house, "POST", TOKEN);
    ask(&machine, &proof).await.ok();
    ask(&machine, &proof).await.refused("invalid_dpop_proof");
    ask(&there, &proof).await.refused("invalid_dpop_proof");
    house.pass(60);
    ask(&machine, &proof).await.refused("invalid_dpop_proof");
    // The same name is another's, and not this key's.
    let (header, claims) = key.parts(&house, "POST", TOKEN);
    ask(&machine, &key.sign(&header, &claims)).await.ok();
    let other = Key::es256();
    let (header, _) = other.parts(&house, "POST", TOKEN);
    ask(&machine, &other.sign(&header, &claims)).await.ok();
    let replies = futures_util::future::join_all((0..50).map(|at| {
        let (header, claims) = (json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() }), {
            let (_, mut claims) = key.parts(&house, "POST", TOKEN);
            claims["jti"] = "the same".into();
            claims
        });
        let proof = key.sign(&header, &claims);
        let machine = if at % 2 == 0 { &machine } else { &there };
        async move { ask(machine, &proof).await.status }
    }));
    let won = replies.await.iter().filter(|status| **status == 200).count();
    assert_eq!(won, 1);
}}

api_test! { dpop_07_a_token_names_its_key |house| {
    let admin = house.admin().await;
    let asker = house.machine(&admin, &["tokens:introspect"]).await;
    let key = Key::es256();
    let (access, refresh) = bound(&house, &house.user().await, &key).await;
    let told = asker.introspect(&access).await;
    let jkt = doorward::kernel::jwk::PublicKey::parse(&key.jwk()).expect("a key");
    assert_eq!((&told["cnf"]["jkt"], &told["token_type"]), (&json!(jkt.thumbprint()), &json!("DPoP")));
    let claims = access.split('.').nth(1).expect("claims");
    let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["cnf"]["jkt"], jkt.thumbprint());
    // Who gives a token up needs no proof of its key.
    house.nobody().form(REVOKE, &[("token", &refresh)]).await.expect(200);
    assert_eq!(asker.introspect(&access).await, json!({ "active": false }));
    let bearer = asker.basic(INTROSPECT, &[("token", "x")]);
    asker.who.send(bearer).await.ok();
}}
