//! The master key's file, and the steps by which another key takes its place while processes run.
//! At any moment, whoever reads the folder finds the key that seals and, while there are two, the
//! one that opens beside it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    Config,
    folder::{self, FolderError, io_at},
};
use crate::kernel::{chance::Chance, secret::MasterKey, vault::MasterKeys};

/// The key that seals.
const PRESENT: &str = "master.key";
/// The key that will seal.
const NEXT: &str = "master.next.key";
/// The key that has sealed until now.
const OLD: &str = "master.old.key";

/// How far the change from one key to the next has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One key, and no change under way.
    None,
    /// The next key opens, and does not seal yet.
    Begun,
    /// The next key seals, and the old one opens.
    Made,
}

fn path(config: &Config, name: &str) -> PathBuf {
    folder::keys_folder(config).join(name)
}

fn exists(path: &Path) -> Result<bool, FolderError> {
    path.try_exists().map_err(io_at(path))
}

fn read(config: &Config, name: &str) -> Result<Option<MasterKey>, FolderError> {
    let path = path(config, name);
    match folder::read_key(&path) {
        Err(FolderError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// The master keys: the configured ones, or else those of the `keys` folder, whose first is made
/// with mode 0600 when it is missing. Call it after [`folder::prepare_data_dir`].
pub fn master_keys(config: &Config, chance: &Chance) -> Result<MasterKeys, FolderError> {
    if let Some(current) = &config.master_key {
        return Ok(MasterKeys { current: current.clone(), other: config.master_key_other.clone() });
    }
    let file = path(config, PRESENT);
    if !exists(&file)? {
        folder::create_key(&file, chance).map_err(io_at(&file))?;
    }
    loop {
        let current = folder::read_key(&file)?;
        let other = match read(config, NEXT)? {
            Some(next) => Some(next),
            None => read(config, OLD)?,
        };
        // The two may have changed places between.
        if folder::read_key(&file)? == current {
            return Ok(MasterKeys { current, other });
        }
    }
}

/// How far the change has come, as the folder tells.
pub fn change(config: &Config) -> Result<Change, FolderError> {
    let (next, old) = (exists(&path(config, NEXT))?, exists(&path(config, OLD))?);
    Ok(match (next, old) {
        (true, _) => Change::Begun,
        (false, true) => Change::Made,
        (false, false) => Change::None,
    })
}

/// Makes the next key. From here on whoever reads the folder opens with it too.
pub fn begin_change(config: &Config, chance: &Chance) -> Result<(), FolderError> {
    let next = path(config, NEXT);
    folder::create_key(&next, chance).map_err(io_at(&next))
}

/// Lets the next key seal, in one step. The old one goes on opening.
pub fn make_change(config: &Config) -> Result<(), FolderError> {
    let (present, next, old) = (path(config, PRESENT), path(config, NEXT), path(config, OLD));
    match fs::hard_link(&present, &old) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other.map_err(io_at(&old))?,
    }
    fs::rename(&next, &present).map_err(io_at(&present))?;
    folder::sync(&present).map_err(io_at(&present))
}

/// Destroys the old key: its file is overwritten and removed.
pub fn end_change(config: &Config) -> Result<(), FolderError> {
    let old = path(config, OLD);
    let overwrite = || {
        let length = fs::metadata(&old)?.len();
        let mut file = OpenOptions::new().write(true).open(&old)?;
        file.write_all(&vec![b'0'; usize::try_from(length).unwrap_or(0)])?;
        file.sync_all()?;
        fs::remove_file(&old)?;
        folder::sync(&old)
    };
    overwrite().map_err(io_at(&old))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tempfile::TempDir;

    use super::{super::Sources, *};

    #[test]
    fn asvs_11_1_1_one_key_takes_the_place_of_the_other_step_by_step() {
        let folder = TempDir::new().unwrap();
        let variables = BTreeMap::from([(
            "DOORWARD_DATA_DIR".to_owned(),
            folder.path().join("data").display().to_string(),
        )]);
        let config = Config::load(&Sources { variables, ..Sources::default() }).unwrap();
        folder::prepare_data_dir(&config).unwrap();
        let keys = || master_keys(&config, &Chance::System).unwrap();
        let first = keys();
        assert!(first.other.is_none());
        assert_eq!(change(&config).unwrap(), Change::None);

        begin_change(&config, &Chance::System).unwrap();
        assert_eq!(change(&config).unwrap(), Change::Begun);
        let begun = keys();
        assert!(begun.current == first.current && begun.other != Some(first.current.clone()));
        // Begun twice, it is the same key.
        begin_change(&config, &Chance::System).unwrap();
        assert!(keys() == begun);

        make_change(&config).unwrap();
        assert_eq!(change(&config).unwrap(), Change::Made);
        let made = keys();
        assert!(made.other == Some(first.current) && Some(made.current.clone()) == begun.other);

        end_change(&config).unwrap();
        assert_eq!(change(&config).unwrap(), Change::None);
        assert!(keys() == MasterKeys { current: made.current, other: None });
        assert_eq!(fs::read_dir(folder::keys_folder(&config)).unwrap().count(), 1);
    }
}
