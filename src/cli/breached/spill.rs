//! Sorting more numbers than fit into memory: they go into 256 files by their first byte, and each
//! file is sorted by itself. The folder is removed in the end, however that comes.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, BufWriter, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// One for each first byte.
const PARTS: usize = 256;

/// Numbers on their way to be sorted.
pub struct Spill {
    folder: Folder,
    parts: Vec<BufWriter<File>>,
}

/// Numbers in order, each once.
pub struct Sorted {
    folder: Folder,
    pub count: u64,
}

struct Folder(PathBuf);

impl Folder {
    fn part(&self, at: usize) -> PathBuf {
        self.0.join(format!("{at:02x}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed lies beside the output, where its name tells what it was.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Spill {
    /// Starts in a new folder of this name.
    pub fn new(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).create(folder)?;
        let folder = Folder(folder.to_owned());
        let open = |at| Ok(BufWriter::with_capacity(1 << 16, File::create(folder.part(at))?));
        let parts = (0..PARTS).map(open).collect::<io::Result<_>>()?;
        Ok(Self { folder, parts })
    }

    pub fn push(&mut self, number: u64) -> io::Result<()> {
        let bytes = number.to_be_bytes();
        self.parts[usize::from(bytes[0])].write_all(&bytes)
    }

    /// Sorts part after part, and drops what is there twice.
    pub fn sort(self) -> io::Result<Sorted> {
        for part in self.parts {
            part.into_inner().map_err(io::IntoInnerError::into_error)?;
        }
        let (folder, mut count) = (self.folder, 0);
        for at in 0..PARTS {
            let mut numbers = read(&folder.part(at))?;
            numbers.sort_unstable();
            numbers.dedup();
            count += numbers.len() as u64;
            let mut file = BufWriter::new(File::create(folder.part(at))?);
            for number in &numbers {
                file.write_all(&number.to_be_bytes())?;
            }
            file.flush()?;
        }
        Ok(Sorted { folder, count })
    }
}

impl Sorted {
    /// Hands out the numbers in order, part after part.
    pub fn parts(&self) -> impl Iterator<Item = io::Result<Vec<u64>>> {
        (0..PARTS).map(|at| read(&self.folder.part(at)))
    }
}

fn read(path: &Path) -> io::Result<Vec<u64>> {
    let bytes = fs::read(path)?;
    let (numbers, _) = bytes.as_chunks::<8>();
    Ok(numbers.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect())
}
