//! Why the server does not start, with the exit code and the next step for the administrator.

use thiserror::Error;

use crate::config::ConfigError;
use crate::directory::{LogError, LogFileError};
use crate::exit::{Exit, Failure};
use crate::home::HomeError;
use crate::server_keys::ServerKeysError;
use crate::store::StoreError;
use crate::words::said;

/// Why the server cannot start or go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The configuration (exit code 10).
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no organisation yet (exit code 10).
    #[error("there is no organisation in {0}")]
    NoOrganisation(String),
    /// Another process has the data directory (exit code 11).
    #[error("{0} is in use by another process")]
    Locked(String),
    /// The store, the log or the keys are damaged (exit code 12).
    #[error("{0}")]
    Damaged(String),
    /// An address cannot be listened on (exit code 13).
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address, or the path of the administrator's socket.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// The keys are sealed, and the store key is missing or another one (exit code 5).
    #[error("{0}")]
    StoreKey(String),
    /// Something else (exit code 1).
    #[error("{0}")]
    Failed(String),
}

impl ServeError {
    /// The failure with its exit code and the next step.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let message = self.to_string();
        match self {
            Self::Config(error) => Failure::new(Exit::Config, error.said()),
            Self::NoOrganisation(path) => {
                Failure::new(Exit::Config, said("no-organisation").with("directory", path))
                    .hint(said("no-organisation-hint"))
            }
            Self::Locked(path) => {
                Failure::new(Exit::Locked, said("in-use").with("file", path)).hint(said("in-use-hint"))
            }
            Self::Damaged(_) => Failure::new(Exit::Damaged, message).hint(said("damaged-hint")),
            Self::StoreKey(_) => Failure::new(Exit::Refused, message).hint(said("store-key-hint")),
            Self::Listen { address, reason } => {
                Failure::new(Exit::Listen, said("cannot-listen").with("address", address).with("why", reason))
                    .hint(said("cannot-listen-hint"))
            }
            Self::Failed(_) => Failure::new(Exit::Failed, message),
        }
    }
}

impl From<HomeError> for ServeError {
    fn from(error: HomeError) -> Self {
        match error {
            HomeError::Locked { path } => Self::Locked(path.display().to_string()),
            HomeError::Io { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                Self::NoOrganisation(path.display().to_string())
            }
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<ServerKeysError> for ServeError {
    fn from(error: ServerKeysError) -> Self {
        match error {
            ServerKeysError::Home(error) => error.into(),
            ServerKeysError::Missing(path) => Self::NoOrganisation(path),
            ServerKeysError::Damaged(_) => Self::Damaged(error.to_string()),
            ServerKeysError::Sealed(_) | ServerKeysError::StoreKey(_) => Self::StoreKey(error.to_string()),
        }
    }
}

impl From<LogError> for ServeError {
    fn from(error: LogError) -> Self {
        match &error {
            LogError::File(LogFileError::Io { source, .. })
                if source.kind() != std::io::ErrorKind::NotFound =>
            {
                Self::Failed(error.to_string())
            }
            _ => Self::Damaged(error.to_string()),
        }
    }
}

impl From<StoreError> for ServeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked => Self::Locked("the store".into()),
            StoreError::Damaged(_) => Self::Damaged(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}
