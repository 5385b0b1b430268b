//! `doctor`: what an administrator would look at first, in one list.

use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use serde_json::{Value, json};

use super::Global;
use super::client::text;
use super::output::{Report, cell, label};
use crate::admin::Request;
use crate::audit;
use crate::clock;
use crate::config::{Config, size};
use crate::directory::Log;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::server_keys::ServerKeys;
use crate::words::{Sentence, said, word};

/// Less room than this is a warning, in bytes; less than a tenth of it is trouble.
const ROOM: u64 = 1 << 30;
/// A backup older than this is a warning, in milliseconds.
const OLD_BACKUP_MS: u64 = 48 * 3_600 * 1_000;
/// A server key that ends sooner than this is a warning, in milliseconds.
const KEY_END_MS: u64 = 60 * 86_400 * 1_000;
/// An address that does not take a connection within this cannot be reached from here.
const ANSWER: Duration = Duration::from_secs(2);
/// Addresses that are tried; links carry no more.
const TRIED: usize = 8;
/// Descriptors left over connections: store, log, sockets.
const DESCRIPTORS: u64 = 128;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Good,
    Warning,
    Trouble,
}

struct Checks(Vec<(&'static str, State, Sentence)>);

impl Checks {
    fn add(&mut self, name: &'static str, state: State, said: impl Into<Sentence>) {
        self.0.push((name, state, said.into()));
    }
}

pub(super) fn run(global: &Global) -> Result<Report, Failure> {
    let config = global.config()?;
    let home = Home::at(&config.server.data_dir);
    let mut checks = Checks(Vec::new());
    checks.add("configuration", State::Good, global.config.display().to_string());
    disk(&mut checks, &config);
    files(&mut checks, &home);
    match global.client().and_then(|mut client| client.ask(&Request::Status)) {
        Ok(status) => running(&mut checks, &config, &status),
        Err(failure) => checks.add("server", State::Trouble, failure.message),
    }
    let worst = checks.0.iter().map(|(_, state, _)| *state).max().unwrap_or(State::Good);
    let code = |state: State| match state {
        State::Good => "ok",
        State::Warning => "warning",
        State::Trouble => "trouble",
    };
    let rows: Vec<Value> = checks
        .0
        .iter()
        .map(|(name, state, said)| json!({ "check": name, "state": code(*state), "said": said.english() }))
        .collect();
    let report = Report::list(
        json!({ "schema": 1, "checks": rows }),
        "checks",
        "",
        &[
            ("CHECK", &|row| label(text(row, "check"))),
            ("STATE", &|row| word(&format!("state-{}", text(row, "state")))),
            ("", &|row| {
                let found = checks.0.iter().find(|(name, ..)| *name == text(row, "check"));
                found.map_or_else(String::new, |(.., said)| said.text())
            }),
        ],
    );
    Ok(if worst == State::Trouble { report.exit(Exit::Failed) } else { report })
}

fn disk(checks: &mut Checks, config: &Config) {
    match rustix::fs::statvfs(&config.server.data_dir) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let state = match free {
                0..ROOM if free < ROOM / 10 => State::Trouble,
                0..ROOM => State::Warning,
                _ => State::Good,
            };
            checks.add("disk", state, said("disk-free").with("size", size::words(free)));
        }
        Err(error) => checks.add("disk", State::Trouble, error.to_string()),
    }
}

fn files(checks: &mut Checks, home: &Home) {
    match home.check_mode() {
        Ok(()) => checks.add("permissions", State::Good, said("permissions-good")),
        Err(error) => checks.add("permissions", State::Trouble, error.said()),
    }
    let root = home.keys().join("root.key");
    if root.exists() {
        checks.add("root key", State::Warning, said("root-key-here"));
    } else {
        checks.add("root key", State::Good, said("root-key-away"));
    }
    let log = ServerKeys::organisation(&home.server_keys())
        .map_err(|error| error.to_string())
        .and_then(|ork| Log::verify(home, ork).map_err(|error| error.to_string()));
    match log {
        Ok(head) => checks.add("log", State::Good, said("leaves-sound").with("leaves", head.size)),
        Err(error) => checks.add("log", State::Trouble, error),
    }
    match audit::first_broken(&home.audit()) {
        Ok(Ok(lines)) => checks.add("audit log", State::Good, said("lines-sound").with("lines", lines)),
        Ok(Err(line)) => checks.add("audit log", State::Trouble, said("line-broken").with("line", line)),
        Err(error) => checks.add("audit log", State::Warning, error.to_string()),
    }
}

