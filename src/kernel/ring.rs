//! The keys that tokens are signed with, as they were last read from the database. Which of them
//! signs follows from the time alone, so that all processes sign with the same.

use std::sync::Arc;

use parking_lot::RwLock;

use super::{
    clock::Timestamp,
    jose::{PublicKey, SigningKey},
};

/// A key and the moment from which it signs.
#[derive(Clone, Debug)]
pub struct RingKey {
    pub key: Arc<SigningKey>,
    pub active_at: Timestamp,
}

/// All keys that are published, in the order in which they sign.
#[derive(Clone, Debug, Default)]
pub struct Ring(Vec<RingKey>);

impl Ring {
    pub fn new(mut keys: Vec<RingKey>) -> Self {
        keys.sort_by_key(|ring| ring.active_at);
        Self(keys)
    }

    /// The key that signs at `now`: the latest that may. Nothing before the first start is done.
    pub fn signer(&self, now: Timestamp) -> Option<&SigningKey> {
        let active = self.0.iter().rfind(|ring| ring.active_at <= now);
        active.or(self.0.first()).map(|ring| &*ring.key)
    }

    /// The key of this name, if it is published.
    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.shared(kid).map(|key| key.public())
    }

    /// The same with its private part, to be kept in the next ring.
    pub fn shared(&self, kid: &str) -> Option<&Arc<SigningKey>> {
        self.0.iter().map(|ring| &ring.key).find(|key| key.public().kid() == kid)
    }

    /// Every key that is published.
    pub fn public(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter().map(|ring| ring.key.public())
    }
}

/// What was read, and for how long it may be believed.
struct Reading {
    ring: Arc<Ring>,
    epoch: u64,
    until: Timestamp,
}

/// The ring as the process last read it. Clones share it.
#[derive(Clone, Default)]
pub struct Keys(Arc<RwLock<Option<Reading>>>);

impl Keys {
    /// The ring, if it was read in this epoch of the database and counts at `now`.
    pub fn fresh(&self, epoch: u64, now: Timestamp) -> Option<Arc<Ring>> {
        let reading = self.0.read();
        let reading = reading.as_ref().filter(|it| it.epoch == epoch && now < it.until)?;
        Some(Arc::clone(&reading.ring))
    }

    /// The ring as it was read last, however long ago.
    pub fn last(&self) -> Option<Arc<Ring>> {
        self.0.read().as_ref().map(|reading| Arc::clone(&reading.ring))
    }

    /// Until when the ring that was read last may be believed.
    pub fn until(&self) -> Option<Timestamp> {
        self.0.read().as_ref().map(|reading| reading.until)
    }

    /// Keeps a ring that was read in `epoch`.
    pub fn keep(&self, ring: Arc<Ring>, epoch: u64, until: Timestamp) {
        *self.0.write() = Some(Reading { ring, epoch, until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(active_at: i64) -> RingKey {
        let active_at = Timestamp::from_micros(active_at);
        RingKey { key: Arc::new(SigningKey::random()), active_at }
    }

    #[test]
    fn the_latest_key_that_may_signs() {
        let (first, second) = (key(10), key(20));
        let kid = |key: &RingKey| key.key.public().kid().to_owned();
        let ring = Ring::new(vec![second.clone(), first.clone()]);
        let signer = |at| ring.signer(Timestamp::from_micros(at)).unwrap().public().kid();
        assert_eq!((signer(5), signer(10)), (&*kid(&first), &*kid(&first)));
        assert_eq!((signer(19), signer(20)), (&*kid(&first), &*kid(&second)));
        assert!(ring.find(&kid(&second)).is_some() && ring.find("../etc").is_none());
        assert!(Ring::default().signer(Timestamp::from_micros(0)).is_none());
    }

    #[test]
    fn a_ring_is_believed_for_its_epoch_and_its_time() {
        let (keys, at) = (Keys::default(), Timestamp::from_micros);
        assert!(keys.fresh(0, at(0)).is_none() && keys.last().is_none());
        keys.keep(Arc::new(Ring::new(vec![key(1)])), 7, at(100));
        assert!(keys.fresh(7, at(99)).is_some());
        assert!(keys.fresh(8, at(99)).is_none() && keys.fresh(7, at(100)).is_none());
        assert!(keys.last().is_some());
    }
}
