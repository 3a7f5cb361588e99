//! Random bytes. The only place that draws them, so that tests can fix the draw.

use std::sync::Arc;

use parking_lot::Mutex;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

/// Where random bytes come from: the operating system, or a seed in tests.
#[derive(Clone)]
pub enum Chance {
    System,
    Seeded(Arc<Mutex<ChaCha20Rng>>),
}

impl Chance {
    /// A repeatable source for tests.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// `N` random bytes.
    ///
    /// Panics when the operating system has no randomness to give: nothing safe can follow.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Self::System => getrandom::fill(&mut bytes).expect("the system's random source works"),
            Self::Seeded(rng) => rng.lock().fill_bytes(&mut bytes),
        }
        bytes
    }
}
