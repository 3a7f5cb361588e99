//! Passkeys as people use them: several to an account, to sign in with, as a second factor, and to
//! prove again who one is.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, Reply, Settings, SoftKey};

const UMA: &str = "uma@example.test";

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The first step of a sign-in by password; answers its token.
async fn first_step(who: &Actor) -> String {
    let answer = who.sign_in().await.ok();
    assert_eq!(answer["status"], "second_factor_required");
    assert_eq!(answer["session"], Value::Null);
    let methods = &answer["second_factor"]["methods"];
    assert_eq!(*methods, json!(["passkey", "recovery_code"]));
    text(&answer["second_factor"]["token"]).to_owned()
}

/// The second step by passkey; the reply tells how it went.
async fn second_step(who: &Actor, token: &str, key: &mut SoftKey, trust: bool) -> Reply {
    let path = "/v1/auth/second-factor/passkey/begin";
    let begun = who.post(path, json!({ "token": token })).await.created();
    let credential = key.prove(&begun["options"]).await;
    let body = json!({
        "token": token, "ceremony": begun["ceremony"], "credential": credential,
        "trust_device": trust,
    });
    who.post("/v1/auth/second-factor/passkey", body).await
}

api_test! { asvs_6_3_3_a_first_passkey_counts_as_second_factor_and_ends_other_sessions |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let phone = uma.elsewhere();
    phone.sign_in().await.ok();
    let before = uma.cookie();

    let added = uma.add_passkey(&mut SoftKey::new(&house), "Laptop").await;

    assert_eq!(added["passkey"]["name"], "Laptop");
    assert_eq!(added["passkey"]["last_used_at"], Value::Null);
    assert_eq!(added["recovery_codes"].as_array().expect("codes").len(), 10);
    assert_ne!(uma.cookie(), before);
    phone.get("/v1/me").await.problem(Code::NotSignedIn);
    let session = uma.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["acr"], "aal2");
    assert_eq!(session["session"]["amr"], json!(["hwk", "mfa", "pwd", "user"]));
    let factors = uma.get("/v1/me/factors").await.ok();
    assert_eq!(factors["passkeys"], json!([added["passkey"]]));
    assert_eq!(factors["methods"], json!(["passkey", "recovery_code", "password"]));
    house.mail_of("factor_changed", UMA).await;
    let event = admin.latest_event("factor.added").await;
    assert_eq!((&event["subject_id"], &event["detail"]), (&json!(uma.id), &json!({ "kind": "passkey" })));
    assert_eq!(uma.get("/v1/me/export").await.ok()["passkeys"], json!([added["passkey"]]));
}}

api_test! { a_passkey_alone_signs_in_without_a_name |house| {
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    let laptop = house.nobody();
    let begun = laptop.call("/v1/auth/passkey/begin").await.created();
    for absent in ["allowCredentials", "mediation"] {
        assert_eq!(begun["options"].get(absent), None);
    }
    assert_eq!(begun["options"]["rpId"], "localhost");
    assert_eq!(begun["options"]["userVerification"], "required");
    let challenge = text(&begun["options"]["challenge"]);
    assert!(data_encoding::BASE64URL_NOPAD.decode(challenge.as_bytes()).expect("bytes").len() >= 16);
    house.pass(60);

    let answer = laptop.sign_in_by_passkey(&mut key).await.ok();

    assert_eq!(answer["status"], "signed_in");
    assert_eq!(answer["session"]["user"]["id"], uma.id);
    assert_eq!(answer["session"]["acr"], "aal2");
    assert_eq!(answer["session"]["amr"], json!(["hwk", "mfa", "user"]));
    let listed = laptop.get("/v1/me/passkeys").await.items();
    assert_eq!(listed[0]["last_used_at"], house.now().to_string());
    // It is enough for what asks for a recent proof, and of both factors.
    laptop.call("/v1/me/recovery-codes").await.created();
}}

