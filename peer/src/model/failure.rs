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
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> conclave_proto::ErrorCode {
        self.code
    }

    /// When trying again makes sense, if it is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        self.retry_after_ms.map(std::time::Duration::from_millis)
    }

    /// Whether the same call may succeed later, unchanged (UI §3.F, column "retry": yes, later, auto).
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        use conclave_proto::ErrorCode as E;
        !matches!(
            self.code,
            E::AuthBanned
                | E::AccountName
                | E::AccountNameTaken
                | E::AccountPassword
                | E::AccountInvite
                | E::ServerIdentity
                | E::ServerVersion
                | E::DirectoryFault
                | E::DirectoryOwnKeys
                | E::PeerRefused
                | E::KeyChanged
                | E::MessageSessionBroken
                | E::MessageTooLong
                | E::FileTooLarge
                | E::FileGone
                | E::PreviewNone
                | E::RoomDeclined
                | E::RoomNotAllowed
                | E::Blocked
                | E::StoreDamaged
                | E::StoreNewer
                | E::ApiLine
                | E::ApiMethod
                | E::ApiParams
                | E::ApiLocked
                | E::ApiLogin
                | E::ApiNotFound
                | E::ApiConflict
                | E::ApiState
        )
    }

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
