//! Characters that mean something in SQL are only characters here, on both databases.

use doorward::{
    access::audit::{self, Verdict},
    db,
};
use reqwest::{Method, header::IF_MATCH};
use serde_json::{Value, json};

use crate::harness::{Actor, House};

const HOSTILE: [&str; 9] = [
    "'",
    "';--",
    "' OR '1'='1",
    "\"; DROP TABLE users; --",
    "%",
    "_",
    "\\",
    "a\0b",
    "$1 ?1 :a @b /* ${jndi:x} */ \\'; SELECT 1",
];

/// A value that fits a schema of the contract, so far as the schema tells.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return example(document, document.pointer(pointer).expect("a schema"));
    }
    if let Some(given) = schema["examples"].get(0) {
        return given.clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields.map(|(name, field)| (name.clone(), example(document, field))).collect()
        }
        Some("array") => json!([example(document, &schema["items"])]),
        Some("boolean") => json!(true),
        _ if schema["format"] == "date-time" => json!("2027-01-01T00:00:00Z"),
        _ => json!("system"),
    }
}

/// The places of all texts in a value, as JSON pointers.
fn texts(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.flat_map(|(n, item)| texts(item, &format!("{at}/{n}"))).collect()
        }
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, item)| texts(item, &format!("{at}/{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// Sends an operation once for each of its inputs and each hostile text; answers how often.
async fn attack(by: &Actor, document: &Value, method: &str, path: &str, operation: &Value) -> u32 {
    let mut sent = 0;
    let method: Method = method.to_uppercase().parse().expect("a method");
    let known = path.replace("{id}", &unknown(path));
    let send = async |path: &str, body: Option<&Value>| {
        let request = by.request(method.clone(), path).header(IF_MATCH, "*");
        let request = if let Some(body) = body { request.json(body) } else { request };
        let reply = by.send(request).await;
        assert!(reply.status < 500, "{method} {path} {body:?}: {}", reply.text);
    };
    for hostile in HOSTILE {
        let encoded: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_null() {
            let body = example(document, schema);
            for place in texts(&body, "") {
                let mut body = body.clone();
                *body.pointer_mut(&place).expect("the text") = json!(hostile);
                send(&known, Some(&body)).await;
                sent += 1;
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            match parameter["in"].as_str() {
                Some("query") => send(&format!("{known}?{name}={encoded}"), None).await,
                Some("path") => {
                    let hostile = encoded.replace('+', "%20");
                    send(&path.replace(&format!("{{{name}}}"), &hostile), None).await;
                }
                _ => continue,
            }
            sent += 1;
        }
    }
    sent
}

/// An id of nothing, of the kind that the path wants.
fn unknown(path: &str) -> String {
    let kind = match path.split('/').nth(2) {
        Some("users") => "usr",
        Some("roles") => "rol",
        Some("grants") => "grt",
        _ => "ses",
    };
    format!("{kind}_06awk5n2q3w0r8d1e4t7y9v2m4")
}

/// What must be the same before and after.
async fn unconcerned(house: &House, by: &Actor, user: &Actor) -> Vec<String> {
    // The administrator's role gets the permissions that are made.
    let (user, role) = (&user.id, by.role_called("auditor").await);
    let mut found = Vec::new();
    for path in [
        format!("/v1/users/{user}"),
        format!("/v1/users/{user}/grants"),
        format!("/v1/users/{user}/sessions"),
        format!("/v1/roles/{role}"),
        format!("/v1/roles/{role}/grants"),
        "/v1/users?status=disabled".to_owned(),
    ] {
        let reply = by.get(&path).await.expect(200);
        found.push(format!("{:?} {}", reply.header("etag"), reply.text));
    }
    let verdict = house.app.db.snapshot(|db| Ok::<_, db::Error>(audit::verify(db)?)).await;
    assert!(matches!(verdict, Ok(Verdict::Whole { .. })), "{verdict:?}");
    found
}

api_test! { asvs_1_2_4_no_text_in_any_input_reaches_the_database_as_sql |house| {
    let admin = house.admin().await;
    let attacker = house.admin().await;
    let user = house.user().await;
    admin.grant_new_role(&user, &["users:read"]).await;
    let before = unconcerned(&house, &admin, &user).await;
    let document = house.contract.document.clone();
    let mut sent = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let by = if path.contains("/auth/") { &house.nobody() } else { &attacker };
            sent += attack(by, &document, method, path, operation).await;
        }
    }

    assert!(sent > 400, "{sent} requests");
    assert_eq!(unconcerned(&house, &admin, &user).await, before);
}}

api_test! { asvs_1_2_4_what_may_stand_in_a_text_is_kept_as_it_was_sent |house| {
    let admin = house.admin().await;
    let role = format!("/v1/roles/{}", admin.make_role(&[]).await);
    let user = format!("/v1/users/{}", admin.make_user("ben@example.test").await);
    for text in HOSTILE.into_iter().filter(|text| !text.contains('\0')) {
        let changed = admin.patch(&user, "*", json!({ "name": text })).await.ok();
        assert_eq!(changed["name"], text);
        assert_eq!(admin.get(&user).await.ok(), changed);
        let changed = admin.patch(&role, "*", json!({ "description": text })).await.ok();
        assert_eq!(changed["description"], text);
        assert_eq!(admin.get(&role).await.ok(), changed);
    }
    let odd = "o'neil%_@example.test";
    let made = admin.make_user(odd).await;
    assert_eq!(admin.get("/v1/users?email_prefix=O%27Neil%25_").await.items()[0]["id"], made);
}}
