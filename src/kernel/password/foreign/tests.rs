//! Hashes that other programs made: the reference implementations' own examples, and some made with
//! libxcrypt, OpenSSL and Node.js.

use super::{super::hash::PasswordHash, *};

const PASSWORD: &str = "a river of green tea";

const SIGNER: &str =
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";

/// The example of Firebase's own tool.
fn firebase_example() -> String {
    format!(
        "$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAy\
         ZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==${SIGNER}"
    )
}

fn matches(password: &str, text: &str) -> bool {
    let hash = Foreign::parse(text).unwrap_or_else(|refusal| panic!("{}: {text}", refusal.code));
    hash.matches(&Secret::new(password.to_owned()))
}

fn is_hash_of(password: &str, text: &str) {
    assert!(PasswordHash::import(text).is_ok(), "{text}");
    assert!(matches(password, text), "{text}");
    for near in [&password[1..], &format!("{password}x"), &password.to_uppercase(), ""] {
        assert!(near == password || !matches(near, text), "{near:?} {text}");
    }
}

#[test]
fn bcrypt_of_every_version() {
    for version in ["2a", "2b", "2x", "2y"] {
        let text = format!("${version}$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m");
        is_hash_of(PASSWORD, &text);
    }
    is_hash_of("hunter2", "$2y$12$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u");
}

#[test]
fn bcrypt_looks_at_72_bytes_as_old_systems_did() {
    let hash = "$2a$05$......................YgIDy4hFBdVlc/6LHnD9mX488r9cLd2";
    for (length, fits) in [(71, false), (72, true), (73, true), (100, true)] {
        assert_eq!(matches(&"x".repeat(length), hash), fits, "{length}");
    }
}

#[test]
fn sha_crypt_of_both_widths() {
    is_hash_of(PASSWORD, "$5$rounds=5000$saltstring$VtHW5dYMuuTK6wSgTD7AOPgcgCXfYr5j5h.qL27apu.");
    is_hash_of(
        PASSWORD,
        "$6$rounds=1000$saltstring$HrsW3dSmaQCNiRMbhJnTqS7hQz8q.zNQeUkiDr7k4uMRSMrPip5AX6gzgdoN4y\
         R9AAOTsINjvCQyaeYwFMbC1.",
    );
    // The examples of the specification.
    is_hash_of("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5");
    is_hash_of(
        "Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBF\
         dcbYEdFCoEOfaS35inz1",
    );
}

#[test]
fn pbkdf2_as_phc_passlib_and_django_write_it() {
    for text in [
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$\
         2gJ3upBf5pKVDreOX3NgJUoCE7vMiuzPb+NdfAKWgL8",
        "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$2gJ3upBf5pKVDreOX3NgJUoCE7vMiuzPb.NdfAKWgL8",
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$VS/JhvE2MWNbcMC8wY9iA3Uk1aTaoAB2say0Oy\
         3Oa4/ezCjvizR7IIvlXnAwnLqi9SEJAX1ndAQOB16wWJRQxg",
        "$pbkdf2-sha1$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$VRKq5j8nm09WCOx8FhzxzobrdJM",
        "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$VRKq5j8nm09WCOx8FhzxzobrdJM",
        "pbkdf2_sha256$1000$seasalt$h7KZGug7jzpWdevb9ebuIp6zHaEphtPAj3ZVd6FoFs4=",
    ] {
        is_hash_of(PASSWORD, text);
    }
    is_hash_of(
        "password",
        "$pbkdf2-sha256$8000$XAuBMIYQQogxRg$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE",
    );
    is_hash_of(
        "abcdefghijklmnop",
        "$pbkdf2-sha512$25000$O4fwPmdMyRmDUIrx/h9jTA$Xlp267ZwEbG4aOpN3Bve/ATo3rFA7WH8iMdS16Xbe9rc\
         6P5welk1yiXEMPy7.BFp0qsncipHumaW1trCWVvq/A",
    );
    is_hash_of("password", "pbkdf2_sha1$10000$seasalt$MzWphptDAvAELCV9Fa/bIsPfolY=");
}

#[test]
fn only_the_first_block_of_a_long_pbkdf2_key_is_work() {
    // Keycloak makes keys of 64 bytes with every digest.
    let long = "$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$2gJ3upBf5pKVDreOX3NgJUoCE7vMiuzPb+NdfA\
                KWgL8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    is_hash_of(PASSWORD, long);
}

#[test]
fn scrypt_as_phc_and_as_crypt_writes_it() {
    is_hash_of(
        PASSWORD,
        "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM",
    );
    is_hash_of(
        "pleaseletmein",
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
    );
}

