//! Names that the directory here does not have yet: the server is asked for newer leaves before a call is told that there
//! is no such person.

use std::collections::VecDeque;

use conclave_crypto::keys::UserId;
use serde_json::Value;

use super::Core;
use super::gate::Step;
use super::input::CallId;
use super::timers::Timer;
use crate::model::{Call, Target, TargetRef, Time, UserRef};
use crate::record::Read;

/// Calls that may wait for leaves; one more is answered at once.
const MOST: usize = 64;
/// How long a call waits for them, milliseconds: a slow answer of the server, and a session that is about to stand.
const PATIENCE: Time = 5_000;

/// A call that names somebody unknown.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) call: CallId,
    pub(super) cause: Option<Value>,
    pub(super) what: Call,
}

/// Calls that wait for newer leaves, in the order received.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    waiting: VecDeque<Waiting>,
    /// The leaves have come, or will not.
    ready: bool,
}

impl Strangers {
    /// There is nothing more to wait for.
    pub(super) fn settle(&mut self) {
        self.ready = true;
    }
}

impl<R: Read> Core<R> {
    /// The next call to carry out: whoever it names when there is nothing to wait for, else one that names nobody
    /// unknown any more, before a later one of the same conversation can.
    pub(super) fn next_waiting(&mut self) -> Option<Waiting> {
        if self.strangers.ready {
            let next = self.strangers.waiting.pop_front();
            self.strangers.ready = next.is_some();
            return next;
        }
        let at = self.strangers.waiting.iter().position(|waiting| !self.names_a_stranger(&waiting.what))?;
        self.strangers.waiting.remove(at)
    }

    /// Whether a call that waited can be carried out.
    pub(super) fn has_waiting(&self) -> bool {
        let Strangers { waiting, ready } = &self.strangers;
        waiting.iter().any(|waiting| *ready || !self.names_a_stranger(&waiting.what))
    }

    /// Keeps a call back that names somebody unknown, and asks the server for newer leaves; or one that must not overtake
    /// those that waited.
    pub(super) fn waits_for_leaves(&mut self, step: &mut Step<'_>, call: CallId, what: &Call) -> bool {
        // Before the first leaves the session may be on its way.
        let may_learn = self.server.is_online() || self.log.directory.size() == 0;
        let room = self.strangers.waiting.len() < MOST;
        let follows = self.has_waiting() && matches!(what, Call::MessageSend(_) | Call::FileSend(_));
        let strange = may_learn && self.names_a_stranger(what);
        if !room || !(follows || strange) {
            return false;
        }
        let waiting = Waiting { call, cause: step.cause.clone(), what: what.clone() };
        self.strangers.waiting.push_back(waiting);
        if follows {
            return true;
        }
        self.strangers.ready = false;
        self.timers.sooner(Timer::Strangers, step.now + PATIENCE);
        self.ask_leaves(step);
        true
    }

    fn names_a_stranger(&self, what: &Call) -> bool {
        let directory = &self.log.directory;
        let id = |user: &UserId| directory.user(user).is_none();
        let name = |name: &str| directory.user_by_name(&name.to_ascii_lowercase()).is_none();
        let target = match what {
            Call::MessageSend(call) => &call.to,
            Call::FileSend(call) => &call.to,
            Call::ContactGet(call) | Call::SafetyGet(call) | Call::ProfileGet(call) => {
                return match &call.user {
                    UserRef::Id(user) => id(user),
                    UserRef::Name(user) => name(user),
                };
            }
            _ => return false,
        };
        match target {
            TargetRef::Id(Target::User(user)) => id(user),
            TargetRef::UserName(user) => name(user),
            TargetRef::Id(Target::Room(_)) | TargetRef::RoomName(_) => false,
        }
    }
}
