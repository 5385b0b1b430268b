//! Secure sessions with colleagues: loading, sealing, starting and restarting them (PROTOCOL §2.4 to §2.6).
//!
//! ```text
//! nothing to send under ─► PREKEY_REQUEST to the peer ─3 s─► Ask::Prekeys of the server ─► handshake ─► window again
//!                          no link, but a drop box: the server at once      │ none: the bundle that was verified last
//! a message that cannot open ─► plan_restart ─► the same, first plaintext RESET, and a line in the conversation
//! ```
//!
//! The crypto crate decides which session is active and whether a restart is allowed; here its parts become records
//! in the batch of the step that changed them.

mod asking;

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::keys::{DeviceId, MessageId, UserId};
use conclave_crypto::plain::{Body, Plain};
use conclave_crypto::primitives::sha256;
use conclave_crypto::session::{EncryptError, PartKey, PeerSessions, RestartCause};
use conclave_proto::{ErrorCode, Frame, FrameKind};
use zeroize::Zeroizing;

pub(super) use self::asking::Asking;
use super::Core;
use super::effect::Effect;
use super::gate::{Staged, Step};
use super::records::damaged;
use crate::model::{Answer, Failure};
use crate::record::{Key, Order, Read, Tree};

/// Parts of the sessions with one device: 5 sessions of 8 chains; a chain of 1000 numbers has 16 blocks.
const MOST_PARTS: usize = 4096;

/// Record numbers of the parts of one device's sessions.
pub(super) type PartNumbers = BTreeMap<PartKey, u64>;

fn parts_group(device: &DeviceId) -> [u8; 16] {
    let hash = sha256(&[b"conclave session parts", device.as_bytes()]);
    let mut group = [0; 16];
    group.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    group
}

impl<R: Read> Core<R> {
    /// Takes the sessions with a device out of the peer, reading them at first use. [`Self::keep_sessions`] puts them
    /// back and stages what changed.
    pub(super) fn take_sessions(
        &mut self,
        step: &Staged,
        user: &UserId,
        device: &DeviceId,
    ) -> Result<(PeerSessions, PartNumbers), Failure> {
        let held = self.peers.entry(*user).or_default().sessions.take();
        if let Some((sessions, numbers)) = held
            && sessions.device_id() == device
        {
            return Ok((sessions, numbers));
        }
        let found =
            self.scan(step, Tree::State, &parts_group(device), 0..u64::MAX, Order::Ascending, MOST_PARTS)?;
        if found.is_empty() {
            return Ok((PeerSessions::new(*user, *device), PartNumbers::new()));
        }
        let mut numbers = PartNumbers::new();
        let mut parts = Vec::with_capacity(found.len());
        for (number, bytes) in &found {
            let mut reader = Reader::new(bytes);
            let key = reader.bytes8().and_then(PartKey::decode).map_err(|_| damaged())?;
            numbers.insert(key, *number);
            parts.push((key, reader.rest()));
        }
        let sessions = PeerSessions::from_parts(parts).map_err(|_| damaged())?;
        Ok((sessions, numbers))
    }

    /// Stages what changed in the sessions and keeps them.
    pub(super) fn keep_sessions(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        mut sessions: PeerSessions,
        mut numbers: PartNumbers,
    ) {
        let group = parts_group(sessions.device_id());
        for (key, value) in sessions.take_changes() {
            let next = numbers.values().max().map_or(1, |last| last + 1);
            match value {
                Some(value) => {
                    let number = *numbers.entry(key).or_insert(next);
                    let mut bytes = Writer::with_capacity(64 + value.len());
                    bytes.bytes8(&key.encode()).raw(&value);
                    step.put(Tree::State, Key::ordered(group, number), Zeroizing::new(bytes.finish()));
                }
                None => {
                    if let Some(number) = numbers.remove(&key) {
                        step.delete(Tree::State, Key::ordered(group, number));
                    }
                }
            }
        }
        self.peers.entry(*user).or_default().sessions = Some((sessions, numbers));
    }

