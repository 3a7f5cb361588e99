//! The machine's own limit for checking access tokens: parses and verifies one token on all cores
//! for some seconds and prints how many a second. `verify_limit 4`.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use doorward::kernel::jose::{Jws, SigningKey};
use serde_json::json;

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(4);
    let key = SigningKey::random();
    let claims = json!({
        "iss": "http://127.0.0.1:8080", "aud": "http://127.0.0.1:8080",
        "sub": "usr_06awk5n2q3w0r8d1e4t7y9v2m4", "client_id": "first_party",
        "sid": "ses_06awk5n2q3w0r8d1e4t7y9v2m4", "jti": "tok_06awk5n2q3w0r8d1e4t7y9v2m4",
        "iat": 1_793_534_400, "exp": 1_793_534_700, "auth_time": 1_793_534_400, "acr": "aal1",
        "amr": ["pwd"], "roles": ["admin"], "permissions": ["users:read", "users:write"],
    });
    let token = key.sign("at+jwt", &claims);
    let (count, end) = (AtomicU64::new(0), Instant::now() + Duration::from_secs(seconds));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while Instant::now() < end {
                    let jws = Jws::parse(&token, &["alg", "typ", "kid"]).expect("a token");
                    jws.open(key.public()).expect("a right signature");
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    println!("{:.1}", count.load(Ordering::Relaxed) as f64 / seconds as f64);
}