#[test]
fn better_auth_takes_the_salt_as_text_and_normalises_the_password() {
    let salt = "000102030405060708090a0b0c0d0e0f";
    is_hash_of(
        PASSWORD,
        &format!(
            "{salt}:ff7c454139f16b7370347992b0ed489fca67ba6f2603f0579d77b5a3ed1805b2109c47eda527c1\
             bd1deae125bdab30faa2f06f553eb34180f161974d13cfe6b7"
        ),
    );
    let normal = format!(
        "{salt}:14cde99a6b8346f147e0c9b353cf03a7af7f6373561d54535a81aee50f3ce6653934f94985ccba51a0\
         e0d0219b2b2f8fe6deefc932cec776d2df8367d96bb54d"
    );
    for same in ["cr\u{e8}me \u{fb01}ne \u{2460}", "cre\u{300}me fine 1"] {
        assert!(matches(same, &normal), "{same}");
    }
    assert!(!matches("creme fine 1", &normal));
}

#[test]
fn firebase_encrypts_the_key_of_the_project() {
    is_hash_of("user1password", &firebase_example());
    let other = firebase_example().replace("$Bw==$", "$CA==$");
    assert!(!matches("user1password", &other));
}

#[test]
fn a_hash_that_would_take_too_much_is_refused() {
    let pbkdf2 = |cost: &str| {
        format!("$pbkdf2-sha256${cost}$MDEyMzQ1Njc4OWFiY2RlZg$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMM")
    };
    let scrypt = |cost: &str| {
        format!("$scrypt${cost}$MDEyMzQ1Njc4OWFiY2RlZg$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM")
    };
    let bcrypt = |cost| format!("$2b${cost}$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m");
    let sha =
        |cost| format!("$5$rounds={cost}$saltstring$VtHW5dYMuuTK6wSgTD7AOPgcgCXfYr5j5h.qL27apu.");
    let argon2 = |cost| format!("$argon2i$v=19${cost}$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweA");
    for text in [
        bcrypt("15"),
        bcrypt("31"),
        sha("500001"),
        sha("999999999"),
        pbkdf2("2000001"),
        pbkdf2("i=4294967295,l=32"),
        scrypt("ln=22,r=8,p=1"),
        scrypt("ln=18,r=9,p=1"),
        scrypt("ln=14,r=8,p=64"),
        scrypt("ln=63,r=4294967295,p=4294967295"),
        scrypt("ln=1,r=1,p=4294967295"),
        scrypt("ln=1,r=3000000,p=1"),
        firebase_example().replace("ln=14", "ln=20"),
        argon2("m=262145,t=1,p=1"),
        argon2("m=64,t=17,p=1"),
        argon2("m=1024,t=1,p=17"),
        "$7$K6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D".to_owned(),
    ] {
        assert_eq!(PasswordHash::import(&text).err(), Some(TOO_COSTLY), "{text}");
    }
    for text in [
        bcrypt("14"),
        sha("500000"),
        pbkdf2("2000000"),
        scrypt("ln=17,r=8,p=1"),
        scrypt("ln=16,r=8,p=2"),
        scrypt("ln=14,r=8,p=5"),
        argon2("m=262144,t=1,p=4"),
        argon2("m=102400,t=2,p=8"),
        argon2("m=7168,t=5,p=1"),
    ] {
        assert!(PasswordHash::import(&text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_no_hash_is_refused_whatever_it_is() {
    let long = "$".repeat(10_000);
    for text in [
        "",
        "$",
        "$$$$$$$",
        "password",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$1$salt$hash",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "$2b$12$short",
        "$2b$xx$abcdefghijklmnopqrstuu",
        "$2b$03$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m",
        "$5$$",
        "$5$rounds=x$salt$hash",
        "$6$salt$abc",
        "$5$a-salt-of-17-chars$VtHW5dYMuuTK6wSgTD7A",
        "$pbkdf2-sha256$0$c2FsdA$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE",
        "$pbkdf2-md5$1$c2FsdA$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE",
        "pbkdf2_sha256$1000$seasalt$",
        "pbkdf2_sha256$1000$seasalt$AA==",
        "pbkdf2_sha256$-1$s$AA",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM",
        "$scrypt$ln=10,r=0,p=1$c2FsdA$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM",
        "$scrypt$ln=10$c2FsdA$wJm5QU+uGhns0aRlZr3CFcehSMf8Z3/ehXTJLuyEYCM",
        "$7$C6",
        "$7$C6..../....S$",
        "$7$ä6..../....S$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
        "$firescrypt$ln=14,r=8,p=1$c2FsdA$AAAA$Bw==$AAAA",
        "zz:zz",
        "000102030405060708090a0b0c0d0e0f:00",
        "$argon2id$",
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdA",
        &long,
        "\u{0}",
        "é$é$é",
    ] {
        assert_eq!(PasswordHash::import(text).err(), Some(UNKNOWN), "{text}");
    }
}

#[test]
fn django_names_the_algorithm_twice() {
    for text in [
        "bcrypt$$2b$06$abcdefghijklmnopqrstuuIEu7iInDn2JUJCCDQts6HZjdAOQmE3m",
        "argon2$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$\
         wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
    ] {
        assert!(PasswordHash::import(text).is_ok(), "{text}");
    }
}
