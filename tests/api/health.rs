//! Whether the service lives and takes work.

use doorward::http::code::Code;
use reqwest::Method;
use serde_json::json;

use crate::harness::Settings;

fn starting() -> Settings {
    Settings { starting: true, ..Settings::default() }
}

api_test! { a_service_that_takes_work_says_so |house| {
    let nobody = house.nobody();
    for path in ["/livez", "/readyz"] {
        let body = nobody.get(path).await.ok();
        assert_eq!(body, json!({ "status": "ok" }), "{path} tells nothing else");
    }
}}

api_test! { a_service_that_starts_lives_and_takes_no_work [starting()] |house| {
    let nobody = house.nobody();
    nobody.get("/livez").await.ok();
    let operations = house.operations();
    let calls = operations.iter().map(|it| (it.method.clone(), it.random_path()));
    let beside = ["/docs/", "/openapi.json", "/setup", "/", "/nowhere"];
    let beside = beside.map(|path| (Method::GET, path.to_owned()));
    for (method, path) in calls.chain(beside).filter(|(_, path)| path != "/livez") {
        let reply = nobody.send(nobody.request(method, &path).body("{\"broken")).await;

        assert_eq!(reply.header("retry-after"), Some("1"), "{path}");
        reply.problem(Code::NotReady);
    }

    house.app.stage.serve();

    nobody.get("/readyz").await.ok();
    nobody.get("/v1/auth/session").await.ok();
}}

api_test! { a_service_that_drains_lives_and_wants_no_more_work |house| {
    let user = house.user().await;
    house.app.stage.drain();
    user.get("/livez").await.ok();
    let reply = user.get("/readyz").await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    reply.problem(Code::NotReady);
    // What still comes is answered: balancers need a moment.
    user.get("/v1/me").await.ok();
    house.app.stage.serve();
    user.get("/readyz").await.problem(Code::NotReady);
}}
