//! The data folder and the master key in it. Neither is ever readable by all users of the machine,
//! and two processes that start at once end with one key.

use std::{
    error::Error,
    fmt,
    fs::{self, DirBuilder, File, Metadata, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;

use super::Config;
use crate::kernel::{
    chance::Chance,
    secret::{MasterKey, Secret},
};

/// Who can look into the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Nobody but its owner and, if its mode says so, its group.
    Private,
    /// Every user of the machine: worth a warning at the start.
    OpenToAll,
}

/// Why the data folder or the master key cannot be used.
#[derive(Debug)]
pub enum FolderError {
    /// The path could not be made, read or written.
    Io(PathBuf, io::Error),
    /// Every user of the machine can read the path, which holds keys.
    OpenToAll(PathBuf),
    /// The file does not hold a master key.
    NotAKey(PathBuf),
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::OpenToAll(path) => {
                let path = path.display();
                write!(f, "{path} holds keys and is open to every user: run chmod o= {path}")
            }
            Self::NotAKey(path) => write!(f, "{} does not hold a master key", path.display()),
        }
    }
}

impl Error for FolderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

/// Makes the data folder and its `keys` folder, both with mode 0700, where they are missing.
///
/// A data folder that is open to all is used and reported; a `keys` folder like that is refused.
pub fn prepare_data_dir(config: &Config) -> Result<Privacy, FolderError> {
    let keys = keys_folder(config);
    DirBuilder::new().recursive(true).mode(0o700).create(&keys).map_err(io_at(&keys))?;
    refuse_open(&keys)?;
    let data = fs::metadata(&config.data_dir).map_err(io_at(&config.data_dir))?;
    Ok(if is_open(&data) { Privacy::OpenToAll } else { Privacy::Private })
}

/// The key in a file, which nobody but its owner and group may read.
pub(super) fn read_key(path: &Path) -> Result<MasterKey, FolderError> {
    refuse_open(path)?;
    let text = Secret::new(fs::read_to_string(path).map_err(io_at(path))?);
    MasterKey::parse(text.reveal()).ok_or_else(|| FolderError::NotAKey(path.to_owned()))
}

/// Puts a new key at `path`, whole and on the disk, unless another process was faster.
pub(super) fn create_key(path: &Path, chance: &Chance) -> io::Result<()> {
    let name = HEXLOWER.encode(&chance.bytes::<8>());
    let draft = path.with_file_name(format!(".draft-{}-{name}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = write_key(&mut file, chance).and_then(|()| {
        // A link, unlike a rename, never replaces the key that another process has put there.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    });
    fs::remove_file(&draft)?;
    linked?;
    sync(path)
}

/// Sees that what was done to a file's name stays done.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    let folder = path.parent().expect("the key is in a folder");
    File::open(folder)?.sync_all()
}

fn write_key(file: &mut File, chance: &Chance) -> io::Result<()> {
    let key = MasterKey::random(chance).encode();
    file.write_all(key.reveal().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

pub(super) fn keys_folder(config: &Config) -> PathBuf {
    config.data_dir.join("keys")
}

fn refuse_open(path: &Path) -> Result<(), FolderError> {
    let found = fs::metadata(path).map_err(io_at(path))?;
    if is_open(&found) { Err(FolderError::OpenToAll(path.to_owned())) } else { Ok(()) }
}

/// The group is left out: a cluster gives a volume's files to the group of the service.
fn is_open(found: &Metadata) -> bool {
    found.mode() & 0o007 != 0
}

pub(super) fn io_at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    move |error| FolderError::Io(path.to_owned(), error)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, os::unix::fs::PermissionsExt, thread};

    use tempfile::TempDir;

    use super::{
        super::{Sources, master_keys},
        *,
    };

    fn master_key(config: &Config, chance: &Chance) -> Result<MasterKey, FolderError> {
        master_keys(config, chance).map(|keys| keys.current)
    }

    fn load(pairs: &[(&str, &str)]) -> Config {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let variables = pairs.collect::<BTreeMap<_, _>>();
        Config::load(&Sources { variables, ..Sources::default() }).unwrap()
    }

    fn in_folder(folder: &TempDir) -> Config {
        let path = folder.path().join("a/data");
        load(&[("DOORWARD_DATA_DIR", path.to_str().unwrap())])
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_data_folder_is_made_for_its_owner_alone() {
        let folder = TempDir::new().unwrap();
        let config = in_folder(&folder);

        assert_eq!(prepare_data_dir(&config).unwrap(), Privacy::Private);
        assert_eq!((mode(&config.data_dir), mode(&config.data_dir.join("keys"))), (0o700, 0o700));

        set_mode(&config.data_dir, 0o755);
        assert_eq!(prepare_data_dir(&config).unwrap(), Privacy::OpenToAll);
        set_mode(&config.data_dir.join("keys"), 0o755);
        assert!(prepare_data_dir(&config).unwrap_err().to_string().contains("open to every user"));
    }

    #[test]
    fn the_master_key_is_made_once_and_kept() {
        let folder = TempDir::new().unwrap();
        let config = in_folder(&folder);
        prepare_data_dir(&config).unwrap();
        let path = config.data_dir.join("keys/master.key");

        let first = master_key(&config, &Chance::seeded(1)).unwrap().encode();
        let again = master_key(&config, &Chance::seeded(2)).unwrap().encode();

        assert_eq!(first.reveal(), again.reveal());
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);

        fs::write(&path, "canary7Kq").unwrap();
        let error = master_key(&config, &Chance::System).err().unwrap();
        assert!(
            matches!(error, FolderError::NotAKey(_)) && !error.to_string().contains("canary7Kq")
        );
        set_mode(&path, 0o644);
        assert!(matches!(master_key(&config, &Chance::System), Err(FolderError::OpenToAll(_))));
    }

    #[test]
    fn processes_that_start_at_once_end_with_one_key() {
        for _ in 0..20 {
            let folder = TempDir::new().unwrap();
            let config = in_folder(&folder);
            let starts = (0..8).map(|_| {
                let config = config.clone();
                thread::spawn(move || {
                    prepare_data_dir(&config).unwrap();
                    master_key(&config, &Chance::System).unwrap().encode().reveal().to_owned()
                })
            });
            let starts = starts.collect::<Vec<_>>();
            let mut keys = starts.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>();
            keys.dedup();
            assert_eq!(keys.len(), 1);
            assert_eq!(fs::read_dir(config.data_dir.join("keys")).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_configured_master_key_needs_no_file() {
        let key = MasterKey::random(&Chance::seeded(7)).encode();
        let config =
            load(&[("DOORWARD_MASTER_KEY", key.reveal()), ("DOORWARD_DATA_DIR", "/nowhere")]);
        let found = master_key(&config, &Chance::System).unwrap().encode();
        assert_eq!(found.reveal(), key.reveal());
    }
}
