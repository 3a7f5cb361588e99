//! Tokens that nobody here has issued like this: forged, changed, of another kind, at another time.
//! Many are signed with the service's own key, so that each is refused for the one thing alone.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use doorward::{
    access::keys,
    http::code::Code,
    kernel::{jose::SigningKey, ring::Ring},
};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, header};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::{Actor, House};

/// The service's own key, and a token's claims as the service would write them.
struct Forge {
    ring: Arc<Ring>,
    kid: String,
    claims: Value,
    who: Actor,
}

impl Forge {
    async fn new(house: &House) -> Self {
        let user = house.user().await;
        let token = user.token().await;
        let ring = keys::ring(&house.app).await.expect("a ring");
        let part = token.split('.').nth(1).expect("claims");
        let claims = BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url");
        let claims = serde_json::from_slice(&claims).expect("JSON");
        let kid = ring.public().next().expect("a key").kid().to_owned();
        let forge = Self { ring, kid, claims, who: user };
        forge.is_good(&forge.signed(&forge.claims)).await;
        forge
    }

    fn key(&self) -> &SigningKey {
        self.ring.shared(&self.kid).expect("the key")
    }

    fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": self.kid })
    }

    fn raw(&self, header: &Value, payload: &str) -> String {
        self.key().sign_bytes(header.to_string().as_bytes(), payload.as_bytes())
    }

    fn signed(&self, claims: &Value) -> String {
        self.raw(&self.header(), &claims.to_string())
    }

    /// The claims with one of them changed, or taken away.
    fn with(&self, name: &str, value: Option<Value>) -> Value {
        let mut claims = self.claims.clone();
        match value {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().expect("an object").remove(name)),
        }
        claims
    }

    async fn is_good(&self, token: &str) {
        assert_eq!(self.who.bearing(token).get("/v1/me").await.ok()["id"], self.who.id.as_str());
    }

    async fn is_refused(&self, token: &str, why: &str) {
        let reply = self.who.bearing(token).get("/v1/me").await;
        assert_eq!(reply.status, 401, "{why}: {}", reply.text);
        reply.problem(Code::TokenInvalid);
    }
}

api_test! { asvs_9_1_1_jat_05_a_changed_token_is_refused |house| {
    let forge = Forge::new(&house).await;
    let token = forge.signed(&forge.claims);
    // Each bit of each part is flipped in the tests of `kernel::jose`; here, a bit of each third
    // character on the whole way.
    for (at, byte) in token.bytes().enumerate().step_by(3) {
        let mut changed = token.clone().into_bytes();
        changed[at] = byte ^ 1 << (at % 7);
        let Ok(changed) = String::from_utf8(changed) else { continue };
        if header::HeaderValue::from_str(&changed).is_err() || changed.trim() != changed {
            continue;
        }
        forge.is_refused(&changed, &format!("character {at}")).await;
    }
    let other = SigningKey::random();
    let header = forge.header().to_string();
    let foreign = other.sign_bytes(header.as_bytes(), forge.claims.to_string().as_bytes());
    forge.is_refused(&foreign, "a foreign key under the name of ours").await;
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let other = forge.signed(&forge.with("sub", Some(json!(house.user().await.id))));
    let mixed = format!("{}.{signature}", other.rsplit_once('.').expect("three parts").0);
    forge.is_refused(&mixed, "another's claims").await;
    forge.is_refused(&format!("{signed}."), "no signature").await;
}}

api_test! { asvs_9_1_2_ac_139_an_algorithm_of_the_callers_choice_is_refused |house| {
    let forge = Forge::new(&house).await;
    let claims = BASE64URL_NOPAD.encode(forge.claims.to_string().as_bytes());
    for none in ["none", "None", "NONE", "nOnE", "", "es256", "ES256 ", "HS256", "ES384", "RS256"] {
        let mut header = forge.header();
        header["alg"] = none.into();
        let first = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        forge.is_refused(&format!("{first}.{claims}."), none).await;
        forge.is_refused(&format!("{first}.{claims}"), none).await;
        forge.is_refused(&forge.raw(&header, &forge.claims.to_string()), none).await;
    }
    // The public key as the secret of an HMAC, in each form in which somebody may have it.
    let (x, y) = forge.ring.find(&forge.kid).expect("the key").coordinates();
    let bytes = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
    let point = [vec![4], bytes(x), bytes(y)].concat();
    let set = house.nobody().get("/.well-known/jwks.json").await.text;
    let jwk = serde_json::from_str::<Value>(&set).expect("JSON")["keys"][0].to_string();
    for secret in [point.as_slice(), &point[1..], jwk.as_bytes(), set.as_bytes(), b""] {
        let mut header = forge.header();
        header["alg"] = "HS256".into();
        let first = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        let signed = format!("{first}.{claims}");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key");
        mac.update(signed.as_bytes());
        let tag = BASE64URL_NOPAD.encode(&mac.finalize().into_bytes());
        forge.is_refused(&format!("{signed}.{tag}"), "HS256").await;
    }
}}

