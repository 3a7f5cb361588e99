//! The filter of breached passwords: a file of truncated SHA-1 hashes that is searched where it
//! lies. It holds no password, and the whole of a password is looked up, never a part.
//!
//! All numbers are little-endian. The file is:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `DWBREACH` |
//! | 4 | version: 1 |
//! | 4 | `b`: how many bits of a hash number its bucket |
//! | 8 | `n`: how many entries there are |
//! | 32 | SHA-256 of everything behind the header |
//! | 32 | SHA-256 of the header before this place |
//! | 8 × (2^b + 1) | the index: how many entries stand before each bucket, and `n` |
//! | 3 × n | the entries: the 24 bits behind the bucket's, most significant byte first, in order |
//!
//! With at most 64 entries in a bucket on average, one in 262,144 other passwords is refused by
//! chance at most, and a million entries take 3.1 to 3.3 MB.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
};

use sha1::{Digest, Sha1};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"DWBREACH";
const VERSION: u32 = 1;

/// Bytes of the header.
pub const HEADER: usize = 88;

/// Bytes of an entry.
pub const ENTRY: usize = 3;

/// Bytes of a place in the index.
pub const PLACE: usize = 8;

/// Entries of a bucket, on average, at most.
const FULL: u64 = 64;

/// More bits than any list needs: 2^40 buckets.
const MAX_BITS: u32 = 40;

/// Why a file can't be used.
#[derive(Debug)]
pub enum Broken {
    Io(io::Error),
    /// It is something else, or of a later version.
    NotAFilter,
    /// Its header was changed.
    Header,
    /// It is shorter or longer than its header says.
    Length,
    /// What is behind the header was changed.
    Content,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "it can't be read: {error}"),
            Self::NotAFilter => f.write_str(
                "it is not a filter that `doorward breached build` of this version made",
            ),
            Self::Header => f.write_str("its header is damaged"),
            Self::Length => f.write_str("it is not as long as it says: perhaps a copy was cut off"),
            Self::Content => f.write_str("its content is damaged"),
        }
    }
}

impl std::error::Error for Broken {}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    bits: u32,
    entries: u64,
}

impl Shape {
    /// The shape for so many entries.
    pub fn of(entries: u64) -> Self {
        let mut bits = 0;
        while entries >> bits > FULL || (entries >> bits == FULL && entries != FULL << bits) {
            bits += 1;
        }
        Self { bits, entries }
    }

    pub fn entries(self) -> u64 {
        self.entries
    }

    pub fn buckets(self) -> u64 {
        1 << self.bits
    }

    /// Where the entries begin.
    pub fn entries_at(self) -> u64 {
        HEADER as u64 + PLACE as u64 * (self.buckets() + 1)
    }

    /// Bytes of the whole file.
    pub fn length(self) -> u64 {
        self.entries_at() + ENTRY as u64 * self.entries
    }

    /// The chance that another password is refused.
    pub fn false_positives(self) -> f64 {
        // Far below 2^53, so that the numbers are exact.
        self.entries as f64 / self.buckets() as f64 / f64::from(1 << 24)
    }

    pub fn bucket(self, key: u64) -> u64 {
        key.checked_shr(64 - self.bits).unwrap_or(0)
    }

    pub fn entry(self, key: u64) -> [u8; ENTRY] {
        let [entry @ .., _, _, _, _, _] = (key << self.bits).to_be_bytes();
        entry
    }

    /// The header of a file whose body has this hash.
    pub fn header(self, body: [u8; 32]) -> [u8; HEADER] {
        let mut header = Vec::with_capacity(HEADER);
        header.extend(MAGIC);
        header.extend(VERSION.to_le_bytes());
        header.extend(self.bits.to_le_bytes());
        header.extend(self.entries.to_le_bytes());
        header.extend(body);
        let own: [u8; 32] = Sha256::digest(&header).into();
        header.extend(own);
        header.try_into().expect("its parts have 88 bytes in all")
    }

    fn read(header: &[u8; HEADER]) -> Result<(Self, [u8; 32]), Broken> {
        let number =
            |at: usize| header[at..at + 4].iter().rev().fold(0_u32, |n, b| n << 8 | u32::from(*b));
        if &header[..8] != MAGIC || number(8) != VERSION {
            return Err(Broken::NotAFilter);
        }
        let own: [u8; 32] = Sha256::digest(&header[..56]).into();
        if own != header[56..] || number(12) > MAX_BITS {
            return Err(Broken::Header);
        }
        let entries = u64::from(number(20)) << 32 | u64::from(number(16));
        let mut body = [0; 32];
        body.copy_from_slice(&header[24..56]);
        Ok((Self { bits: number(12), entries }, body))
    }
}

