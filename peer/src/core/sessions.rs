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

use std::collections::BTreeMap;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::handshake::Party;
use conclave_crypto::keys::{DeviceId, MessageId, UserId};
use conclave_crypto::plain::{Body, Plain};
use conclave_crypto::prekey::{SignedBundle, SignedOneTime};
use conclave_crypto::primitives::sha256;
use conclave_crypto::session::{EncryptError, PartKey, PeerSessions, RestartCause, RestartDecision, Start};
use conclave_crypto::verified::Verified;
use conclave_proto::schema::{PrekeyReply, PrekeyRequest};
use conclave_proto::{ErrorCode, Frame, FrameKind};
use serde_json::json;
use zeroize::Zeroizing;

use super::effect::{Ask, Effect, RequestId};
use super::gate::{Staged, Step};
use super::records::{damaged, name};
use super::timers::Timer;
use super::{Core, Pending};
use crate::model::{Answer, Failure, Time};
use crate::record::{Key, Order, Read, Tree};

/// How long the peer itself has to answer for prekeys before the server is asked.
const ASK_PEER: Time = 3_000;
/// After this long without an answer from anyone, the question is put again.
const ASK_AGAIN: Time = 15_000;
/// The same when the server had none and there is no link: it gives few a day (PROTOCOL §2.3, Prekeys).
const ASK_LATER: Time = 600_000;
/// Parts of the sessions with one device: 5 sessions of 8 chains; a chain of 1000 numbers has 16 blocks.
const MOST_PARTS: usize = 4096;

/// Record numbers of the parts of one device's sessions.
pub(super) type PartNumbers = BTreeMap<PartKey, u64>;

/// An open question for prekeys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    since: Time,
    cause: Option<RestartCause>,
    server: bool,
    /// Put again after so long.
    patience: Time,
}

impl Asking {
    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        self.since = self.since.saturating_sub(by);
    }
}

fn parts_group(device: &DeviceId) -> [u8; 16] {
    let hash = sha256(&[b"conclave session parts", device.as_bytes()]);
    let mut group = [0; 16];
    group.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    group
}

/// The bundle of a person that was verified last.
fn cached_bundle(user: &UserId) -> Key {
    name(b'b', &[user.as_bytes()])
}

