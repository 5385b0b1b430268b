//! One session.

use core::cmp::{Ordering, Reverse};
use core::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::handshake::{EphemeralKey, PREKEY_PREFIX};
use crate::keys::DhPublic;
use crate::ratchet::{Partial, Ratchet};

/// Names a session locally: `sid` of the handshake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// Takes the bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.0.first_chunk::<4>().unwrap_or(&[0; 4]);
        write!(f, "SessionId({}…)", HEXLOWER.encode(short))
    }
}

/// Decides which session is active: the **greatest** rank. The highest reset_time wins, ties go to the smallest th.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// `reset_time` of the handshake, unix seconds.
    pub reset_time: u64,
    /// Transcript hash of the handshake.
    pub th: [u8; 32],
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.reset_time, Reverse(self.th)).cmp(&(other.reset_time, Reverse(other.th)))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Which side of the handshake I was.
pub(super) enum Origin {
    /// A: the prefix goes in front of every message until one of B's has opened.
    Initiator { prefix: Option<Arc<[u8]>> },
    /// B: the first PREKEY, to which every later one must be equal.
    Responder { ek: EphemeralKey, prefix_hash: [u8; 32] },
}

/// For the silence rule: since when, and after what number, the sending chain waits for a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Silence {
    /// First message of the chain, or the last NUDGE, ms; 0 before.
    pub(super) since: u64,
    /// Messages of the chain before `since`.
    pub(super) before: u32,
}

pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) reset_time: u64,
    pub(super) origin: Origin,
    pub(super) last_resort: bool,
    pub(super) inactive_since: Option<u64>,
    pub(super) silence: Silence,
    pub(super) ratchet: Ratchet,
    pub(super) dirty: bool,
}

impl Session {
    pub(super) const fn rank(&self) -> Rank {
        Rank { reset_time: self.reset_time, th: self.ratchet.core().th }
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.raw(&self.id.0).u64(self.reset_time).flag(self.last_resort);
        out.flag(self.inactive_since.is_some()).u64(self.inactive_since.unwrap_or(0));
        out.u64(self.silence.since).u32(self.silence.before);
        match &self.origin {
            Origin::Initiator { prefix } => out.u8(1).bytes16(prefix.as_deref().unwrap_or_default()),
            Origin::Responder { ek, prefix_hash } => out.u8(2).raw(ek.as_bytes()).raw(prefix_hash),
        };
        self.ratchet.encode(out);
    }

    /// Reads what [`Self::encode`] wrote; the blocks of the record follow.
    pub(super) fn decode(bytes: &[u8]) -> Result<Loading, DecodeError> {
        Reader::all(bytes, |reader| {
            let id = SessionId(reader.array()?);
            let reset_time = reader.u64()?;
            let last_resort = reader.flag()?;
            let inactive = reader.flag()?;
            let since = reader.u64()?;
            let silence = Silence { since: reader.u64()?, before: reader.u32()? };
            let origin = match reader.u8()? {
                1 => match reader.bytes16()? {
                    [] => Origin::Initiator { prefix: None },
                    prefix if prefix.len() == PREKEY_PREFIX => {
                        Origin::Initiator { prefix: Some(prefix.into()) }
                    }
                    _ => return Err(DecodeError::Range),
                },
                2 => Origin::Responder { ek: DhPublic::new(reader.array()?), prefix_hash: reader.array()? },
                _ => return Err(DecodeError::Range),
            };
            let ratchet = Ratchet::decode(reader)?;
            Ok(Loading {
                id,
                reset_time,
                last_resort,
                inactive_since: inactive.then_some(since),
                silence,
                origin,
                ratchet,
            })
        })
    }
}

/// A session whose blocks are still missing.
pub(super) struct Loading {
    pub(super) id: SessionId,
    reset_time: u64,
    last_resort: bool,
    inactive_since: Option<u64>,
    silence: Silence,
    origin: Origin,
    pub(super) ratchet: Partial,
}

impl Loading {
    pub(super) fn finish(self) -> Result<Session, DecodeError> {
        Ok(Session {
            id: self.id,
            reset_time: self.reset_time,
            origin: self.origin,
            last_resort: self.last_resort,
            inactive_since: self.inactive_since,
            silence: self.silence,
            ratchet: self.ratchet.finish()?,
            dirty: false,
        })
    }
}
