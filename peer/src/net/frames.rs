//! Frames over one stream: a reader and a writer around [`Frame`], raced against the loss of the connection.
//!
//! A local close of a Yamux connection does not wake pending reads of its streams, so every wait here also waits for
//! the token that the engine cancels when the connection is closed. Writes gather in a buffer: every write on a stream
//! is a Yamux frame, a Noise frame and a system call. Both sides may be dropped in mid-wait without losing bytes.

use core::time::Duration;

use bytes::{Buf as _, BytesMut};
use conclave_proto::Frame;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::{StreamError, lost};

/// Bytes gathered before a write; ten times the message rate of single writes when measured.
const WRITE_BUFFER: usize = 16 * 1024;
/// Room made for a read when no frame states its length yet.
const READ_BUFFER: usize = 16 * 1024;
/// A buffer that a long frame has grown beyond this is given back.
const KEPT_BUFFER: usize = 128 * 1024;
/// A frame begun must be whole by then, so that nobody holds a buffer by sending a byte now and then.
pub(super) const FRAME_TIMEOUT: Duration = Duration::from_secs(60);
/// A write that makes no progress for so long ends the stream.
pub(super) const STALL: Duration = Duration::from_secs(30);

/// Takes frames off a stream.
pub(super) struct FrameReader<R> {
    inner: R,
    buffer: BytesMut,
    limit: usize,
    begun: Option<Instant>,
    closed: CancellationToken,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(super) fn new(inner: R, limit: usize, closed: CancellationToken) -> Self {
        Self { inner, buffer: BytesMut::new(), limit, begun: None, closed }
    }

    /// The next frame.
    pub(super) async fn next(&mut self) -> Result<Frame, StreamError> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.buffer, self.limit)? {
                self.begun = None;
                return Ok(frame);
            }
            if self.buffer.is_empty() {
                self.begun = None;
                if self.buffer.capacity() > KEPT_BUFFER {
                    self.buffer = BytesMut::new();
                }
            } else if self.begun.is_none() {
                self.begun = Some(Instant::now() + FRAME_TIMEOUT);
            }
            if self.buffer.capacity() - self.buffer.len() < READ_BUFFER / 4 {
                self.buffer.reserve(READ_BUFFER);
            }
            let deadline = self.begun;
            let late = async move {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => core::future::pending().await,
                }
            };
            let read = tokio::select! {
                biased;
                read = self.inner.read_buf(&mut self.buffer) => read.map_err(lost)?,
                () = self.closed.cancelled() => return Err(StreamError::Lost),
                () = late => return Err(StreamError::Stalled),
            };
            if read == 0 {
                return Err(if self.buffer.is_empty() { StreamError::Ended } else { StreamError::Truncated });
            }
        }
    }
}

/// Puts frames on a stream.
pub(super) struct FrameWriter<W> {
    inner: W,
    buffer: BytesMut,
    limit: usize,
    closed: CancellationToken,
}

impl<W: AsyncWrite + Unpin> FrameWriter<W> {
    pub(super) fn new(inner: W, limit: usize, closed: CancellationToken) -> Self {
        Self { inner, buffer: BytesMut::new(), limit, closed }
    }

    /// Takes a frame; it is sent when the buffer is full or with [`Self::flush`].
    pub(super) async fn write(&mut self, frame: &Frame) -> Result<(), StreamError> {
        frame.encode(&mut self.buffer, self.limit)?;
        if self.buffer.len() >= WRITE_BUFFER { self.drain().await } else { Ok(()) }
    }

    /// Sends all that was taken.
    pub(super) async fn flush(&mut self) -> Result<(), StreamError> {
        self.drain().await?;
        let work = async { self.inner.flush().await.map_err(lost) };
        within(&self.closed, work).await
    }

    /// Sends all that was taken and ends this direction.
    pub(super) async fn close(&mut self) -> Result<(), StreamError> {
        self.flush().await?;
        let work = async { self.inner.shutdown().await.map_err(lost) };
        within(&self.closed, work).await
    }

