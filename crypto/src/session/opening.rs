//! Opening a message of the peer: under a session that stands, or under the one that its handshake begins.

use rand_core::CryptoRng;
use thiserror::Error;

use super::envelope::{Envelope, is_msg};
use super::one::{Origin, Session, SessionId, Silence};
use super::peer::PeerSessions;
use super::restart::RestartCause;
use super::staged::{Change, Staged};
use crate::handshake::{self, LocalDevice, PREKEY_TYPE, Party, Prefix, RespondError};
use crate::plain::{Ack, Plain};
use crate::prekey::PrekeySource;
use crate::primitives::sha256;
use crate::ratchet::{Anomaly, MSG_TYPE, Ratchet, Rejection, Step};
use crate::verified::Verified;

/// How far a PREKEY's reset_time may lie ahead, in seconds.
const FUTURE_TOLERANCE: u64 = 300;

/// Why a message was not opened (PROTOCOL §2.5, §2.6). Nothing has changed and nothing was drawn. To the network all
/// look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// Impossible bytes, or a PREKEY that differs from the first of its session: drop.
    #[error("the message is malformed")]
    Malformed,
    /// Opened before: acknowledge that msg_id again with the digest stored for it.
    #[error("the message was opened before")]
    Duplicate,
    /// Contradicts the state: restart, and say "possible restored backup or tampering".
    #[error("the message contradicts the session: {0}")]
    Anomaly(Anomaly),
    /// No key opens it: restart.
    #[error("no session opens the message")]
    Undecryptable,
    /// It names a prekey that is gone: restart.
    #[error("a prekey of the message is gone")]
    MissingPrekey,
    /// Of a session older than the last restart: drop, and answer with a NUDGE under the active session.
    #[error("the message is of an older session")]
    Stale,
    /// A PREKEY accepted before, whose session is gone: drop.
    #[error("the handshake was accepted before")]
    Replayed,
    /// A PREKEY from the future: drop.
    #[error("the handshake lies in the future")]
    Future,
    /// Of another device than `peer`, or under another certificate: refresh the log, hold ≤ 24 h.
    #[error("the message is of another device")]
    OtherDevice,
}

impl Refused {
    /// What it means for the session when the sender is authenticated (the PeerId of a direct stream, or a parcel's
    /// `auth`): the cause for [`PeerSessions::plan_restart`].
    #[must_use]
    pub const fn restart_cause(&self) -> Option<RestartCause> {
        match self {
            Self::Anomaly(_) => Some(RestartCause::Anomaly),
            Self::Undecryptable => Some(RestartCause::Undecryptable),
            Self::MissingPrekey => Some(RestartCause::MissingPrekey),
            _ => None,
        }
    }
}

/// A message that has opened.
#[derive(Debug)]
pub struct Opened {
    /// What it says.
    pub plain: Plain,
    /// What to acknowledge.
    pub ack: Ack,
    /// The session it came through.
    pub session: SessionId,
    /// The ratchet has turned.
    pub turn: bool,
    /// The message began a session (PREKEY).
    pub new_session: bool,
    /// Another session has become active: encrypt what is unacknowledged again under it, with the same msg_id.
    pub active_changed: bool,
    /// One-time prekeys to delete in the same batch.
    pub consumed: Consumed,
}

/// One-time prekeys that a handshake used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consumed {
    /// X25519.
    pub one_time: Option<u32>,
    /// ML-KEM-1024.
    pub one_time_kem: Option<u32>,
}

impl PeerSessions {
    /// Opens a message of the peer. The caller has already asked its record whether this msg_id was opened before.
    /// Draws only for a turn, after everything was checked: X25519 secret (32 bytes), ML-KEM-768 seed (64), m (32).
    ///
    /// # Errors
    /// [`Refused`]; the state and the generator are then as before.
    pub fn decrypt<R: CryptoRng + ?Sized>(
        &self,
        me: &LocalDevice,
        peer: &Verified<Party>,
        prekeys: &dyn PrekeySource,
        envelope: &Envelope,
        now: u64,
        rng: &mut R,
    ) -> Result<Staged<Opened>, Refused> {
        if peer.device_id != self.device_id || peer.user_id != self.user_id {
            return Err(Refused::OtherDevice);
        }
        match envelope.wire.first() {
            Some(&MSG_TYPE) if is_msg(&envelope.wire) => self.open_msg(envelope, now, rng),
            Some(&PREKEY_TYPE) => self.open_prekey(me, peer, prekeys, envelope, now, rng),
            _ => Err(Refused::Malformed),
        }
    }

    fn open_msg<R: CryptoRng + ?Sized>(
        &self,
        envelope: &Envelope,
        now: u64,
        rng: &mut R,
    ) -> Result<Staged<Opened>, Refused> {
        for session in self.sessions.iter().filter(|session| session.reset_time == envelope.reset_time) {
            match open(&session.ratchet, &envelope.wire, envelope, now, rng) {
                Ok((step, plain)) => return Ok(self.opened(session, step, plain, now)),
                Err(Rejection::NoKey) => {}
                Err(rejection) => return Err(self.refuse(rejection, envelope.reset_time)),
            }
        }
        Err(self.refuse(Rejection::NoKey, envelope.reset_time))
    }

