//! The directory stream: requests with their answers, and what the server says unasked.
//!
//! One task owns the stream. Requests are bounded; a request without an answer in [`limits::STEP_TIMEOUT`] fails,
//! the stream stays. When the stream ends every waiting request fails and [`News::Ended`] is the last word.

use std::collections::BTreeMap;

use conclave_proto::schema::{self, Push, Request, Response, request::Call, response::Outcome};
use conclave_proto::{ErrorCode, Frame, FrameKind, limits};
use tokio::sync::{mpsc, oneshot};

use crate::model::Failure;
use crate::net::ServerStream;

/// Requests that may wait at once; the core asks a handful at a time.
const WAITING: usize = 64;
/// Pushes that may wait for the event loop; beyond it the stream is not read, which slows the server.
const PUSHES: usize = 256;

/// What the server says unasked.
#[derive(Debug)]
pub(crate) enum News {
    /// A push.
    Push(Box<Push>),
    /// The stream has ended.
    Ended,
}

type Reply = oneshot::Sender<Result<Outcome, Failure>>;

/// The asking end; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct DirectoryStream {
    requests: mpsc::Sender<(Call, Reply)>,
}

impl DirectoryStream {
    /// Takes a stream over and starts its task. The server's clock minus ours comes with the opening.
    pub(crate) fn start(stream: ServerStream) -> (Self, mpsc::Receiver<News>) {
        let (requests, asked) = mpsc::channel(WAITING);
        let (told, news) = mpsc::channel(PUSHES);
        tokio::spawn(run(stream, asked, told));
        (Self { requests }, news)
    }

    /// Asks and waits.
    pub(crate) async fn request(&self, call: Call) -> Result<Outcome, Failure> {
        let (reply, answer) = oneshot::channel();
        self.requests.send((call, reply)).await.map_err(|_| gone())?;
        match tokio::time::timeout(limits::STEP_TIMEOUT, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "timed out")),
        }
    }

    /// Asks for something whose answer is `Done`.
    pub(crate) async fn carry_out(&self, call: Call) -> Result<(), Failure> {
        match self.request(call).await? {
            Outcome::Done(_) => Ok(()),
            _ => Err(unexpected()),
        }
    }

    /// Leaves from an index on: as many as fit a frame.
    pub(crate) async fn leaves(&self, first: u64) -> Result<schema::Leaves, Failure> {
        match self.request(Call::GetLeaves(schema::GetLeaves { first })).await? {
            Outcome::Leaves(leaves) => Ok(leaves),
            _ => Err(unexpected()),
        }
    }
}

async fn run(mut stream: ServerStream, mut asked: mpsc::Receiver<(Call, Reply)>, told: mpsc::Sender<News>) {
    let mut waiting: BTreeMap<u64, Reply> = BTreeMap::new();
    let mut next = 1;
    loop {
        tokio::select! {
            request = asked.recv() => {
                let Some((call, reply)) = request else { break };
                waiting.retain(|_, reply| !reply.is_closed());
                if waiting.len() >= WAITING {
                    let _caller_gone = reply.send(Err(Failure::new(ErrorCode::ApiBusy)));
                    continue;
                }
                let request = Request { id: next, call: Some(call) };
                if stream.send(&Frame::message(FrameKind::REQUEST, &request)).await.is_err() {
                    break;
                }
                waiting.insert(next, reply);
                next += 1;
            }
            frame = stream.recv() => {
                let Ok(frame) = frame else { break };
                if !take(&frame, &mut waiting, &told).await {
                    break;
                }
            }
        }
    }
    drop(waiting);
    let _loop_gone = told.send(News::Ended).await;
}

/// Whether the stream goes on after this frame.
async fn take(frame: &Frame, waiting: &mut BTreeMap<u64, Reply>, told: &mpsc::Sender<News>) -> bool {
    match frame.kind {
        FrameKind::RESPONSE => {
            let Ok(response) = frame.parse::<Response>() else { return false };
            if let (Some(reply), Some(outcome)) = (waiting.remove(&response.id), response.outcome) {
                let outcome = match outcome {
                    Outcome::Failure(failure) => Err(Failure::wire(failure.code, failure.wait_ms)),
                    other => Ok(other),
                };
                let _caller_gone = reply.send(outcome);
            }
            true
        }
        FrameKind::PUSH => match frame.parse::<Push>() {
            Ok(push) => told.send(News::Push(Box::new(push))).await.is_ok(),
            Err(_) => false,
        },
        _ => frame.optional,
    }
}

fn gone() -> Failure {
    Failure::new(ErrorCode::ServerUnreachable).with("why", "the connection ended")
}

fn unexpected() -> Failure {
    Failure::new(ErrorCode::ServerUnreachable).with("why", "unexpected answer")
}
