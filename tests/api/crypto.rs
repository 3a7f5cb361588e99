//! What docs/CRYPTO.md says, held against the sources, `Cargo.lock` and `deny.toml`: no crate of
//! cryptography, no algorithm and no key that is not written there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use doorward::kernel::{
    chance::Chance,
    secret::{MasterKey, Token},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("it is there")
}

/// Each of our sources below `src/`, without its comments and without the tests at its end.
fn sources() -> BTreeMap<String, String> {
    fn collect(folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, found);
                continue;
            }
            let name = path.strip_prefix(root().join("src")).expect("below").display().to_string();
            let is_test = name.ends_with("tests.rs")
                || name.contains("/tests/")
                || name.ends_with("testing.rs");
            if !name.ends_with(".rs") || is_test {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a text");
            let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
            let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
            found.insert(name, lines.collect::<Vec<_>>().join("\n"));
        }
    }
    let mut found = BTreeMap::new();
    collect(&root().join("src"), &mut found);
    assert!(found.len() > 150, "the sources were found");
    found
}

/// Packages of `Cargo.lock`, each with what it may depend on.
fn locked() -> BTreeMap<String, BTreeSet<String>> {
    let lock: toml::Value = toml::from_str(&read("Cargo.lock")).expect("a lock file");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name").to_owned();
        let below = package.get("dependencies").and_then(|list| list.as_array());
        let below = below.into_iter().flatten().filter_map(|name| name.as_str());
        // A name may be followed by a version.
        let below = below.map(|name| name.split(' ').next().unwrap_or_default().to_owned());
        found.entry(name).or_default().extend(below);
    }
    found
}

/// What names a crate of cryptography. A crate of another name that is one has to be added here.
const SIGNS: &[&str] = &[
    "aead", "aes", "argon2", "aws-lc", "bcrypt", "blake", "blowfish", "block-buffer", "boring",
    "cbc", "chacha", "cipher", "crypto", "ctr", "curve25519", "dalek", "digest", "dsa", "ecdh",
    "ecb", "ed25519", "elliptic", "getrandom", "ghash", "hkdf", "hmac", "josekit", "jsonwebtoken",
    "jwt", "keccak", "md-5", "md2", "md4", "md5", "ml-kem", "oauth2", "openidconnect", "openssl",
    "p256", "p384", "p521", "passkey", "password-hash", "pbkdf2", "pgp", "pkcs", "poly1305",
    "polyval", "primeorder", "rand", "rc4", "rfc6979", "ring", "ripemd", "rsa", "rustls",
    "salsa20", "scrypt", "sec1", "secp256k1", "sha-1", "sha-crypt", "sha1", "sha2", "sha3",
    "signature", "snow", "sodium", "spki", "subtle", "tls_codec", "totp", "universal-hash",
    "webauthn", "webpki", "x25519", "x509", "zeroize",
];

/// Crates whose names only look like it.
const OTHERS: &[&str] = &[
    "bytestring", "fastrand", "heck", "hex-literal", "openssl-probe", "operand", "windows-strings",
    "stringprep", "string_cache", "substring", "ml-dsa", "quinn", "quinn-proto", "quinn-udp",
];

fn is_of_cryptography(name: &str) -> bool {
    // Short names stand in many words.
    let short = ["aes", "ctr", "cbc", "ecb", "rsa", "dsa", "ring", "rand", "sha1", "sha2", "sha3"];
    let is_sign = |sign: &str| match short.contains(&sign) {
        true => name.split(['-', '_']).any(|part| part == sign),
        false => name.contains(sign),
    };
    !OTHERS.contains(&name) && SIGNS.iter().any(|sign| is_sign(sign))
}

/// The names in backticks of the first cells of a part's tables.
fn named(page: &str, heading: &str) -> BTreeSet<String> {
    let (_, part) = page.split_once(&format!("\n## {heading}\n")).expect("a heading");
    let part = part.split("\n## ").next().expect("a part");
    let cells = part.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(ToOwned::to_owned).collect()
}

