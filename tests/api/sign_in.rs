//! Signing up, in and out.

use doorward::http::code::Code;

api_test! { who_signed_up_can_sign_in_and_out |house| {
    let user = house.user().await;
    let session = user.get("/v1/auth/session").await.ok();
    assert_eq!(session["session"]["user"]["email"], user.email);

    user.call("/v1/auth/sign-out").await.no_content();

    assert!(user.get("/v1/auth/session").await.ok()["session"].is_null());
    user.get("/v1/me").await.problem(Code::NotSignedIn);
}}
