//! What holds on every hosted page: found by following the links, so a new page is looked at too.

use std::collections::BTreeSet;

use crate::harness::{Actor, House};

/// Every page that somebody reaches from these, with its text.
async fn pages(who: &Actor, from: &[&str]) -> Vec<(String, String)> {
    let mut waiting: Vec<String> = from.iter().map(|path| (*path).to_owned()).collect();
    let (mut known, mut found): (BTreeSet<String>, _) =
        (waiting.iter().cloned().collect(), Vec::new());
    while let Some(path) = waiting.pop() {
        let reply = who.get(&path).await;
        let is_page =
            reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        if reply.status != 200 || !is_page {
            continue;
        }
        for link in
            attributes(&reply.text, "href").into_iter().chain(attributes(&reply.text, "action"))
        {
            let path = link.split(['?', '#']).next().unwrap_or_default().to_owned();
            let is_ours =
                path.starts_with('/') && !path.starts_with("/v1") && !path.starts_with("/docs");
            if is_ours && known.insert(path.clone()) {
                waiting.push(path);
            }
        }
        found.push((path, reply.text));
    }
    found
}

/// The values of an attribute.
fn attributes(text: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let parts = text.split(&start).skip(1);
    parts.map(|part| part.split('"').next().unwrap_or_default().to_owned()).collect()
}

/// The elements of a kind, as they are written.
fn elements<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|part| part.split('>').next().unwrap_or_default()).collect()
}

async fn all(house: &House) -> Vec<(String, String)> {
    let mut found = pages(
        &house.nobody(),
        &["/sign-in", "/sign-up", "/forgot", "/reset?token=x", "/setup?token=x"],
    )
    .await;
    let inside = house.user().await;
    found.extend(pages(&inside, &["/account"]).await);
    found
}

/// The fields into which a password goes.
fn passwords(text: &str) -> Vec<&str> {
    let fields = elements(text, "<input").into_iter();
    fields
        .filter(|field| attributes(field, "name").iter().any(|name| name.contains("password")))
        .collect()
}

api_test! { asvs_6_2_6_every_field_for_a_password_hides_what_is_typed |house| {
    let mut count = 0;
    for (path, text) in all(&house).await {
        for field in passwords(&text) {
            assert_eq!(attributes(field, "type"), ["password"], "{path}: {field}");
            assert!(attributes(field, "value").is_empty(), "{path}: {field}");
            count += 1;
        }
    }
    assert!(count >= 4, "{count}");
}}

api_test! { asvs_6_2_7_password_managers_and_pasting_are_welcome |house| {
    for (path, text) in all(&house).await {
        for field in passwords(&text) {
            let hint = attributes(field, "autocomplete");
            let is_told = hint == ["current-password"] || hint == ["new-password"];
            assert!(is_told, "{path}: {field}");
            assert!(!field.contains("readonly") && !field.contains("inputmode"), "{path}: {field}");
        }
        assert!(!text.contains("onpaste") && !text.contains("autocomplete=\"off\""), "{path}");
        // A form with a password says whose it is, so that the right one is filled in.
        if !passwords(&text).is_empty() && !path.starts_with("/setup") && !path.starts_with("/reset") {
            let is_named = text.contains("autocomplete=\"username\"") || text.contains("type=\"email\"");
            assert!(is_named, "{path}");
        }
    }
}}

api_test! { asvs_7_4_4_every_page_of_an_account_has_a_way_out |house| {
    let user = house.user().await;
    let found = pages(&user, &["/account"]).await;
    assert!(found.len() >= 6, "{}", found.len());
    for (path, text) in &found {
        // A plain form with a button: it is in view and works by keyboard, without scripts.
        let (_, form) = text.split_once("action=\"/sign-out\"").unwrap_or_else(|| panic!("{path} has none"));
        let button = form.split("</form>").next().unwrap_or_default();
        assert!(button.contains("<button") && !button.contains("hidden") && !button.contains("disabled"), "{path}");
    }
}}
