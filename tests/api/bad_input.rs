//! Bodies that no client should send, to every operation that takes one: always a problem that the
//! contract declares, never a failure of ours, and nothing is written.

use reqwest::header;
use serde_json::{Value, json};

use crate::harness::{
    Actor, House, Operation, Reply, Settings, Wire,
    sample::{self, Fill, Spot},
};

/// Ten megabytes.
const HUGE: usize = 10_000_000;

fn with_bodies(house: &House) -> Vec<Operation> {
    let operations: Vec<_> =
        house.operations().into_iter().filter(|it| it.body_schema().is_some()).collect();
    assert!(operations.len() > 5, "the operations were found");
    operations
}

async fn send(who: &Actor, operation: &Operation, body: impl Into<reqwest::Body>) -> Reply {
    let request = who.bare_call(operation, &operation.random_path());
    who.send(request.header(header::CONTENT_TYPE, "application/json").body(body)).await
}

/// Bytes that are no JSON document, or none that can be read in one way alone.
fn no_json(right: &Value) -> Vec<(&'static str, Vec<u8>)> {
    let text = right.to_string();
    let (name, first) = right.as_object().and_then(|it| it.iter().next()).expect("a field");
    let inside = &text[1..text.len() - 1];
    let with = |more: &str| format!("{{{more},{inside}}}").into_bytes();
    vec![
        ("empty", vec![]),
        ("blank", b" \n".to_vec()),
        ("no JSON", b"name=Ann&email=a@example.test".to_vec()),
        ("cut short", text.as_bytes()[..text.len() - 1].to_vec()),
        ("two documents", [text.as_bytes(), text.as_bytes()].concat()),
        ("byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("invalid UTF-8", [b"{\"\xff\xfe\":1,", inside.as_bytes(), b"}"].concat()),
        ("NUL byte", [text.as_bytes(), b"\0"].concat()),
        ("control character", with("\"a\nb\":1")),
        ("half a surrogate", with("\"\\ud800\":1")),
        ("the same key twice", with(&format!("\"{name}\":{first}"))),
        ("the same key, escaped", with(&format!("\"{}\":{first}", escaped(name)))),
        ("number out of range", with("\"n\":1e999")),
        ("not a number", with("\"n\":NaN")),
        ("comment", with("/* */\"n\":1")),
        ("deep nesting", ["[".repeat(100_000), "]".repeat(100_000)].concat().into_bytes()),
        ("deep objects", "{\"a\":".repeat(10_000).into_bytes()),
    ]
}

fn escaped(name: &str) -> String {
    format!("\\u{:04x}{}", name.as_bytes()[0], &name[1..])
}

