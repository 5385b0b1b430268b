//! Why a configuration cannot be used.

use std::path::PathBuf;

use thiserror::Error;

use crate::exit::{Exit, Failure};
use crate::words::{Said, said};

/// Why a configuration cannot be used (exit code 10).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{origin} is not valid TOML: {message}")]
    Syntax {
        /// File or option.
        origin: String,
        /// What the parser says.
        message: String,
    },
    /// A key that does not exist.
    #[error("unknown key '{key}' in {origin}{}", suggestion.as_ref().map_or_else(String::new, |near| format!("; did you mean '{near}'?")))]
    UnknownKey {
        /// Dotted key.
        key: String,
        /// File, variable or option.
        origin: String,
        /// The nearest key that does.
        suggestion: Option<String>,
    },
    /// A value of the wrong type or out of range.
    #[error("the configuration is invalid: {0}")]
    Value(String),
}

impl ConfigError {
    /// The same for an administrator.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Read { path, source } => {
                said("config-unread").with("file", path.display()).with("why", source)
            }
            Self::Syntax { origin, message } => {
                said("config-syntax").with("origin", origin).with("why", message)
            }
            Self::UnknownKey { key, origin, suggestion: None } => {
                said("config-unknown").with("key", key).with("origin", origin)
            }
            Self::UnknownKey { key, origin, suggestion: Some(near) } => {
                said("config-unknown-near").with("key", key).with("origin", origin).with("near", near)
            }
            Self::Value(why) => said("config-value").with("why", why),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Config, error.said())
    }
}