api_test! { asvs_9_1_3_a_header_never_names_the_key_to_use |house| {
    let forge = Forge::new(&house).await;
    let own = SigningKey::random();
    let (x, y) = own.public().coordinates();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
    for (name, value) in [
        ("jwk", jwk), ("jku", json!(house.url("/.well-known/jwks.json"))),
        ("x5u", json!("https://evil.test/cert")), ("x5c", json!(["AAAA"])), ("crit", json!(["exp"])),
        ("x5t", json!("AAAA")), ("x5t#S256", json!("AAAA")), ("b64", json!(false)),
        ("zip", json!("DEF")), ("enc", json!("A256GCM")), ("cty", json!("JWT")),
    ] {
        let mut header = forge.header();
        header[name] = value;
        // Signed with our key as well as with one of their own.
        forge.is_refused(&forge.raw(&header, &forge.claims.to_string()), name).await;
        header["kid"] = own.public().kid().into();
        let payload = forge.claims.to_string();
        let foreign = own.sign_bytes(header.to_string().as_bytes(), payload.as_bytes());
        forge.is_refused(&foreign, name).await;
    }
    for kid in [
        "", "../../../../dev/null", "/etc/passwd", "' OR '1'='1", "x' UNION SELECT 'AAAA' --",
        "key\u{0}", "null", "0", "*", "%", "http://evil.test/key", "|cat /etc/passwd",
    ] {
        let mut header = forge.header();
        header["kid"] = kid.into();
        forge.is_refused(&forge.raw(&header, &forge.claims.to_string()), kid).await;
        header["kid"] = json!([kid]);
        forge.is_refused(&forge.raw(&header, &forge.claims.to_string()), kid).await;
    }
    for absent in ["kid", "typ", "alg"] {
        let mut header = forge.header();
        header.as_object_mut().expect("an object").remove(absent);
        forge.is_refused(&forge.raw(&header, &forge.claims.to_string()), absent).await;
    }
}}

api_test! { asvs_9_2_1_a_token_counts_within_its_time_alone |house| {
    let forge = Forge::new(&house).await;
    let now = house.now().micros() / 1_000_000;
    for (name, good) in [("nbf", now), ("nbf", now + 30), ("iat", now + 30), ("exp", now + 1)] {
        forge.is_good(&forge.signed(&forge.with(name, Some(json!(good))))).await;
    }
    for (name, wrong) in [
        ("exp", Some(now)), ("exp", Some(now - 1)), ("exp", Some(0)), ("exp", Some(-1)), ("exp", None),
        ("nbf", Some(now + 31)), ("nbf", Some(i64::MAX)), ("iat", Some(now + 31)), ("iat", None),
        ("exp", Some(i64::MAX)), ("iat", Some(i64::MIN)), ("exp", Some(now + 901)),
    ] {
        let changed = forge.with(name, wrong.map(|number| json!(number)));
        forge.is_refused(&forge.signed(&changed), &format!("{name} {wrong:?}")).await;
    }
}}

api_test! { ac_138_a_time_of_the_wrong_type_is_refused |house| {
    let forge = Forge::new(&house).await;
    let now = house.now().micros() / 1_000_000;
    for value in [
        "\"9999999999\"".to_owned(), "\"0\"".to_owned(), "[]".to_owned(), "{}".to_owned(),
        "null".to_owned(), "1e999".to_owned(), "true".to_owned(), "1e10".to_owned(),
        "18446744073709551615".to_owned(), format!("{}.5", now + 100), format!("[{}]", now + 100),
        format!("\"{}\"", now + 100), "-0".to_owned(), "NaN".to_owned(),
    ] {
        for name in ["exp", "nbf", "iat", "auth_time"] {
            let claims = forge.with(name, None).to_string();
            let payload = claims.replacen('{', &format!("{{\"{name}\":{value},"), 1);
            forge.is_refused(&forge.raw(&forge.header(), &payload), &format!("{name}: {value}")).await;
        }
    }
    // A member that stands twice is refused, whichever of the two would be good.
    let claims = forge.claims.to_string();
    for twice in ["\"exp\":9999999999,", "\"sub\":\"usr_1\",", "\"aud\":\"x\","] {
        let payload = claims.replacen('{', &format!("{{{twice}"), 1);
        forge.is_refused(&forge.raw(&forge.header(), &payload), twice).await;
    }
}}