    fn open_prekey<R: CryptoRng + ?Sized>(
        &self,
        me: &LocalDevice,
        peer: &Verified<Party>,
        prekeys: &dyn PrekeySource,
        envelope: &Envelope,
        now: u64,
        rng: &mut R,
    ) -> Result<Staged<Opened>, Refused> {
        let (bytes, msg) = handshake::split(&envelope.wire).ok_or(Refused::Malformed)?;
        let prefix = Prefix::decode(bytes).map_err(|_| Refused::Malformed)?;
        if !is_msg(msg) || prefix.reset_time != envelope.reset_time {
            return Err(Refused::Malformed);
        }
        if prefix.user_id != peer.user_id
            || prefix.device_id != peer.device_id
            || prefix.devcert_hash != peer.devcert_hash
        {
            return Err(Refused::OtherDevice);
        }
        let hash = sha256(&[bytes]);
        for session in &self.sessions {
            if let Origin::Responder { ek, prefix_hash } = &session.origin
                && *ek == prefix.ek
            {
                if *prefix_hash != hash {
                    return Err(Refused::Malformed);
                }
                return open(&session.ratchet, msg, envelope, now, rng)
                    .map(|(step, plain)| self.opened(session, step, plain, now))
                    .map_err(|rejection| self.refuse(rejection, prefix.reset_time));
            }
        }
        if self.accepted.contains(prefix.ek.as_bytes()) {
            return Err(Refused::Replayed);
        }
        if prefix.reset_time < self.last_reset {
            return Err(Refused::Stale);
        }
        if prefix.reset_time > (now / 1000).saturating_add(FUTURE_TOLERANCE) {
            return Err(Refused::Future);
        }
        let (sid, mut ratchet) =
            handshake::respond(me, peer, &prefix, prekeys).map_err(|error| match error {
                RespondError::MissingPrekey => Refused::MissingPrekey,
                RespondError::Key => Refused::Malformed,
            })?;
        let (step, plain) = open(&ratchet, msg, envelope, now, rng)
            .map_err(|rejection| self.refuse(rejection, prefix.reset_time))?;
        let turn = step.turn;
        ratchet.apply(step, now);
        let session = Session {
            id: SessionId::new(*sid.expose()),
            reset_time: prefix.reset_time,
            origin: Origin::Responder { ek: prefix.ek, prefix_hash: hash },
            last_resort: !prefix.one_time_kem,
            inactive_since: None,
            silence: Silence::default(),
            ratchet,
            dirty: true,
        };
        let output = Opened {
            ack: plain.ack(),
            plain,
            session: session.id,
            turn,
            new_session: true,
            active_changed: self.sessions.first().is_none_or(|active| active.rank() < session.rank()),
            consumed: Consumed {
                one_time: (prefix.opk_id != 0).then_some(prefix.opk_id),
                one_time_kem: prefix.one_time_kem.then_some(prefix.pqpk_id),
            },
        };
        let change = Change::New { session: Box::new(session), accepted: Some(prefix.ek), restart_at: None };
        Ok(self.stage(change, now, output))
    }

    fn opened(&self, session: &Session, step: Step, plain: Plain, now: u64) -> Staged<Opened> {
        let silence = if step.turn { Silence::default() } else { session.silence };
        let output = Opened {
            ack: plain.ack(),
            plain,
            session: session.id,
            turn: step.turn,
            new_session: false,
            active_changed: false,
            consumed: Consumed::default(),
        };
        self.stage(
            Change::Update { id: session.id, step: Box::new(step), silence, confirmed: true },
            now,
            output,
        )
    }

    // Only what is not older than the last restart may trigger one.
    const fn refuse(&self, rejection: Rejection, reset_time: u64) -> Refused {
        match rejection {
            Rejection::Duplicate => Refused::Duplicate,
            _ if reset_time < self.last_reset => Refused::Stale,
            Rejection::NoKey => Refused::Undecryptable,
            Rejection::Anomaly(anomaly) => Refused::Anomaly(anomaly),
        }
    }
}

fn open<R: CryptoRng + ?Sized>(
    ratchet: &Ratchet,
    msg: &[u8],
    envelope: &Envelope,
    now: u64,
    rng: &mut R,
) -> Result<(Step, Plain), Rejection> {
    ratchet.decrypt(msg, envelope.msg_id, now, rng, |bytes| {
        let plain = Plain::decode(bytes).map_err(|_| Anomaly::Body)?;
        if plain.msg_id == envelope.msg_id { Ok(plain) } else { Err(Anomaly::MessageId) }
    })
}
