//! The store key: what seals the server's keys and the secrets in its records, kept apart from both.
//!
//! It comes as a file that the configuration names, as the systemd credential `store-key`, or from the terminal at
//! the start; never from an argument or the environment.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use conclave_crypto::password::Password;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::words::{Said, said};

/// The name of the systemd credential.
const CREDENTIAL: &str = "store-key";
/// Longest store key, in bytes; as of a passphrase.
const LONGEST: u64 = 4_096;
/// Shortest store key, in bytes: below, Argon2id does not make up for what is missing.
const SHORTEST: usize = 16;

/// Why a store key cannot be used.
#[derive(Debug, Error)]
pub(crate) enum StoreKeyError {
    /// The file.
    #[error("the store key {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Everybody on the machine could read it.
    #[error("the store key {} may be read by everybody: its mode is {mode:o}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not text, or too short.
    #[error("the store key {} must be at least {SHORTEST} bytes of UTF-8 text", path.display())]
    Weak {
        /// Which.
        path: PathBuf,
    },
}

impl StoreKeyError {
    /// The same for an administrator.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Io { path, source } => {
                said("store-key-unread").with("file", path.display()).with("why", source)
            }
            Self::Open { path, mode } => {
                said("store-key-open").with("file", path.display()).with("mode", format!("{mode:o}"))
            }
            Self::Weak { path } => {
                said("store-key-weak").with("file", path.display()).with("least", SHORTEST)
            }
        }
    }
}

/// The store key of a configuration or of the supervisor, if there is one.
pub(crate) fn find(config: &Config) -> Result<Option<Password>, StoreKeyError> {
    if let Some(path) = &config.server.store_key_file {
        return read(path).map(Some);
    }
    // systemd names the directory of credentials so; what is in it never stands in the environment.
    let given =
        std::env::var_os("CREDENTIALS_DIRECTORY").map(|directory| PathBuf::from(directory).join(CREDENTIAL));
    given.filter(|path| path.exists()).map(|path| read(&path)).transpose()
}

fn read(path: &Path) -> Result<Password, StoreKeyError> {
    let io = |source| StoreKeyError::Io { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.mode() & 0o777;
    if mode & 0o007 != 0 {
        return Err(StoreKeyError::Open { path: path.to_owned(), mode });
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST).read_to_end(&mut bytes).map_err(io)?;
    let weak = || StoreKeyError::Weak { path: path.to_owned() };
    // The line break at the end of a file is the editor's, not the key's.
    let text = std::str::from_utf8(&bytes).map_err(|_| weak())?.trim_end_matches(['\n', '\r']);
    if text.len() < SHORTEST { Err(weak()) } else { Ok(Password::new(text)) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_short_open_or_binary_store_key_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.key");
        let mut config = Config::embedded(directory.path(), Vec::new());
        assert!(find(&config).unwrap().is_none());
        config.server.store_key_file = Some(path.clone());
        assert!(matches!(find(&config), Err(StoreKeyError::Io { .. })), "named and not there");
        let written = |bytes: &[u8], mode: u32| {
            std::fs::write(&path, bytes).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            find(&config)
        };
        assert!(written(b"sixteen bytes ok\n", 0o600).unwrap().is_some());
        assert!(matches!(written(b"fifteen bytes..\n", 0o600), Err(StoreKeyError::Weak { .. })));
        assert!(matches!(written(&[0xFF; 32], 0o600), Err(StoreKeyError::Weak { .. })));
        assert!(matches!(written(b"sixteen bytes ok\n", 0o604), Err(StoreKeyError::Open { .. })));
    }
}
