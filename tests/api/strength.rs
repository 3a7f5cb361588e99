//! How good a new password has to be, and what its owner is told: the same at every place where one
//! is chosen.

use doorward::http::code::Code;
use serde_json::{Value, json};

use crate::harness::{Actor, House, PASSWORD, Settings};

/// The code and the sentence of the only field at fault, at each place where a password is chosen.
async fn refusals(house: &House, user: &Actor, admin: &Actor, password: &str) -> Vec<Value> {
    let person =
        json!({ "email": "zoe.quint@tidewater.test", "password": password, "name": "Zoe Quint" });
    let change = json!({ "current_password": PASSWORD, "new_password": password });
    let replies = [
        house.nobody().post("/v1/auth/sign-up", person.clone()).await,
        admin.post("/v1/users", person).await,
        user.post("/v1/me/password", change).await,
    ];
    let mut found = Vec::new();
    for reply in replies {
        let problem = reply.problem(Code::FieldsInvalid);
        let errors = problem["errors"].as_array().expect("a list").clone();
        assert_eq!(errors.len(), 1, "{password}: {errors:?}");
        let told = errors[0]["message"].as_str().expect("a sentence");
        assert!(!told.contains(password) && !told.is_empty(), "{told}");
        found.push(errors[0].clone());
    }
    assert!(found.iter().all(|error| error["message"] == found[0]["message"]), "{found:?}");
    found
}

api_test! { asvs_6_2_4_weak_passwords_are_refused_everywhere_with_the_reason |house| {
    let admin = house.admin().await;
    let user = house.user().await;
    for (password, code, reason) in [
        ("short words", "too_short", "too short"),
        ("password1234567", "too_common", "first that are guessed"),
        ("correct horse battery staple", "too_common", "first that are guessed"),
        ("elephantelephantx", "too_guessable", "repetition"),
        ("elizabeth1985-05-13", "too_guessable", "dates"),
    ] {
        for error in refusals(&house, &user, &admin, password).await {
            assert_eq!(error["code"], code, "{password}: {error}");
            let told = error["message"].as_str().expect("a sentence");
            assert!(told.contains(reason), "{password}: {told}");
        }
    }
}}

api_test! { asvs_6_2_11_what_a_guesser_knows_of_somebody_counts_as_a_word |house| {
    for password in ["Tidewater 2026!!!!", "zoe.quint@tidewater", "quintquintquint"] {
        let body = json!({
            "email": "zoe.quint@tidewater.test", "password": password, "name": "Zoe Quint",
        });
        let fault = ("/password".to_owned(), "too_guessable".to_owned());
        let reply = house.nobody().post("/v1/auth/sign-up", body).await;
        assert_eq!(reply.fields(), [fault], "{password}");
    }
}}

api_test! { good_pass_phrases_are_taken_at_the_highest_score [Settings {
    variables: vec![("DOORWARD_PASSWORD_MIN_SCORE", "4")],
    ..Settings::default()
}] |house| {
    for (n, password) in [
        "seven umbrellas sing quietly", "a lake of black coffee", "löwenzahn im märz ißt",
        "дождь над старым мостом", "qmzkxvwbhtrpdlc", "雨が降る日は本を読む犬とねこ達",
    ].iter().enumerate() {
        let body = json!({
            "email": format!("p{n}@example.test"), "password": password, "name": "Ann",
        });
        house.nobody().post("/v1/auth/sign-up", body).await.accepted();
    }
}}

api_test! { the_least_score_is_a_setting [Settings {
    variables: vec![("DOORWARD_PASSWORD_MIN_SCORE", "0"), ("DOORWARD_PASSWORD_MIN_LENGTH", "8")],
    ..Settings::default()
}] |house| {
    let sign_up = async |password: &str| {
        let email = format!("u{}@example.test", uuid::Uuid::now_v7().simple());
        let body = json!({ "email": email, "password": password, "name": "Ann" });
        house.nobody().post("/v1/auth/sign-up", body).await
    };
    sign_up("lamp1985lamp").await.accepted();
    // The most common ones are refused whatever the score.
    for password in ["trustno1", "butterfly", "chocolate1", "liverpool", "password"] {
        let fault = ("/password".to_owned(), "too_common".to_owned());
        assert_eq!(sign_up(password).await.fields(), [fault], "{password}");
    }
}}