/// The first 64 bits of a password's SHA-1, by which it is found.
pub fn key_of(password: &[u8]) -> u64 {
    let hash: [u8; 20] = Sha1::digest(password).into();
    let (first, _) = hash.split_first_chunk().expect("a SHA-1 has more than 8 bytes");
    u64::from_be_bytes(*first)
}

/// An open filter. Nothing of it is kept in memory but what the system caches.
pub struct Breached {
    file: File,
    shape: Shape,
    body: [u8; 32],
}

impl fmt::Debug for Breached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breached").field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl Breached {
    /// Opens a filter and checks its header and its length; see [`Breached::check`] for the rest.
    pub fn open(path: &Path) -> Result<Self, Broken> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(Broken::NotAFilter);
        }
        let length = file.metadata()?.len();
        let mut header = [0; HEADER];
        match file.read_exact_at(&mut header, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(Broken::NotAFilter);
            }
            other => other?,
        }
        let (shape, body) = Shape::read(&header)?;
        if shape.entries > u64::MAX / 8 || shape.length() != length {
            return Err(Broken::Length);
        }
        Ok(Self { file, shape, body })
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Reads the whole file and compares it with its hash.
    pub fn check(&self) -> Result<(), Broken> {
        let mut file = self.file.try_clone()?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(HEADER as u64))?;
        if hash_of(file)? == self.body { Ok(()) } else { Err(Broken::Content) }
    }

    /// Whether a password is on the list, as it is or in Unicode NFC.
    pub fn contains(&self, password: &str) -> Result<bool, Broken> {
        let mut normal = Zeroizing::new(String::with_capacity(password.len() * 3));
        normal.extend(password.nfc());
        Ok(self.has(key_of(normal.as_bytes()))?
            || *normal != *password && self.has(key_of(password.as_bytes()))?)
    }

    fn has(&self, key: u64) -> Result<bool, Broken> {
        let at = HEADER as u64 + PLACE as u64 * self.shape.bucket(key);
        let mut places = [0; 2 * PLACE];
        self.file.read_exact_at(&mut places, at)?;
        let place = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b));
        let (from, to) = (place(&places[..PLACE]), place(&places[PLACE..]));
        // A bucket far above the average is no work of ours.
        if from > to || to > self.shape.entries || to - from > 1 << 16 {
            return Err(Broken::Content);
        }
        let length = usize::try_from(to - from).map_err(|_| Broken::Content)? * ENTRY;
        let mut entries = vec![0; length];
        self.file.read_exact_at(&mut entries, self.shape.entries_at() + ENTRY as u64 * from)?;
        let wanted = self.shape.entry(key);
        Ok(entries.chunks_exact(ENTRY).any(|entry| entry == wanted))
    }
}

/// SHA-256 of what is left of a stream.
pub fn hash_of(mut from: impl Read) -> io::Result<[u8; 32]> {
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_at_most_64_entries_on_average() {
        for (entries, bits) in [(0, 0), (1, 0), (64, 0), (65, 1), (128, 1), (129, 2), (1 << 30, 24)]
        {
            assert_eq!(Shape::of(entries).bits, bits, "{entries}");
        }
        for entries in [1_000_000, 900_000_000, 1_300_000_000] {
            let shape = Shape::of(entries);
            assert!(shape.false_positives() <= 1.0 / 262_144.0);
            let size = shape.length() as f64 / entries as f64;
            assert!((3.1..3.3).contains(&size), "{size}");
        }
    }

    #[test]
    fn bucket_and_entry_are_the_first_bits_of_the_hash() {
        let shape = Shape { bits: 8, entries: 0 };
        // SHA-1 of "password" is 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8.
        let key = key_of(b"password");
        assert_eq!((shape.bucket(key), shape.entry(key)), (0x5b, [0xaa, 0x61, 0xe4]));
        let one = Shape { bits: 0, entries: 0 };
        assert_eq!((one.bucket(key), one.entry(key)), (0, [0x5b, 0xaa, 0x61]));
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let shape = Shape::of(5_000_000_000);
        let header = shape.header([7; 32]);
        assert_eq!(Shape::read(&header).unwrap(), (shape, [7; 32]));
        for at in 0..HEADER {
            let mut changed = header;
            changed[at] ^= 1;
            assert!(Shape::read(&changed).is_err(), "byte {at}");
        }
    }
}
