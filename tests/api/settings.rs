//! `doorward config`: what is set, from where, and what is wrong, without a secret in any of it.

use std::fs;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64;
use tempfile::TempDir;

use crate::harness::process::{Ended, run};

const KEY: &str = "q7Zk2mX9rT4vB8nW1cY6dF3gH5jL0pS_eAiUoQwErTE";

fn folder(settings: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("doorward.toml"), settings).expect("it is written");
    folder
}

fn config(settings: &str, variables: &[(&str, &str)], command: &str) -> Ended {
    let folder = folder(settings);
    let ended = run(folder.path(), variables, &["config", command], "");
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "it makes nothing");
    ended
}

#[test]
fn a_configuration_in_order_is_said_to_be() {
    let ended = config("[session]\nidle_seconds = 3600\n", &[], "check");
    assert_eq!((ended.status.code(), &*ended.stdout), (Some(0), "The configuration is fine.\n"));
    assert_eq!(ended.stderr, "");
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
    let ended = config("[session]\nidle_second = 3600\n", &[], "check");
    assert_eq!((ended.status.code(), &*ended.stdout), (Some(1), ""));
    assert!(ended.stderr.contains("session.idle_second"), "{}", ended.stderr);
    assert!(ended.stderr.contains("session.idle_seconds"), "{}", ended.stderr);

    let ended = config("", &[("DOORWARD_LISTN", "127.0.0.1:1")], "check");
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("DOORWARD_LISTN"), "{}", ended.stderr);
    assert!(ended.stderr.contains("DOORWARD_LISTEN"), "{}", ended.stderr);
}

#[test]
fn all_faults_are_told_at_once_and_none_repeats_a_value() {
    let settings =
        "listen = \"canary7Kq\"\nmaster_key = \"canary7Kq\"\n[log]\nlevel = \"canary7Kq\"\n";
    for command in ["check", "show"] {
        let ended = config(settings, &[("DOORWARD_DATABASE_URL", "mysql://canary7Kq")], command);
        assert_eq!((ended.status.code(), &*ended.stdout), (Some(1), ""));
        for name in ["listen", "master_key", "log.level", "database_url"] {
            let line = format!("{name} must be ");
            assert!(ended.stderr.contains(&line), "{name}: {}", ended.stderr);
        }
        assert!(!ended.stderr.contains("canary7Kq"), "{}", ended.stderr);
    }
}

#[test]
fn asvs_13_3_1_what_is_in_force_is_shown_without_secrets() {
    let variables = [
        ("DOORWARD_DATABASE_URL", "postgres://door:canary7Kq@db.test/doorward?password=canary7Kq"),
        ("DOORWARD_MASTER_KEY", KEY),
    ];
    let ended = config("[session]\nidle_seconds = 3600\n", &variables, "show");
    assert!(ended.status.success(), "{}", ended.stderr);
    let shown = |name: &str| {
        let start = format!("{name} = ");
        let line = ended.stdout.lines().find(|line| line.starts_with(&start));
        line.unwrap_or_else(|| panic!("no {name} in {}", ended.stdout)).to_owned()
    };
    assert!(shown("session.idle_seconds").contains("3600") && shown("listen").contains("8080"));
    assert!(shown("session.idle_seconds").contains("doorward.toml"));
    assert!(shown("database_url").contains("postgres://door:[secret]@db.test/doorward?[secret]"));
    assert!(shown("database_url").contains("DOORWARD_DATABASE_URL"));
    assert!(shown("master_key").contains("[secret]"));
    assert!(!ended.stdout.contains("canary7Kq") && !ended.stdout.contains(KEY));
}

#[test]
fn the_sample_is_a_configuration_that_changes_nothing() {
    let sample = config("", &[], "sample");
    assert!(sample.status.success(), "{}", sample.stderr);
    assert!(sample.stdout.contains("#listen = \"127.0.0.1:8080\""), "{}", sample.stdout);
    // With the marks taken away each line is a setting, and all are as they were.
    let is_setting = |line: &&str| line.starts_with('[') || line.contains(" = ");
    let lines = sample.stdout.lines().filter(is_setting);
    let lines = lines.filter(|line| !line.starts_with("# ") && !line.ends_with("= \"\""));
    let settings: Vec<_> = lines.map(|line| line.trim_start_matches('#')).collect();

    let of_sample = config(&settings.join("\n"), &[], "show");

    assert!(of_sample.status.success(), "{}", of_sample.stderr);
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split("  # ").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(values(&of_sample.stdout), values(&config("", &[], "show").stdout));
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let folder = folder("");
    let ended = run(folder.path(), &[], &["--config", "other.toml", "config", "check"], "");
    assert_eq!((ended.status.code(), &*ended.stdout), (Some(1), ""));
    assert!(ended.stderr.contains("other.toml"), "{}", ended.stderr);
}

