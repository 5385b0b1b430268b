//! One `conclave rpc` child: calls go in as lines, answers and events come out in the order the program wrote them.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::PATIENCE;
use super::children::Process;
use super::place::Place;
use super::text::text;

/// A running client.
pub struct Client {
    process: Process,
    log: PathBuf,
    inbox: Arc<Inbox>,
    next: u64,
}

/// The error object of an answer.
#[derive(Debug, Clone)]
pub struct Refused(pub Value);

impl Refused {
    /// The stable code.
    pub fn code(&self) -> &str {
        self.0.pointer("/data/code").and_then(Value::as_str).unwrap_or_default()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for Refused {}

#[derive(Default)]
struct Inbox {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Default)]
struct Lines {
    all: Vec<Value>,
    /// The first line that is no JSON object.
    garbage: Option<String>,
    ended: bool,
}

impl Client {
    /// Starts a client on a profile. Its log is beside the profile.
    pub fn start(programs: &Path, profile: &Path, place: &Place) -> Result<Self> {
        let log = profile.with_extension("log");
        let mut command = place.command(&programs.join("conclave"));
        let listen = place.listen.iter().flat_map(|address| ["--listen", address]);
        command
            .arg("--profile")
            .arg(profile)
            .args(["--lang", "en"])
            .args(listen)
            .arg("rpc")
            .env("CONCLAVE_LOG", super::log_level("warn,conclave_peer=debug"));
        let mut process = Process::start(&mut command, "conclave", &log)?;
        let output = process.child().stdout.take().context("stdout is a pipe")?;
        let inbox = Arc::new(Inbox::default());
        let reader = Arc::clone(&inbox);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { break };
                let mut lines = reader.lock();
                match serde_json::from_str::<Value>(&line) {
                    Ok(value) if value.is_object() => lines.all.push(value),
                    _ => lines.garbage = lines.garbage.take().or(Some(line)),
                }
                reader.more.notify_all();
            }
            reader.lock().ended = true;
            reader.more.notify_all();
        });
        Ok(Self { process, log, inbox, next: 1 })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Writes a line as it is.
    pub fn raw(&mut self, line: &[u8]) -> Result<()> {
        let input = self.process.child().stdin.as_mut().context("stdin is closed")?;
        input.write_all(line)?;
        input.write_all(b"\n")?;
        Ok(input.flush()?)
    }

    /// Stops the process, as a computer that sleeps does, or lets it go on.
    pub fn sleep(&self, asleep: bool) -> Result<()> {
        self.process.signal(if asleep { Signal::STOP } else { Signal::CONT })
    }

    /// Calls without waiting; returns the id.
    pub fn send(&mut self, method: &str, params: Value) -> Result<u64> {
        let id = self.next;
        self.next += 1;
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
        self.raw(line.as_bytes()).with_context(|| format!("calling {method}: {}", self.last_words()))?;
        Ok(id)
    }

    /// Waits for the answer to a call.
    pub fn answer(&self, id: u64) -> Result<Result<Value, Refused>> {
        let line = self.find(&format!("the answer to call {id}"), 0, |line| line["id"] == id)?.1;
        Ok(match line.get("error") {
            Some(error) => Err(Refused(error.clone())),
            None => Ok(line["result"].clone()),
        })
    }

    /// Calls, and expects it to succeed.
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        let id = self.send(method, params)?;
        self.answer(id)?.with_context(|| format!("{method} was refused"))
    }

    /// Calls, and expects it to be refused.
    pub fn refused(&mut self, method: &str, params: Value) -> Result<Refused> {
        let id = self.send(method, params)?;
        match self.answer(id)? {
            Ok(result) => bail!("{method} should be refused, but answers {result}"),
            Err(refused) => Ok(refused),
        }
    }

    /// Where the stream of lines stands: events before it are old.
    pub fn mark(&self) -> usize {
        self.inbox.lock().all.len()
    }

    /// Waits for an event, among all since the start.
    pub fn event(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        self.event_after(0, method, fits)
    }

    /// Waits for an event after a mark.
    pub fn event_after(&self, mark: usize, method: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let fits = |line: &Value| line["method"] == method && fits(&line["params"]);
        Ok(self.find(method, mark, fits)?.1["params"].clone())
    }

    /// Waits until an outgoing message has reached a state, or one after it.
    pub fn reaches(&self, message: &str, state: &str) -> Result<Value> {
        let order = ["saved", "waiting", "sending", "inDropBox", "delivered", "read"];
        let rank = |name: &str| order.iter().position(|known| *known == name);
        self.event("message.state", |event| {
            event["id"] == message && rank(event["state"].as_str().unwrap_or_default()) >= rank(state)
        })
    }

    /// Hands over every line after a mark, as soon as there is one; returns the new mark.
    pub fn take_lines(&self, mark: usize, mut take: impl FnMut(&Value)) -> Result<usize> {
        let end = Instant::now() + PATIENCE;
        let mut lines = self.inbox.lock();
        while lines.all.len() <= mark {
            let over = lines.ended || Instant::now() >= end;
            ensure!(!over, "no line comes: {}", self.last_words());
            lines = self.inbox.wait(lines, end.saturating_duration_since(Instant::now()));
        }
        lines.all.iter().skip(mark).for_each(&mut take);
        Ok(lines.all.len())
    }

    /// All events of a kind so far.
    pub fn events(&self, method: &str) -> Vec<Value> {
        self.inbox
            .lock()
            .all
            .iter()
            .filter(|line| line["method"] == method)
            .map(|line| line["params"].clone())
            .collect()
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<Value> {
        self.inbox.lock().all.clone()
    }

    /// The lines after a mark.
    pub fn lines_after(&self, mark: usize) -> Vec<Value> {
        self.inbox.lock().all.get(mark..).unwrap_or_default().to_vec()
    }

    /// SIGKILL: nothing is flushed. Returns all whole lines it has ever written.
    pub fn kill(mut self) -> Result<Vec<Value>> {
        self.process.kill()?;
        self.until_end();
        Ok(self.lines())
    }

    /// Closes the input and expects a clean end with code 0.
    pub fn close(mut self) -> Result<()> {
        drop(self.process.child().stdin.take());
        self.clean_end()
    }

    /// `rpc.stop`, and a clean end.
    pub fn stop(mut self) -> Result<()> {
        self.call("rpc.stop", json!({}))?;
        self.clean_end()
    }

    /// SIGTERM, and a clean end.
    pub fn terminate(mut self) -> Result<()> {
        self.process.signal(Signal::TERM)?;
        self.clean_end()
    }

    /// Waits for the end of a client that ends by itself.
    pub fn exit_code(mut self) -> Result<i32> {
        self.process.wait(PATIENCE)?.code().context("ended by a signal")
    }

    fn clean_end(&mut self) -> Result<()> {
        let status = self.process.wait(PATIENCE).with_context(|| self.last_words())?;
        ensure!(status.success(), "conclave ended with {status}: {}", self.last_words());
        // Everything it wrote was JSON to the last line.
        self.until_end();
        let lines = self.inbox.lock();
        ensure!(lines.garbage.is_none(), "standard output has a line that is no JSON: {:?}", lines.garbage);
        Ok(())
    }

    /// Waits until the last line is read.
    fn until_end(&self) {
        let end = Instant::now() + PATIENCE;
        let mut lines = self.inbox.lock();
        while !lines.ended && Instant::now() < end {
            lines = self.inbox.wait(lines, Duration::from_millis(100));
        }
    }

    fn find(&self, what: &str, mark: usize, fits: impl Fn(&Value) -> bool) -> Result<(usize, Value)> {
        let end = Instant::now() + PATIENCE;
        let mut from = mark;
        let mut lines = self.inbox.lock();
        loop {
            ensure!(
                lines.garbage.is_none(),
                "standard output has a line that is no JSON: {:?}",
                lines.garbage
            );
            let fresh = lines.all.get(from..).unwrap_or_default();
            if let Some(at) = fresh.iter().position(&fits) {
                let found = lines.all.get(from + at).cloned().unwrap_or_default();
                return Ok((from + at, found));
            }
            from = lines.all.len().max(mark);
            let ended = lines.ended;
            if ended || Instant::now() >= end {
                let tail: Vec<String> =
                    lines.all.iter().rev().take(12).rev().map(ToString::to_string).collect();
                drop(lines);
                let why = if ended {
                    "the client has ended".to_owned()
                } else {
                    format!("not within {PATIENCE:?}")
                };
                bail!("{what}: {why}\nlast lines:\n{}\n{}", tail.join("\n"), self.last_words());
            }
            lines = self.inbox.wait(lines, end.saturating_duration_since(Instant::now()));
        }
    }

    /// All of its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let tail: Vec<&str> = log.lines().rev().take(15).collect();
        format!("log:\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"))
    }
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, lines: MutexGuard<'a, Lines>, time: Duration) -> MutexGuard<'a, Lines> {
        self.more.wait_timeout(lines, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// The message of an answer, by its id.
pub fn message_id(answer: &Value) -> Result<String> {
    Ok(text(answer, "/message/id")?.to_owned())
}
