//! The serving side of a file stream.

use std::io::Write as _;
use std::sync::Arc;

use bao_tree::io::sync::encode_ranges;
use bytes::Bytes;
use conclave_crypto::keys::TransportPublic;
use conclave_proto::schema::{FileAnswer, FileRequest};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind, limits};
use tokio::sync::mpsc;

use super::pipe::PieceWriter;
use super::progress::Progress;
use super::ranges::GroupRanges;
use super::{Object, PIPE};
use crate::net::error::{OpenError, StreamError};
use crate::net::link::{Reader, Writer, framed};
use crate::net::opening;
use crate::net::purpose::{Purpose, Verdict};
use crate::net::shared::{Report, Shared};
use crate::net::streams::{Opened, Ticket};

/// Serves one request, or refuses it: a peer whose link is not accepted is told the same as for an object not here.
pub(in crate::net) async fn serve(
    shared: Arc<Shared>,
    peer: TransportPublic,
    opened: Opened,
    ticket: Ticket,
) {
    let (mut reader, mut writer, connection) = framed(opened, Purpose::File);
    let outcome = answer(&shared, &peer, &mut reader, &mut writer).await;
    drop(ticket);
    match outcome {
        Err(error) if error.is_violation() => shared.report(Report::Violation(connection.id)).await,
        Err(error) => tracing::debug!(%error, "a file stream ended early"),
        Ok(()) => {}
    }
}

async fn answer(
    shared: &Arc<Shared>,
    peer: &TransportPublic,
    reader: &mut Reader,
    writer: &mut Writer,
) -> Result<(), OpenError> {
    opening::exchange(reader, writer, shared.opening()).await?;
    let request = tokio::time::timeout(limits::STEP_TIMEOUT, request(reader)).await;
    let (content_id, ranges) = request.unwrap_or(Err(StreamError::Stalled))?;
    // Waiting for a turn is bounded by the requester's patience: it closes the stream, and the next write fails.
    let Ok(_turn) = Arc::clone(&shared.serving).acquire_owned().await else { return Ok(()) };
    let allowed = shared.is_allowed(peer);
    let held_back = allowed && shared.shelf.withholds(&content_id);
    let object = if allowed && !held_back {
        let (shelf, peer) = (Arc::clone(&shared.shelf), *peer);
        // A shelf that panics has no object.
        tokio::task::spawn_blocking(move || shelf.open(&peer, &content_id)).await.unwrap_or_default()
    } else {
        None
    };
    let Some(object) = object.filter(|object| object.length == ranges.length()) else {
        let code = if held_back { ErrorCode::FileStopped } else { ErrorCode::FileGone };
        let refusal = FileAnswer { sending: false, code: code.number() };
        writer.write(&Frame::message(FrameKind::FILE_ANSWER, &refusal)).await?;
        return Ok(writer.close().await?);
    };
    writer.write(&Frame::message(FrameKind::FILE_ANSWER, &FileAnswer { sending: true, code: 0 })).await?;
    let mut progress = Progress::of(shared, peer, content_id, &ranges);
    let sent = send(shared, writer, object, content_id, ranges, &mut progress).await;
    progress.end().await;
    sent?;
    Ok(writer.close().await?)
}

/// Puts the ranges on the stream. After an error it is dropped without its end, so the requester knows that it is not
/// whole.
async fn send(
    shared: &Shared,
    writer: &mut Writer,
    object: Object,
    content_id: [u8; 32],
    ranges: GroupRanges,
    progress: &mut Progress<'_>,
) -> Result<(), StreamError> {
    let (pieces, mut read) = mpsc::channel::<Bytes>(PIPE);
    let encoding = tokio::task::spawn_blocking(move || encode(&object, &content_id, &ranges, pieces));
    while let Some(piece) = read.recv().await {
        if shared.shelf.withholds(&content_id) {
            return Err(StreamError::Lost);
        }
        let bytes = piece.len();
        writer.write(&Frame::raw(FrameKind::DATA, piece)).await?;
        shared.move_on();
        progress.sent(bytes).await;
    }
    if encoding.await.unwrap_or(false) { Ok(()) } else { Err(StreamError::Lost) }
}

async fn request(reader: &mut Reader) -> Result<([u8; 32], GroupRanges), StreamError> {
    loop {
        let frame = reader.next().await?;
        if Purpose::File.judge(frame.kind, frame.optional)? == Verdict::Skip {
            continue;
        }
        if frame.kind != FrameKind::FILE_REQUEST {
            return Err(FrameError::OutOfOrder(frame.kind).into());
        }
        let request: FileRequest = frame.parse()?;
        return GroupRanges::parse(&request).map_err(|_| FrameError::Body(frame.kind).into());
    }
}

/// Reads the ranges and the hashes above them; whether all of it went into the pipe.
fn encode(object: &Object, content_id: &[u8; 32], ranges: &GroupRanges, pieces: mpsc::Sender<Bytes>) -> bool {
    let mut writer = PieceWriter::new(pieces);
    let encoded = encode_ranges(&object.file, object.hashes(content_id), &ranges.chunks(), &mut writer);
    if let Err(error) = &encoded {
        tracing::debug!(%error, "an object was not sent to its end");
    }
    encoded.is_ok() && writer.flush().is_ok()
}