#[test]
fn asvs_11_1_2_every_crate_of_cryptography_is_in_the_inventory() {
    let wanted: BTreeSet<String> =
        locked().into_keys().filter(|name| is_of_cryptography(name)).collect();
    let known = named(&read("docs/CRYPTO.md"), "Crates");
    let missing: Vec<_> = wanted.difference(&known).collect();
    assert!(missing.is_empty(), "docs/CRYPTO.md does not know {missing:?}");
    let locked = locked();
    let gone: Vec<_> = known.iter().filter(|name| !locked.contains_key(*name)).collect();
    assert!(gone.is_empty(), "docs/CRYPTO.md tells of {gone:?}, which Cargo.lock does not hold");
    assert!(wanted.len() > 80, "only {} were found", wanted.len());
}

#[test]
fn asvs_11_1_2_every_key_is_in_the_inventory() {
    let keys = named(&read("docs/CRYPTO.md"), "Keys");
    let mut labels = BTreeSet::new();
    for text in sources().values() {
        for (at, _) in text.match_indices(".derive") {
            let rest = &text[at..];
            let call = rest.split(')').next().unwrap_or_default();
            if let Some(label) = call.split('"').nth(1) {
                labels.insert(label.to_owned());
            }
        }
    }
    assert!(labels.len() >= 5, "{labels:?}");
    assert!(labels.is_subset(&keys), "docs/CRYPTO.md does not know {:?}", labels.difference(&keys));
}

/// Crates of cryptography that our sources call, each with the places where they may.
const CALLED: &[(&str, &[&str])] = &[
    ("argon2", &["kernel/password/"]),
    ("bcrypt", &["kernel/password/foreign/"]),
    ("scrypt", &["kernel/password/foreign/"]),
    ("pbkdf2", &["kernel/password/foreign/"]),
    ("sha_crypt", &["kernel/password/foreign/"]),
    ("aes", &["kernel/password/foreign/"]),
    ("ctr", &["kernel/password/foreign/"]),
    ("sha1", &["kernel/password/"]),
    ("chacha20poly1305", &["kernel/vault.rs"]),
    ("hkdf", &["kernel/secret.rs"]),
    ("subtle", &["kernel/secret.rs"]),
    ("getrandom", &["kernel/chance.rs"]),
    ("rand_chacha", &["kernel/chance.rs"]),
    ("totp_rs", &["access/totp.rs"]),
    ("webauthn_rs", &["access/passkeys/"]),
];

#[test]
fn asvs_11_2_1_each_library_is_called_in_its_place_and_none_of_ours_stands_beside() {
    for (name, text) in sources() {
        for (library, places) in CALLED {
            let is_called =
                text.contains(&format!("{library}::")) || text.contains(&format!("use {library};"));
            let is_other =
                text.contains(&format!("_{library}::")) || text.contains(&format!("::{library}::"));
            let is_allowed = places.iter().any(|place| name.starts_with(place));
            assert!(!is_called || is_other || is_allowed, "{name} calls {library}");
        }
        // The constants by which a hash or a cipher of somebody's own is known.
        for constant in
            ["0x6a09e667", "0x428a2f98", "0x67452301", "0x61707865", "0xc66363a5", "0x637c777b"]
        {
            let plain = text.to_lowercase().replace('_', "");
            assert!(!plain.contains(constant), "{name} holds {constant}");
        }
    }
}

/// The table of what may not be linked.
fn banned() -> BTreeMap<String, (Vec<String>, String)> {
    let deny: toml::Value = toml::from_str(&read("deny.toml")).expect("TOML");
    let list = deny["bans"]["deny"].as_array().expect("a list");
    let text = |value: &toml::Value| value.as_str().unwrap_or_default().to_owned();
    let entry = |ban: &toml::Value| {
        let above = ban.get("wrappers").and_then(|list| list.as_array());
        let above = above.into_iter().flatten().map(text).collect();
        (text(&ban["crate"]), (above, text(&ban["reason"])))
    };
    list.iter().map(entry).collect()
}

/// Who may bring a crate, by `Cargo.lock`.
fn above(name: &str) -> BTreeSet<String> {
    let brings = |below: &BTreeSet<String>| below.contains(name);
    locked().into_iter().filter(|(_, below)| brings(below)).map(|(above, _)| above).collect()
}

