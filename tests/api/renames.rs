//! Passkeys and authenticator apps get other names, over the API and on their pages, from nobody
//! but their owner.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Actor, Reply, SoftKey};

async fn send(who: &Actor, page: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = who.request(Method::POST, page).body(body);
    who.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

#[track_caller]
fn leads_to(reply: &Reply, place: &str) {
    assert_eq!((reply.status, reply.header("location")), (303, Some(place)), "{}", reply.text);
}

async fn names(who: &Actor, kind: &str) -> Vec<Value> {
    let factors = who.get("/v1/me/factors").await.ok();
    let all = factors[kind].as_array().expect("a list").iter();
    all.map(|factor| factor["name"].clone()).collect()
}

api_test! { an_authenticator_app_gets_another_name_from_its_owner_alone |house| {
    let admin = house.admin().await;
    let (uma, eve) = (house.user().await, house.user().await);
    let (app, _) = uma.enrol(&house).await;
    let path = format!("/v1/me/factors/{}", app.id);

    let renamed = uma.patch_blindly(&path, json!({ "name": "Old phone" })).await.ok();

    assert_eq!((&renamed["name"], &renamed["confirmed"]), (&json!("Old phone"), &json!(true)));
    assert_eq!(names(&uma, "totp").await, ["Old phone"]);
    let event = admin.latest_event("factor.renamed").await;
    assert_eq!((&event["actor_id"], &event["detail"]), (&json!(uma.id), &json!({ "kind": "totp" })));
    eve.patch_blindly(&path, json!({ "name": "Eve's" })).await.problem(Code::FactorNotFound);
    house.nobody().patch_blindly(&path, json!({ "name": "x" })).await.problem(Code::NotSignedIn);
    for wrong in ["", "a\nb", &"n".repeat(61)] {
        let reply = uma.patch_blindly(&path, json!({ "name": wrong })).await;
        assert_eq!(reply.fields()[0].0, "/name");
    }
    assert_eq!(names(&uma, "totp").await, ["Old phone"]);
    // It still is the app that it was.
    let token = uma.elsewhere().begin().await;
    uma.elsewhere().finish(&token, "totp", &app.next(&house)).await.ok();
}}

api_test! { passkeys_and_apps_get_other_names_on_their_pages |house| {
    let uma = house.user().await;
    let (app, _) = uma.enrol(&house).await;
    let mut key = SoftKey::new(&house);
    let added = uma.add_passkey(&mut key, "Laptop").await;
    let passkey = added["passkey"]["id"].as_str().expect("an id").to_owned();
    for (list, id, field, kind, done) in [
        ("/account/passkeys", &passkey, "Name of the passkey", "passkeys", "passkey"),
        ("/account/factors", &app.id, "Name of the app", "totp", "factor"),
    ] {
        let page = format!("{list}/name");
        let link = format!("href=\"{page}?id={id}\"");
        assert!(uma.get(list).await.expect(200).text.contains(&link), "{list}");
        let form = uma.get(&format!("{page}?id={id}")).await.expect(200);
        assert!(form.text.contains(field) && !form.text.contains('⟦'), "{}", form.text);

        let wrong = send(&uma, &page, &[("id", id), ("name", "")]).await.expect(422);
        assert!(wrong.text.contains("role=\"alert\""), "{}", wrong.text);
        let reply = send(&uma, &page, &[("id", id), ("name", "<b>Attic</b>")]).await;

        leads_to(&reply, &format!("{list}?done={done}-renamed"));
        assert_eq!(names(&uma, kind).await, ["<b>Attic</b>"]);
        let shown = uma.get(&format!("{list}?done={done}-renamed")).await.expect(200);
        assert!(shown.text.contains("&#60;b&#62;Attic") && shown.text.contains("new name."));
    }
}}

api_test! { another_s_factor_has_no_page_to_rename_it |house| {
    let (uma, eve) = (house.user().await, house.user().await);
    let (app, _) = uma.enrol(&house).await;
    for id in ["", "x", &app.id] {
        let reply = eve.get(&format!("/account/factors/name?id={id}")).await;
        leads_to(&reply, "/account/factors");
        let reply = send(&eve, "/account/factors/name", &[("id", id), ("name", "Eve's")]).await;
        leads_to(&reply, "/account/factors?done=factor-gone");
    }
    let reply = eve.get("/account/passkeys/name?id=x").await;
    leads_to(&reply, "/account/passkeys");
    leads_to(&house.nobody().get("/account/passkeys/name").await, "/sign-in?return_to=%2Faccount%2Fpasskeys%2Fname");
    assert_eq!(names(&uma, "totp").await, ["Authenticator app"]);
}}
