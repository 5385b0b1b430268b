//! The JSON-RPC 2.0 twin of the engine over two byte streams (LIBRARY §3): `conclave rpc` gives it stdin and stdout.
//!
//! ```text
//! input ─► lines ─► envelope ─► method table ─┬─► core calls, in the order received ────────┐
//!                                             └─► vault, login, enrolment: one by one ──┐   │
//! output ◄── one writer ◄── own answers ◄────────────────────────────────────────────────┘   │
//!                  ▲                                                                         │
//!                  └──────── answers and events, in the engine's one order ◄── engine ◄──────┘
//! ```
//!
//! Answers of core calls travel on the same ordered stream as events, so a result stands before the events it causes.
//! Memory stays bounded: lines, waiting calls and queued answers have limits; when the output is not read, nothing
//! more is read from the input either, and the engine keeps durable events on disk.

mod engine;
mod envelope;
mod fault;
mod line;
mod local;
mod method;
mod params;
mod shorten;
mod waiting;
mod writer;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use conclave_proto::ErrorCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use crate::model::Failure;
use crate::words::Language;

use engine::Engine;
use envelope::Request;
use line::{Line, Lines};
use local::Local;
use method::Method;
use waiting::Waiting;
use writer::Outgoing;

/// Version of this interface, as `rpc.version` names it. It rises when something is taken away or changed.
pub const INTERFACE: u32 = 1;
/// Longest line either way, in bytes, without its newline (LIBRARY §3).
pub const LINE: usize = 1024 * 1024;
/// Calls that may wait for their answers; one more is refused with `E-API-8` (LIBRARY §3).
pub const WAITING: usize = 64;
/// Once the input has ended, waiting calls get so long to be answered.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Serves calls until the input ends, `rpc.stop` comes or the output is closed. The engine keeps running.
///
/// # Errors
/// When the engine stops by itself, or a stream fails otherwise than by its end.
pub async fn serve<R, W>(peer: crate::api::Peer, language: Language, input: R, output: W) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let outputs = peer.attach().await.map_err(|failure| io::Error::other(failure.to_string()))?;
    let subscriber = outputs.subscriber();
    serve_engine(engine::Attachment::new(peer, subscriber), outputs, language, input, output).await
}

/// How the reading side came to its end.
enum Ended {
    /// The input has ended.
    Input,
    /// `rpc.stop`, answered last.
    Stop(u64),
    /// The writer has ended first.
    Writer(io::Result<()>),
}

async fn serve_engine<E: Engine, R, W>(
    engine: E,
    outputs: impl engine::Outputs,
    language: Language,
    input: R,
    output: W,
) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let waiting = Arc::new(Waiting::default());
    // Every waiting call has at most one line here, and errors of the reading side wait for room.
    let (lines, queue) = mpsc::channel(WAITING);
    let writer = writer::Writer::new(output, language, Arc::clone(&waiting));
    let mut writer = tokio::spawn(writer.run(queue, outputs));
    // As many as may wait at all: sending never blocks.
    let (one_by_one, tasks) = mpsc::channel(WAITING);
    let worker = tokio::spawn(local::work(engine.clone(), language, tasks, lines.clone()));
    let shell = Shell { engine, language, waiting: Arc::clone(&waiting), lines, one_by_one };

    let mut input = Lines::new(input);
    let ended = loop {
        let line = tokio::select! {
            line = input.next() => line?,
            done = &mut writer => break Ended::Writer(done.unwrap_or_else(|panic| Err(io::Error::other(panic)))),
        };
        match line {
            None => break Ended::Input,
            Some(line) => {
                if let Some(call) = shell.take(line).await {
                    break Ended::Stop(call);
                }
            }
        }
    };
    let result = match ended {
        Ended::Writer(result) => result,
        Ended::Input | Ended::Stop(_) => {
            let stop = if let Ended::Stop(call) = ended { Some(call) } else { None };
            // The caller of rpc.stop waits too, for a slot of its own.
            let others = WAITING - usize::from(stop.is_some());
            let answered = waiting.until_free(others);
            tokio::select! {
                _late = tokio::time::timeout(LAST_ANSWERS, answered) => {}
                _gone = &mut writer => return Ok(()),
            }
            if shell.lines.send(Outgoing::Stop(stop)).await.is_ok() {
                writer.await.unwrap_or_else(|panic| Err(io::Error::other(panic)))
            } else {
                Ok(())
            }
        }
    };
    worker.abort();
    match result {
        // Who reads no more needs no more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The reading side: everything a line needs on its way to the engine.
struct Shell<E> {
    engine: E,
    language: Language,
    waiting: Arc<Waiting>,
    lines: mpsc::Sender<Outgoing>,
    one_by_one: mpsc::Sender<(u64, Local)>,
}

impl<E: Engine> Shell<E> {
    /// Handles one line; the number of a call to `rpc.stop` when that is what it was.
    async fn take(&self, line: Line) -> Option<u64> {
        let request = match line {
            Line::Text(text) => Request::parse(&text),
            Line::TooLong => Err(envelope::Bad::unreadable("line")),
        };
        let Request { id, method, params } = match request {
            Ok(request) => request,
            Err(bad) => {
                self.send(bad.to_line(self.language)).await;
                return None;
            }
        };
        let method = match Method::find(&method, params) {
            Ok(found) => found,
            Err(failure) => {
                self.refuse(id, &failure).await;
                return None;
            }
        };
        let Some(call) = self.waiting.enter(id.clone(), method.keep()) else {
            self.refuse(id, &fault::busy()).await;
            return None;
        };
        match method {
            Method::Stop => return Some(call),
            Method::Core(what) => {
                if let Err(failure) = self.engine.submit(call, id, *what).await {
                    self.send(Outgoing::Refused { call, failure }).await;
                }
            }
            Method::Aside(local) => {
                let (engine, language, lines) = (self.engine.clone(), self.language, self.lines.clone());
                tokio::spawn(async move { local::answer(&engine, language, call, local, &lines).await });
            }
            Method::OneByOne(local) => {
                if self.one_by_one.send((call, local)).await.is_err() {
                    let failure = Failure::new(ErrorCode::Bug).with("why", "stopped");
                    self.send(Outgoing::Refused { call, failure }).await;
                }
            }
        }
        None
    }

    /// Answers a call that never started; one without an id wants no answer.
    async fn refuse(&self, id: Option<serde_json::Value>, failure: &Failure) {
        if let Some(id) = id {
            self.send(Outgoing::Line(envelope::error(&id, self.language, failure))).await;
        }
    }

    async fn send(&self, outgoing: Outgoing) {
        // A writer that has ended is noticed by the reading loop.
        let _ended = self.lines.send(outgoing).await;
    }
}

#[cfg(test)]
mod tests;
