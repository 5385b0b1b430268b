//! One long-lived PEER stream: opened, raced, then frames both ways until one side ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use conclave_crypto::keys::TransportPublic;
use conclave_proto::{Frame, limits};
use libp2p::swarm::Stream;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _};
use tokio_util::sync::CancellationToken;

use super::error::{LinkLoss, OpenError, SendError, StreamError};
use super::event::{LinkId, NetEvent};
use super::frames::{FrameReader, FrameWriter};
use super::opening;
use super::purpose::{Purpose, Verdict};
use super::race::Opener;
use super::shared::{Report, Shared};
use super::streams::{Connection, Opened};
use super::talk::Talk;

/// Frames waiting on one link.
const QUEUED_FRAMES: usize = 256;
/// Bytes waiting on one link; one frame is always taken by an empty queue.
const QUEUED_BYTES: usize = 4 * limits::FRAME;

/// Behind a frame from this length on, an answer may wait as it does behind a file.
const LONG_FRAME: usize = 16 * 1024;

/// The reading half of a stream.
pub(super) type Reader = FrameReader<ReadHalf<Compat<Stream>>>;
/// The writing half of a stream.
pub(super) type Writer = FrameWriter<WriteHalf<Compat<Stream>>>;

/// Both halves of a stream with the limit of its purpose.
pub(super) fn framed(opened: Opened, purpose: Purpose) -> (Reader, Writer, Connection) {
    let Opened { stream, connection } = opened;
    let (read, write) = tokio::io::split(stream.compat());
    let reader = FrameReader::new(read, purpose.limit(), connection.closed.clone());
    let writer = FrameWriter::new(write, purpose.limit(), connection.closed.clone());
    (reader, writer, connection)
}

/// A PEER stream after `Opening`, not yet a link.
pub(super) struct Established {
    reader: Reader,
    writer: Writer,
    pub(super) connection: Connection,
}

/// Exchanges `Opening` and reports the outcome, unless it is cut.
pub(super) async fn open(
    shared: Arc<Shared>,
    peer: TransportPublic,
    opener: Opener,
    attempt: u64,
    stream: impl Future<Output = Result<Opened, OpenError>>,
    cut: CancellationToken,
) {
    let steps = async {
        let opened = tokio::time::timeout(limits::STEP_TIMEOUT, stream).await;
        let (mut reader, mut writer, connection) =
            framed(opened.unwrap_or(Err(OpenError::TimedOut))?, Purpose::Peer);
        match opening::exchange(&mut reader, &mut writer, shared.opening()).await {
            Ok(_) => Ok(Box::new(Established { reader, writer, connection })),
            Err(error) => {
                if error.is_violation() {
                    shared.report(Report::Violation(connection.id)).await;
                }
                Err(error)
            }
        }
    };
    tokio::select! {
        biased;
        () = cut.cancelled() => {}
        outcome = steps => shared.report(Report::Opened { peer, opener, attempt, outcome }).await,
    }
}

/// The sending end of a link, in the table that `Net::send` looks up.
pub(super) struct Queue {
    frames: mpsc::Sender<Frame>,
    load: Arc<Load>,
}

#[derive(Default)]
struct Load {
    bytes: AtomicUsize,
    /// Somebody was refused and waits for `Writable`.
    refused: AtomicBool,
}

impl Queue {
    /// Takes a frame for sending without waiting.
    pub(super) fn push(&self, frame: Frame) -> Result<(), SendError> {
        self.try_push(frame).or_else(|frame| {
            // The flag is set before the second try: if the queue drains between, that try succeeds or the drain sees it.
            let frame = frame?;
            self.load.refused.store(true, Ordering::SeqCst);
            self.try_push(frame).map_err(|refused| refused.err().unwrap_or(SendError::Full))
        })
    }

    /// `Err(Ok(frame))` gives the frame back when the queue is full.
    fn try_push(&self, frame: Frame) -> Result<(), Result<Frame, SendError>> {
        let length = frame.wire_len();
        let take = |bytes: usize| (bytes == 0 || bytes + length <= QUEUED_BYTES).then_some(bytes + length);
        if self.load.bytes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() {
            return Err(Ok(frame));
        }
        self.frames.try_send(frame).map_err(|error| {
            self.load.bytes.fetch_sub(length, Ordering::SeqCst);
            match error {
                mpsc::error::TrySendError::Full(frame) => Ok(frame),
                mpsc::error::TrySendError::Closed(_) => Err(SendError::Gone),
            }
        })
    }
}