api_test! { a_passkey_finishes_a_sign_in_by_password |house| {
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    let phone = uma.elsewhere();
    let token = first_step(&phone).await;

    let answer = second_step(&phone, &token, &mut key, false).await.ok();

    assert_eq!(answer["session"]["amr"], json!(["hwk", "mfa", "pwd", "user"]));
    phone.get("/v1/me").await.ok();
    let again = json!({ "token": token });
    let path = "/v1/auth/second-factor/passkey/begin";
    house.nobody().post(path, again).await.problem(Code::PendingInvalid);
}}

api_test! { a_passkey_is_enough_where_a_stronger_proof_is_asked_for |house| {
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    house.pass(901);
    let refused = uma.call("/v1/me/recovery-codes").await.problem(Code::StepUpRequired);
    assert_eq!(refused["methods"], json!(["passkey", "recovery_code"]));
    let before = uma.cookie();

    let begun = uma.call("/v1/auth/step-up/passkey/begin").await.created();
    let credential = key.prove(&begun["options"]).await;
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    uma.post("/v1/auth/step-up/passkey", body).await.ok();

    assert_ne!(uma.cookie(), before);
    uma.call("/v1/me/recovery-codes").await.created();
    // Who has none is told what would do instead.
    let other = house.user().await;
    let refused = other.call("/v1/auth/step-up/passkey/begin").await.problem(Code::MethodRefused);
    assert_eq!(refused["methods"], json!(["password"]));
}}

api_test! { several_passkeys_have_names_and_are_removed_one_by_one |house| {
    let uma = house.user_called(UMA).await;
    let (mut laptop, mut phone) = (SoftKey::new(&house), SoftKey::counting(&house));
    let first = uma.add_passkey(&mut laptop, "Laptop").await;
    house.pass(1);
    let second = uma.add_passkey(&mut phone, "Phone").await;
    assert_eq!(second["recovery_codes"], json!([]));
    assert_eq!(laptop.handle(), phone.handle());
    assert!(!text(&json!(uma.id)).as_bytes().ends_with(&laptop.handle()));
    let at = |added: &Value| format!("/v1/me/passkeys/{}", text(&added["passkey"]["id"]));

    let renamed = uma.patch_blindly(&at(&second), json!({ "name": "Old phone" })).await.ok();
    assert_eq!(renamed["name"], "Old phone");
    let page = uma.get("/v1/me/passkeys?limit=1").await.ok();
    assert_eq!(page["items"], json!([first["passkey"]]));
    let next = uma.get(&format!("/v1/me/passkeys?cursor={}", text(&page["next_cursor"]))).await.ok();
    assert_eq!((&next["items"], &next["next_cursor"]), (&json!([renamed]), &Value::Null));

    uma.delete(&at(&first)).await.no_content();
    uma.delete(&at(&first)).await.problem(Code::FactorNotFound);
    house.nobody().sign_in_by_passkey(&mut laptop).await.problem(Code::PasskeyRefused);
    house.nobody().sign_in_by_passkey(&mut phone).await.ok();
    uma.delete(&at(&second)).await.no_content();
    let factors = uma.get("/v1/me/factors").await.ok();
    assert_eq!(factors["recovery_codes_left"], 0);
    assert_eq!(uma.elsewhere().sign_in().await.ok()["status"], "signed_in");
}}

api_test! { an_account_without_a_password_keeps_a_passkey |house| {
    let uma = house.user_called(UMA).await;
    let (mut laptop, mut phone) = (SoftKey::new(&house), SoftKey::new(&house));
    let first = uma.add_passkey(&mut laptop, "Laptop").await;
    let second = uma.add_passkey(&mut phone, "Phone").await;
    house.execute(&format!("DELETE FROM passwords WHERE user_id = '{}'", uma.id)).await;
    let at = |added: &Value| format!("/v1/me/passkeys/{}", text(&added["passkey"]["id"]));

    uma.delete(&at(&first)).await.no_content();
    uma.delete(&at(&second)).await.problem(Code::LastWayIn);

    house.nobody().sign_in_by_passkey(&mut phone).await.ok();
}}

