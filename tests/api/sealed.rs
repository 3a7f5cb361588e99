//! What lies in the tables of secrets that must be read back: sealed by one algorithm, each with the
//! byte of its version, and keys that come from no passphrase.

use doorward::kernel::secret::MasterKey;
use serde_json::json;

use crate::harness::{House, Kind, SoftKey};

/// Version, nonce and tag of XChaCha20-Poly1305.
const LEAST: usize = 1 + 24 + 16;

/// The values of a column, as bytes.
async fn values(house: &House, table: &str, column: &str) -> Vec<Vec<u8>> {
    let hex = match house.kind {
        Kind::Sqlite => format!("lower(hex({column}))"),
        Kind::Postgres => format!("encode({column}, 'hex')"),
    };
    let query = format!("SELECT {hex} AS line FROM {table} WHERE {column} IS NOT NULL");
    let lines = house.ask(&query).await.into_iter();
    lines.map(|line| data_encoding::HEXLOWER.decode(line.as_bytes()).expect("hex")).collect()
}

api_test! { asvs_11_3_2_what_must_be_read_back_is_sealed_by_one_algorithm |house| {
    let uma = house.user().await;
    let (app, codes) = uma.enrol(&house).await;
    uma.add_passkey(&mut SoftKey::new(&house), "Laptop").await;
    uma.post("/v1/me/email", json!({ "email": "una@example.test" })).await.accepted();
    for (table, column) in [("totp_factors", "sealed"), ("passkeys", "sealed"), ("outbox", "content")] {
        let found = values(&house, table, column).await;
        assert!(!found.is_empty(), "{table}");
        for sealed in found {
            assert_eq!(sealed[0], 2, "{table}: the form that names its key");
            assert!(sealed.len() > LEAST, "{table}");
            // Nothing of it can be read.
            for plain in [uma.email.as_bytes(), app.secret.as_bytes(), b"doorward", b"http", b"kind"] {
                assert!(!sealed.windows(plain.len()).any(|part| part == plain), "{table}");
            }
        }
    }
    // Recovery codes and tokens are not read back, and are hashes.
    let dump = house.dump().await.text();
    assert!(codes.iter().all(|code| !dump.contains(code.as_str())));
}}

#[test]
fn asvs_11_4_4_no_key_comes_from_a_passphrase() {
    for phrase in [
        "correct horse battery staple",
        "a river of green tea",
        "password",
        "",
        "forty-three characters of words make no key",
        "Tr0ub4dor&3Tr0ub4dor&3Tr0ub4dor&3Tr0ub4dor&",
    ] {
        assert!(MasterKey::parse(phrase).is_none(), "{phrase}");
    }
}
