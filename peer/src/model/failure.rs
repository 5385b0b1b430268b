//! Why a call failed.

use super::NotATarget;

/// Why a call failed: a stable code, and details a program can use. Words come from the Fluent files.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}")]
pub struct Failure {
    /// The stable code.
    pub code: conclave_proto::ErrorCode,
    /// When trying again makes sense, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// `details` of the JSON-RPC error, and the variables of its words.
    pub details: serde_json::Map<String, serde_json::Value>,
}

impl Failure {
    /// A failure without details.
    #[must_use]
    pub fn new(code: conclave_proto::ErrorCode) -> Self {
        Self { code, retry_after_ms: None, details: serde_json::Map::new() }
    }

    /// A failure told by the server: its code and when to come back.
    pub(crate) fn wire(code: u32, wait_ms: u32) -> Self {
        let code = conclave_proto::ErrorCode::from_number(code).unwrap_or(conclave_proto::ErrorCode::Bug);
        let retry_after_ms = (wait_ms > 0).then_some(u64::from(wait_ms));
        Self { retry_after_ms, ..Self::new(code) }
    }

    /// A `Refusal` frame as a failure.
    pub(crate) fn refusal(frame: &conclave_proto::Frame) -> Self {
        match frame.parse::<conclave_proto::schema::Refusal>() {
            Ok(refusal) => Self::wire(refusal.code, refusal.wait_ms).with("newest", refusal.newest),
            Err(_) => Self::new(conclave_proto::ErrorCode::ServerUnreachable),
        }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }
}

impl From<NotATarget> for Failure {
    fn from(_: NotATarget) -> Self {
        Self::new(conclave_proto::ErrorCode::ApiParams)
    }
}
