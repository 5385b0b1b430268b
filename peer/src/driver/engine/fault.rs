//! A disk that does not take a write (DESIGN §3, BARS F5): what the core held in memory only is dropped, reading goes
//! on from what is durable, and writing is tried again.
//!
//! ```text
//! Whole ──failed write──► Tried ──durable──► Whole
//!                           │ ▲
//!               failed write│ │after a while
//!                           ▼ │
//!                         Reading        Broken: not even reading, until the store opens again
//! ```

use std::sync::Arc;

use conclave_proto::ErrorCode;

use super::reply::Waiting;
use super::{Engine, open_core};
use crate::core::effect::Job;
use crate::core::input::ServerNews;
use crate::core::{Core, Effect, Input};
use crate::driver::online;
use crate::driver::subscribers::Subscribers;
use crate::entropy::{self, now};
use crate::model::{Call, Event, Failure};
use crate::net;
use crate::store::Store;

/// How far the disk is to be trusted.
pub(super) enum Standing {
    /// It takes what it is given.
    Whole,
    /// Opened again after a failed write; nothing became durable since.
    Tried,
    /// It refused again: reads are answered, nothing else is taken.
    Reading(Failure),
    /// The store does not open.
    Broken(Failure),
}

impl Standing {
    /// Whether writes are taken.
    pub(super) const fn writes(&self) -> bool {
        matches!(self, Self::Whole | Self::Tried)
    }

    /// Something became durable.
    pub(super) fn write_succeeded(&mut self) {
        if matches!(self, Self::Tried) {
            *self = Self::Whole;
        }
    }

    /// Why something could not be read: what is not there for want of room is not damaged.
    fn why(&self, unread: Failure) -> Failure {
        match self {
            Self::Reading(full)
                if unread.code == ErrorCode::StoreDamaged && full.code == ErrorCode::DiskFull =>
            {
                full.clone()
            }
            _ => unread,
        }
    }

    /// Whether nothing but room is missing.
    pub(super) fn wants_room(&self) -> bool {
        matches!(self, Self::Reading(failure) | Self::Broken(failure) if failure.code == ErrorCode::DiskFull)
    }

    /// Why a call is not taken.
    pub(super) fn refuses(&self, what: &Call) -> Option<Failure> {
        match self {
            Self::Whole | Self::Tried => None,
            Self::Reading(_) if what.reads() => None,
            Self::Reading(failure) | Self::Broken(failure) => Some(failure.clone()),
        }
    }
}

impl Engine {
    /// A write failed: what the core holds in memory is ahead of the disk. A new core starts from what is durable.
    /// The first time it may write; when that fails too, it only answers reads for a while.
    pub(super) fn write_failed(&mut self, failure: &Failure, subscribers: &mut Subscribers) {
        if self.standing.writes() {
            tracing::error!(code = %failure.code, "a write failed");
            let writing = matches!(self.standing, Standing::Whole);
            self.reopen(failure, writing, subscribers);
        }
    }

    /// Tries to write again after a failure that may have passed, such as a full disk.
    pub(in crate::driver) fn retry_disk(&mut self, subscribers: &mut Subscribers) {
        if let Standing::Reading(failure) | Standing::Broken(failure) = &self.standing {
            let failure = failure.clone();
            self.reopen(&failure, true, subscribers);
        }
    }

    fn reopen(&mut self, failure: &Failure, writing: bool, subscribers: &mut Subscribers) {
        self.generation = self.generation.wrapping_add(1);
        let calls = std::mem::take(&mut self.calls);
        for link in std::mem::take(&mut self.links).into_keys() {
            self.network.net.close(net::LinkId::new(link.0));
        }
        self.waiting.clear();
        self.jobs.cancel_all();
        self.parcels = None;
        self.wake = None;
        let reopened = self.disk.reopen();
        // A store that takes no write still shows what is durable.
        match (open_core(&self.account, &self.device, &self.disk), reopened) {
            (Ok((core, effects)), Ok(())) if writing => {
                self.standing = Standing::Tried;
                self.core = core;
                self.carry_out(effects, subscribers);
                if let (true, Some((lease, clock_skew_ms))) = (self.session.is_some(), self.online.clone()) {
                    self.input(Input::Server(ServerNews::Online { lease, clock_skew_ms }), subscribers);
                }
            }
            (Ok((core, effects)), reopened) => {
                self.standing = Standing::Reading(reopened.err().unwrap_or_else(|| failure.clone()));
                self.core = core;
                // What it would do at a start is left undone: this core only looks.
                let _undone = settled(&mut self.core, effects);
                online::try_disk_again(self);
            }
            (Err(unread), _) => {
                tracing::error!(code = %unread.code, "the store cannot be opened again");
                self.standing = Standing::Broken(Standing::Reading(failure.clone()).why(unread));
                online::try_disk_again(self);
            }
        }
        for Waiting { to, cause, read } in calls.into_values() {
            match read {
                Some(what) => self.ask(Waiting::new(to, cause, &what), what, subscribers),
                None => to.answer(Err(failure.clone()), subscribers),
            }
        }
    }

    /// One step of a core that only looks: nothing of it reaches the disk or anybody but who asked.
    pub(super) fn read(&mut self, input: Input, subscribers: &mut Subscribers) {
        let effects = self.core.handle(input, now(), &mut entropy::rng());
        for effect in settled(&mut self.core, effects) {
            match effect {
                Effect::Reply { call, result } => {
                    if let Some(waiting) = self.calls.remove(&call) {
                        waiting.to.answer(result.map_err(|unread| self.standing.why(unread)), subscribers);
                    }
                }
                Effect::Job { job, what } if only_looks(&what) => self.start_job(job, what),
                _ => {}
            }
        }
    }
}

/// Whether it says that the store is damaged.
pub(super) fn tells_damage(effect: &Effect) -> bool {
    match effect {
        Effect::Reply { result: Err(failure), .. } => failure.code == ErrorCode::StoreDamaged,
        Effect::Notify { event, .. } => matches!(**event, Event::StoreDamaged { .. }),
        _ => false,
    }
}

/// Takes the core's writes as done, so that no answer waits for them; gives its other effects.
fn settled(core: &mut Core<Arc<Store>>, mut effects: Vec<Effect>) -> Vec<Effect> {
    let mut others = Vec::new();
    while !effects.is_empty() {
        let mut next = Vec::new();
        for effect in effects {
            match effect {
                Effect::Persist { token, .. } => {
                    next.extend(core.handle(Input::Durable(token), now(), &mut entropy::rng()));
                }
                other => others.push(other),
            }
        }
        effects = next;
    }
    others
}

/// Whether a job leaves the profile as it is.
const fn only_looks(job: &Job) -> bool {
    matches!(
        job,
        Job::Save { .. }
            | Job::Read { .. }
            | Job::Object { .. }
            | Job::Export { .. }
            | Job::ExportData { .. }
            | Job::ExportDirectory(_)
            | Job::Measure
            | Job::Search { .. }
            | Job::Count { .. }
            | Job::Settle
    )
}
