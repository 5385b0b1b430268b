//! The one line above the window: what is wrong with the link, the session or the directory (UI §3.E).

use conclave_peer::model::{
    ActKind, Call, DirectoryAct, DirectoryActs, ErrorCode, Failure, ServerLink, Time,
};

use crate::command::Purpose;
use crate::state::Effect;

use super::Main;
use super::ask::question;

/// A link that is down for less is not worth a line, milliseconds (UI §3.E).
const PATIENCE: Time = 3_000;

/// Acts of administrators among which the one is looked for that blocked this account: it is one of the last.
const NEWEST_ACTS: u32 = 50;

/// The link to the login server, as last told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The link.
    pub state: ServerLink,
    /// Since when.
    pub since: Time,
    /// When the next try is due.
    pub next_try_at: Option<Time>,
    /// Age of the directory, milliseconds.
    pub directory_age: u64,
    /// Until when the directory is trusted, when known.
    pub valid_until: Option<Time>,
}

/// The one line above the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Banner {
    /// The directory or the own keys: words of an error code.
    Alarm(Failure),
    /// The server ended the session; the wait that is left counts down.
    SessionEnded(Failure),
    /// This computer has no network.
    NoNetwork,
    /// Part of the store is damaged.
    Damaged(Failure),
    /// Open, but not signed in.
    NotSignedIn,
    /// No link to the server, and the directory is not trusted any more.
    DirectoryTooOld {
        /// For how long it is trusted, milliseconds.
        grace: u64,
    },
    /// No link to the server.
    ServerDown {
        /// Age of the directory, milliseconds.
        age: u64,
        /// Until when it is trusted.
        until: Option<Time>,
    },
    /// Trying.
    Reconnecting {
        /// Seconds until the next try.
        next: Option<u64>,
    },
    /// The server stops soon, in so many minutes.
    Stopping(u64),
    /// Words of the server's administrator.
    Notice(String),
}

impl Main {
    /// The worst that is to be said.
    #[must_use]
    pub fn banner(&self, now: Time) -> Option<Banner> {
        let late = |since: Time| now.saturating_sub(since) >= PATIENCE;
        if let Some(alarm) = &self.alarm {
            return Some(Banner::Alarm(alarm.clone()));
        }
        if let Some(damaged) = &self.damaged {
            return Some(Banner::Damaged(damaged.clone()));
        }
        if let Some(ended) = &self.ended {
            return Some(Banner::SessionEnded(left(ended, now)));
        }
        if !self.logged_in {
            // A session that stands comes back by itself, and nobody signs in at a server that is away.
            return match &self.link {
                _ if !late(self.entered) => None,
                Some(link) if link.next_try_at.is_some() => Some(self.down(link, now)),
                _ => Some(Banner::NotSignedIn),
            };
        }
        match &self.link {
            Some(link) if late(link.since) && self.no_network() => Some(Banner::NoNetwork),
            Some(link) if link.state == ServerLink::Offline && late(link.since) => Some(self.down(link, now)),
            Some(link) if link.state == ServerLink::Connecting && late(link.since) => {
                let next = link.next_try_at.and_then(|at| at.checked_sub(now)).filter(|left| *left > 0);
                Some(Banner::Reconnecting { next: next.map(|left| left.div_ceil(1000)) })
            }
            _ => self.notice.as_ref().map(|(text, stops_at)| {
                match stops_at.and_then(|at| at.checked_sub(now)) {
                    Some(left) => Banner::Stopping(left.div_ceil(60_000)),
                    None => Banner::Notice(text.clone()),
                }
            }),
        }
    }

    /// Whether this computer has no network: nobody is reached, and it was looked at, or somebody was looked for in vain.
    #[must_use]
    pub fn no_network(&self) -> bool {
        let alone =
            self.link.is_some_and(|link| link.state != ServerLink::Online) && self.roster.nobody_reached();
        alone && (self.network == Some(false) || self.roster.no_way_out())
    }

    /// Asks the signed log who blocked this account: the server tells neither that nor why.
    pub(super) fn ask_block() -> Effect {
        let newest = DirectoryActs { before: None, limit: Some(NEWEST_ACTS) };
        question(Purpose::Blocked, Call::DirectoryActs(newest))
    }

    pub(super) fn blocked_by(&mut self, acts: &[DirectoryAct]) {
        let me = self.me.as_ref().map(|me| me.user);
        let mut mine = acts.iter().filter(|act| act.user.is_some() && act.user == me);
        let newest = mine.find(|act| matches!(act.what, ActKind::Blocked | ActKind::Unblocked));
        self.blocked = newest.and_then(|act| Some((act.by.first().copied(), act.reason?)));
    }

    /// Whether my own keys were changed, and nobody said here that this was read: it fills the window (UI §3.F).
    #[must_use]
    pub fn stops(&self) -> bool {
        !self.keys_read && self.alarm.as_ref().is_some_and(|alarm| alarm.code == ErrorCode::DirectoryOwnKeys)
    }

    /// What is wrong with the directory or my own keys.
    #[must_use]
    pub const fn alarm(&self) -> Option<&Failure> {
        self.alarm.as_ref()
    }

    /// What was wrong with the log is over; changed keys of my own stay a reason for alarm.
    pub(super) fn directory_is_whole(&mut self) {
        self.alarm.take_if(|alarm| alarm.code == ErrorCode::DirectoryFault);
    }

    fn down(&self, link: &Link, now: Time) -> Banner {
        match (link.valid_until, &self.policy) {
            (Some(until), Some(policy)) if until <= now => {
                Banner::DirectoryTooOld { grace: u64::from(policy.grace_s) * 1000 }
            }
            (until, _) => {
                let told = now.saturating_sub(link.since);
                Banner::ServerDown { age: link.directory_age.saturating_add(told), until }
            }
        }
    }
}

/// The end of a session with the wait that is left; who was kept out for a time may come back after it.
fn left((ended, until): &(Failure, Option<Time>), now: Time) -> Failure {
    let mut ended = ended.clone();
    match until.map(|until| until.saturating_sub(now)) {
        Some(0) if ended.code == ErrorCode::AuthKicked => Failure::new(ErrorCode::SessionEnded),
        left => {
            ended.retry_after_ms = left;
            ended
        }
    }
}
