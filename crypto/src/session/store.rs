//! The sessions as named parts, for the sealed store.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::one::{Loading, Session, SessionId};
use super::peer::{MAX_INACTIVE, PeerSessions};
use super::restart::History;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::handshake::PREKEY_PREFIX;
use crate::keys::{DeviceId, UserId};
use crate::ratchet::CORE_CAPACITY;

const VERSION: u8 = 1;

/// Names a part within the sessions of one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKey {
    /// What outlives the sessions.
    Peer,
    /// Keys and counters of a session.
    Session(SessionId),
    /// 64 numbers of a receiving chain.
    Block {
        /// The session.
        session: SessionId,
        /// The chain, by its local number.
        chain: u32,
        /// Numbers from 64 · block on.
        block: u32,
    },
}

impl PartKey {
    /// The key as bytes: at most 41. The caller puts the device in front.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(41);
        match self {
            Self::Peer => out.u8(0),
            Self::Session(session) => out.u8(1).raw(session.as_bytes()),
            Self::Block { session, chain, block } => {
                out.u8(2).raw(session.as_bytes()).u32(*chain).u32(*block)
            }
        };
        out.finish()
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| match reader.u8()? {
            0 => Ok(Self::Peer),
            1 => Ok(Self::Session(SessionId::new(reader.array()?))),
            2 => Ok(Self::Block {
                session: SessionId::new(reader.array()?),
                chain: reader.u32()?,
                block: reader.u32()?,
            }),
            _ => Err(DecodeError::Range),
        })
    }
}

/// A part to write, or (`None`) to delete.
pub type Part = (PartKey, Option<Zeroizing<Vec<u8>>>);

impl PeerSessions {
    /// The parts that changed since this was last called, each once. They belong into one batch with the output. If
    /// that batch fails, nothing may be sent or shown, and [`Self::parts`] writes everything again.
    pub fn take_changes(&mut self) -> Vec<Part> {
        let mut out: Vec<Part> =
            core::mem::take(&mut self.removed).into_iter().map(|key| (key, None)).collect();
        if core::mem::take(&mut self.dirty) {
            out.push((PartKey::Peer, Some(self.peer_part())));
        }
        for session in &mut self.sessions {
            if core::mem::take(&mut session.dirty) {
                out.push((PartKey::Session(session.id), Some(session_part(session))));
            }
            let mut blocks = core::mem::take(&mut session.ratchet.records_mut().dirty);
            blocks.sort_unstable();
            blocks.dedup();
            for (chain, block) in blocks {
                let key = PartKey::Block { session: session.id, chain, block };
                out.push((key, session.ratchet.encode_block((chain, block))));
            }
        }
        out
    }

    /// All parts.
    #[must_use]
    pub fn parts(&self) -> Vec<(PartKey, Zeroizing<Vec<u8>>)> {
        let mut out = vec![(PartKey::Peer, self.peer_part())];
        for session in &self.sessions {
            out.push((PartKey::Session(session.id), session_part(session)));
            for (chain, block) in session.ratchet.blocks() {
                let key = PartKey::Block { session: session.id, chain, block };
                out.extend(session.ratchet.encode_block((chain, block)).map(|bytes| (key, bytes)));
            }
        }
        out
    }

    /// Reads parts in any order.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Truncated`] if one is missing.
    pub fn from_parts<'a>(parts: impl IntoIterator<Item = (PartKey, &'a [u8])>) -> Result<Self, DecodeError> {
        let parts: BTreeMap<PartKey, &[u8]> = parts.into_iter().collect();
        let mut listed = Vec::new();
        let mut peer = read_peer(parts.get(&PartKey::Peer).ok_or(DecodeError::Truncated)?, &mut listed)?;
        let mut loading: BTreeMap<SessionId, Loading> = BTreeMap::new();
        // The order of the keys puts every session before its blocks.
        for (key, bytes) in &parts {
            match key {
                PartKey::Peer => {}
                PartKey::Session(id) => {
                    let session = Session::decode(bytes)?;
                    if session.id != *id {
                        return Err(DecodeError::Range);
                    }
                    loading.insert(*id, session);
                }
                PartKey::Block { session, chain, block } => {
                    let session = loading.get_mut(session).ok_or(DecodeError::Truncated)?;
                    session.ratchet.block((*chain, *block), bytes)?;
                }
            }
        }
        if listed.len() != loading.len() {
            return Err(DecodeError::Truncated);
        }
        for id in listed {
            peer.sessions.push(loading.remove(&id).ok_or(DecodeError::Truncated)?.finish()?);
        }
        let ranked = peer.sessions.is_sorted_by(|a, b| a.rank() > b.rank());
        if ranked { Ok(peer) } else { Err(DecodeError::Range) }
    }

    /// All parts in one string.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let parts = self.parts();
        let room = parts.iter().map(|(_, bytes)| 64 + bytes.len()).sum();
        let mut out = Writer::with_capacity(room);
        for (key, bytes) in &parts {
            out.bytes8(&key.encode()).bytes32(bytes);
        }
        Zeroizing::new(out.finish())
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut parts = Vec::new();
        while !reader.rest().is_empty() {
            parts.push((PartKey::decode(reader.bytes8()?)?, reader.bytes32()?));
        }
        Self::from_parts(parts)
    }

    fn peer_part(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Writer::with_capacity(512 + 32 * self.accepted.len());
        out.u8(VERSION).raw(self.user_id.as_bytes()).raw(self.device_id.as_bytes());
        out.u64(self.last_reset).flag(self.met);
        out.list8(&self.restarts.0, |out, at| {
            out.u64(*at);
        });
        out.list8(&self.sessions, |out, session| {
            out.raw(session.id.as_bytes());
        });
        out.u32(u32::try_from(self.accepted.len()).unwrap_or(u32::MAX));
        for ek in &self.accepted {
            out.raw(ek);
        }
        Zeroizing::new(out.finish())
    }
}

fn session_part(session: &Session) -> Zeroizing<Vec<u8>> {
    let mut out = Writer::with_capacity(CORE_CAPACITY + PREKEY_PREFIX);
    session.encode(&mut out);
    Zeroizing::new(out.finish())
}

fn read_peer(bytes: &[u8], listed: &mut Vec<SessionId>) -> Result<PeerSessions, DecodeError> {
    Reader::all(bytes, |reader| {
        if reader.u8()? != VERSION {
            return Err(DecodeError::Version);
        }
        let mut peer = PeerSessions::new(UserId::decode(reader)?, DeviceId::decode(reader)?);
        peer.dirty = false;
        peer.last_reset = reader.u64()?;
        peer.met = reader.flag()?;
        peer.restarts = History(reader.list8(Reader::u64)?);
        *listed = reader.list8(|reader| Ok(SessionId::new(reader.array()?)))?;
        if listed.len() > MAX_INACTIVE + 1 {
            return Err(DecodeError::Range);
        }
        for _ in 0..reader.u32()? {
            peer.accepted.insert(reader.array()?);
        }
        Ok(peer)
    })
}