api_test! { asvs_9_2_3_jat_04_every_claim_is_looked_at |house| {
    let forge = Forge::new(&house).await;
    let own = house.app.config.origin();
    let other = house.user().await;
    for (name, value) in [
        ("aud", json!("https://other.test")), ("aud", json!([own])), ("aud", json!(["x", own])),
        ("aud", json!("")), ("aud", json!(format!("{own}/"))), ("iss", json!("https://evil.test")),
        ("iss", json!(format!("{own}/"))), ("sub", json!(other.id)), ("sub", json!("admin")),
        ("sid", json!("ses_06awk5n2q3w0r8d1e4t7y9v2m4")), ("jti", json!("1")), ("sid", json!(1)),
        ("client_id", json!("anybody")), ("roles", json!("admin")), ("scope", json!("Not A Scope")),
        ("cnf", json!({})), ("cnf", json!({ "jkt": "AAAA" })), ("azp", json!("x")),
        ("permissions", json!("users:read")), ("scope", json!(["users:read"])),
    ] {
        let why = format!("{name}: {value}");
        forge.is_refused(&forge.signed(&forge.with(name, Some(value))), &why).await;
    }
    for name in ["iss", "aud", "sub", "client_id", "jti", "exp", "iat", "roles"] {
        forge.is_refused(&forge.signed(&forge.with(name, None)), name).await;
    }
    for payload in ["[]", "1", "", "null", "\"x\"", "{}"] {
        forge.is_refused(&forge.raw(&forge.header(), payload), payload).await;
    }
    // Whatever a token says of roles and permissions, here only the database's word counts.
    let mut climbing = forge.with("permissions", Some(json!(["users:read", "users:write"])));
    climbing["roles"] = json!(["admin"]);
    let climber = forge.who.bearing(&forge.signed(&climbing));
    climber.get("/v1/me").await.ok();
    climber.get("/v1/users").await.problem(Code::PermissionMissing);
}}

api_test! { asvs_9_2_2_ac_027_one_kind_of_secret_is_no_other |house| {
    let forge = Forge::new(&house).await;
    let token = forge.signed(&forge.claims);
    for kind in ["JWT", "jwt", "at+JWT", "application/at+jwt", "id+jwt", "logout+jwt", "dpop+jwt", ""] {
        let mut header = forge.header();
        header["typ"] = kind.into();
        forge.is_refused(&forge.raw(&header, &forge.claims.to_string()), kind).await;
    }
    let list = house.nobody().get("/.well-known/doorward/revocations").await.expect(200).text;
    forge.is_refused(&list, "the list of what has ended").await;
    let cookie = forge.who.cookie().expect("a cookie");
    let (name, value) = cookie.split_once('=').expect("a value");
    forge.is_refused(value, "the session's cookie").await;
    forge.is_refused(&value[value.len() - 43..], "the session's key").await;
    let made = json!({ "email": "mail@example.test", "password": "a river of green tea", "name": "M" });
    house.nobody().post("/v1/auth/sign-up", made).await.accepted();
    let mailed = house.mail_to("mail@example.test").await;
    forge.is_refused(mailed.token(), "a mailed token").await;

    // And a token is no cookie, no API key and no mailed proof.
    let thief = forge.who.elsewhere();
    thief.set_cookie(Some(format!("{name}={token}")));
    thief.get("/v1/me").await.problem(Code::NotSignedIn);
    let request = house.nobody().request(Method::GET, "/v1/me").header("x-api-key", &token);
    house.nobody().send(request).await.problem(Code::TokenInvalid);
    let proof = json!({ "token": token });
    house.nobody().post("/v1/auth/verify-email", proof).await;
    let query = house.nobody().get(&format!("/v1/me?access_token={token}")).await;
    assert_eq!(query.status, 401);
}}

api_test! { asvs_16_3_3_who_forges_tokens_is_told_of_and_fills_no_log |house| {
    let forge = Forge::new(&house).await;
    let admin = house.admin().await;
    let good = forge.header();
    let changed = |name: &str, value: &str| {
        let mut header = good.clone();
        header[name] = value.into();
        forge.raw(&header, &forge.claims.to_string())
    };
    let expired = forge.with("exp", Some(forge.claims["iat"].clone()));
    for (token, why) in [
        (changed("alg", "none"), "algorithm"), (changed("typ", "JWT"), "kind"),
        (changed("kid", "x"), "key"), (changed("jku", "https://evil.test"), "malformed"),
        (forge.signed(&forge.with("iss", Some(json!("https://evil.test")))), "issuer"),
        (forge.signed(&forge.with("aud", Some(json!("https://other.test")))), "audience"),
        (forge.signed(&forge.with("jti", None)), "claims"), (forge.signed(&expired), "claims"),
        (forge.signed(&forge.with("cnf", Some(json!({ "jkt": "AAAA" })))), "proof"),
    ] {
        forge.is_refused(&token, why).await;
        assert_eq!(admin.latest_event("token.refused").await["detail"], json!({ "why": why }));
    }
    let count = async || house.dump().await.text().matches("token.refused").count();
    for _ in 0..40 {
        forge.is_refused(&changed("alg", "none"), "the limit").await;
    }
    assert_eq!(count().await, 30, "an address causes so many events in ten minutes");
    // What is over by itself, or is no token at all, is nobody's attack.
    house.pass(601);
    let before = count().await;
    forge.is_refused("dw_mistyped", "a mistyped key").await;
    let token = forge.who.token().await;
    house.pass(300);
    forge.is_refused(&token, "its time is over").await;
    assert_eq!(count().await, before);
}}
