//! What operators may rely on: precedence, refusals that say where, and secrets that never show.

use std::{collections::BTreeSet, fs, path::Path};

use tempfile::TempDir;

use super::{
    key::{self, Key},
    keys::KEYS,
    *,
};
use crate::kernel::{chance::Chance, secret::MasterKey};

/// A text that must never be seen outside of the settings.
const CANARY: &str = "canary7Kq";

fn variables(pairs: &[(&str, &str)]) -> Sources {
    let variables = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sources { variables: variables.collect(), ..Sources::default() }
}

fn file(folder: &TempDir, text: &str) -> Sources {
    let path = folder.path().join("doorward.toml");
    fs::write(&path, text).unwrap();
    Sources { file: Some(path), ..Sources::default() }
}

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn problems(sources: &Sources) -> String {
    Config::load(sources).expect_err("it is refused").to_string()
}

fn key_text() -> String {
    MasterKey::random(&Chance::seeded(7)).encode().reveal().to_owned()
}

#[test]
fn without_any_source_the_defaults_serve_one_machine() {
    let config = Config::load(&Sources::default()).unwrap();

    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.origin(), "http://127.0.0.1:8080");
    assert_eq!(config.database_url.reveal().as_str(), "sqlite://data/doorward.db");
    assert_eq!(config.cookie_name(), "doorward");
    let names = ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"];
    assert_eq!(config.own_origins(), names);
    assert!(config.metrics_listen.is_none() && config.master_key.is_none());
    assert!(config.allowed_origins.is_empty() && config.sign_up.enabled);
}

#[test]
fn an_https_service_has_one_origin_and_a_host_bound_cookie() {
    let config =
        Config::load(&variables(&[("DOORWARD_PUBLIC_URL", "https://id.example.com")])).unwrap();

    assert_eq!(config.cookie_name(), "__Host-doorward");
    assert_eq!(config.own_origins(), ["https://id.example.com"]);
}

#[test]
fn a_chosen_port_takes_the_place_of_port_0() {
    let mut config = Config::load(&variables(&[("DOORWARD_LISTEN", "127.0.0.1:0")])).unwrap();
    config.bound_to("127.0.0.1:4321".parse().unwrap());
    assert_eq!(config.origin(), "http://127.0.0.1:4321");
    assert_eq!(config.own_origins()[1], "http://localhost:4321");
}

#[test]
fn a_default_gives_way_to_the_file_the_file_to_a_credential_and_that_to_a_variable() {
    let folder = folder();
    let database = |config: &Config| config.database_url.reveal().to_string();
    let mut sources = file(&folder, "database_url = \"sqlite://file.db\"\n[database]\npool = 3\n");
    assert_eq!(database(&Config::load(&sources).unwrap()), "sqlite://file.db");
    assert_eq!(Config::load(&sources).unwrap().database.pool, 3);

    fs::write(folder.path().join("database_url"), "sqlite://credential.db\n").unwrap();
    sources.credentials = Some(folder.path().to_owned());
    assert_eq!(database(&Config::load(&sources).unwrap()), "sqlite://credential.db");

    sources.variables.insert("DOORWARD_DATABASE_URL".into(), "sqlite://variable.db".into());
    assert_eq!(database(&Config::load(&sources).unwrap()), "sqlite://variable.db");
}

#[test]
fn a_file_variable_gives_the_trimmed_content() {
    let folder = folder();
    let path = folder.path().join("key");
    fs::write(&path, format!("  {}\n\n", key_text())).unwrap();
    let sources = variables(&[("DOORWARD_MASTER_KEY_FILE", path.to_str().unwrap())]);

    let key = Config::load(&sources).unwrap().master_key.unwrap();

    assert_eq!(key.encode().reveal(), key_text());
}