api_test! { twenty_passkeys_are_the_most_and_none_is_added_twice |house| {
    let uma = house.user_called(UMA).await;
    for nth in 0..20 {
        uma.add_passkey(&mut SoftKey::new(&house), &format!("Key {nth}")).await;
    }
    uma.call("/v1/me/passkeys/begin").await.problem(Code::FactorExists);
    // A credential that belongs to somebody else's account.
    let other = house.user().await;
    let begun = other.call("/v1/me/passkeys/begin").await.created();
    let mut fresh = SoftKey::new(&house);
    let credential = fresh.make(&begun["options"]).await;
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let id = text(&credential["id"]).to_owned();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(id.as_bytes()).expect("bytes");
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let literal = match house.kind {
        crate::harness::Kind::Sqlite => format!("X'{hex}'"),
        crate::harness::Kind::Postgres => format!("'\\x{hex}'"),
    };
    let taken = format!(
        "UPDATE passkeys SET credential_id = {literal} WHERE name = 'Key 3'"
    );
    house.execute(&taken).await;
    other.post("/v1/me/passkeys", body).await.problem(Code::FactorExists);
    assert_eq!(other.get("/v1/me/factors").await.ok()["recovery_codes_left"], 0);
}}

fn at_an_address() -> Settings {
    let variables = vec![("DOORWARD_PUBLIC_URL", "https://203.0.113.7")];
    Settings { variables, ..Settings::default() }
}

api_test! { where_no_page_lies_in_a_domain_passkeys_are_said_to_be_unavailable [at_an_address()] |house| {
    house.nobody().call("/v1/auth/passkey/begin").await.problem(Code::PasskeysUnavailable);
}}

api_test! { with_an_account_go_its_passkeys |house| {
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    uma.call("/v1/me/passkeys/begin").await.created();
    uma.delete("/v1/me").await.no_content();
    for table in ["passkeys", "passkey_users"] {
        let left = house.ask(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}")).await;
        assert_eq!(left, ["0"], "{table}");
    }
    house.nobody().sign_in_by_passkey(&mut key).await.problem(Code::PasskeyRefused);
}}

api_test! { an_administrator_removes_passkeys_with_all_factors |house| {
    let admin = house.admin().await;
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    let reason = json!({ "reason": "asked in person" });
    let path = format!("/v1/users/{}/factors/reset", uma.id);
    admin.post(&path, reason).await.no_content();
    house.nobody().sign_in_by_passkey(&mut key).await.problem(Code::PasskeyRefused);
    assert_eq!(uma.elsewhere().sign_in().await.ok()["status"], "signed_in");
}}

/// What an account that is out of use is told after a right proof.
async fn refused_as(house: &House, key: &mut SoftKey, change: &str) -> String {
    house.execute(&format!("UPDATE users SET {change} WHERE email = '{UMA}'")).await;
    let reply = house.nobody().sign_in_by_passkey(key).await;
    let code = reply.json()["code"].as_str().map(ToOwned::to_owned);
    code.unwrap_or_else(|| reply.json()["status"].to_string())
}

api_test! { asvs_6_3_4_no_passkey_goes_around_the_state_of_its_account |house| {
    let uma = house.user_called(UMA).await;
    let mut key = SoftKey::new(&house);
    uma.add_passkey(&mut key, "Laptop").await;
    let disabled = refused_as(&house, &mut key, "status = 'disabled'").await;
    assert_eq!(disabled, Code::AccountDisabled.as_str());
    let active = refused_as(&house, &mut key, "status = 'active'").await;
    assert_eq!(active, "\"signed_in\"");
    // What others fail with the password does not lock its owner's passkey.
    let locked = refused_as(&house, &mut key, "locked_at = 1").await;
    assert_eq!(locked, "\"signed_in\"");
}}
