//! A stream to a login server: its key is pinned, `Opening` has been exchanged, frames follow.

use std::sync::Arc;

use conclave_proto::version::Version;
use conclave_proto::{Frame, limits};
use tokio::sync::oneshot;

use super::error::{OpenError, StreamError};
use super::link::{Reader, Writer, framed};
use super::opening;
use super::purpose::{Purpose, Verdict};
use super::shared::{Report, Shared};
use super::streams::{Connection, Opened};

/// Which stream to a login server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerProtocol {
    /// Login and enrolment (PROTOCOL §2.11).
    Login,
    /// Directory log, presence, leases, prekeys; after login.
    Directory,
    /// Parcels for people who are away; after login.
    DropBox,
}

impl ServerProtocol {
    pub(super) const fn purpose(self) -> Purpose {
        match self {
            Self::Login => Purpose::Login,
            Self::Directory => Purpose::Directory,
            Self::DropBox => Purpose::DropBox,
        }
    }
}

/// A stream to a login server. Dropping it ends the stream.
pub struct ServerStream {
    sender: ServerSender,
    receiver: ServerReceiver,
    clock_ms: u64,
    version: Version,
}

impl ServerStream {
    /// The server's clock when it opened, milliseconds UTC.
    #[must_use]
    pub const fn clock_ms(&self) -> u64 {
        self.clock_ms
    }

    /// The version both sides speak.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Sends a frame at once.
    ///
    /// # Errors
    /// [`StreamError`]; the stream is of no further use.
    pub async fn send(&mut self, frame: &Frame) -> Result<(), StreamError> {
        self.sender.send(frame).await
    }

    /// The next frame. May be dropped in mid-wait without loss.
    ///
    /// # Errors
    /// [`StreamError`]; the stream is of no further use.
    pub async fn recv(&mut self) -> Result<Frame, StreamError> {
        self.receiver.recv().await
    }

    /// Both directions, for two tasks. The stream ends when both are dropped.
    #[must_use]
    pub fn split(self) -> (ServerSender, ServerReceiver) {
        (self.sender, self.receiver)
    }
}

/// The sending direction.
pub struct ServerSender(Writer);

impl ServerSender {
    /// Sends a frame at once.
    ///
    /// # Errors
    /// [`StreamError`]; the stream is of no further use.
    pub async fn send(&mut self, frame: &Frame) -> Result<(), StreamError> {
        self.0.write(frame).await?;
        self.0.flush().await
    }
}

/// The receiving direction.
pub struct ServerReceiver {
    reader: Reader,
    purpose: Purpose,
    connection: Connection,
    shared: Arc<Shared>,
}

impl ServerReceiver {
    /// The next frame. May be dropped in mid-wait without loss.
    ///
    /// # Errors
    /// [`StreamError`]; after a broken protocol the connection is closed.
    pub async fn recv(&mut self) -> Result<Frame, StreamError> {
        let error = loop {
            let frame = match self.reader.next().await {
                Ok(frame) => frame,
                Err(error) => break error,
            };
            match self.purpose.judge(frame.kind, frame.optional) {
                Ok(Verdict::Take) => return Ok(frame),
                Ok(Verdict::Skip) => {}
                Err(error) => break error.into(),
            }
        };
        if error.is_violation() {
            self.shared.report(Report::Violation(self.connection.id)).await;
        }
        Err(error)
    }
}

/// Waits for the stream, exchanges `Opening` and answers.
pub(super) async fn open(
    shared: Arc<Shared>,
    protocol: ServerProtocol,
    stream: oneshot::Receiver<Result<Opened, OpenError>>,
    reply: oneshot::Sender<Result<ServerStream, OpenError>>,
) {
    let steps = async {
        let opened = match tokio::time::timeout(limits::STEP_TIMEOUT, stream).await {
            Ok(Ok(opened)) => opened?,
            Ok(Err(_)) => return Err(StreamError::Lost.into()),
            Err(_) => return Err(OpenError::TimedOut),
        };
        let purpose = protocol.purpose();
        let (mut reader, mut writer, connection) = framed(opened, purpose);
        let agreed = opening::exchange(&mut reader, &mut writer, shared.opening()).await;
        if agreed.as_ref().is_err_and(OpenError::is_violation) {
            shared.report(Report::Violation(connection.id)).await;
        }
        let agreed = agreed?;
        let receiver = ServerReceiver { reader, purpose, connection, shared: Arc::clone(&shared) };
        let sender = ServerSender(writer);
        Ok(ServerStream { sender, receiver, clock_ms: agreed.clock_ms, version: agreed.version })
    };
    let outcome = steps.await;
    // Who asked may have given up; the stream is closed then.
    drop(reply.send(outcome));
}
