//! The asking side of a file stream.

use std::fs::File;
use std::io;

use bao_tree::BaoTree;
use bao_tree::io::outboard::PostOrderOutboard;
use bao_tree::io::sync::{DecodeResponseIter, OutboardMut as _};
use bao_tree::io::{BaoContentItem, DecodeError};
use bytes::Bytes;
use conclave_proto::schema::FileAnswer;
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind};
use thiserror::Error;
use tokio::sync::mpsc;

use super::pipe::PieceReader;
use super::ranges::GroupRanges;
use super::{BLOCK, GATHERED, PIPE};
use crate::net::error::{OpenError, StreamError};
use crate::net::frames::STALL;
use crate::net::link::{Reader, framed};
use crate::net::opening;
use crate::net::purpose::{Purpose, Verdict};
use crate::net::shared::{Report, Shared};
use crate::net::streams::Opened;

/// Which part of which object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRequest {
    /// BLAKE3 of the object, 32 bytes.
    pub content_id: [u8; 32],
    /// The wanted groups.
    pub ranges: GroupRanges,
}

/// Takes verified bytes, on a blocking thread.
pub trait Sink: Send + 'static {
    /// Writes bytes at an offset: whole groups of 16 KiB, or up to the end of the object; ascending, each byte once.
    ///
    /// # Errors
    /// Those of the disk; the transfer ends with [`FetchError::Disk`].
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Where to keep the hashes above the groups as they come, in the layout of [`super::hash_reader`]. After a transfer of
    /// all groups the file is whole; it is not synced. Asked for once, at the start.
    fn outboard(&mut self) -> Option<File> {
        None
    }
}

impl<F: FnMut(u64, &[u8]) -> io::Result<()> + Send + 'static> Sink for F {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self(offset, bytes)
    }
}

/// Why a transfer ended early. What the sink was given is verified and stays good.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The stream did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The holder refuses, or has the object no more.
    #[error("the holder refused with code {0}")]
    Refused(u32),
    /// The holder sent bytes that are not of this object.
    #[error("the bytes are not of this object")]
    Damaged,
    /// The holder or the connection ended before the ranges did.
    #[error("the transfer was cut: {0}")]
    Cut(StreamError),
    /// The sink failed.
    #[error("the object cannot be written: {0}")]
    Disk(#[source] io::Error),
}

impl FetchError {
    /// The stable code to show.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(code) => ErrorCode::from_number(*code).unwrap_or(ErrorCode::FileGone),
            Self::Damaged => ErrorCode::FileDamaged,
            Self::Disk(error) => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
                _ => ErrorCode::FileStopped,
            },
            Self::Open(_) | Self::Cut(_) => ErrorCode::FileStopped,
        }
    }
}

/// Asks for ranges on a fresh file stream and hands the verified bytes to the sink.
pub(in crate::net) async fn fetch(
    shared: &Shared,
    opened: Opened,
    request: FetchRequest,
    sink: impl Sink,
) -> Result<(), FetchError> {
    let (mut reader, mut writer, connection) = framed(opened, Purpose::File);
    let steps = async {
        opening::exchange(&mut reader, &mut writer, shared.opening()).await?;
        let wanted = request.ranges.request(&request.content_id);
        writer.write(&Frame::message(FrameKind::FILE_REQUEST, &wanted)).await.map_err(FetchError::Cut)?;
        writer.flush().await.map_err(FetchError::Cut)?;
        let answer = next(&mut reader, FrameKind::FILE_ANSWER).await.map_err(FetchError::Cut)?;
        let answer: FileAnswer = answer.parse().map_err(|error| FetchError::Cut(error.into()))?;
        if answer.sending {
            receive(shared, &mut reader, request, sink).await
        } else {
            Err(FetchError::Refused(answer.code))
        }
    };
    let outcome = steps.await;
    let violation = match &outcome {
        Err(FetchError::Open(error)) => error.is_violation(),
        // An end inside a frame is how a cut looks too: the connection is left to its own fate.
        Err(FetchError::Cut(error)) => matches!(error, StreamError::Frame(_)),
        _ => false,
    };
    if violation {
        shared.report(Report::Violation(connection.id)).await;
    }
    outcome
}

