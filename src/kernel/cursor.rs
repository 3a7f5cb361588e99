//! Cursors of lists: a position that only this service can have made, bound to list and filters.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::{MasterKey, same};

const TAG: usize = 16;

/// The longest cursor in characters that can be valid.
pub const MAX: usize = 600;

/// Seals and opens cursors.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl CursorKey {
    pub fn new(seed: &MasterKey) -> Self {
        Self(seed.derive("cursor"))
    }

    /// A text for a position in the list that `list` (its name and filters) describes.
    pub fn seal(&self, list: &str, position: &[u8]) -> String {
        let mut bytes = self.tag(list, position).to_vec();
        bytes.extend_from_slice(position);
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The position, if the text was sealed here for the same list and filters.
    pub fn open(&self, list: &str, cursor: &str) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (tag, position) = bytes.split_at_checked(TAG)?;
        same(tag, &self.tag(list, position)).then(|| position.to_vec())
    }

    fn tag(&self, list: &str, position: &[u8]) -> [u8; TAG] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        mac.update(&u64::try_from(list.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(list.as_bytes());
        mac.update(position);
        let full = mac.finalize().into_bytes();
        let mut tag = [0; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::chance::Chance;

    #[test]
    fn a_cursor_opens_only_for_the_list_that_it_was_made_for() {
        let key = CursorKey::new(&MasterKey::random(&Chance::seeded(1)));
        let cursor = key.seal("users", b"position");
        assert_eq!(key.open("users", &cursor).as_deref(), Some(&b"position"[..]));
        assert!(key.open("users?status=active", &cursor).is_none());
        assert!(key.open("users", &cursor[1..]).is_none());
        assert!(key.open("users", "").is_none());
    }
}
