//! The committed contract is the one that the service publishes.

use std::{fs, path::Path};

use doorward::cli;

#[test]
fn the_committed_contract_is_the_generated_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    for (name, text) in cli::contract_files().expect("a contract") {
        let committed = fs::read_to_string(folder.join(name)).expect("a committed file");
        assert!(committed == text, "openapi/{name} is out of date: run `make contract`");
    }
}