/// Carries DATA frames to the thread that verifies, until that thread has all it wants.
async fn receive(
    shared: &Shared,
    reader: &mut Reader,
    request: FetchRequest,
    sink: impl Sink,
) -> Result<(), FetchError> {
    let (pieces, waiting) = mpsc::channel::<Bytes>(PIPE);
    let mut verifying = tokio::task::spawn_blocking(move || verify(waiting, &request, sink));
    let carry = async move {
        loop {
            let frame = next(reader, FrameKind::DATA).await?;
            shared.move_on();
            if pieces.send(frame.body).await.is_err() {
                // The thread has ended; its outcome says why.
                return Ok(());
            }
        }
    };
    let carried: Result<(), StreamError> = tokio::select! {
        biased;
        verified = &mut verifying => return verified.unwrap_or_else(|_| Err(sink_panicked())),
        carried = carry => carried,
    };
    // The pipe is closed now: what was still in it is verified, then the thread ends.
    match (verifying.await.unwrap_or_else(|_| Err(sink_panicked())), carried) {
        (Err(FetchError::Cut(_)), Err(why)) => Err(FetchError::Cut(why)),
        (verified, _) => verified,
    }
}

fn sink_panicked() -> FetchError {
    FetchError::Disk(io::Error::other("the sink panicked"))
}

async fn next(reader: &mut Reader, kind: FrameKind) -> Result<Frame, StreamError> {
    let frames = async {
        loop {
            let frame = reader.next().await?;
            if Purpose::File.judge(frame.kind, frame.optional)? == Verdict::Take {
                let right = frame.kind == kind;
                return if right { Ok(frame) } else { Err(FrameError::OutOfOrder(frame.kind).into()) };
            }
        }
    };
    tokio::time::timeout(STALL, frames).await.unwrap_or(Err(StreamError::Stalled))
}

/// Decodes and verifies; only what is verified reaches the sink.
fn verify(
    pieces: mpsc::Receiver<Bytes>,
    request: &FetchRequest,
    mut sink: impl Sink,
) -> Result<(), FetchError> {
    let root = bao_tree::blake3::Hash::from_bytes(request.content_id);
    let tree = BaoTree::new(request.ranges.length(), BLOCK);
    let mut outboard = sink.outboard().map(|data| PostOrderOutboard { root, tree, data });
    let mut gathered = Gathered { sink, offset: 0, bytes: Vec::with_capacity(GATHERED) };
    let wanted = request.ranges.chunks();
    let mut failure = None;
    for item in DecodeResponseIter::new(root, tree, PieceReader::new(pieces), &wanted) {
        match item {
            Ok(BaoContentItem::Leaf(leaf)) => gathered.add(leaf.offset, &leaf.data)?,
            Ok(BaoContentItem::Parent(parent)) => {
                if let Some(outboard) = &mut outboard {
                    outboard.save(parent.node, &parent.pair).map_err(FetchError::Disk)?;
                }
            }
            Err(DecodeError::ParentHashMismatch(_) | DecodeError::LeafHashMismatch(_)) => {
                failure = Some(FetchError::Damaged);
            }
            Err(DecodeError::ParentNotFound(_) | DecodeError::LeafNotFound(_) | DecodeError::Io(_)) => {
                failure = Some(FetchError::Cut(StreamError::Ended));
            }
        }
    }
    gathered.flush()?;
    failure.map_or(Ok(()), Err)
}

/// Neighbouring verified groups, written together.
struct Gathered<S> {
    sink: S,
    offset: u64,
    bytes: Vec<u8>,
}

impl<S: Sink> Gathered<S> {
    fn add(&mut self, offset: u64, bytes: &[u8]) -> Result<(), FetchError> {
        let end = self.offset + self.bytes.len() as u64;
        if offset != end || self.bytes.len() + bytes.len() > GATHERED {
            self.flush()?;
            self.offset = offset;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FetchError> {
        if !self.bytes.is_empty() {
            self.sink.write(self.offset, &self.bytes).map_err(FetchError::Disk)?;
            self.offset += self.bytes.len() as u64;
            self.bytes.clear();
        }
        Ok(())
    }
}
