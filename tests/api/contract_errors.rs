//! Endpoints that disagree with their document: the service says so and does not start.

use std::{net::TcpListener, sync::Arc};

use doorward::{
    api,
    http::{
        contract::ContractError,
        endpoint::{Described, Endpoint},
        metrics::Metrics,
    },
    server,
};

use crate::harness::House;

/// The faults that the contract finds after this change of the endpoints.
fn faults(change: impl FnOnce(&mut Vec<Endpoint>)) -> Vec<String> {
    let mut endpoints = api::endpoints();
    change(&mut endpoints);
    match server::document(&endpoints, "doorward") {
        Ok(_) => vec![],
        Err(ContractError(faults)) => faults,
    }
}

fn find<'a>(endpoints: &'a mut [Endpoint], id: &str) -> &'a mut Endpoint {
    endpoints.iter_mut().find(|endpoint| endpoint.id == id).expect("the operation")
}

/// Has the document say something else of an operation.
fn redescribe(endpoint: &mut Endpoint, change: impl Fn(&mut Described) + Send + Sync + 'static) {
    let describe = Arc::clone(&endpoint.describe);
    endpoint.describe = Arc::new(move || {
        let mut described = describe();
        change(&mut described);
        described
    });
}

#[test]
fn the_endpoints_as_they_are_agree_with_the_contract() {
    assert_eq!(faults(|_| {}), Vec::<String>::new());
}

#[test]
fn two_operations_at_one_place_are_refused() {
    let found = faults(|all| {
        find(all, "get_role").path = "/v1/users/{id}".to_owned();
    });
    assert_eq!(
        found,
        ["GET /v1/users/{id} (get_role): another operation answers this method and path"]
    );
}

#[test]
fn two_operations_of_one_name_are_refused() {
    let found = faults(|all| find(all, "get_role").id = "get_user".to_owned());
    assert_eq!(found, ["GET /v1/roles/{id} (get_user): another operation has this id"]);
}

#[test]
fn an_operation_without_a_summary_or_a_known_tag_is_refused() {
    let found = faults(|all| redescribe(find(all, "get_me"), |it| it.operation.summary = None));
    assert_eq!(found, ["GET /v1/me (get_me): no summary"]);
    let other = |it: &mut Described| it.operation.tags = Some(vec!["other".to_owned()]);
    let found = faults(|all| redescribe(find(all, "get_me"), other));
    assert_eq!(found, ["GET /v1/me (get_me): no tag that the contract declares"]);
}

#[test]
fn asvs_8_1_1_an_operation_whose_guard_is_not_described_is_refused() {
    const SILENT: &str =
        "GET /v1/users (list_users): the document does not say what the guard demands";
    let changes: [fn(&mut Endpoint); 4] = [
        |it| redescribe(it, |it| it.operation.security = None),
        |it| redescribe(it, |it| it.operation.security = Some(vec![])),
        |it| redescribe(it, |it| it.operation.extensions = None),
        |it| {
            it.rule =
                doorward::http::rule::Rule { who: doorward::http::rule::Who::Public, ..it.rule }
        },
    ];
    for change in changes {
        assert_eq!(faults(|all| change(find(all, "list_users"))), [SILENT]);
    }
    let found = faults(|all| {
        redescribe(find(all, "list_users"), |it| {
            let extensions = it.operation.extensions.as_mut().expect("some");
            extensions.insert("x-required-permission".into(), "users:write".into());
        });
    });
    assert_eq!(found, [SILENT]);
}

#[test]
fn a_path_parameter_that_is_not_described_is_refused() {
    let found = faults(|all| find(all, "get_user").path = "/v1/users/{user}".to_owned());
    assert_eq!(
        found,
        ["GET /v1/users/{user} (get_user): the path parameter `user` is not described"]
    );
}

#[test]
fn two_schemas_of_one_name_are_refused() {
    let found = faults(|all| {
        redescribe(find(all, "get_me"), |it| {
            let own = it.schemas.last().expect("a schema").1.clone();
            it.schemas.push(("Role".to_owned(), own));
        });
    });
    assert_eq!(found, ["two different schemas are called `Role`"]);
}

api_test! { a_service_whose_endpoints_disagree_with_the_contract_does_not_start |house| {
    let start = |house: &House, change: fn(&mut Vec<Endpoint>)| {
        let mut endpoints = api::endpoints();
        change(&mut endpoints);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let metrics = Metrics::new().expect("metrics");
        let built = server::build(&house.app, &house.master, &metrics, endpoints, listener);
        built.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(start(&house, |_| {}), Ok(()));

    let refused = start(&house, |all| {
        redescribe(find(all, "list_users"), |it| it.operation.security = None);
    });

    assert_eq!(
        refused,
        Err("the endpoints and the contract disagree: GET /v1/users (list_users): the document \
             does not say what the guard demands".to_owned())
    );
    let hidden = start(&house, |all| find(all, "get_me").path = "/openapi.json".to_owned());
    assert_eq!(
        hidden,
        Err("the endpoints and the contract disagree: `/openapi.json` is mounted outside the \
             contract".to_owned())
    );
}}
