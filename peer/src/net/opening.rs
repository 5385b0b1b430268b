//! The first frame each way: `Opening`, with versions and clock, within one step's time.
//!
//! Who finds no common version says so with a `Refusal` and ends the stream; nothing else happens.

use conclave_proto::schema::{Opening, Refusal};
use conclave_proto::version::{self, Version};
use conclave_proto::{Frame, FrameError, FrameKind, limits};
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::{OpenError, StreamError};
use super::frames::{FrameReader, FrameWriter};

/// What the other side's `Opening` said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreed {
    /// The version to speak.
    pub(super) version: Version,
    /// The other side's clock, milliseconds UTC.
    pub(super) clock_ms: u64,
}

/// Sends our `Opening`, takes theirs, and agrees on a version.
pub(super) async fn exchange<R, W>(
    reader: &mut FrameReader<R>,
    writer: &mut FrameWriter<W>,
    ours: Opening,
) -> Result<Agreed, OpenError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let steps = async {
        writer.write(&Frame::message(FrameKind::OPENING, &ours)).await?;
        writer.flush().await?;
        let frame = reader.next().await?;
        match frame.kind {
            FrameKind::OPENING => {}
            FrameKind::REFUSAL => {
                let refusal: Refusal = frame.parse().map_err(StreamError::Frame)?;
                return Err(OpenError::Refused { code: refusal.code, wait_ms: refusal.wait_ms });
            }
            other => return Err(StreamError::Frame(FrameError::OutOfOrder(other)).into()),
        }
        let theirs: Opening = frame.parse().map_err(StreamError::Frame)?;
        match version::negotiate(&theirs) {
            Ok(version) => Ok(Agreed { version, clock_ms: theirs.clock_ms }),
            Err(mismatch) => {
                writer.write(&Frame::message(FrameKind::REFUSAL, &version::refusal())).await?;
                writer.close().await?;
                Err(mismatch.into())
            }
        }
    };
    tokio::time::timeout(limits::STEP_TIMEOUT, steps).await.unwrap_or(Err(OpenError::TimedOut))
}
