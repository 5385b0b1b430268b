//! The command's end of the administrator's socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use conclave_crypto::keys::{OrgId, OrkPublic};
use data_encoding::HEXLOWER;
use serde_json::Value;

use super::output::{Format, note};
use crate::admin::{Answer, Request};
use crate::exit::{Exit, Failure};
use crate::words::said;

/// A connection to the server.
pub(super) struct AdminClient {
    stream: BufReader<UnixStream>,
    dry_run: bool,
    reason: Option<String>,
    key: Option<String>,
    format: Format,
    /// Another version was told of.
    told: bool,
}

impl AdminClient {
    /// Connects.
    pub(super) fn connect(socket: &Path, patience: Duration) -> Result<Self, Failure> {
        let unreachable = |error: std::io::Error| {
            let failure = Failure::new(
                Exit::Unreachable,
                said("no-server").with("socket", socket.display()).with("why", &error),
            );
            match error.kind() {
                std::io::ErrorKind::PermissionDenied => failure.hint(said("no-server-rights")),
                _ => failure.hint(said("no-server-start")),
            }
        };
        if patience.is_zero() {
            return Err(Failure::new(Exit::Usage, said("timeout-zero")));
        }
        let stream = UnixStream::connect(socket).map_err(unreachable)?;
        stream.set_read_timeout(Some(patience)).map_err(unreachable)?;
        stream.set_write_timeout(Some(patience)).map_err(unreachable)?;
        Ok(Self {
            stream: BufReader::new(stream),
            dry_run: false,
            reason: None,
            key: None,
            format: Format::Table,
            told: false,
        })
    }

    /// What the administrator said about all that is asked from now on.
    #[must_use]
    pub(super) fn said(mut self, dry_run: bool, reason: Option<String>) -> Self {
        self.dry_run = dry_run;
        self.reason = reason;
        self
    }

    /// The format of what is said beside the answers.
    #[must_use]
    pub(super) fn speaking(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// The name of the key that signed what is asked from now on, for the audit log.
    pub(super) fn signed_by(&mut self, key: &str) {
        self.key = Some(key.to_owned());
    }

    /// The server's organisation.
    pub(super) fn org(&mut self) -> Result<OrgId, Failure> {
        let status = self.ask(&Request::Status)?;
        let ork = HEXLOWER.decode(text(&status, "ork").as_bytes()).ok();
        ork.and_then(|bytes| OrkPublic::from_bytes(bytes.try_into().ok()?).ok())
            .map(|ork| OrgId::of(&ork))
            .ok_or_else(|| Failure::new(Exit::Failed, said("answer-senseless")))
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Value, Failure> {
        let mut line = if self.dry_run || self.reason.is_some() || self.key.is_some() {
            serde_json::to_value(request).and_then(|request| {
                serde_json::to_vec(&serde_json::json!({
                    "op": "with",
                    "dry_run": self.dry_run,
                    "reason": self.reason,
                    "key": self.key,
                    "request": request,
                }))
            })
        } else {
            serde_json::to_vec(request)
        }
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).map_err(broken)?;
        self.next()
    }

    /// The next answer to a request that has several.
    pub(super) fn next(&mut self) -> Result<Value, Failure> {
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).map_err(broken)? == 0 {
            return Err(Failure::new(Exit::Refused, said("server-closed")).hint(said("server-closed-hint")));
        }
        let answer: Answer = serde_json::from_str(&answer)
            .map_err(|error| Failure::new(Exit::Failed, said("answer-unparsed").with("why", error)))?;
        self.compare(&answer.version);
        answer.reply.into()
    }

    /// Says once that the server is of another version, and goes on.
    fn compare(&mut self, theirs: &str) {
        const OWN: &str = env!("CARGO_PKG_VERSION");
        if theirs != OWN && !std::mem::replace(&mut self.told, true) {
            note(self.format, &said("other-version").with("server", theirs).with("command", OWN));
        }
    }
}

fn broken(error: std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
            Failure::new(Exit::TimedOut, said("answer-late"))
        }
        _ => Failure::new(Exit::Unreachable, said("connection-broke").with("why", &error)),
    }
}

/// A text member of an answer; absent is empty.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
