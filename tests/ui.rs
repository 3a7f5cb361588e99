//! What must not compile, and what the compiler says about it.

#[test]
fn a_handler_that_is_no_endpoint_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