#[test]
fn asvs_11_2_1_other_libraries_of_cryptography_are_banned() {
    let banned = banned();
    for name in ["openssl", "openssl-sys", "native-tls", "ring", "rsa", "md5"] {
        let (_, reason) = banned.get(name).unwrap_or_else(|| panic!("deny.toml lets in {name}"));
        assert!(reason.len() > 10, "{name} is banned without a reason");
    }
}

#[test]
fn ac_141_asvs_11_3_1_rsa_is_verified_with_and_nothing_else() {
    let who = above("rsa");
    let allowed = BTreeSet::from(["crypto-glue".to_owned(), "openidconnect".to_owned()]);
    assert!(who.is_subset(&allowed), "{who:?}");
    assert!(!locked()["doorward"].contains("rsa"));
    let (wrappers, reason) = &banned()["rsa"];
    assert_eq!(wrappers.iter().cloned().collect::<BTreeSet<_>>(), allowed);
    assert!(reason.contains("verify") && reason.contains("RUSTSEC-2023-0071"), "{reason}");
    for (name, text) in sources() {
        for private in [
            "rsa::", "RsaPrivateKey", "Oaep", "OAEP", "RSA_PKCS1_OAEP", "RsaPrivateJwk",
            "PrivateDecryptingKey",
        ] {
            assert!(!text.contains(private), "{name} holds {private}");
        }
    }
}

#[test]
fn asvs_11_3_1_no_weak_mode_and_no_weak_padding() {
    for (name, text) in sources() {
        for weak in [
            "ecb::", "Ecb", "cbc::", "Cbc", "RSA1_5", "RSA1-5", "Pkcs1v15Encrypt", "RSAES",
            "A128CBC", "PKCS1_ENCRYPTION", "Pkcs1Encrypting",
        ] {
            assert!(!text.contains(weak), "{name} holds {weak}");
        }
    }
    let contract = read("openapi/openapi.json");
    for weak in ["RSA1_5", "\"none\"", "HS256", "A128CBC"] {
        assert!(!contract.contains(weak), "the contract tells of {weak}");
    }
    assert!(!locked().contains_key("ecb") && above("cbc").iter().all(|name| name != "doorward"));
}

/// The sources but for the command line, which names the forms of what it reads.
fn serving() -> impl Iterator<Item = (String, String)> {
    sources().into_iter().filter(|(name, _)| !name.starts_with("cli/"))
}

/// The hashes that a text calls.
fn hashes(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let families = ["md2", "md4", "md5", "sha", "ripemd", "whirlpool", "blake", "streebog", "crc"];
    let is_hash = |word: &&str| {
        // A type; crates and what other systems call their hashes begin with a small letter.
        let is_type = word.starts_with(|c: char| c.is_ascii_uppercase());
        let lower = word.to_lowercase();
        let rest = families.iter().find_map(|family| lower.strip_prefix(family));
        let is_size = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || c == '_');
        is_type && rest.is_some_and(|rest| !rest.is_empty() && is_size(rest))
    };
    words.filter(is_hash).map(|word| word.to_lowercase().replace('_', "")).collect()
}

#[test]
fn asvs_11_4_1_md5_stands_nowhere_and_sha_1_where_others_formats_want_it() {
    // PBKDF2 of other systems, lists of breached passwords; the HMAC of apps is that of `totp-rs`.
    let sha1 = ["kernel/password/foreign/pbkdf2.rs", "kernel/password/breached.rs"];
    let mut seen = BTreeSet::new();
    for (name, text) in serving() {
        for hash in hashes(&text) {
            match hash.as_str() {
                "sha1" if sha1.contains(&name.as_str()) => drop(seen.insert(name.clone())),
                "sha1" | "md5" | "md4" | "md2" | "crc" | "ripemd160" => panic!("{name}: {hash}"),
                _ => {}
            }
        }
        assert!(!text.contains("md5::") && !text.contains("md4::"), "{name}");
    }
    assert_eq!(seen.len(), sha1.len());
    let page = read("docs/CRYPTO.md");
    for place in ["kernel/password/breached.rs", "access/totp.rs", "kernel/password/foreign/"] {
        assert!(page.contains(place), "docs/CRYPTO.md does not name {place}");
    }
    assert!(above("md5").iter().all(|name| name == "crypto-glue"), "{:?}", above("md5"));
}