/// The secret settings, as the reference page tells them: key and variable of each.
fn secrets() -> Vec<(String, String)> {
    let reference = doorward::config::reference();
    let rows = reference.lines().filter(|row| row.ends_with(" Secret. |"));
    let cell = |row: &str, at: usize| {
        row.split('|').nth(at).expect("a cell").trim().trim_matches('`').to_owned()
    };
    let member = |name: &str| if name.ends_with("private_key") { "apple" } else { "google" };
    rows.map(|row| {
        let (name, variable) = (cell(row, 1), cell(row, 2));
        let member = member(&name);
        (name.replace("<name>", member), variable.replace("<NAME>", &member.to_uppercase()))
    })
    .collect()
}

/// A private key in PEM, and its body.
fn private_key() -> (String, String) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let body = BASE64.encode(pair.to_pkcs8v1().expect("its form").as_ref());
    (format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"), body)
}

/// A value that the setting takes, and the part of it that nobody may see.
fn secret(name: &str) -> (String, String) {
    let (value, hidden) = match name {
        "master_key" => (KEY, KEY),
        "master_key_other" => {
            let other = "Xk3pQ8sW2vN6bM0yR5tJ9fH4gD7lC1zA-uEiOaYwKxQ";
            (other, other)
        }
        "database_url" => ("postgres://own:canary7Kq@127.0.0.1:1/x", "canary7Kq"),
        name if name.ends_with("private_key") => return private_key(),
        _ => ("canary7Kq", "canary7Kq"),
    };
    (value.to_owned(), hidden.to_owned())
}

/// What has to be set beside some secrets.
const BESIDE: &[(&str, &str)] = &[
    ("DOORWARD_MAIL_HOST", "127.0.0.1"),
    ("DOORWARD_MAIL_TLS", "none"),
    ("DOORWARD_MAIL_FROM", "no-reply@example.test"),
    ("DOORWARD_MAIL_USERNAME", "own"),
    ("DOORWARD_MAIL_PASSWORD", "another7Kq"),
    ("DOORWARD_MASTER_KEY", "aZ4xS6dC8fV0gB2hN1jM3kL5qW7eR9tY-uI_oPmKzQw"),
    ("DOORWARD_PROVIDERS_GOOGLE_CLIENT_ID", "own"),
];

/// What has to be set beside Apple's key.
const BESIDE_KEY: &[(&str, &str)] = &[
    ("DOORWARD_PROVIDERS_APPLE_CLIENT_ID", "own"),
    ("DOORWARD_PROVIDERS_APPLE_TEAM_ID", "team"),
    ("DOORWARD_PROVIDERS_APPLE_KEY_ID", "key"),
];

#[test]
fn a_variable_with_the_place_of_a_name_is_no_setting() {
    let wrong = [("DOORWARD_PROVIDERS_<NAME>_CLIENT_SECRET", "canary7Kq")];
    let ended = run(folder("").path(), &wrong, &["config", "check"], "");
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("unknown variable"), "{}", ended.stderr);
}

#[test]
fn asvs_13_3_1_every_secret_comes_by_variable_file_or_credential_and_is_shown_nowhere() {
    let secrets = secrets();
    assert!(secrets.len() >= 4, "{secrets:?}");
    for (name, variable) in secrets {
        let (value, hidden) = secret(&name);
        let folder = folder("");
        let file = folder.path().join("value");
        let credential = folder.path().join(name.replace('.', "_"));
        let named = format!("{variable}_FILE");
        let file_path = file.display().to_string();
        let credentials = folder.path().display().to_string();
        let ways = [
            (variable.as_str(), value.as_str(), variable.as_str()),
            (&named, &file_path, &named),
            ("CREDENTIALS_DIRECTORY", &credentials, "credential"),
        ];
        for (by, set_to, told) in ways {
            if by == named {
                fs::write(&file, format!("{value}\n")).expect("it is written");
            }
            if by == "CREDENTIALS_DIRECTORY" {
                fs::write(&credential, format!("{value}\n")).expect("it is written");
            }
            let beside = if name.ends_with("private_key") {
                BESIDE_KEY.iter().copied()
            } else if name.starts_with("providers.") {
                BESIDE[BESIDE.len() - 1..].iter().copied()
            } else {
                BESIDE[..BESIDE.len() - 1].iter().copied()
            };
            let beside = beside.filter(|(beside, _)| *beside != variable);
            let variables: Vec<_> = beside.chain([(by, set_to)]).collect();
            for command in ["check", "show"] {
                let ended = run(folder.path(), &variables, &["config", command], "");
                assert_eq!(ended.status.code(), Some(0), "{name} by {by}: {}", ended.stderr);
                let said = format!("{}{}", ended.stdout, ended.stderr);
                assert!(!said.contains(&hidden), "{name} by {by} is shown: {said}");
                let line = said.lines().find(|line| line.starts_with(&format!("{name} = ")));
                let is_told = line.is_some_and(|line| line.contains(told));
                assert!(command == "check" || is_told, "{name} by {by}: {said}");
            }
            // A wrong value is refused without being repeated.
            if name != "mail.password" && !name.ends_with("client_secret") {
                let wrong = [(variable.as_str(), "mysql://wrong7Kq")];
                let ended = run(folder.path(), &wrong, &["config", "check"], "");
                let is_quiet = !ended.stderr.contains("wrong7Kq");
                assert!(ended.status.code() == Some(1) && is_quiet, "{name}: {}", ended.stderr);
            }
        }
    }
}
