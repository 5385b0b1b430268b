//! [`PeerSessions`]: the sessions with one peer device.

use core::fmt;
use std::collections::BTreeSet;
use std::sync::Arc;

use rand_core::CryptoRng;

use super::envelope::Envelope;
use super::one::{Origin, Rank, Session, SessionId, Silence};
use super::restart::{History, RestartCause, RestartDecision, RestartPermit};
use super::staged::{Change, Staged};
use super::store::PartKey;
use crate::handshake::{self, HandshakeError, LocalDevice, OneTimePair, Party};
use crate::keys::{DeviceId, UserId};
use crate::plain::{Kind, Plain};
use crate::prekey::PrekeyBundle;
use crate::ratchet::EncryptError;
use crate::verified::Verified;

/// Sessions beside the active one; they only receive.
pub(super) const MAX_INACTIVE: usize = 4;
/// How long an inactive session is kept: 30 days, in ms.
const INACTIVE_LIFE: u64 = 30 * 24 * 3600 * 1000;
/// Silence rule: messages in one chain without a turn.
pub const SILENCE_MESSAGES: u32 = 200;
/// Silence rule: time in one chain without a turn, ms.
pub const SILENCE_TIME: u64 = 24 * 3600 * 1000;
/// An online peer acknowledges at least every so many messages.
pub const ACK_EVERY: u32 = 20;

/// How to start.
#[derive(Debug)]
pub enum Start {
    /// The first handshake with this device: reset_time 0.
    First,
    /// A restart, by leave of [`PeerSessions::plan_restart`].
    Restart(RestartPermit),
}

/// A session I started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// The session.
    pub session: SessionId,
    /// Its reset_time, unix seconds.
    pub reset_time: u64,
    /// Whether the last-resort key was used; shown in session details.
    pub last_resort: bool,
}

/// What is shown about the active session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionDetails {
    /// The session.
    pub session: SessionId,
    /// Its rank.
    pub rank: Rank,
    /// Began with a last-resort key.
    pub last_resort: bool,
    /// The peer has not answered in it yet.
    pub unanswered: bool,
    /// Inactive sessions beside it.
    pub inactive: usize,
}

/// All sessions with one device of one peer.
pub struct PeerSessions {
    pub(super) user_id: UserId,
    pub(super) device_id: DeviceId,
    pub(super) last_reset: u64,
    /// Some session was held once.
    pub(super) met: bool,
    pub(super) accepted: BTreeSet<[u8; 32]>,
    pub(super) restarts: History,
    /// Greatest rank first: the first one is active.
    pub(super) sessions: Vec<Session>,
    pub(super) revision: u64,
    pub(super) dirty: bool,
    pub(super) removed: Vec<PartKey>,
}

impl PeerSessions {
    /// No session yet with this device.
    #[must_use]
    pub const fn new(user_id: UserId, device_id: DeviceId) -> Self {
        Self {
            user_id,
            device_id,
            last_reset: 0,
            met: false,
            accepted: BTreeSet::new(),
            restarts: History(Vec::new()),
            sessions: Vec::new(),
            revision: 0,
            dirty: true,
            removed: Vec::new(),
        }
    }

    /// The peer's account.
    #[must_use]
    pub const fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// The peer's device.
    #[must_use]
    pub const fn device_id(&self) -> &DeviceId {
        &self.device_id
    }

    /// Whether there is a session to send under.
    #[must_use]
    pub const fn has_active(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Whether no handshake with this device was ever made: then [`Start::First`], else a restart.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        !self.met
    }

    /// The highest reset_time of any session with this device, unix seconds.
    #[must_use]
    pub const fn last_reset(&self) -> u64 {
        self.last_reset
    }

    /// The active session, for display.
    #[must_use]
    pub fn details(&self) -> Option<SessionDetails> {
        self.sessions.first().map(|session| SessionDetails {
            session: session.id,
            rank: session.rank(),
            last_resort: session.last_resort,
            unanswered: matches!(&session.origin, Origin::Initiator { prefix: Some(_) }),
            inactive: self.sessions.len() - 1,
        })
    }