api_test! { asvs_1_5_3_what_is_no_json_is_refused_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    for operation in with_bodies(&house) {
        let right = operation.body(Fill::Everything).expect("a body");
        for (what, bytes) in no_json(&right) {
            // 200 kB of brackets are too large before they are too deep.
            let is_large = bytes.len() > 65_536;

            let reply = send(&admin, &operation, bytes).await;

            let wanted = if is_large { 413 } else { 400 };
            assert_eq!(reply.status, wanted, "{} with {what}: {}", operation.id, reply.text);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

/// Values of every type but the one that is asked for, and numbers that fit no column.
///
/// An array of all values of an object is one of them: serde would take it for the object.
fn other_types(spot: &Spot, right: &Value) -> Vec<Value> {
    let kind = sample::kind(&spot.schema);
    let fields = right.as_object().map(|fields| fields.values().cloned().collect::<Vec<_>>());
    let huge: Value = serde_json::from_str("1180591620717411303424").expect("two to the 70th");
    let values = [
        ("string", json!("x")),
        ("integer", json!(1)),
        ("number", json!(1.5)),
        ("number", huge),
        ("boolean", json!(true)),
        ("null", Value::Null),
        ("array", json!([])),
        ("array", json!([["x"]])),
        ("array", json!(fields.unwrap_or_default())),
        ("object", json!({})),
        ("object", json!({ "$gt": "" })),
    ];
    values.into_iter().filter(move |(other, _)| *other != kind).map(|(_, value)| value).collect()
}

api_test! { asvs_15_3_5_a_field_of_a_wrong_type_is_pointed_at_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    for operation in with_bodies(&house) {
        let right = operation.body(Fill::Everything).expect("a body");
        for spot in operation.body_spots() {
            let here = right.pointer(&spot.pointer).expect("the sample has it");
            for value in other_types(&spot, here) {
                let mut body = right.clone();
                *body.pointer_mut(&spot.pointer).expect("the sample has it") = value.clone();

                let reply = send(&admin, &operation, body.to_string()).await;

                let at = format!("{} with {} = {value}", operation.id, spot.pointer);
                assert_eq!(reply.status, 422, "{at}: {}", reply.text);
                let pointers = reply.fields();
                let is_there = |(pointer, _): &(String, String)| pointer.starts_with(&spot.pointer);
                assert!(pointers.iter().all(is_there), "{at} is pointed at: {pointers:?}");
            }
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

api_test! { asvs_2_2_1_missing_and_unknown_fields_are_pointed_at_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    for operation in with_bodies(&house) {
        let right = operation.body(Fill::Everything).expect("a body");
        for spot in operation.body_spots() {
            let schema = &spot.schema;
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().expect("a name");
                let mut body = right.clone();
                let object = body.pointer_mut(&spot.pointer).expect("the sample has it");
                object.as_object_mut().expect("an object").remove(name);

                let fields = send(&admin, &operation, body.to_string()).await.fields();

                assert_eq!(fields, [(format!("{}/{name}", spot.pointer), "required".to_owned())]);
            }
            // Some objects have a form that belongs to another standard.
            if sample::kind(schema) == "object" && schema["additionalProperties"] == false {
                let mut body = right.clone();
                body.pointer_mut(&spot.pointer).expect("the sample has it")["is_admin"] = json!(1);

                let fields = send(&admin, &operation, body.to_string()).await.fields();

                let pointer = format!("{}/is_admin", spot.pointer);
                assert_eq!(fields, [(pointer, "unknown_field".to_owned())], "{}", operation.id);
            }
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

api_test! { asvs_2_2_1_a_text_with_nul_is_refused_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    for operation in with_bodies(&house) {
        let right = operation.body(Fill::Everything).expect("a body");
        for spot in operation.body_spots() {
            if sample::kind(&spot.schema) != "string" {
                continue;
            }
            let mut body = right.clone();
            *body.pointer_mut(&spot.pointer).expect("the sample has it") = json!("a\0b");

            let fields = send(&admin, &operation, body.to_string()).await.fields();

            assert_eq!(fields, [(spot.pointer, "nul".to_owned())], "{}", operation.id);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

api_test! { asvs_3_5_2_a_body_that_is_not_called_json_is_refused_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    let kinds = [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/json; charset=iso-8859-1", "application/json; charset=utf-16",
        "application/jsonp", "application/vnd.api+json", "text/json", "*/*", "json", "",
    ];
    for operation in with_bodies(&house) {
        let body = operation.body(Fill::Required).expect("a body").to_string();
        for kind in kinds.iter().map(Some).chain([None]) {
            let mut request = admin.bare_call(&operation, &operation.random_path());
            if let Some(kind) = kind {
                request = request.header(header::CONTENT_TYPE, *kind);
            }

            let reply = admin.send(request.body(body.clone())).await;

            assert_eq!(reply.status, 415, "{} with {kind:?}: {}", operation.id, reply.text);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

/// The beginning of a request by hand, up to the headers that tell of the body.
fn head(who: &Actor, operation: &Operation) -> String {
    format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         If-Match: \"1\"\r\nCookie: {}\r\n",
        operation.method,
        operation.random_path(),
        who.cookie().expect("a cookie")
    )
}

api_test! { a_body_of_ten_megabytes_is_refused_and_nothing_is_written |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    let chunks = chunk.repeat(HUGE / 0x10000);
    for operation in with_bodies(&house) {
        let head = head(&admin, &operation);
        let declared = format!("{head}Content-Length: {HUGE}\r\n\r\n").into_bytes();
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
        let whole = [declared.clone(), vec![b' '; HUGE]].concat();
        for bytes in [declared, whole, [chunked, chunks.clone()].concat()] {
            let mut wire = Wire::open(house.address).await;
            wire.send(bytes).await;
            let replies = wire.answers().await;
            let [reply] = &replies[..] else { panic!("{}: {replies:?}", operation.id) };
            house.contract.check(operation.method.as_str(), &operation.random_path(), reply);
            assert_eq!(reply.status, 413, "{}: {}", operation.id, reply.text);
        }
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}

fn one_second() -> Settings {
    Settings { variables: vec![("DOORWARD_LIMITS_BODY_SECONDS", "1")], ..Settings::default() }
}

api_test! { a_body_that_does_not_arrive_in_time_is_refused [one_second()] |house| {
    let admin = house.admin().await;
    let before = house.dump().await.without(&["throttles"]);
    let mut waiting = Vec::new();
    for operation in with_bodies(&house) {
        let mut wire = Wire::open(house.address).await;
        let request = format!("{}Content-Length: 100\r\n\r\n{{\"a\":", head(&admin, &operation));
        assert!(wire.send(request).await);
        waiting.push((operation, wire));
    }
    for (operation, wire) in waiting {
        let replies = wire.rest().await;
        let [reply] = &replies[..] else { panic!("{}: {replies:?}", operation.id) };
        house.contract.check(operation.method.as_str(), &operation.random_path(), reply);
        assert_eq!(reply.status, 408, "{}: {}", operation.id, reply.text);
    }
    assert!(house.dump().await.without(&["throttles"]) == before);
}}
