//! `doctor`: what works between this computer, the login server and one colleague, and what to do where it does not
//! (FEATURES N7). Pure: [`Facts`] in, [`Check`]s out; words and report after that.
//!
//! It looks at what the engine knows and starts nothing of its own. Meanings are keys of the words, so that they can be
//! said in either language; no variable carries an address, and only `names` in a report carries a name.

mod path;
mod report;

use conclave_proto::ErrorCode;

pub use self::report::Include;
pub(crate) use self::report::{text, write};
use crate::model::{CoreStatus, Failure, Finding, Path, ServerLink, Time};
use crate::net::NetReport;
use crate::words::{self, Language};

/// A clock that is off by more than this makes one-time codes fail (BARS F13).
const CLOCK: u64 = 30_000;
/// Less room than this on the disk will soon be missed, bytes.
const ROOM: u64 = 1 << 30;

/// What is known of the path to a colleague.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathFacts {
    pub(crate) path: Path,
    pub(crate) reason: Option<String>,
    pub(crate) rtt_ms: Option<u64>,
}

/// What is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    pub(crate) now: Time,
    pub(crate) core: CoreStatus,
    pub(crate) network: NetReport,
    /// Free bytes where the profile is; `None` when the system does not say.
    pub(crate) room: Option<u64>,
    pub(crate) path: Option<PathFacts>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// What was looked at; stable.
    pub(crate) id: &'static str,
    /// Whether it is as it should be.
    pub(crate) ok: bool,
    /// The key of its meaning; the attribute `todo` says what to do.
    pub(crate) key: String,
    variables: Vec<(&'static str, String)>,
}

impl Check {
    fn good(id: &'static str, finding: &str) -> Self {
        Self { id, ok: true, key: format!("doctor-{id}-{finding}"), variables: Vec::new() }
    }

    fn bad(id: &'static str, finding: &str) -> Self {
        Self { ok: false, ..Self::good(id, finding) }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.variables.push((name, value.to_string()));
        self
    }

    /// What it means.
    pub(crate) fn meaning(&self, language: Language) -> String {
        words::text_with(language, &self.key, &self.said(language))
    }

    /// What to do; `None` when there is nothing to do.
    pub(crate) fn todo(&self, language: Language) -> Option<String> {
        let key = format!("{}.todo", self.key);
        let text = words::text_with(language, &key, &self.said(language));
        (!self.ok && text != key).then_some(text)
    }

    // Spans, sizes and reasons become words only now.
    fn said(&self, language: Language) -> Vec<(&'static str, String)> {
        let number = |value: &str| value.parse().unwrap_or(0);
        let said = |name: &'static str, value: &str| match name {
            "span" => words::span(language, number(value)),
            "size" => words::size(language, number(value)),
            "reason" | "cause" => match ErrorCode::ALL.iter().find(|code| code.text() == value) {
                Some(code) => words::failure(language, &Failure::new(*code)),
                None => words::text(language, value),
            },
            _ => value.to_owned(),
        };
        self.variables.iter().map(|(name, value)| (*name, said(name, value))).collect()
    }

    /// In the shape of `doctor.run`.
    pub(crate) fn finding(&self, language: Language) -> Finding {
        Finding {
            id: self.id.to_owned(),
            ok: self.ok,
            meaning: self.meaning(language),
            todo: self.todo(language),
        }
    }
}

/// Judges the facts, in the order in which a person would go through them.
pub(crate) fn examine(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![
        network(facts),
        server(facts),
        clock(facts),
        directory(facts),
        lease(facts),
        ports(facts),
        router(facts),
        relay(facts),
        lan(facts),
        disk(facts),
        // Whoever answers at all has an open store.
        Check::good("store", "open").with("n", facts.core.waiting_messages),
    ];
    checks.extend(facts.path.as_ref().map(|path| path::check(path, facts)));
    checks
}

fn network(facts: &Facts) -> Check {
    if facts.network.has_network { Check::good("network", "there") } else { Check::bad("network", "none") }
}

fn server(facts: &Facts) -> Check {
    match (facts.core.server.state, facts.network.server) {
        (ServerLink::Online, Some(Some(rtt))) => Check::good("server", "online").with("n", rtt.as_millis()),
        (ServerLink::Online, _) => Check::good("server", "signed-in"),
        (ServerLink::Connecting, _) => Check::bad("server", "connecting"),
        (ServerLink::Offline, _) => {
            Check::bad("server", "offline").with("span", facts.now.saturating_sub(facts.core.server.since))
        }
    }
}

fn clock(facts: &Facts) -> Check {
    let off = facts.core.clock_skew_ms.unsigned_abs();
    if facts.network.server.is_none() && off == 0 {
        Check::good("clock", "unknown")
    } else if off <= CLOCK {
        Check::good("clock", "right")
    } else {
        Check::bad("clock", "off").with("span", off)
    }
}

fn directory(facts: &Facts) -> Check {
    let directory = &facts.core.directory;
    let check = if directory.valid_until > facts.now {
        Check::good("directory", "fresh")
    } else {
        Check::bad("directory", "old")
    };
    check.with("span", directory.age).with("n", directory.size)
}

fn lease(facts: &Facts) -> Check {
    match facts.core.lease_until {
        Some(until) if until > facts.now => Check::good("lease", "good").with("span", until - facts.now),
        _ => Check::bad("lease", "none"),
    }
}

fn ports(facts: &Facts) -> Check {
    match facts.network.listening.len() {
        0 => Check::bad("ports", "none"),
        n => Check::good("ports", "open").with("n", n),
    }
}

// What the server sees, beside what is listened on, tells what kind of router is between.
fn router(facts: &Facts) -> Check {
    let parts = |address: &String| {
        let mut parts = address.split('/').skip(2);
        Some((parts.next()?.to_owned(), parts.nth(1)?.to_owned()))
    };
    let own: Vec<_> = facts.network.listening.iter().filter_map(parts).collect();
    let seen: Vec<_> = facts.network.observed.iter().filter_map(parts).collect();
    if seen.is_empty() {
        Check::good("router", "unknown")
    } else if seen.iter().any(|(ip, _)| own.iter().any(|(own, _)| own == ip)) {
        Check::good("router", "none")
    } else if seen.iter().any(|(_, port)| own.iter().any(|(_, own)| own == port)) {
        Check::good("router", "keeps")
    } else {
        Check::good("router", "changes")
    }
}

fn relay(facts: &Facts) -> Check {
    let allowed = facts.core.policy.as_ref().is_some_and(|policy| policy.relay);
    match (allowed, facts.network.reserved, facts.core.server.state) {
        (false, ..) => Check::good("relay", "forbidden"),
        (true, true, _) => Check::good("relay", "reserved"),
        (true, false, ServerLink::Online) => Check::bad("relay", "none"),
        (true, false, _) => Check::bad("relay", "server"),
    }
}

fn lan(facts: &Facts) -> Check {
    let allowed = facts.core.policy.as_ref().is_some_and(|policy| policy.lan);
    match (allowed, facts.network.discovering) {
        (false, _) => Check::good("lan", "forbidden"),
        (true, true) => Check::good("lan", "on").with("n", facts.network.nearby),
        (true, false) => Check::good("lan", "off"),
    }
}

fn disk(facts: &Facts) -> Check {
    match facts.room {
        None => Check::good("disk", "unknown"),
        Some(room) if room >= ROOM => Check::good("disk", "room").with("size", room),
        Some(room) => Check::bad("disk", "little").with("size", room),
    }
}

#[cfg(test)]
mod tests;