    /// Starts a session as A. Draws: EK secret (32 bytes), encapsulation m (32), X25519 secret (32), ML-KEM-768 seed
    /// (64). The first plaintext of a restart is RESET.
    ///
    /// # Errors
    /// [`HandshakeError`].
    #[expect(clippy::too_many_arguments, reason = "every input of the handshake is named")]
    pub fn start<R: CryptoRng + ?Sized>(
        &self,
        me: &LocalDevice,
        peer: &Verified<Party>,
        bundle: &Verified<PrekeyBundle>,
        one_time: Option<&OneTimePair>,
        start: Start,
        now: u64,
        rng: &mut R,
    ) -> Result<Staged<Started>, HandshakeError> {
        if peer.device_id != self.device_id || peer.user_id != self.user_id {
            return Err(HandshakeError::Device);
        }
        let (reset_time, restart_at) = match start {
            Start::First if self.met => return Err(HandshakeError::NotFirst),
            Start::First => (0, None),
            Start::Restart(permit) => (self.last_reset.saturating_add(1).max(now / 1000), Some(permit.at)),
        };
        let made = handshake::initiate(me, peer, bundle, one_time, reset_time, rng)?;
        let session = Session {
            id: SessionId::new(*made.sid.expose()),
            reset_time,
            origin: Origin::Initiator { prefix: Some(Arc::from(made.prefix)) },
            last_resort: made.last_resort,
            inactive_since: None,
            silence: Silence::default(),
            ratchet: made.ratchet,
            dirty: true,
        };
        let output = Started { session: session.id, reset_time, last_resort: session.last_resort };
        Ok(self.stage(Change::New { session: Box::new(session), accepted: None, restart_at }, now, output))
    }

    /// Encrypts under the active session. Draws the header nonce (24 bytes), then the body salt (16).
    ///
    /// # Errors
    /// [`EncryptError`].
    pub fn encrypt<R: CryptoRng + ?Sized>(
        &self,
        plain: &Plain,
        now: u64,
        rng: &mut R,
    ) -> Result<Staged<Envelope>, EncryptError> {
        let session = self.sessions.first().ok_or(EncryptError::NoSession)?;
        let prefix = match &session.origin {
            Origin::Initiator { prefix } => prefix.as_deref().unwrap_or_default(),
            Origin::Responder { .. } => &[],
        };
        let (step, wire) = session.ratchet.encrypt(prefix, &plain.encode(), rng)?;
        let sent = session.ratchet.core().ns;
        let silence = if plain.kind == Kind::NUDGE || sent == 0 {
            Silence { since: now, before: sent }
        } else {
            session.silence
        };
        let envelope = Envelope { msg_id: plain.msg_id, reset_time: session.reset_time, wire };
        Ok(self.stage(
            Change::Update { id: session.id, step: Box::new(step), silence, confirmed: false },
            now,
            envelope,
        ))
    }

    /// Whether a broken session may be started again now.
    #[must_use]
    pub fn plan_restart(&self, cause: RestartCause, now: u64) -> RestartDecision {
        self.restarts.plan(cause, now)
    }

    /// Silence rule: whether a NUDGE is due, after 200 messages or 24 h in one chain without a turn (and again after
    /// as many more).
    #[must_use]
    pub fn nudge_due(&self, now: u64) -> bool {
        self.sessions.first().is_some_and(|session| {
            let sent = session.ratchet.core().ns;
            sent > 0
                && (sent.saturating_sub(session.silence.before) >= SILENCE_MESSAGES
                    || now.saturating_sub(session.silence.since) >= SILENCE_TIME)
        })
    }

    /// Messages received in the active session since I last sent in it; at [`ACK_EVERY`] an acknowledgement is due.
    #[must_use]
    pub fn unanswered(&self) -> u32 {
        self.sessions.first().map_or(0, |session| {
            let core = session.ratchet.core();
            if core.ns == 0 { core.nr } else { 0 }
        })
    }

