//! The command's end of the administrator's socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::admin::{Reply, Request};
use crate::exit::{Exit, Failure};

/// A connection to the server.
pub(super) struct AdminClient {
    stream: BufReader<UnixStream>,
}

impl AdminClient {
    /// Connects.
    pub(super) fn connect(socket: &Path, patience: Duration) -> Result<Self, Failure> {
        let unreachable = |error: std::io::Error| {
            let failure =
                Failure::new(Exit::Unreachable, format!("no server at {}: {error}", socket.display()));
            match error.kind() {
                std::io::ErrorKind::PermissionDenied => failure.hint("run this as the server's user or root"),
                _ => failure.hint("is it running? 'login-server serve' starts it"),
            }
        };
        let stream = UnixStream::connect(socket).map_err(unreachable)?;
        stream.set_read_timeout(Some(patience)).map_err(unreachable)?;
        stream.set_write_timeout(Some(patience)).map_err(unreachable)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Value, Failure> {
        let broken = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
                Failure::new(Exit::TimedOut, "the server did not answer in time")
            }
            _ => Failure::new(Exit::Unreachable, format!("the connection to the server broke: {error}")),
        };
        let mut line =
            serde_json::to_vec(request).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).map_err(broken)?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).map_err(broken)? == 0 {
            return Err(Failure::new(Exit::Refused, "the server closed the connection")
                .hint("only the server's user and root are answered"));
        }
        let reply: Reply = serde_json::from_str(&answer)
            .map_err(|error| Failure::new(Exit::Failed, format!("the answer does not parse: {error}")))?;
        reply.into()
    }
}

/// A text member of an answer; absent is empty.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
