//! The data directory: where everything is, its modes and its lock.
//!
//! ```text
//! <data_dir>/            0700
//!   server.keys          the server's own online keys (0600), sealed when there is a store key
//!   directory.log        the signed log, append-only        directory.head   its last acknowledged checkpoint
//!   store/               private records
//!   dropbox/             parcels that wait for people who are away
//!   keys/                passphrase-sealed ORK and admin keys; take the ORK off the machine
//!   audit.jsonl          acts that the directory log has not
//!   admin.sock           the administrator's socket (0600), while the server runs
//!   lock                 held by the running server
//! ```

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::exit::{Exit, Failure};
use crate::words::{Sentence, said};

/// The data directory.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

/// Why the data directory cannot be used.
#[derive(Debug, Error)]
pub(crate) enum HomeError {
    /// A file cannot be made, read or locked.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Others could read it.
    #[error("{} may be read by others: its mode is {mode:o}, it must be 0700", path.display())]
    Open {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Another server holds the lock.
    #[error("{} is in use by another process", path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
    },
}

impl HomeError {
    /// The same for an administrator.
    pub(crate) fn said(&self) -> Sentence {
        match self {
            Self::Io { path, source } => format!("{}: {source}", path.display()).into(),
            Self::Open { path, mode } => said("readable-by-others")
                .with("directory", path.display())
                .with("mode", format!("{mode:o}"))
                .into(),
            Self::Locked { path } => said("in-use").with("file", path.display()).into(),
        }
    }
}

impl Home {
    /// The directory of a configuration; nothing is touched.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the directory and `keys/` in it, mode 0700; an existing directory must have no organisation in it.
    pub(crate) fn create(&self) -> Result<(), HomeError> {
        for path in [self.0.clone(), self.keys()] {
            if !path.is_dir() {
                DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(io(&path))?;
            }
        }
        self.check_mode()
    }

    /// Refuses a directory that others can read.
    pub(crate) fn check_mode(&self) -> Result<(), HomeError> {
        let mode = std::fs::metadata(&self.0).map_err(io(&self.0))?.mode() & 0o777;
        if mode & 0o077 == 0 { Ok(()) } else { Err(HomeError::Open { path: self.0.clone(), mode }) }
    }

    /// Takes the lock; it is free again when the file is dropped, or the process dies.
    pub(crate) fn lock(&self) -> Result<File, HomeError> {
        let path = self.0.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(HomeError::Locked { path: self.0.clone() }),
            Err(TryLockError::Error(source)) => Err(HomeError::Io { path, source }),
        }
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether `init` has been here, and has ended.
    pub(crate) fn has_organisation(&self) -> bool {
        !self.is_half_made() && (self.server_keys().exists() || self.log().exists())
    }

    /// Whether an `init` began here and did not end: what there is was never shown to anybody.
    pub(crate) fn is_half_made(&self) -> bool {
        self.half_made().exists()
    }

    /// The mark of an `init` under way: it is there before anything else, and goes last.
    pub(crate) fn half_made(&self) -> PathBuf {
        self.0.join("init.unfinished")
    }

    pub(crate) fn server_keys(&self) -> PathBuf {
        self.0.join("server.keys")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("directory.log")
    }

    pub(crate) fn head(&self) -> PathBuf {
        self.0.join("directory.head")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// The store that takes the place of [`Self::store`] once the server's keys are sealed.
    pub(crate) fn sealed_store(&self) -> PathBuf {
        self.0.join("store.sealed")
    }

    pub(crate) fn dropbox(&self) -> PathBuf {
        self.0.join("dropbox")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// What seals the daily backup.
    pub(crate) fn backup_key(&self) -> PathBuf {
        self.0.join("backup.key")
    }

    pub(crate) fn audit(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }
}

/// Makes a directory's entries durable.
pub(crate) fn sync_directory(path: &Path) -> Result<(), HomeError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(io(path))
}

/// Reads a file that an administrator names, at most `longest` bytes of it.
///
/// # Errors
/// [`Exit::NotFound`] when it is not there, [`Exit::Failed`] when it cannot be read.
pub(crate) fn read_named(path: &Path, longest: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(longest).read_to_end(&mut bytes));
    read.map_err(|error| {
        let exit = match error.kind() {
            std::io::ErrorKind::NotFound => Exit::NotFound,
            _ => Exit::Failed,
        };
        Failure::new(exit, format!("{}: {error}", path.display()))
    })?;
    Ok(bytes)
}

/// Writes a new file, mode 0600, on the disk on return; it must not exist.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), HomeError> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io(path))
}

/// The same of a configuration, mode 0644: it holds no secret, and the service that reads it has a user of its own.
pub(crate) fn write_new_config(path: &Path, bytes: &[u8]) -> Result<(), HomeError> {
    write_new(path, bytes)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).map_err(io(path))
}

/// Replaces a file atomically, on the disk on return.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> HomeError {
    let path = path.to_owned();
    move |source| HomeError::Io { path, source }
}
