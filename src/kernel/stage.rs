//! Whether the service takes work. Starts as "starting" and only moves forward.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// The service's stage. Shared by all clones.
#[derive(Clone, Default)]
pub struct Stage(Arc<AtomicU8>);

const STARTING: u8 = 0;
const SERVING: u8 = 1;
const DRAINING: u8 = 2;

impl Stage {
    /// The database is ready: work may come.
    pub fn serve(&self) {
        self.0.fetch_max(SERVING, Ordering::SeqCst);
    }

    /// From here on no new work is wanted; what runs may end.
    pub fn drain(&self) {
        self.0.fetch_max(DRAINING, Ordering::SeqCst);
    }

    pub fn is_starting(&self) -> bool {
        self.0.load(Ordering::SeqCst) == STARTING
    }

    pub fn is_serving(&self) -> bool {
        self.0.load(Ordering::SeqCst) == SERVING
    }
}