fn running(checks: &mut Checks, config: &Config, status: &Value) {
    let now = clock::now();
    let time = |member: &str| {
        let text = status.get(member).and_then(Value::as_str)?;
        u64::try_from(text.parse::<jiff::Timestamp>().ok()?.as_millisecond()).ok()
    };
    checks.add("server", State::Good, said("up-seconds").with("seconds", cell(status, "uptime_s")));
    // The server's own clock signs the head; a clock that was set back lies before it.
    match time("head_signed") {
        Some(signed) if signed > now + 60_000 => {
            checks.add("clock", State::Trouble, said("clock-set-back"));
        }
        _ => checks.add("clock", State::Good, said("clock-good")),
    }
    match time("server_key_until") {
        Some(until) if until < now + KEY_END_MS => {
            checks.add(
                "server key",
                State::Warning,
                said("server-key-ends").with("until", cell(status, "server_key_until")),
            );
        }
        Some(_) => checks.add(
            "server key",
            State::Good,
            said("server-key-until").with("until", cell(status, "server_key_until")),
        ),
        None => checks.add("server key", State::Trouble, said("server-key-none")),
    }
    let failure = status.get("backup_failure").and_then(Value::as_str);
    match (failure, time("backup_last")) {
        (Some(why), _) => checks.add("backup", State::Trouble, why.to_owned()),
        (None, None) => checks.add("backup", State::Warning, said("backup-never")),
        (None, Some(at)) if at + OLD_BACKUP_MS < now => {
            checks.add("backup", State::Warning, said("backup-old").with("at", cell(status, "backup_last")));
        }
        (None, Some(_)) => checks.add("backup", State::Good, cell(status, "backup_last")),
    }
    let missing = status.get("clients_ahead").and_then(Value::as_u64).unwrap_or_default();
    if missing > 0 {
        checks.add("history", State::Trouble, said("history-behind").with("leaves", missing));
    } else {
        checks.add("history", State::Good, said("history-good"));
    }
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    let needed = u64::from(config.limits.connections) + u64::from(config.limits.pending) + DESCRIPTORS;
    if limit < needed {
        checks.add(
            "descriptors",
            State::Warning,
            said("descriptors-few").with("limit", limit).with("needed", needed),
        );
    } else {
        checks.add(
            "descriptors",
            State::Good,
            said("descriptors-good").with("limit", limit).with("needed", needed),
        );
    }
    let listening = status.get("listening").and_then(Value::as_array).map_or(0, Vec::len);
    let state = if listening == 0 { State::Trouble } else { State::Good };
    checks.add("ports", state, said("ports-listening").with("count", listening));
    reach(checks, status);
}

/// Whether people get here by the addresses in their links: the same by which circuits come. Only TCP can be asked.
fn reach(checks: &mut Checks, status: &Value) {
    let named = status.get("public").and_then(Value::as_array).into_iter().flatten();
    let tried: Vec<&str> =
        named.filter_map(Value::as_str).filter(|address| tcp(address).is_some()).take(TRIED).collect();
    let dead: Vec<&str> = tried.iter().filter(|address| !takes_connections(address)).copied().collect();
    match (tried.len(), dead.is_empty()) {
        (0, _) => checks.add("addresses", State::Warning, said("addresses-none")),
        (count, true) => checks.add("addresses", State::Good, said("addresses-good").with("count", count)),
        (_, false) => {
            checks.add(
                "addresses",
                State::Warning,
                said("addresses-dead").with("addresses", dead.join(", ")),
            );
        }
    }
    if status.get("relay").and_then(Value::as_bool) != Some(true) {
        checks.add("relay", State::Good, said("relay-off"));
    } else if tried.len() > dead.len() {
        checks.add("relay", State::Good, said("relay-reached").with("count", cell(status, "circuits")));
    } else {
        checks.add("relay", State::Warning, said("relay-unreached"));
    }
}

/// Host and port of a TCP address.
fn tcp(address: &str) -> Option<(String, u16)> {
    let address: Multiaddr = address.parse().ok()?;
    let mut parts = address.iter();
    let host = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip).to_string(),
        Protocol::Ip6(ip) => IpAddr::V6(ip).to_string(),
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => name.into_owned(),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some((host, port)),
        _ => None,
    }
}

fn takes_connections(address: &str) -> bool {
    let resolved = tcp(address).and_then(|address| address.to_socket_addrs().ok());
    resolved
        .into_iter()
        .flatten()
        .any(|address: SocketAddr| TcpStream::connect_timeout(&address, ANSWER).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_are_listened_on_are_good() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = format!("/ip4/127.0.0.1/tcp/{}", listener.local_addr().unwrap().port());
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dead = format!("/ip4/127.0.0.1/tcp/{gone}");
        let found = |public: &[&str], relay: bool| {
            let mut checks = Checks(Vec::new());
            reach(&mut checks, &json!({ "public": public, "relay": relay, "circuits": 0 }));
            checks.0.iter().map(|(_, state, _)| *state).collect::<Vec<_>>()
        };
        assert_eq!(found(&[&open, "/ip4/127.0.0.1/udp/9/quic-v1"], true), [State::Good, State::Good]);
        assert_eq!(found(&[&open, &dead], true), [State::Warning, State::Good]);
        assert_eq!(found(&[&dead], true), [State::Warning, State::Warning]);
        assert_eq!(found(&[&dead], false), [State::Warning, State::Good]);
        assert_eq!(found(&["/ip4/127.0.0.1/udp/9/quic-v1"], false), [State::Warning, State::Good]);
    }
}
