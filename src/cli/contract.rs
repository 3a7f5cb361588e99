//! `doorward contract`: writes the generated files of the contract.

use std::{fs, path::Path};

use super::Failure;
use crate::{
    api,
    features::checks::matrix::{AccessMatrix, Operations},
    http::{contract, down, rule::Rule},
    kernel::permission::{Access, BUILT_IN},
    server,
};

/// The files of the contract: name and text.
pub fn files() -> Result<Vec<(&'static str, String)>, Failure> {
    let endpoints = api::endpoints();
    let document = server::document(&endpoints, "doorward")?;
    Ok(vec![
        ("openapi.json", contract::to_text(&document)),
        ("openapi-3.0.json", contract::to_text(&down::to_3_0(&document))),
        ("problems.md", contract::problems_markdown()),
        ("access-matrix.md", matrix_markdown(&Operations::of(&endpoints))),
    ])
}

pub fn write(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    for (name, text) in files()? {
        let path = folder.join(name);
        fs::write(&path, text)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// The matrix of the built-in roles.
fn matrix_markdown(operations: &Operations) -> String {
    let names = |wanted: &dyn Fn(Access) -> bool| {
        BUILT_IN
            .iter()
            .filter(|built_in| wanted(built_in.access))
            .map(|built_in| built_in.name.to_owned())
            .collect::<Vec<_>>()
    };
    let roles = [
        ("admin".to_owned(), names(&|_| true)),
        ("auditor".to_owned(), names(&|access| access == Access::Read)),
    ];
    let matrix = AccessMatrix::new(operations, &roles);
    let mut page = String::from(
        "# Access matrix\n\nWho may call what. Generated from the guards that run; a role of your \
         own may call what its permissions say.\n\n\
         | operation | call | guard | nobody | signed in | admin | auditor |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (row, mounted) in matrix.operations.iter().zip(&operations.0) {
        let cells = [row.nobody, row.signed_in].into_iter().chain(row.roles.iter().copied());
        let cells: Vec<_> = cells.map(crate::access::decide::Access::words).collect();
        page += &format!(
            "| `{}` | {} {} | {} | {} |\n",
            row.operation_id,
            row.method,
            row.path,
            guard_words(&mounted.rule),
            cells.join(" | ")
        );
    }
    page
}

fn guard_words(rule: &Rule) -> String {
    let name = rule.who.name();
    match rule.permission() {
        Some(permission) => format!("{name} `{permission}`"),
        None => name.to_owned(),
    }
}