/// A running link.
pub(super) struct Running {
    pub(super) link: LinkId,
    pub(super) peer: TransportPublic,
    pub(super) established: Established,
    /// Cut with [`LinkLoss::Replaced`] when another takes its place.
    pub(super) replaced: CancellationToken,
    /// The link it replaces tells its end first.
    pub(super) after: Option<oneshot::Receiver<()>>,
    /// Dropped when the last event of this link is told.
    pub(super) done: oneshot::Sender<()>,
}

impl Running {
    /// Puts the link into the table and starts it.
    pub(super) fn start(self, shared: &Arc<Shared>) {
        let (frames, queued) = mpsc::channel(QUEUED_FRAMES);
        let load = Arc::new(Load::default());
        shared.links().insert(self.link, Queue { frames, load: Arc::clone(&load) });
        tokio::spawn(self.run(Arc::clone(shared), queued, load));
    }

    async fn run(self, shared: Arc<Shared>, queued: mpsc::Receiver<Frame>, load: Arc<Load>) {
        let Self { link, peer, established, replaced, after, done } = self;
        let Established { reader, writer, connection } = established;
        if let Some(after) = after {
            // An error says that the old link is gone, which is what is waited for.
            drop(after.await);
        }
        let address = super::address::without_peer(&connection.address).to_string();
        shared.tell(NetEvent::LinkUp { link, peer, path: connection.path, address }).await;
        let talk = Talk::default();
        // In random order: neither direction may starve the other.
        let why = tokio::select! {
            () = replaced.cancelled() => LinkLoss::Replaced,
            () = shared.stop.cancelled() => LinkLoss::Stopped,
            why = read(&shared, link, reader, &talk) => why,
            why = write(&shared, link, writer, queued, &load, &talk) => why,
            never = talk.doubt(&shared, connection.id) => match never {},
        };
        shared.links().remove(&link);
        if matches!(why, LinkLoss::Violation(_)) {
            shared.report(Report::Violation(connection.id)).await;
        }
        // First the engine, so that a dial which answers the event finds no link standing.
        shared.report(Report::Ending { peer, link }).await;
        shared.tell(NetEvent::LinkDown { link, peer, why }).await;
        drop(done);
        shared.report(Report::Ended { peer, link }).await;
    }
}

/// Hands frames up until the stream ends. A driver that does not take its events slows the peer down.
async fn read(shared: &Shared, link: LinkId, mut reader: Reader, talk: &Talk) -> LinkLoss {
    loop {
        let frame = match reader.next().await {
            Ok(frame) => frame,
            Err(error) => return error.into(),
        };
        talk.heard();
        match Purpose::Peer.judge(frame.kind, frame.optional) {
            Ok(Verdict::Take) => shared.tell(NetEvent::Frame { link, frame }).await,
            Ok(Verdict::Skip) => {}
            Err(error) => return StreamError::from(error).into(),
        }
    }
}

/// Sends queued frames; flushes when there are no more. Ends when the queue is closed, after the last frame.
async fn write(
    shared: &Shared,
    link: LinkId,
    mut writer: Writer,
    mut queued: mpsc::Receiver<Frame>,
    load: &Load,
    talk: &Talk,
) -> LinkLoss {
    loop {
        let next = match queued.try_recv() {
            Ok(frame) => Some(frame),
            Err(_) => {
                if let Err(error) = writer.flush().await {
                    return error.into();
                }
                if load.refused.swap(false, Ordering::SeqCst) {
                    shared.tell(NetEvent::Writable(link)).await;
                }
                queued.recv().await
            }
        };
        let Some(frame) = next else {
            return writer.close().await.map_or_else(Into::into, |()| LinkLoss::ClosedHere);
        };
        load.bytes.fetch_sub(frame.wire_len(), Ordering::SeqCst);
        talk.spoke();
        if frame.wire_len() >= LONG_FRAME {
            shared.move_on();
        }
        if let Err(error) = writer.write(&frame).await {
            return error.into();
        }
    }
}