    /// Whether there is a session to send under.
    pub(super) fn has_session(&mut self, step: &Staged, user: &UserId) -> Result<bool, Failure> {
        let Some(party) = self.party_of(user) else { return Ok(false) };
        let (sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let active = sessions.has_active();
        self.peers.entry(*user).or_default().sessions = Some((sessions, numbers));
        Ok(active)
    }

    /// Encrypts under the active session and stages its new state; `None` when there is no session to use.
    pub(super) fn seal(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        plain: Plain,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Some(party) = self.party_of(user) else { return Ok(None) };
        let (mut sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let list = |id: &UserId| self.log.directory.user(id).map_or(0, |user| user.list_ver);
        let plain = plain.with_lists(list(&self.setup.user), list(user));
        let sealed = match sessions.encrypt(&plain, step.now, &mut *step.rng) {
            Ok(staged) => staged.commit(&mut sessions).ok(),
            Err(EncryptError::NoSession | EncryptError::UsedUp) => None,
            Err(_) => {
                self.keep_sessions(step, user, sessions, numbers);
                return Err(Failure::new(ErrorCode::MessageTooLong));
            }
        };
        self.keep_sessions(step, user, sessions, numbers);
        Ok(sealed.map(|envelope| envelope.encode()))
    }

    /// Sends something that is not kept in the outbox, if there is a link and a session; says whether it went.
    pub(super) fn send_control(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        body: &Body,
    ) -> Result<bool, Failure> {
        let Some(link) = self.link_to(user) else { return Ok(false) };
        if !self.has_session(step, user)? {
            return Ok(false);
        }
        let clock = self.conversation(user).clock;
        let plain =
            Plain::new(MessageId::random(step.rng), self.conversation_with(user), clock, step.now, body);
        let Some(bytes) = self.seal(step, user, plain)? else { return Ok(false) };
        step.after(Effect::Transmit { link, frame: Frame::raw(FrameKind::ENVELOPE, bytes) });
        Ok(true)
    }

    /// Silence rule: a NUDGE when a chain has been one-sided for long.
    pub(super) fn nudge_if_due(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let sessions = self.peers.get(user).and_then(|peer| peer.sessions.as_ref());
        if sessions.is_some_and(|(sessions, _)| sessions.nudge_due(step.now)) {
            self.send_control(step, user, &Body::Nudge)?;
        }
        Ok(())
    }

    /// There may be a session now: everything that waited for one.
    pub(super) fn session_ready(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        self.ask_for_gap(step, user)?;
        self.send_acks(step, user)?;
        self.pump(step, user)?;
        self.exchange_profiles(step, user)?;
        self.send_reads(step, user, false)
    }

    /// A device is gone: its sessions are erased.
    pub(super) fn erase_sessions(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        device: &DeviceId,
    ) -> Result<(), Failure> {
        let (mut sessions, numbers) = self.take_sessions(step, user, device)?;
        sessions.erase();
        self.keep_sessions(step, user, sessions, numbers);
        let peer = self.peers.entry(*user).or_default();
        peer.sessions = None;
        peer.asking = None;
        self.unseal(step, user)
    }

    /// `session.rekey`: a fresh session, shown as a line on both sides.
    pub(super) fn session_rekey(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<Answer, Failure> {
        let fails = |code| Err(Failure::new(code).with("name", self.display_name(user)));
        if *user == self.setup.user {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "user"));
        }
        if let Some(code) = self.stopped(user) {
            return fails(code);
        }
        if self.link_to(user).is_none() {
            return fails(ErrorCode::PeerOffline);
        }
        let cause = self.has_session(step, user)?.then_some(RestartCause::User);
        self.want_session(step, user, cause)?;
        if self.peers.get(user).is_none_or(|peer| peer.asking.is_none()) {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "tooSoon"));
        }
        Ok(Answer::Done {})
    }
}
