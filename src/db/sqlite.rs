//! SQLite: the file and the settings of a connection. The file is made here, readable by its
//! owner alone, and never anywhere else.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use diesel::{Connection, ConnectionError, SqliteConnection, connection::SimpleConnection};
use url::{Url, form_urlencoded};

use super::{conn::Role, error::OpenError};

/// A database file, which exists.
pub(super) struct File {
    /// Absolute, so that SQLite takes it neither for a URI nor for `:memory:`.
    path: String,
}

impl File {
    /// Finds the file of `sqlite://folder/file` (from the working folder) or `sqlite:///file`
    /// (from the root), and makes it (mode 0600) when there is none. Its folder must exist.
    pub fn of(url: &Url) -> Result<Self, OpenError> {
        let path = path(url)?;
        let path = Path::new(&path);
        // SQLite gives its -wal and -shm files the same mode.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(OpenError::File(error)),
        }
        let path = path.canonicalize().map_err(OpenError::File)?;
        let path = path.into_os_string().into_string();
        path.map(|path| Self { path }).map_err(|_| OpenError::Url("its path is not UTF-8"))
    }

    #[expect(clippy::disallowed_methods, reason = "opened by scheme, here for SQLite")]
    pub fn open(&self, role: Role) -> Result<SqliteConnection, OpenError> {
        // If the file was taken away, SQLite would make an empty one.
        fs::metadata(&self.path).map_err(OpenError::File)?;
        let mut conn = SqliteConnection::establish(&self.path).map_err(|error| match error {
            ConnectionError::BadConnection(words) => OpenError::Connect(words),
            _ => OpenError::Connect("SQLite refused the file".into()),
        })?;
        for pragma in pragmas(role) {
            conn.batch_execute(pragma)?;
        }
        Ok(conn)
    }
}

/// The settings of a connection, in the order in which they must be made.
fn pragmas(role: Role) -> Vec<&'static str> {
    // First of all, or simultaneous first starts fail with "database is locked" at the second.
    let patience = match role {
        Role::Migrator => "PRAGMA busy_timeout = 60000",
        Role::Reader | Role::Writer => "PRAGMA busy_timeout = 5000",
    };
    let mut pragmas = vec![
        patience, "PRAGMA foreign_keys = ON", "PRAGMA temp_store = MEMORY",
        "PRAGMA mmap_size = 67108864",
    ];
    match role {
        Role::Reader => pragmas.push("PRAGMA query_only = ON"),
        Role::Writer | Role::Migrator => pragmas.extend([
            "PRAGMA journal_mode = WAL",
            // An answered write outlives a power cut.
            "PRAGMA synchronous = FULL",
            // A burst of writes does not leave its log on the disk for ever.
            "PRAGMA journal_size_limit = 67108864",
        ]),
    }
    pragmas
}

/// The path that the URL means, `%` sequences decoded.
fn path(url: &Url) -> Result<String, OpenError> {
    if url.query().is_some() || url.fragment().is_some() {
        return Err(OpenError::Url("sqlite:// takes no options behind the path"));
    }
    // The parser takes the first folder of a relative path for a host: the text is what counts.
    let Some(text) = url.as_str().strip_prefix("sqlite://") else {
        return Err(OpenError::Url("write sqlite://folder/file or sqlite:///folder/file"));
    };
    let decoded = decode(text).ok_or(OpenError::Url("its path is not UTF-8"))?;
    if decoded.is_empty() || decoded.ends_with('/') || decoded.contains('\0') {
        return Err(OpenError::Url("it names no file"));
    }
    Ok(decoded)
}

/// `text` with its `%` sequences decoded; nothing when that is not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    // A form's value is decoded as a path is, save for these two characters.
    let form = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    let (_, value) = form_urlencoded::parse(form.as_bytes()).next()?;
    Some(value.into_owned()).filter(|value| !value.contains(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::{
        error::Error,
        testing::{Fresh, run},
    };
    use super::*;

    fn path_of(url: &str) -> Option<String> {
        path(&url.parse().expect("it is a URL")).ok()
    }

    #[test]
    fn a_url_names_a_path_from_the_working_folder_or_from_the_root() {
        for (url, expected) in [
            ("sqlite://doorward.db", "doorward.db"),
            ("sqlite://Data/doorward.db", "Data/doorward.db"),
            ("sqlite://./data/doorward.db", "./data/doorward.db"),
            ("sqlite://../doorward.db", "../doorward.db"),
            ("sqlite:///var/lib/doorward.db", "/var/lib/doorward.db"),
            ("sqlite:///my%20data/a+b&c=d%25.db", "/my data/a+b&c=d%.db"),
            ("sqlite:///my data/\u{e9}.db", "/my data/\u{e9}.db"),
        ] {
            assert_eq!(path_of(url).as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn a_url_that_names_no_file_is_refused() {
        for url in [
            "sqlite://", "sqlite:///", "sqlite://data/", "sqlite::memory:", "sqlite:data.db",
            "sqlite:///data.db?mode=memory", "sqlite:///data.db#x", "sqlite:///%ff.db",
            "sqlite:///a%00b.db",
        ] {
            assert_eq!(path_of(url), None, "{url}");
        }
    }

    #[test]
    fn a_file_that_was_taken_away_is_not_made_again() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("test.db");
        let url = format!("sqlite://{}", path.display()).parse().expect("it is a URL");
        let file = File::of(&url).expect("it is made");
        std::fs::remove_file(&path).expect("it was made");
        assert!(matches!(file.open(Role::Reader), Err(OpenError::File(_))));
        assert!(!path.exists());
    }

    #[test]
    fn the_files_are_for_their_owner_alone() {
        let fresh = Fresh::sqlite();
        let db = fresh.open();
        db.migrate().expect("the migrations run");
        let write = db.write(|db| Ok::<_, Error>(db.batch_execute("CREATE TABLE more (id TEXT)")?));
        run(write).expect("it writes");
        for ending in ["", "-wal", "-shm"] {
            let file = format!("{}{ending}", fresh.url.path());
            let mode = Path::new(&file).metadata().expect("the file exists").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{ending}");
        }
    }
}
