//! What is said for a moment at the foot of the window.

use conclave_peer::model::{Failure, PresenceStatus, Time, UserId};

use crate::state::Effect;
use crate::state::overlay::Chosen;

use super::Main;

/// What is said for a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// What.
    pub what: Said,
    /// Until when.
    pub until: Time,
    /// The file that was not sent, when that is said.
    pub again: Option<Again>,
}

/// A file that can be sent once more.
#[derive(Debug, Clone, PartialEq)]
pub struct Again {
    /// To whom.
    pub to: UserId,
    /// The file.
    pub file: Chosen,
    /// Words beside it.
    pub caption: Option<String>,
}

/// What is said.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Text is on the clipboard.
    Copied,
    /// A file was written, under this name.
    Saved(String),
    /// An invite link is of no use here.
    Invited,
    /// Nothing on this computer opens or shows that file.
    NoProgram,
    /// The safety number of a person of this name is the same on both sides.
    Matched(String),
    /// The conversation with a person of this name is gone from this computer.
    Erased(String),
    /// It stays: messages to a person of this name still wait here.
    StillWaiting(String),
    /// Something went wrong.
    Failed(Failure),
}

/// How long something is said, milliseconds.
const SAID: Time = 6_000;

impl Note {
    /// Whether it stands until somebody closes it: what went wrong has an act and details, which take their time.
    #[must_use]
    pub const fn stays(&self) -> bool {
        matches!(self.what, Said::Failed(_))
    }
}

impl Main {
    /// Something is said for a moment.
    pub(in crate::state) fn say(&mut self, what: Said, now: Time) {
        self.note = Some(Note { what, until: now.saturating_add(SAID), again: None });
    }

    pub(in crate::state) fn tick(&mut self, now: Time) -> Vec<Effect> {
        if self.note.as_ref().is_some_and(|note| !note.stays() && note.until <= now) {
            self.note = None;
        }
        self.news.tick(self.banner(now), now);
        // The engine and the server end it by themselves.
        if self.presence_until.is_some_and(|until| until <= now) {
            self.presence = PresenceStatus::Available;
            self.presence_until = None;
        }
        let mut effects = self.password_tick(now);
        effects.extend(self.begin_ahead());
        effects
    }
}
