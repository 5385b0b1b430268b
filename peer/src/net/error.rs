//! What can go wrong, an enum per operation.

use std::io;

use conclave_proto::version::VersionMismatch;
use conclave_proto::{ErrorCode, FrameError};
use thiserror::Error;

use super::address::BadAddress;
use super::dial::AddressFailure;

/// The network has been shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the network has stopped")]
pub struct Stopped;

/// Why the network cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NetError {
    /// An address of the configuration.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The transport key cannot be used.
    #[error("the transport key cannot be used: {0}")]
    Key(String),
    /// A transport cannot be set up.
    #[error("a transport cannot be set up: {0}")]
    Transport(String),
    /// None of the addresses can be listened on.
    #[error("none of the addresses can be listened on: {0}")]
    Listen(String),
}

/// Why a frame was not taken for sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError {
    /// The queue is full; `NetEvent::Writable` will say when it is empty.
    #[error("the queue of the link is full")]
    Full,
    /// No such link, or it has ended.
    #[error("the link has ended")]
    Gone,
    /// The frame is longer than any link allows; a bug of the caller.
    #[error("a frame of {0} bytes is too long")]
    TooLong(usize),
}

/// Why a stream can be used no further.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The other side broke the protocol.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    Truncated,
    /// A frame begun was not finished, or nothing could be written, for too long.
    #[error("the other side stalls")]
    Stalled,
    /// The other side ended the stream.
    #[error("the other side ended the stream")]
    Ended,
    /// The connection was lost.
    #[error("the connection was lost")]
    Lost,
}

impl StreamError {
    /// Whether the other side broke the protocol, so that its connection is closed.
    #[must_use]
    pub const fn is_violation(&self) -> bool {
        matches!(self, Self::Frame(_) | Self::Truncated)
    }
}

/// Why a link has ended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LinkLoss {
    /// This side closed it.
    #[error("closed by this side")]
    ClosedHere,
    /// The other side closed it.
    #[error("closed by the other side")]
    ClosedThere,
    /// The connection was lost or fell silent.
    #[error("the connection was lost")]
    ConnectionLost,
    /// The other side broke the protocol; its connection was closed.
    #[error("the other side broke the protocol: {0}")]
    Violation(StreamError),
    /// Nothing could be written for too long.
    #[error("the other side stalls")]
    Stalled,
    /// Another link with the same peer took its place.
    #[error("another link took its place")]
    Replaced,
    /// The network was shut down.
    #[error("the network has stopped")]
    Stopped,
}

impl From<StreamError> for LinkLoss {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Frame(_) | StreamError::Truncated => Self::Violation(error),
            StreamError::Stalled => Self::Stalled,
            StreamError::Ended => Self::ClosedThere,
            StreamError::Lost => Self::ConnectionLost,
        }
    }
}

/// Why a peer or a login server could not be reached, or a stream to it not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no address to dial.
    #[error("there is no address to dial")]
    NoAddress,
    /// No address answered: each with its reason.
    #[error("not reached: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unreachable(Vec<AddressFailure>),
    /// Something answered there that has another key, and no other address led to the right one.
    #[error("another key answers at {address}")]
    WrongIdentity {
        /// Where, as text.
        address: String,
    },
    /// No common version.
    #[error(transparent)]
    Version(#[from] VersionMismatch),
    /// The other side does not speak this protocol.
    #[error("the other side does not speak this protocol")]
    Unsupported,
    /// The other side refused.
    #[error("refused with code {code}")]
    Refused {
        /// An [`ErrorCode`] number.
        code: u32,
        /// When to come back, in milliseconds; 0 when unknown.
        wait_ms: u32,
    },
    /// No answer in time after the connection stood.
    #[error("no answer in time")]
    TimedOut,
    /// The stream failed.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// This network has stopped.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl OpenError {
    /// The stable code to show when the other side is a login server.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::WrongIdentity { .. } => ErrorCode::ServerIdentity,
            Self::Version(_) | Self::Unsupported => ErrorCode::ServerVersion,
            Self::Refused { code, .. } => ErrorCode::from_number(*code).unwrap_or(ErrorCode::ServerBusy),
            Self::NoAddress | Self::Unreachable(_) | Self::TimedOut | Self::Stream(_) | Self::Stopped(_) => {
                ErrorCode::ServerUnreachable
            }
        }
    }

    /// Whether the other side broke the protocol, so that its connection is closed.
    pub(super) const fn is_violation(&self) -> bool {
        matches!(self, Self::Stream(error) if error.is_violation())
    }
}

/// An I/O error of a substream means that the connection is gone, whatever its kind.
pub(super) fn lost(_: io::Error) -> StreamError {
    StreamError::Lost
}