const fn reason(cause: RestartCause) -> u8 {
    match cause {
        RestartCause::Undecryptable => 1,
        RestartCause::Anomaly => 2,
        RestartCause::MissingPrekey => 3,
        _ => 4,
    }
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

    /// Asks for prekeys to start a session, or to restart one for a cause. Needs a link or a drop box: without either
    /// nothing is sent anyway.
    pub(super) fn want_session(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        cause: Option<RestartCause>,
    ) -> Result<(), Failure> {
        let link = self.link_to(user);
        if link.is_none() && !self.may_deposit(user) {
            return Ok(());
        }
        let Some(party) = self.party_of(user) else { return Ok(()) };
        if self.peers.get(user).is_some_and(|peer| peer.asking.is_some()) {
            return Ok(());
        }
        let (sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let cause = cause.or_else(|| (!sessions.is_first()).then_some(RestartCause::Undecryptable));
        let decision = cause.map(|cause| sessions.plan_restart(cause, step.now));
        let peer = self.peers.entry(*user).or_default();
        peer.sessions = Some((sessions, numbers));
        match decision {
            Some(RestartDecision::Wait { until }) => {
                self.timers.sooner(Timer::Peer(*user), until);
                return Ok(());
            }
            Some(RestartDecision::Stop { until }) => {
                let tell = !std::mem::replace(&mut peer.broken, true);
                self.timers.sooner(Timer::Peer(*user), until);
                if tell {
                    self.line(
                        step,
                        user,
                        "sessionBroken",
                        json!({ "code": ErrorCode::MessageSessionBroken.text() }),
                    )?;
                    self.tell_stopped(step, user)?;
                }
                return Ok(());
            }
            _ => {}
        }
        peer.asking = Some(Asking { since: step.now, cause, server: link.is_none(), patience: ASK_AGAIN });
        match link {
            Some(link) => {
                let frame = Frame::message(FrameKind::PREKEY_REQUEST, &PrekeyRequest {});
                step.after(Effect::Transmit { link, frame });
                self.timers.sooner(Timer::Peer(*user), step.now + ASK_PEER);
            }
            None => {
                self.ask_server_for_prekeys(step, user, party.device_id);
                self.timers.sooner(Timer::Peer(*user), step.now + ASK_AGAIN);
            }
        }
        Ok(())
    }

    fn ask_server_for_prekeys(&mut self, step: &mut Step<'_>, user: &UserId, device: DeviceId) {
        let request = RequestId(self.pend(Pending::Prekeys(*user)));
        step.after(Effect::Ask { request, what: Ask::Prekeys { device } });
    }

    /// The server gives no prekeys of a person.
    pub(super) fn no_prekeys(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let linked = self.link_to(user).is_some();
        if !self.use_cached_prekeys(step, user)?
            && let Some(asking) = self.peers.get_mut(user).and_then(|peer| peer.asking.as_mut())
            && !linked
        {
            asking.patience = ASK_LATER;
        }
        Ok(())
    }

    // The third way to prekeys: the bundle that was verified last, with its last-resort keys. Says whether it was used.
    fn use_cached_prekeys(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<bool, Failure> {
        let Some(party) = self.party_of(user) else { return Ok(false) };
        let Some(bundle) = self.get(step, Tree::State, &cached_bundle(user))? else { return Ok(false) };
        let seen = self.person(user).bundle_seq;
        let holds = SignedBundle::decode(&self.setup.org, &bundle)
            .is_ok_and(|bundle| bundle.verify(&party, seen, step.now).is_ok());
        if !holds {
            step.delete(Tree::State, cached_bundle(user));
            return Ok(false);
        }
        let reply = PrekeyReply { bundle: bundle.to_vec().into(), ..PrekeyReply::default() };
        self.on_prekeys(step, user, &reply)?;
        Ok(true)
    }

    /// The deadline of a question for prekeys: the server next, or what was kept; then all over again.
    pub(super) fn ask_on(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(mut asking) = self.peers.get(user).and_then(|peer| peer.asking) else { return Ok(()) };
        let waited = step.now.saturating_sub(asking.since);
        if waited >= asking.patience {
            self.peers.entry(*user).or_default().asking = None;
            return self.want_session(step, user, asking.cause);
        }
        if waited >= ASK_PEER && !asking.server {
            asking.server = true;
            self.peers.entry(*user).or_default().asking = Some(asking);
            if !self.server.is_online() {
                self.use_cached_prekeys(step, user)?;
            } else if let Some(party) = self.party_of(user) {
                self.ask_server_for_prekeys(step, user, party.device_id);
            }
        }
        let next = if waited < ASK_PEER { ASK_PEER } else { asking.patience };
        self.timers.sooner(Timer::Peer(*user), asking.since + next);
        Ok(())
    }

    /// Prekeys of a person came, from them or from the server: handshake.
    pub(super) fn on_prekeys(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        reply: &PrekeyReply,
    ) -> Result<(), Failure> {
        let Some(asking) = self.peers.get_mut(user).and_then(|peer| peer.asking.take()) else {
            return Ok(());
        };
        let Some(party) = self.party_of(user) else { return Ok(()) };
        if self.start_session(step, user, &party, asking.cause, reply)? {
            self.unseal(step, user)?;
        } else {
            self.timers.sooner(Timer::Peer(*user), step.now + ASK_AGAIN);
        }
        self.session_ready(step, user)
    }

    fn start_session(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        party: &Verified<Party>,
        cause: Option<RestartCause>,
        reply: &PrekeyReply,
    ) -> Result<bool, Failure> {
        let org = self.setup.org;
        let seen = self.person(user).bundle_seq;
        let bundle = SignedBundle::decode(&org, &reply.bundle)
            .ok()
            .and_then(|it| it.verify(party, seen, step.now).ok());
        let Some(bundle) = bundle else { return Ok(false) };
        let one = |bytes: &[u8]| SignedOneTime::decode(&org, bytes).ok().and_then(|it| it.verify(party).ok());
        let pair = one(&reply.one_time_dh).zip(one(&reply.one_time_kem));
        let (mut sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let start = match cause {
            None if sessions.has_active() => None,
            None if sessions.is_first() => Some(Start::First),
            cause => match sessions.plan_restart(cause.unwrap_or(RestartCause::Undecryptable), step.now) {
                RestartDecision::Now(permit) => Some(Start::Restart(permit)),
                _ => None,
            },
        };
        let restart = matches!(start, Some(Start::Restart(_)));
        let started = start.and_then(|start| {
            let staged = sessions.start(
                &self.setup.device,
                party,
                &bundle,
                pair.as_ref(),
                start,
                step.now,
                &mut *step.rng,
            );
            staged.ok()?.commit(&mut sessions).ok()
        });
        self.keep_sessions(step, user, sessions, numbers);
        let Some(started) = started else { return Ok(false) };
        let mut person = self.person(user);
        person.bundle_seq = bundle.bundle_seq;
        step.put(Tree::State, cached_bundle(user), reply.bundle.to_vec().into());
        self.save_person(step, user, person);
        if restart {
            let cause = cause.unwrap_or(RestartCause::Undecryptable);
            let reset = Body::Reset { reason: reason(cause), last_good: self.last_good(user) };
            self.send_anyhow(step, user, &reset)?;
            let suspicious = cause == RestartCause::Anomaly;
            let data = json!({ "by": "me", "suspicious": suspicious, "lastResort": started.last_resort });
            self.gap_line(step, user, "sessionRestarted", data)?;
        }
        Ok(true)
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
