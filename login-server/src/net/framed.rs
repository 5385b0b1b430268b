//! Frames over one accepted stream, with the limit and the time-outs of the wire.

use std::time::Duration;

use bytes::BytesMut;
use conclave_proto::schema::{Opening, Refusal};
use conclave_proto::version::{self, Version};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use thiserror::Error;
use tokio::time::{Instant, timeout};

/// Bytes asked of the stream at once; the buffer itself never grows over one frame and this.
const READ: usize = 16 * 1024;

/// Why a stream ended.
#[derive(Debug, Error)]
pub(crate) enum StreamError {
    /// The other side closed it, between frames.
    #[error("the stream was closed")]
    Closed,
    /// It broke, or closed inside a frame.
    #[error("the stream broke: {0}")]
    Broken(#[from] std::io::Error),
    /// What came is no frame of this stream.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Nothing came, or nothing could be sent, for too long.
    #[error("the other side took too long")]
    Slow,
    /// There is no common version.
    #[error(transparent)]
    Version(#[from] version::VersionMismatch),
}

/// A stream of frames.
#[derive(Debug)]
pub(crate) struct FramedStream<S> {
    stream: S,
    input: BytesMut,
    /// When the first byte of an unfinished frame came.
    begun: Option<Instant>,
    limit: usize,
    step: Duration,
}

impl<S: AsyncRead + AsyncWrite + Unpin> FramedStream<S> {
    /// Frames of at most `limit` bytes; each must be complete `step` after its first byte.
    pub(crate) fn new(stream: S, limit: usize, step: Duration) -> Self {
        Self { stream, input: BytesMut::new(), begun: None, limit, step }
    }

    /// Exchanges the first frames: our `Opening`, theirs, and a refusal when there is no common version.
    pub(crate) async fn open(&mut self, now: u64) -> Result<Version, StreamError> {
        self.send(&Frame::message(FrameKind::OPENING, &version::opening(now))).await?;
        let frame = timeout(self.step, self.next()).await.map_err(|_| StreamError::Slow)??;
        if frame.kind != FrameKind::OPENING {
            return Err(FrameError::OutOfOrder(frame.kind).into());
        }
        let theirs: Opening = frame.parse()?;
        match version::negotiate(&theirs) {
            Ok(version) => Ok(version),
            Err(mismatch) => {
                self.refuse(version::refusal()).await;
                Err(mismatch.into())
            }
        }
    }

    /// The next frame. Dropping the future loses nothing that was read.
    pub(crate) async fn next(&mut self) -> Result<Frame, StreamError> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.input, self.limit)? {
                self.begun = (!self.input.is_empty()).then(Instant::now);
                return Ok(frame);
            }
            let mut bytes = [0; READ];
            let read = match self.begun {
                Some(begun) => tokio::time::timeout_at(begun + self.step, self.stream.read(&mut bytes))
                    .await
                    .map_err(|_| StreamError::Slow)?,
                None => self.stream.read(&mut bytes).await,
            };
            match read? {
                0 if self.input.is_empty() => return Err(StreamError::Closed),
                0 => return Err(StreamError::Broken(std::io::ErrorKind::UnexpectedEof.into())),
                count => {
                    self.begun.get_or_insert_with(Instant::now);
                    self.input.extend_from_slice(bytes.get(..count).unwrap_or_default());
                }
            }
        }
    }

    /// Sends a frame and flushes it.
    pub(crate) async fn send(&mut self, frame: &Frame) -> Result<(), StreamError> {
        let mut out = BytesMut::with_capacity(frame.wire_len());
        frame.encode(&mut out, self.limit)?;
        let sent = async {
            self.stream.write_all(&out).await?;
            self.stream.flush().await
        };
        timeout(self.step, sent).await.map_err(|_| StreamError::Slow)??;
        Ok(())
    }

    /// Says why, as far as the other side may know, and closes.
    pub(crate) async fn refuse(&mut self, refusal: Refusal) {
        // Best effort: the other side may be gone.
        let _ = self.send(&Frame::message(FrameKind::REFUSAL, &refusal)).await;
        self.close().await;
    }

    /// Closes the stream; what was sent is delivered first.
    pub(crate) async fn close(&mut self) {
        let _ = timeout(self.step, self.stream.close()).await;
    }
}

/// The refusal for whatever else is wrong on a stream: it tells nothing.
pub(crate) const fn refusal(code: ErrorCode, wait_ms: u32) -> Refusal {
    Refusal { code: code.number(), wait_ms, oldest: version::OLDEST, newest: version::NEWEST }
}
