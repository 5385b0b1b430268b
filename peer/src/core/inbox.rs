//! Receiving (PROTOCOL §2.5, §2.6; DESIGN §3): open on a staged session, one batch, then show and acknowledge.
//!
//! ```text
//! Env ─► seen before? ──yes──► acknowledge again, change nothing
//!           │ no
//!        decrypt (staged) ──refused──► drop · NUDGE · restart (sessions.rs); no state changes
//!           │ opened
//!        one batch: session parts, used prekeys deleted, message, index, summary, event
//!           │ Durable
//!        message.received, DELIVERED
//! ```

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::plain::{Ack, Body, Kind, MAX_CLOCK_LEAP, Plain};
use conclave_crypto::session::{Envelope, Opened, Refused};

use super::Core;
use super::actions::{Rank, is_act};
use super::gate::Step;
use super::history::StoredMessage;
use super::records::name;
use crate::model::{Changed, Event, Failure, Time};
use crate::record::{Read, Tree};

/// At most one NUDGE in answer to stale messages in this time.
const NUDGE_EVERY: Time = 1_000;

/// The frame cannot be what it says: the link is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

impl<R: Read> Core<R> {
    /// An envelope from an accepted peer.
    pub(super) fn on_envelope(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        bytes: &[u8],
    ) -> Result<Result<(), Malformed>, Failure> {
        let Ok(envelope) = Envelope::decode(bytes) else { return Ok(Err(Malformed)) };
        if self.seen_before(step, user, &envelope.msg_id)? {
            return Ok(Ok(()));
        }
        let Some(party) = self.party_of(user) else { return Ok(Ok(())) };
        let (mut sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let opened = sessions.decrypt(
            &self.setup.device,
            &party,
            &self.prekeys.secrets,
            &envelope,
            step.now,
            &mut *step.rng,
        );
        let opened = match opened {
            Ok(staged) if self.is_acceptable(user) => {
                staged.commit(&mut sessions).map_err(|_| Refused::Malformed)
            }
            Ok(_) => Err(Refused::Malformed),
            Err(refused) => Err(refused),
        };
        match opened {
            Ok(opened) => {
                if !self.fits_the_conversation(user, &opened.plain) {
                    // The session has moved on in memory only: read it again from its last written state.
                    return Ok(Ok(()));
                }
                self.keep_sessions(step, user, sessions, numbers);
                self.on_opened(step, user, opened)?;
            }
            Err(refused) => {
                self.peers.entry(*user).or_default().sessions = Some((sessions, numbers));
                self.on_refused(step, user, refused)?;
            }
        }
        Ok(Ok(()))
    }

    // A message id that was opened before from this person; if it was kept, it is acknowledged again.
    fn seen_before(&self, step: &mut Step<'_>, user: &UserId, id: &MessageId) -> Result<bool, Failure> {
        if let Some(index) = self.index(step, id)? {
            if index.author == user.as_bytes()
                && let Ok(digest) = <[u8; 16]>::try_from(index.digest.as_slice())
            {
                step.acknowledge(*user, Ack { msg_id: *id, digest });
            }
            return Ok(true);
        }
        Ok(self.get(step, Tree::History, &name(b'n', &[user.as_bytes(), id.as_bytes()]))?.is_some())
    }

    fn is_acceptable(&self, user: &UserId) -> bool {
        self.people.get(user).is_none_or(|person| !person.blocked)
    }

    // A clock far ahead, another conversation than ours, or somebody I have not agreed to hear from: refused as a
    // whole, so nothing of it is kept.
    fn fits_the_conversation(&self, user: &UserId, plain: &Plain) -> bool {
        if !self.may_receive(user, plain.kind) {
            return false;
        }
        if !Kind::is_acked(plain.kind) {
            return true;
        }
        let clock = self.conversation(user).clock;
        plain.conv_id == self.conversation_with(user)
            && plain.clock != 0
            && plain.clock <= clock.saturating_add(MAX_CLOCK_LEAP)
            && plain.clock < u64::MAX >> 9
    }

    fn on_refused(&mut self, step: &mut Step<'_>, user: &UserId, refused: Refused) -> Result<(), Failure> {
        if let Some(cause) = refused.restart_cause() {
            self.peers.entry(*user).or_default().unopened = true;
            return self.want_session(step, user, Some(cause));
        }
        if refused == Refused::Stale {
            let peer = self.peers.entry(*user).or_default();
            if step.now.saturating_sub(peer.nudged) >= NUDGE_EVERY {
                peer.nudged = step.now;
                self.send_anyhow(step, user, &Body::Nudge)?;
            }
        }
        Ok(())
    }

    fn on_opened(&mut self, step: &mut Step<'_>, user: &UserId, opened: Opened) -> Result<(), Failure> {
        if opened.consumed.one_time.is_some() || opened.consumed.one_time_kem.is_some() {
            self.prekeys.secrets.consume(opened.consumed.one_time, opened.consumed.one_time_kem);
            self.save_prekeys(step);
        }
        if opened.active_changed {
            self.unseal(step, user)?;
            self.peers.entry(*user).or_default().asking = None;
        }
        let plain = opened.plain;
        if Kind::is_acked(plain.kind) {
            self.keep_incoming(step, user, &plain, opened.ack)?;
        } else {
            if plain.kind != Kind::TYPING {
                step.put(
                    Tree::History,
                    name(b'n', &[user.as_bytes(), plain.msg_id.as_bytes()]),
                    vec![1].into(),
                );
            }
            self.on_control(step, user, &plain, opened.new_session)?;
        }
        if opened.new_session || opened.active_changed {
            self.peers.entry(*user).or_default().broken = false;
            self.session_ready(step, user)?;
        }
        Ok(())
    }

    fn on_control(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        plain: &Plain,
        new_session: bool,
    ) -> Result<(), Failure> {
        // The session has authenticated the body; one that does not parse is its author's fault and is let lie.
        let Ok(body) = plain.content() else { return Ok(()) };
        match body {
            Body::Delivered(acks) => self.receipts(step, user, &acks, false),
            Body::Read(acks) => self.receipts(step, user, &acks, true),
            // Any answer turns the ratchet; an empty receipt says nothing else.
            Body::Nudge => {
                self.rest_no_longer(step, user)?;
                self.send_anyhow(step, user, &Body::Delivered(Vec::new()))
            }
            Body::Reset { reason, last_good } => {
                self.on_reset(step, user, (reason, &last_good), plain.clock, new_session)
            }
            Body::Typing { conv_id, on } => {
                self.on_typing(step, user, conv_id, on);
                Ok(())
            }
            Body::Profile(profile) => self.on_profile(step, user, profile),
            Body::ProfileRequest(have) => self.on_profile_request(step, user, have),
            _ => Ok(()),
        }
    }

    fn keep_incoming(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        plain: &Plain,
        ack: Ack,
    ) -> Result<(), Failure> {
        if is_act(plain.kind) || matches!(plain.kind, Kind::CONTACT_REQ | Kind::CONTACT_ANS) {
            self.keep_aside(step, user, plain)?;
        } else {
            self.keep_shown(step, user, plain)?;
        }
        self.acknowledge_soon(step, user, ack)
    }

    // What has no place in the history: its id is remembered, and it does what it says.
    fn keep_aside(&mut self, step: &mut Step<'_>, user: &UserId, plain: &Plain) -> Result<(), Failure> {
        self.remember(step, user, user, plain, None);
        let mut conversation = self.conversation(user);
        conversation.clock = conversation.clock.max(plain.clock);
        self.save_conversation(step, user, conversation);
        if is_act(plain.kind) { self.on_act(step, user, plain) } else { self.on_contact(step, user, plain) }
    }

    fn keep_shown(&mut self, step: &mut Step<'_>, user: &UserId, plain: &Plain) -> Result<(), Failure> {
        let id = self.conversation_with(user);
        let Some(key) = self.free_key(step, &id, plain.clock)? else {
            // 256 messages with one clock value: only a hostile sender makes them.
            self.remember(step, user, user, plain, None);
            return Ok(());
        };
        let mut stored = StoredMessage {
            id: plain.msg_id.as_bytes().to_vec(),
            with: user.as_bytes().to_vec(),
            device: self.party_of(user).map(|party| party.device_id.as_bytes().to_vec()).unwrap_or_default(),
            incoming: true,
            kind: u32::from(plain.kind),
            time: plain.sent_at,
            at: step.now,
            digest: plain.ack().digest.to_vec(),
            ..StoredMessage::default()
        };
        let body = plain.content().ok();
        match &body {
            Some(body @ (Body::Text(_) | Body::File(_) | Body::Timer(_))) => stored.fill(body),
            _ => {
                stored.unknown = true;
                stored.body.clone_from(&plain.body);
            }
        }
        let mut conversation = self.conversation(user);
        self.take_early_acts(step, user, &plain.msg_id, &mut stored, &mut conversation)?;
        conversation.clock = conversation.clock.max(plain.clock);
        conversation.last_good = stored.id.clone();
        let gap = &mut self.peers.entry(*user).or_default().gap;
        gap.late = true;
        gap.came(&plain.msg_id);
        conversation.base = gap.base.map(|base| base.as_bytes().to_vec()).unwrap_or_default();
        if key <= conversation.read_to {
            // It came late and stands above what was read: reading again tells of it too.
            conversation.read_to = key - 1;
            conversation.read_sent = conversation.read_sent.min(key - 1);
            conversation.counted_to = conversation.counted_to.min(key - 1);
        }
        if let Some(Body::Timer(seconds)) = body {
            let rank = Rank { clock: plain.clock, device: stored.device.clone(), id: stored.id.clone() };
            self.take_timer(step, user, &mut conversation, rank, seconds, false);
            self.keep_message(step, &id, key, &stored);
            self.save_conversation(step, user, conversation);
            return Ok(());
        }
        if stored.timer_s != 0 && !conversation.timed {
            conversation.timed = true;
            conversation.counted_to = conversation.read_to.min(key - 1);
        }
        conversation.last = conversation.last.max(key);
        conversation.received += 1;
        conversation.unread += u64::from(stored.counts());
        conversation.text_bytes += stored.text.len() as u64;
        if conversation.since == 0 {
            conversation.since = step.now;
        }
        self.keep_message(step, &id, key, &stored);
        self.save_conversation(step, user, conversation);
        self.stop_typing(step, user);
        if stored.gone != 0 {
            // Withdrawn before it came.
            return self.message_changed(step, &plain.msg_id, Changed::Deleted);
        }
        let file = match body {
            Some(Body::File(offer)) => Some(self.on_offer(step, user, &offer.file)?),
            _ => None,
        };
        let message = self.show(step, &stored, key)?;
        self.event(step, Event::MessageReceived { message: message.clone() });
        if let Some(file) = file {
            self.event(step, Event::FileOffered { message, file });
        }
        Ok(())
    }

    // The first message of a burst carries its acknowledgement in its own batch, which saves one write to the disk
    // in the round trip; what comes while that batch is being written is acknowledged together.
    fn acknowledge_soon(&mut self, step: &mut Step<'_>, user: &UserId, ack: Ack) -> Result<(), Failure> {
        let acking = self.peers.get(user).is_some_and(|peer| peer.acking);
        if !acking && self.send_control(step, user, &Body::Delivered(vec![ack]))? {
            self.peers.entry(*user).or_default().acking = true;
            step.acknowledged(*user);
        } else {
            step.acknowledge(*user, ack);
        }
        Ok(())
    }
}

#[cfg(test)]
impl<R: Read> Core<R> {
    /// Takes a plaintext as if it had just been opened.
    pub(super) fn open_for_test(
        &mut self,
        user: &UserId,
        plain: &Plain,
        now: Time,
        rng: &mut dyn rand_core::CryptoRng,
    ) -> Vec<super::Effect> {
        self.run(now, rng, |core, step| {
            let fits = core.fits_the_conversation(user, plain);
            if fits && !core.seen_before(step, user, &plain.msg_id)? {
                core.keep_incoming(step, user, plain, plain.ack())?;
            }
            Ok(())
        })
    }
}