#[test]
fn asvs_11_4_3_what_signs_or_holds_together_has_at_least_256_bits() {
    for (name, text) in serving().filter(|(name, _)| !name.starts_with("kernel/password/")) {
        for hash in hashes(&text) {
            assert!(["sha256", "sha384", "sha512"].contains(&hash.as_str()), "{name}: {hash}");
        }
    }
}

#[test]
fn asvs_11_2_3_no_key_of_less_than_256_bits_is_taken_or_made() {
    let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    for length in [0, 1, 15, 16, 24, 31, 33, 64] {
        assert!(MasterKey::parse(&encode(&vec![7; length])).is_none(), "{length} bytes");
    }
    // Nor one that was made up.
    assert!(MasterKey::parse(&encode(&[7; 32])).is_none());
    let master = MasterKey::random(&Chance::System);
    let key = master.encode();
    assert_eq!(
        data_encoding::BASE64URL_NOPAD.decode(key.reveal().as_bytes()).expect("bytes").len(),
        32
    );
    // What is derived has the length that its use has, and each label its own.
    assert_ne!(master.derive::<32>("cursor"), master.derive::<32>("vault 1"));
    for (name, text) in sources() {
        for size in ["derive::<8>", "derive::<12>"] {
            assert!(!text.contains(size), "{name} derives a short key");
        }
    }
}

/// Draws of random bytes that are no secrets, with their place and why.
const NO_SECRETS: &[(&str, &str)] = &[
    ("kernel/id.rs", "ids open nothing"),
    ("config/folder.rs", "the name of a file that is there for a moment"),
    ("work/worker.rs", "how long to wait"),
];

/// Draws of less than 128 bits that are secrets, and what stands in the place of their length.
const THROTTLED: &[(&str, &str)] = &[
    ("access/once.rs", "six digits, five guesses"),
    ("access/recovery.rs", "80 bits, a throttle over all factors"),
];

/// How many bytes a draw asks for, where it says so: a number, or a constant of its file.
fn drawn(text: &str, call: &str) -> Option<usize> {
    let size = call.strip_prefix("::<")?.split('>').next()?;
    if let Ok(number) = size.parse() {
        return Some(number);
    }
    let (_, rest) = text.split_once(&format!("const {size}: usize = "))?;
    rest.split(';').next()?.parse().ok()
}

#[test]
fn asvs_11_5_1_every_secret_has_128_random_bits_of_the_system() {
    let mut count = 0;
    for (name, text) in sources() {
        for (at, matched) in text.match_indices("chance.bytes") {
            let size = drawn(&text, &text[at + matched.len()..]);
            let is_known = |list: &[(&str, &str)]| list.iter().any(|(place, _)| *place == name);
            let enough = size.is_none_or(|size| size >= 16);
            assert!(
                enough || is_known(NO_SECRETS) || is_known(THROTTLED),
                "{name} draws {size:?} bytes"
            );
            count += 1;
        }
        let is_chance = name == "kernel/chance.rs";
        // The system again, as the library that signs asks it.
        let text = text.replace("rand::SystemRandom", "").replace("rand::{SystemRandom", "");
        for other in
            ["getrandom::", "thread_rng", "OsRng", "rand::", "fastrand", "SmallRng", "StdRng"]
        {
            assert!(is_chance || !text.contains(other), "{name} draws by {other}");
        }
        // UUIDs have 122 random bits at most: they are ids, and handles for authenticators.
        let ids = ["kernel/id.rs", "access/passkeys/store.rs", "access/passkeys/party.rs"];
        assert!(
            ids.contains(&&*name) || !text.to_lowercase().contains("uuid::"),
            "{name} makes UUIDs"
        );
    }
    assert!(count >= 9, "only {count} draws were found");
    let token = Token::random(&Chance::System);
    let bytes = data_encoding::BASE64URL_NOPAD.decode(token.reveal().as_bytes()).expect("bytes");
    assert_eq!(bytes.len() * 8, 256);
}