    async fn drain(&mut self) -> Result<(), StreamError> {
        while self.buffer.has_remaining() {
            let work = async { self.inner.write_buf(&mut self.buffer).await.map_err(lost) };
            if within(&self.closed, work).await? == 0 {
                return Err(StreamError::Lost);
            }
        }
        if self.buffer.capacity() > KEPT_BUFFER {
            self.buffer = BytesMut::new();
        }
        Ok(())
    }
}

/// Work on a stream, ended by the loss of its connection or by a stall.
async fn within<T>(
    closed: &CancellationToken,
    work: impl Future<Output = Result<T, StreamError>>,
) -> Result<T, StreamError> {
    tokio::select! {
        biased;
        done = work => done,
        () = closed.cancelled() => Err(StreamError::Lost),
        () = tokio::time::sleep(STALL) => Err(StreamError::Stalled),
    }
}

#[cfg(test)]
mod tests {
    use conclave_proto::{FrameError, FrameKind};

    use super::*;

    const LIMIT: usize = 1000;

    #[tokio::test]
    async fn frames_come_back_in_order() {
        let (left, right) = tokio::io::duplex(64);
        let closed = CancellationToken::new();
        let mut writer = FrameWriter::new(left, LIMIT, closed.clone());
        let mut reader = FrameReader::new(right, LIMIT, closed);
        let sent: Vec<Frame> =
            (0..50_u8).map(|n| Frame::raw(FrameKind::ENVELOPE, vec![n; usize::from(n) * 15])).collect();
        let copy = sent.clone();
        let task = tokio::spawn(async move {
            for frame in &copy {
                writer.write(frame).await.unwrap();
            }
            writer.close().await.unwrap();
        });
        for frame in sent {
            assert_eq!(reader.next().await, Ok(frame));
        }
        assert_eq!(reader.next().await, Err(StreamError::Ended));
        task.await.unwrap();
    }

    #[tokio::test]
    async fn long_cut_and_foreign_bytes_are_refused() {
        for (bytes, error) in [
            (
                vec![0, 0, 3, 233, 0, 0, 0],
                StreamError::Frame(FrameError::TooLong { length: 1001, limit: LIMIT }),
            ),
            (vec![0, 0, 0, 2, 0, 0], StreamError::Frame(FrameError::TooShort(2))),
            (vec![0, 0, 0, 3, 0, 48, 2], StreamError::Frame(FrameError::Flags(2))),
            (vec![0, 0, 0, 9, 0, 48, 0, 1], StreamError::Truncated),
        ] {
            let mut reader = FrameReader::new(&bytes[..], LIMIT, CancellationToken::new());
            assert_eq!(reader.next().await, Err(error));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_dribbles_in_stalls() {
        let (mut left, right) = tokio::io::duplex(64);
        let mut reader = FrameReader::new(right, LIMIT, CancellationToken::new());
        let task = tokio::spawn(async move {
            left.write_all(&[0, 0, 0, 200]).await.unwrap();
            while left.write_all(&[0]).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        });
        let begun = Instant::now();
        assert_eq!(reader.next().await, Err(StreamError::Stalled));
        assert_eq!(begun.elapsed(), FRAME_TIMEOUT);
        drop(reader);
        task.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_connection_wakes_reads_and_writes() {
        let (left, _keep) = tokio::io::duplex(8);
        let (right, _keep_too) = tokio::io::duplex(8);
        let closed = CancellationToken::new();
        let mut reader = FrameReader::new(left, LIMIT, closed.clone());
        let mut writer = FrameWriter::new(right, LIMIT, closed.clone());
        writer.write(&Frame::raw(FrameKind::HELLO, vec![0; 100])).await.unwrap();
        let cut = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            closed.cancel();
        };
        let (read, wrote, ()) = tokio::join!(reader.next(), writer.flush(), cut);
        assert_eq!((read, wrote), (Err(StreamError::Lost), Err(StreamError::Lost)));
    }
}
