//! Roles and permissions.

use doorward::http::code::Code;
use serde_json::json;

api_test! { a_role_name_can_be_used_once |house| {
    let admin = house.admin().await;
    admin.post("/v1/roles", json!({ "name": "editor" })).await.created();

    let reply = admin.post("/v1/roles", json!({ "name": "editor" })).await;

    reply.problem(Code::RoleNameTaken);
}}
