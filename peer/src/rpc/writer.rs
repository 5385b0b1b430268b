//! The one writer: answers and events become lines, in their order, and nothing else is ever written.

use std::io;
use std::sync::Arc;

use conclave_proto::ErrorCode;
use futures::FutureExt;
use serde_json::{Value, json};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use zeroize::{Zeroize, Zeroizing};

use super::engine::Outputs;
use super::waiting::Waiting;
use super::{envelope, shorten};
use crate::api::Output;
use crate::model::Failure;
use crate::words::Language;

/// Lines that are ready are written together, up to about so many bytes.
const BATCH: usize = 64 * 1024;
/// What the buffer keeps for the next lines, in bytes.
const KEPT: usize = 2 * BATCH;

/// What the shell itself wants written.
pub(super) enum Outgoing {
    /// A line as it is.
    Line(Zeroizing<Vec<u8>>),
    /// The answer to a call that never reached the engine.
    Refused {
        /// Which.
        call: u64,
        /// Why not.
        failure: Failure,
    },
    /// The answer to one of the shell's own calls.
    Own {
        /// Which.
        call: u64,
        /// The answer.
        result: Result<Value, Failure>,
        /// Whether events were held for it.
        held: bool,
    },
    /// Events wait until the next answer that lets them go.
    HoldEvents,
    /// The last one: the answer to `rpc.stop`, if that is why.
    Stop(Option<u64>),
}

/// The writer's state.
pub(super) struct Writer<W> {
    output: W,
    language: Language,
    waiting: Arc<Waiting>,
    /// Lines not written yet.
    batch: Zeroizing<Vec<u8>>,
    holding: bool,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) fn new(output: W, language: Language, waiting: Arc<Waiting>) -> Self {
        Self { output, language, waiting, batch: Zeroizing::default(), holding: false }
    }

    /// Writes until told to stop.
    pub(super) async fn run(
        mut self,
        mut queue: mpsc::Receiver<Outgoing>,
        mut outputs: impl Outputs,
    ) -> io::Result<()> {
        loop {
            // The shell's own lines first: a hold must be seen before the events it holds.
            let more = tokio::select! {
                biased;
                own = queue.recv() => match own {
                    Some(own) => self.take(own),
                    None => false,
                },
                output = outputs.next(), if !self.holding => match output {
                    Some(output) => { self.put(output); true }
                    None => {
                        self.flush().await?;
                        return Err(io::Error::other("the engine has stopped"));
                    }
                },
            };
            while more && self.batch.len() < BATCH {
                if let Ok(own) = queue.try_recv() {
                    if !self.take(own) {
                        return self.flush().await;
                    }
                } else if self.holding {
                    break;
                } else if let Some(Some(output)) = outputs.next().now_or_never() {
                    self.put(output);
                } else {
                    break;
                }
            }
            self.flush().await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Takes one of the shell's own; false for the last.
    fn take(&mut self, own: Outgoing) -> bool {
        match own {
            Outgoing::Line(line) => self.line(&line),
            Outgoing::Refused { call, failure } => self.answer(call, Err(failure)),
            Outgoing::Own { call, result, held } => {
                self.answer(call, result);
                if held {
                    self.holding = false;
                }
            }
            Outgoing::HoldEvents => self.holding = true,
            Outgoing::Stop(call) => {
                if let Some(call) = call {
                    self.answer(call, Ok(json!({})));
                }
                return false;
            }
        }
        true
    }

    fn put(&mut self, output: Output) {
        match output {
            Output::Answer { call, result } => {
                let result = result.and_then(|answer| {
                    serde_json::to_value(answer).map_err(|_| Failure::new(ErrorCode::Bug))
                });
                self.answer(call, result);
            }
            Output::Notification(event) => {
                if let Some(line) = envelope::notification(&event) {
                    self.line(&line);
                }
            }
        }
    }

    fn answer(&mut self, call: u64, result: Result<Value, Failure>) {
        // The slot is free once the caller is dropped, at the end.
        let Some(caller) = self.waiting.leave(call) else { return };
        let Some(id) = &caller.id else { return };
        let result = result.and_then(|mut result| {
            let fits = shorten::fit(&mut result, caller.keep);
            if fits { Ok(result) } else { Err(Failure::new(ErrorCode::Bug).with("why", "line")) }
        });
        let line = match result {
            Ok(result) => envelope::result(id, &result),
            Err(failure) => envelope::error(id, self.language, &failure),
        };
        self.line(&line);
    }

    fn line(&mut self, line: &[u8]) {
        self.batch.extend_from_slice(line);
        self.batch.push(b'\n');
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.output.write_all(&self.batch).await?;
        // Wiping costs the whole capacity: one long line must not slow down all that follow.
        if self.batch.capacity() > KEPT {
            self.batch = Zeroizing::default();
        } else {
            self.batch.zeroize();
        }
        self.output.flush().await
    }
}
