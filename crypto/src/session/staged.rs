//! A change that is complete and not yet in place.

use core::fmt;

use thiserror::Error;

use super::one::{Session, SessionId, Silence};
use super::peer::PeerSessions;
use crate::handshake::EphemeralKey;
use crate::keys::DeviceId;
use crate::ratchet::Step;

/// A new state and its output. Nothing has changed yet, and the output cannot be reached before [`Staged::commit`].
#[must_use = "nothing changes until it is committed"]
pub struct Staged<T> {
    pub(super) of: DeviceId,
    pub(super) revision: u64,
    pub(super) now: u64,
    pub(super) change: Change,
    pub(super) output: T,
}

/// The state has changed since this was staged: committing it could use a key twice. Make it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sessions have changed since this was staged")]
pub struct Superseded;

pub(super) enum Change {
    /// A new session.
    New { session: Box<Session>, accepted: Option<EphemeralKey>, restart_at: Option<u64> },
    /// A message of a session that exists.
    Update { id: SessionId, step: Box<Step>, silence: Silence, confirmed: bool },
}

impl<T> Staged<T> {
    /// Puts the new state in place of the old and gives the output. The caller writes
    /// [`PeerSessions::take_changes`] and the output in one durable batch before it sends or shows anything.
    ///
    /// # Errors
    /// [`Superseded`] if `sessions` has changed since; the output is dropped.
    pub fn commit(self, sessions: &mut PeerSessions) -> Result<T, Superseded> {
        if !sessions.is_at(&self.of, self.revision) {
            return Err(Superseded);
        }
        sessions.apply(self.change, self.now);
        Ok(self.output)
    }
}

impl<T> fmt::Debug for Staged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Staged(redacted)")
    }
}