#[test]
fn both_forms_of_a_variable_are_refused_and_so_is_a_file_that_is_missing() {
    let both = variables(&[("DOORWARD_LISTEN", "127.0.0.1:1"), ("DOORWARD_LISTEN_FILE", "x")]);
    assert_eq!(
        problems(&both),
        "DOORWARD_LISTEN_FILE: is set, and so is DOORWARD_LISTEN: set one of the two"
    );

    let missing = problems(&variables(&[("DOORWARD_MASTER_KEY_FILE", CANARY)]));
    assert!(missing.starts_with("DOORWARD_MASTER_KEY_FILE: names a file that cannot be read"));
    assert!(!missing.contains(CANARY));

    let sources = Sources { file: Some("/nowhere/doorward.toml".into()), ..Sources::default() };
    assert!(problems(&sources).starts_with("/nowhere/doorward.toml: cannot be read"));
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_a_suggestion() {
    let folder = folder();
    let text = "listen = \"127.0.0.1:1\"\n\nlisen = \"x\"\nidle_seconds = 70\nsession = 1\n\
                \"session.idle_seconds\" = 1\n[sesion]\nidle_seconds = 1\n[nonsense]\n";
    let sources = file(&folder, text);
    let path = sources.file.as_ref().unwrap().display();

    let found = problems(&sources);

    for line in [
        "3: unknown key `lisen`; did you mean `listen`?",
        "4: unknown key `idle_seconds`; did you mean `session.idle_seconds`?",
        "5: `session` is a section: write its keys below [session]",
        "8: unknown key `sesion.idle_seconds`; did you mean `session.idle_seconds`?",
        "9: unknown key `nonsense`",
    ] {
        assert!(found.lines().any(|it| it == format!("{path}:{line}")), "{line}\n{found}");
    }
    assert!(found.contains(":6: unknown key"), "{found}");
    assert_eq!(found.lines().count(), 6, "{found}");
}

#[test]
fn an_unknown_variable_is_refused_with_a_suggestion() {
    let sources = variables(&[
        ("DOORWARD_LISTN", CANARY),
        ("DOORWARD_MASTER_KY_FILE", CANARY),
        ("DOORWARD_XYZ", CANARY),
        ("DOORWARD_CONFIG", "doorward.toml"),
        ("PATH", "/bin"),
    ]);
    assert_eq!(
        problems(&sources),
        "unknown variable `DOORWARD_LISTN`; did you mean `DOORWARD_LISTEN`?\n\
         unknown variable `DOORWARD_MASTER_KY_FILE`; did you mean `DOORWARD_MASTER_KEY_FILE`?\n\
         unknown variable `DOORWARD_XYZ`"
    );
}

#[test]
fn a_wrong_value_names_key_place_and_what_is_expected() {
    let folder = folder();
    let sources = file(&folder, "[password]\nmin_length = 7\n[database]\npool = \"8\"\n");
    let found = problems(&sources);
    assert!(found.contains("toml:2: password.min_length must be a whole number from 8 to 64"));
    assert!(
        found
            .contains("toml:4: database.pool must be a whole number from 1 to 256, without quotes")
    );
    assert_eq!(
        problems(&variables(&[("DOORWARD_LOG_FORMAT", "xml")])),
        "DOORWARD_LOG_FORMAT: log.format must be one of `pretty`, `json`"
    );
}

#[test]
fn every_number_has_limits_that_are_kept_and_named() {
    let numbers = KEYS.iter().filter(|key| key.form == key::Form::Number);
    for key in numbers {
        let (min, max) = key.limits.expect("a number has limits");
        let out = [min.checked_sub(1), Some(max + 1)].into_iter().flatten();
        for value in out.map(|value| value.to_string()).chain(["-1".into(), "+9".into()]) {
            let found = problems(&variables(&[(&key.variable(), &value)]));
            let expected = format!("must be a whole number from {min} to {max}");
            assert!(found.contains(&expected), "{} = {value}: {found}", key.name);
        }
        for value in [min, max] {
            let loaded = Config::load(&variables(&[(&key.variable(), &value.to_string())]));
            let own = format!("{} must be", key.name);
            assert!(loaded.err().is_none_or(|it| !it.to_string().contains(&own)), "{}", key.name);
        }
    }
}

#[test]
fn values_of_the_wrong_kind_are_refused_everywhere() {
    for (name, value) in [
        ("LISTEN", "localhost:8080"),
        ("LISTEN", "[fe80::1%3]:80"),
        ("PUBLIC_URL", "https://id.example.com/path"),
        ("PUBLIC_URL", "https://me@id.example.com"),
        ("PUBLIC_URL", "ftp://id.example.com"),
        ("DATABASE_URL", "mysql://h/d"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite://data/?mode=ro"),
        ("DATABASE_URL", "postgres://u:1/2@h/d"),
        ("DATABASE_URL", "postgres://u:1?2@h/d"),
        ("DATABASE_URL", "postgres://u:1#2@h/d"),
        ("DATA_DIR", "../data"),
        ("DATA_DIR", ""),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://*.example.com"),
        ("ALLOWED_ORIGINS", "https://ok.example.com, null"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("MASTER_KEY", ""),
        ("MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("SERVICE_NAME", ""),
        ("SERVICE_NAME", "two\nlines"),
        ("SIGN_UP_ENABLED", "yes"),
        ("LOG_LEVEL", "\u{fffd}"),
    ] {
        let found = problems(&variables(&[(&format!("DOORWARD_{name}"), value)]));
        assert_eq!(found.lines().count(), 1, "{name}={value}: {found}");
    }
}

#[test]
fn lists_are_read_from_arrays_and_from_commas() {
    let folder = folder();
    let mut sources = file(&folder, "allowed_origins = [\"https://a.example.com:443/\"]\n");
    sources.variables.insert("DOORWARD_TRUSTED_PROXIES".into(), "10.1.0.0/16, fd00::1".into());

    let config = Config::load(&sources).unwrap();

    assert_eq!(config.allowed_origins[0].as_str(), "https://a.example.com");
    let trusted = |address: &str| {
        let address = address.parse().unwrap();
        config.trusted_proxies.iter().any(|network| network.contains(address))
    };
    assert!(trusted("10.1.255.1") && trusted("::ffff:10.1.0.9") && trusted("fd00::1"));
    assert!(!trusted("10.2.0.1") && !trusted("fd00::2"));
}

#[test]
fn all_problems_are_reported_at_once() {
    let folder = folder();
    let mut sources = file(&folder, "x = = 1\nlisten = 5\nnonsense = 1\n[log]\nlevel = \"loud\"\n");
    sources.variables.insert("DOORWARD_THING".into(), "1".into());
    sources.variables.insert("DOORWARD_SESSION_ABSOLUTE_SECONDS".into(), "3600".into());

    let found = Config::load(&sources).expect_err("it is refused");

    for part in [":1: ", ":2: listen", ":3: unknown", ":5: log.level", "THING", "idle_seconds"] {
        assert!(found.iter().any(|line| line.contains(part)), "{part}\n{found}");
    }
}

#[test]
fn a_value_in_the_file_is_checked_even_when_a_variable_overrides_it() {
    let folder = folder();
    let mut sources = file(&folder, "listen = \"nowhere\"\n");
    sources.variables.insert("DOORWARD_LISTEN".into(), "127.0.0.1:1".into());
    assert!(problems(&sources).contains("doorward.toml:1: listen must be an IP address"));
}

#[test]
fn rules_between_settings_name_the_place_of_the_first() {
    assert_eq!(
        problems(&variables(&[
            ("DOORWARD_SESSION_IDLE_SECONDS", "7200"),
            ("DOORWARD_SESSION_ABSOLUTE_SECONDS", "3600"),
        ])),
        "DOORWARD_SESSION_IDLE_SECONDS: session.idle_seconds must not be above \
         session.absolute_seconds"
    );
    let same = variables(&[("DOORWARD_METRICS_LISTEN", "127.0.0.1:8080")]);
    assert!(problems(&same).contains("metrics_listen must not be the address of listen"));
}

#[test]
fn plain_http_stays_on_this_machine_unless_told() {
    let all = ("DOORWARD_LISTEN", "0.0.0.0:8080");
    let https = ("DOORWARD_PUBLIC_URL", "https://id.example.com");
    let proxy = ("DOORWARD_TRUSTED_PROXIES", "10.0.0.1");
    let told = ("DOORWARD_ALLOW_INSECURE_HTTP", "true");

    for refused in [&[all][..], &[all, https], &[all, proxy]] {
        let found = problems(&variables(refused));
        assert!(found.contains("over plain HTTP"), "{found}");
        assert_eq!(found.lines().count(), 1);
    }
    let http = variables(&[("DOORWARD_PUBLIC_URL", "http://id.example.com")]);
    assert!(problems(&http).contains("public_url must be https"));
    assert!(Config::load(&variables(&[all, https, proxy])).is_ok());
    let config = Config::load(&variables(&[all, told])).unwrap();
    assert_eq!(config.origin(), "http://127.0.0.1:8080");
}

#[test]
fn the_database_is_in_the_data_folder_whatever_its_name() {
    for (path, url) in [
        ("/var/lib/doorward/", "sqlite:///var/lib/doorward/doorward.db"),
        ("My data", "sqlite://My%20data/doorward.db"),
        ("a:b@[c]?#%{listen}", "sqlite://a%3Ab%40%5Bc%5D%3F%23%25%7Blisten%7D/doorward.db"),
        (".", "sqlite://./doorward.db"),
    ] {
        let config = Config::load(&variables(&[("DOORWARD_DATA_DIR", path)])).unwrap();
        assert_eq!(config.database_url.reveal().as_str(), url);
    }
}

#[test]
fn no_message_and_no_output_holds_a_secret() {
    let folder = folder();
    let wrong = [
        format!("master_key = \"{CANARY}\"\n"),
        format!("master_key = {CANARY}\n"),
        format!("master_key = [\"{CANARY}\"]\n"),
        format!("master_key = \"{CANARY}\nlisten = 1\n"),
        format!("database_url = \"postgres://u:{CANARY}/@h/d\"\n"),
        format!("database_url = \"postgres://u:1/{CANARY}@h/d\"\n"),
        format!("log.level = \"{CANARY}\"\n"),
        format!("master_key.x = \"{CANARY}\"\n"),
    ];
    for text in wrong {
        let found = Config::load(&file(&folder, &text)).expect_err("it is refused");
        assert!(!format!("{found} {found:?}").contains(CANARY), "{found}");
    }
    fs::write(folder.path().join("master_key"), CANARY).unwrap();
    let credentials = Sources { credentials: Some(folder.path().to_owned()), ..Sources::default() };
    assert_eq!(
        problems(&credentials),
        "credential master_key: master_key must be 32 random bytes in base64url without padding \
         (43 characters)"
    );

    let database = format!("postgres://user:{CANARY}@host/name?password={CANARY}");
    let sources =
        variables(&[("DOORWARD_DATABASE_URL", &database), ("DOORWARD_MASTER_KEY", &key_text())]);
    let config = Config::load(&sources).unwrap();
    let shown = show(&sources).unwrap();
    assert!(shown.contains("master_key = \"[secret]\"  # DOORWARD_MASTER_KEY\n"));
    assert!(shown.contains("\"postgres://user:[secret]@host/name?[secret]\""), "{shown}");
    let seen = format!("{shown} {config:?} {:?} {}", config.database_url, config.database_url);
    assert!(!seen.contains(CANARY) && !seen.contains(&key_text()));
    assert_eq!(config.database_url.reveal().password(), Some(CANARY));
}

#[test]
fn show_lists_every_key_with_its_value_and_source() {
    let folder = folder();
    let mut sources =
        file(&folder, "\nallowed_origins = [\"https://a.test\", \"https://b.test\"]\n");
    sources.variables.insert("DOORWARD_DATABASE_POOL".into(), "3".into());
    let path = sources.file.as_ref().unwrap().display();

    let shown = show(&sources).unwrap();

    let own = KEYS.iter().filter(|key| !key.is_of_group());
    assert_eq!(shown.lines().count(), own.count());
    assert!(!shown.contains('{'), "a name in a default stands for an earlier setting");
    for line in [
        "listen = \"127.0.0.1:8080\"  # default".to_owned(),
        format!("allowed_origins = [\"https://a.test\", \"https://b.test\"]  # {path}:2"),
        "database.pool = 3  # DOORWARD_DATABASE_POOL".to_owned(),
    ] {
        assert!(shown.lines().any(|it| it == line), "{line}\n{shown}");
    }
}

#[test]
fn the_sample_passes_and_shows_every_default() {
    let folder = folder();
    let sample = sample();
    assert!(Config::load(&file(&folder, &sample)).is_ok());

    // An empty master key is no key: both lines are refused when they are taken as they stand.
    let taken = sample.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with([' ', '#']) && !rest.starts_with("master_key") => rest,
        _ => line,
    });
    let taken = file(&folder, &taken.collect::<Vec<_>>().join("\n"));
    let values = |sources: &Sources| -> Vec<String> {
        let shown = show(sources).unwrap();
        shown.lines().filter_map(|line| Some(line.split_once("  # ")?.0.to_owned())).collect()
    };
    assert_eq!(values(&taken), values(&Sources::default()));
    assert_eq!(show(&taken).unwrap().matches("  # default").count(), 2);
}

#[test]
fn the_reference_page_is_the_one_in_the_repository() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CONFIGURATION.md");
    let page = fs::read_to_string(path).unwrap();
    assert!(page == reference(), "docs/CONFIGURATION.md is not what the table says");
}

#[test]
fn every_name_and_variable_of_the_table_is_used_once() {
    let names: BTreeSet<_> = KEYS.iter().map(Key::variable).collect();
    assert!(names.iter().all(|name| !name.ends_with("_FILE")));
    assert_eq!(names.len(), KEYS.len());
}