    /// Erases all sessions, when the device is removed or its account key is reset. `last_reset` and the accepted EKs
    /// stay as long as the device.
    pub fn erase(&mut self) {
        for session in core::mem::take(&mut self.sessions) {
            self.forget(&session);
        }
        self.revision += 1;
        self.dirty = true;
    }

    /// Drops inactive sessions and chain records that are older than 30 days. Returns whether anything went.
    pub fn expire(&mut self, now: u64) -> bool {
        let before = self.sessions.len();
        let mut changed = false;
        for session in &mut self.sessions {
            let chains = session.ratchet.records().chains.len();
            session.ratchet.records_mut().expire(now);
            if session.ratchet.records().chains.len() != chains {
                session.dirty = true;
                changed = true;
            }
        }
        self.settle(now);
        changed |= self.sessions.len() != before;
        self.revision += u64::from(changed);
        changed
    }

    /// The state digest of `vectors/README.md` for the active session. For those vectors only.
    #[must_use]
    pub fn state_digest(&self) -> Option<[u8; 32]> {
        self.sessions.first().map(|session| session.ratchet.digest())
    }

    /// Stored message keys of the active session, for display and tests.
    #[must_use]
    pub fn stored_keys(&self) -> usize {
        self.sessions.first().map_or(0, |session| session.ratchet.records().stored())
    }

    pub(super) fn is_at(&self, device: &DeviceId, revision: u64) -> bool {
        self.device_id == *device && self.revision == revision
    }

    pub(super) fn apply(&mut self, change: Change, now: u64) {
        self.revision += 1;
        match change {
            Change::New { session, accepted, restart_at } => {
                self.met = true;
                self.last_reset = self.last_reset.max(session.reset_time);
                self.accepted.extend(accepted.map(|ek| *ek.as_bytes()));
                if let Some(at) = restart_at {
                    self.restarts.record(at);
                }
                self.sessions.push(*session);
                self.dirty = true;
                self.settle(now);
            }
            Change::Update { id, step, silence, confirmed } => {
                if let Some(session) = self.sessions.iter_mut().find(|session| session.id == id) {
                    session.ratchet.apply(*step, now);
                    session.silence = silence;
                    session.dirty = true;
                    if confirmed && let Origin::Initiator { prefix } = &mut session.origin {
                        *prefix = None;
                    }
                }
            }
        }
    }

    // Sorts by rank and drops what is too many or too old.
    fn settle(&mut self, now: u64) {
        self.sessions.sort_by_key(|session| core::cmp::Reverse(session.rank()));
        let mut kept: Vec<Session> = Vec::with_capacity(self.sessions.len());
        for mut session in core::mem::take(&mut self.sessions) {
            let since = if kept.is_empty() { None } else { Some(session.inactive_since.unwrap_or(now)) };
            let too_old = since.is_some_and(|since| now.saturating_sub(since) >= INACTIVE_LIFE);
            if too_old || kept.len() > MAX_INACTIVE {
                self.forget(&session);
                continue;
            }
            session.dirty |= since != session.inactive_since;
            session.inactive_since = since;
            kept.push(session);
        }
        self.sessions = kept;
    }

    fn forget(&mut self, session: &Session) {
        self.dirty = true;
        self.removed.push(PartKey::Session(session.id));
        let blocks =
            session.ratchet.blocks().into_iter().chain(session.ratchet.records().dirty.iter().copied());
        self.removed.extend(blocks.map(|(chain, block)| PartKey::Block {
            session: session.id,
            chain,
            block,
        }));
    }

    pub(super) const fn stage<T>(&self, change: Change, now: u64, output: T) -> Staged<T> {
        Staged { of: self.device_id, revision: self.revision, now, change, output }
    }
}

impl fmt::Debug for PeerSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerSessions")
            .field("device_id", &self.device_id)
            .field("last_reset", &self.last_reset)
            .field("sessions", &self.sessions.iter().map(|session| session.id).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
