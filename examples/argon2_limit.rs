//! The machine's own limit of password hashing: every core hashes argon2id at the service's cost
//! (19 MiB, two passes, one lane) into memory of its own. `argon2_limit 5` hashes for five seconds
//! and prints the hashes per second of all cores together.

use std::{
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Bytes of the hash, as the service stores it.
const LENGTH: usize = 32;

/// Hashes until `end`; how many were finished by then, the last one by its share.
fn hash_until(end: Instant) -> f64 {
    let params = Params::new(19 * 1024, 2, 1, Some(LENGTH))
        .expect("19 MiB, two passes and one lane are valid");
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; LENGTH];
    let mut hashes = 0.0;
    loop {
        let start = Instant::now();
        argon2
            .hash_password_into_with_memory(
                b"a long enough password", &[7; 16], &mut hash, &mut memory,
            )
            .expect("lengths and memory fit the parameters");
        std::hint::black_box(&hash);
        let now = Instant::now();
        if now >= end {
            let share = (end - start).as_secs_f64() / (now - start).as_secs_f64();
            return hashes + share;
        }
        hashes += 1.0;
    }
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let end = Instant::now() + Duration::from_secs(seconds);
    let threads: Vec<_> = (0..cores).map(|_| thread::spawn(move || hash_until(end))).collect();
    let hashes: f64 =
        threads.into_iter().map(|thread| thread.join().expect("hashing does not panic")).sum();
    println!("{:.2}", hashes / seconds as f64);
}
