//! The outbox: what is durable here and not yet acknowledged there (DESIGN §3, Order of effects).
//!
//! ```text
//! message.send ─► one batch: history, outbox entry, clock [, session state and ciphertext] ─► Durable ─► Transmit
//! entry: waiting ──encrypt──► sealed ──Transmit──► on a link ──DELIVERED, digest right──► gone
//!              ▲                 │ link lost: the same bytes again, oldest first
//!              └─ new session ───┘ encrypted again under it, same message id
//! ```
//!
//! At most [`WINDOW`] messages and [`WINDOW_BYTES`] are sealed and unacknowledged at a time, well under the 1000 keys a
//! receiver may have to skip; the rest waits in clear (sealed by the store), so a restart re-encrypts little.

use std::collections::BTreeMap;

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::plain::{Body, Format, MAX_BODY, Plain, Text};
use conclave_crypto::primitives::sha256;
use conclave_proto::{ErrorCode, Frame, FrameKind};

use super::Core;
use super::effect::Effect;
use super::gate::Step;
use super::history::{StoredMessage, id16};
use super::input::LinkId;
use super::records::{damaged, parse};
use super::timers::Timer;
use crate::model::{Answer, Event, Failure, Message, MessageSend, MessageState, Time};
use crate::record::{Key, Order, Read, Tree};

/// Sealed and unacknowledged messages per peer: a quarter of what a receiver may skip in a chain.
pub(super) const WINDOW: usize = 256;
/// Their plaintext bytes: bounds what a link has to buffer.
pub(super) const WINDOW_BYTES: usize = 4 << 20;
/// Messages waiting for one person; more is refused as busy.
pub(super) const MOST_WAITING: usize = 100_000;
/// Text of a message, bytes (LIBRARY §3, `message.send`): 64 KiB, less what a plaintext needs around it.
pub(super) const MOST_TEXT: usize = MAX_BODY - 64;
/// Without any acknowledgement for this long, the window is sent again on the same link: far longer than a slow path
/// needs for one message of the largest size.
pub(super) const RESEND_AFTER: Time = 20_000;

#[derive(Clone, PartialEq, prost::Message)]
struct OutboxRecord {
    #[prost(bytes = "vec", tag = "1")]
    plain: Vec<u8>,
}

/// One message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) id: MessageId,
    pub(super) digest: [u8; 16],
    size: usize,
    sealed: bool,
    on: Option<LinkId>,
    /// Subscribers know that it is on its way.
    told: bool,
}

/// What waits for one person, in the order it was written.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: BTreeMap<u64, Waiting>,
    by_id: BTreeMap<MessageId, u64>,
    next: u64,
    sealed: usize,
    sealed_bytes: usize,
    /// When the window last moved: an acknowledgement, or the first transmission into an empty one.
    moved: Time,
    /// Everything before this entry was put on this link.
    cursor: Option<(LinkId, u64)>,
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get(&self, id: &MessageId) -> Option<(u64, &Waiting)> {
        let seq = *self.by_id.get(id)?;
        Some((seq, self.entries.get(&seq)?))
    }

    fn insert(&mut self, seq: u64, waiting: Waiting) {
        self.next = self.next.max(seq + 1);
        if waiting.sealed {
            self.sealed += 1;
            self.sealed_bytes += waiting.size;
        }
        self.by_id.insert(waiting.id, seq);
        self.entries.insert(seq, waiting);
    }

    pub(super) fn remove(&mut self, seq: u64) {
        if let Some(waiting) = self.entries.remove(&seq) {
            self.by_id.remove(&waiting.id);
            if waiting.sealed {
                self.sealed -= 1;
                self.sealed_bytes -= waiting.size;
            }
        }
    }

    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        self.moved = self.moved.saturating_sub(by);
    }

    fn has_room(&self, size: usize) -> bool {
        self.sealed == 0 || (self.sealed < WINDOW && self.sealed_bytes + size <= WINDOW_BYTES)
    }

    /// The oldest messages, at most `limit`.
    pub(super) fn oldest(&self, limit: usize) -> Vec<MessageId> {
        self.entries.values().take(limit).map(|waiting| waiting.id).collect()
    }
}

/// Ciphertexts live in the state tree, apart from the ids that people choose for themselves.
fn sealed_group(user: &UserId) -> [u8; 16] {
    let hash = sha256(&[b"conclave outbox ciphertexts", user.as_bytes()]);
    let mut group = [0; 16];
    group.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    group
}

impl<R: Read> Core<R> {
    /// Reads what waits for one person.
    pub(super) fn open_outbox(records: &R, user: &UserId) -> Result<Outbox, Failure> {
        const CHUNK: usize = 500;
        let mut outbox = Outbox::default();
        let sealed = records.scan(Tree::State, &sealed_group(user), 0..u64::MAX, Order::Ascending, WINDOW)?;
        let sealed: std::collections::BTreeSet<u64> = sealed.into_iter().map(|(seq, _)| seq).collect();
        let mut from = 0;
        loop {
            let found =
                records.scan(Tree::Outbox, user.as_bytes(), from..u64::MAX, Order::Ascending, CHUNK)?;
            let Some((last, _)) = found.last() else { break };
            from = last + 1;
            let more = found.len() == CHUNK;
            for (seq, bytes) in found {
                let plain = Plain::decode(&parse::<OutboxRecord>(&bytes)?.plain).map_err(|_| damaged())?;
                let waiting = Waiting {
                    id: plain.msg_id,
                    digest: plain.ack().digest,
                    size: plain.body.len(),
                    sealed: sealed.contains(&seq),
                    on: None,
                    told: false,
                };
                outbox.insert(seq, waiting);
            }
            if !more {
                break;
            }
        }
        Ok(outbox)
    }

    /// `message.send`.
    pub(super) fn message_send(&mut self, step: &mut Step<'_>, call: MessageSend) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.to)?;
        if call.text.is_empty() {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "text"));
        }
        if call.text.len() > MOST_TEXT {
            return Err(Failure::new(ErrorCode::MessageTooLong).with("n", call.text.len() - MOST_TEXT));
        }
        if let Some(id) = &call.id
            && let Some(message) = self.sent_before(step, id, &user, |stored| {
                let reply_to = call.reply_to.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
                stored.text == call.text && stored.reply_to == reply_to && stored.file.is_empty()
            })?
        {
            return Ok(Answer::Message { message });
        }
        self.may_write_to(&user)?;
        let body = Body::Text(Text {
            format: Format::Plain,
            reply_to: call.reply_to,
            timer_s: 0,
            mentions: Vec::new(),
            text: call.text,
        });
        let message = self.write_message(step, &user, call.id, &body)?;
        Ok(Answer::Message { message })
    }

    /// The message of an id that the caller chose, if it was sent before; another content is a conflict.
    pub(super) fn sent_before(
        &self,
        step: &Step<'_>,
        id: &MessageId,
        user: &UserId,
        same: impl FnOnce(&StoredMessage) -> bool,
    ) -> Result<Option<Message>, Failure> {
        let Some(index) = self.index(step, id)? else { return Ok(None) };
        let conflict = || Failure::new(ErrorCode::ApiConflict);
        if index.author != self.setup.user.as_bytes() || index.with != user.as_bytes() || index.key == 0 {
            return Err(conflict());
        }
        let (stored, key) = self.find_message(step, id)?;
        if same(&stored) { self.show(step, &stored, key).map(Some) } else { Err(conflict()) }
    }

    /// Whether this person may be written to.
    pub(super) fn may_write_to(&self, user: &UserId) -> Result<(), Failure> {
        if *user == self.setup.user {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "to"));
        }
        if let Some(code) = self.stopped(user) {
            return Err(Failure::new(code).with("name", self.display_name(user)));
        }
        if self.peers.get(user).is_some_and(|peer| peer.outbox.len() >= MOST_WAITING) {
            return Err(Failure::new(ErrorCode::ApiBusy));
        }
        Ok(())
    }

    /// Makes a message, keeps it and lets it go as far as it can: all in the batch of this step.
    pub(super) fn write_message(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        id: Option<MessageId>,
        body: &Body,
    ) -> Result<Message, Failure> {
        let id = id.unwrap_or_else(|| MessageId::random(step.rng));
        let mut conversation = self.conversation(user);
        let conversation_id = self.conversation_with(user);
        let clock = conversation.clock + 1;
        let plain = Plain::new(id, conversation_id, clock, step.now, body);
        let key = self.free_key(step, &conversation_id, clock)?.ok_or_else(damaged)?;
        let digest = plain.ack().digest;
        let (text, reply_to, file) = match body {
            Body::Text(text) => (text.text.clone(), text.reply_to, Vec::new()),
            Body::File(offer) => (offer.caption.clone(), offer.reply_to, offer.file.content_id().to_vec()),
            _ => (String::new(), None, Vec::new()),
        };
        conversation.text_bytes += text.len() as u64;
        let stored = StoredMessage {
            id: id.as_bytes().to_vec(),
            with: user.as_bytes().to_vec(),
            device: self.setup.device.party().device_id.as_bytes().to_vec(),
            incoming: false,
            kind: u32::from(plain.kind),
            time: step.now,
            at: step.now,
            text,
            reply_to: reply_to.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
            file,
            digest: digest.to_vec(),
            body: Vec::new(),
            unknown: false,
        };
        self.keep_message(step, &conversation_id, key, &stored);
        conversation.clock = clock;
        conversation.last = conversation.last.max(key);
        conversation.sent += 1;
        if conversation.since == 0 {
            conversation.since = step.now;
        }
        self.save_conversation(step, user, conversation);

        let outbox = &mut self.peers.entry(*user).or_default().outbox;
        let seq = outbox.next.max(1);
        let waiting = Waiting { id, digest, size: plain.body.len(), sealed: false, on: None, told: true };
        outbox.insert(seq, waiting);
        step.save(Tree::Outbox, Key::ordered(*user.as_bytes(), seq), &OutboxRecord { plain: plain.encode() });
        self.pump(step, user)?;
        if let Some(peer) = self.peers.get_mut(user)
            && let Some(waiting) = peer.outbox.entries.get_mut(&seq)
        {
            // The answer to the call says where it stands; events come for what happens later.
            waiting.told = waiting.on.is_some();
        }
        self.show(step, &stored, key)
    }

    /// Moves a person's outbox on: transmits what is sealed, seals what fits the window, asks for a session or a
    /// link when there is none.
    pub(super) fn pump(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if self.stopped(user).is_some() || self.peers.get(user).is_none_or(|peer| peer.outbox.is_empty()) {
            return Ok(());
        }
        let Some(link) = self.link_to(user) else {
            self.plan_dial(step, user);
            return Ok(());
        };
        let cursor = self.peers.get(user).and_then(|peer| peer.outbox.cursor);
        let mut seq = cursor.filter(|(of, _)| *of == link).map_or(0, |(_, seq)| seq);
        while let Some((at, sealed, on, size)) = self.next_entry(user, seq) {
            let bytes = if sealed {
                if on == Some(link) {
                    seq = at + 1;
                    continue;
                }
                self.get(step, Tree::State, &Key::ordered(sealed_group(user), at))?
                    .ok_or_else(damaged)?
                    .to_vec()
            } else {
                let room = self.peers.get(user).is_some_and(|peer| peer.outbox.has_room(size));
                if !room {
                    break;
                }
                let key = Key::ordered(*user.as_bytes(), at);
                let record: OutboxRecord = self.load(step, Tree::Outbox, &key)?.ok_or_else(damaged)?;
                let plain = Plain::decode(&record.plain).map_err(|_| damaged())?;
                let Some(bytes) = self.seal(step, user, plain)? else {
                    self.want_session(step, user, None)?;
                    break;
                };
                step.put(Tree::State, Key::ordered(sealed_group(user), at), bytes.clone().into());
                bytes
            };
            step.after(Effect::Transmit { link, frame: Frame::raw(FrameKind::ENVELOPE, bytes) });
            seq = at + 1;
            let told = self.sent_on(user, at, link, step.now);
            if let Some(id) = told {
                self.tell_state(step, &id)?;
            }
        }
        let sealed = match self.peers.get_mut(user) {
            Some(peer) => {
                peer.outbox.cursor = Some((link, seq));
                peer.outbox.sealed
            }
            None => 0,
        };
        if sealed > 0 {
            self.timers.sooner(Timer::Peer(*user), step.now + RESEND_AFTER);
        }
        Ok(())
    }

    fn next_entry(&self, user: &UserId, from: u64) -> Option<(u64, bool, Option<LinkId>, usize)> {
        let outbox = &self.peers.get(user)?.outbox;
        let (seq, waiting) = outbox.entries.range(from..).next()?;
        Some((*seq, waiting.sealed, waiting.on, waiting.size))
    }

    // Marks an entry as transmitted; gives its id when subscribers have to be told.
    fn sent_on(&mut self, user: &UserId, seq: u64, link: LinkId, now: Time) -> Option<MessageId> {
        let outbox = &mut self.peers.get_mut(user)?.outbox;
        let waiting = outbox.entries.get_mut(&seq)?;
        if !waiting.sealed {
            waiting.sealed = true;
            if outbox.sealed == 0 {
                outbox.moved = now;
            }
            outbox.sealed += 1;
            outbox.sealed_bytes += waiting.size;
        }
        waiting.on = Some(link);
        let tell = !std::mem::replace(&mut waiting.told, true);
        tell.then_some(waiting.id)
    }

    /// Whether a message was handed to a link that still stands.
    pub(super) fn is_on_its_way(&self, user: &UserId, id: &MessageId) -> bool {
        let Some((_, waiting)) = self.peers.get(user).and_then(|peer| peer.outbox.get(id)) else {
            return false;
        };
        waiting.on.is_some_and(|link| self.links.is_up(link))
    }

    /// An event with the state a message has now.
    pub(super) fn tell_state(&mut self, step: &mut Step<'_>, id: &MessageId) -> Result<(), Failure> {
        let (stored, _) = self.find_message(step, id)?;
        let (state, custody, error) = self.standing(step, &stored)?;
        self.event(step, Event::MessageState { id: *id, state, custody, error });
        Ok(())
    }

    /// The recipient has it: the entry goes.
    pub(super) fn delivered(&mut self, step: &mut Step<'_>, user: &UserId, seq: u64) {
        step.delete(Tree::Outbox, Key::ordered(*user.as_bytes(), seq));
        step.delete(Tree::State, Key::ordered(sealed_group(user), seq));
        if let Some(peer) = self.peers.get_mut(user) {
            peer.outbox.remove(seq);
            peer.outbox.moved = step.now;
        }
    }

    /// Another session is active: what is sealed and unacknowledged is to be encrypted again.
    pub(super) fn unseal(&mut self, step: &mut Step<'_>, user: &UserId) {
        let Some(peer) = self.peers.get_mut(user) else { return };
        let outbox = &mut peer.outbox;
        for (seq, waiting) in outbox.entries.iter_mut().take_while(|(_, waiting)| waiting.sealed) {
            waiting.sealed = false;
            waiting.on = None;
            step.delete(Tree::State, Key::ordered(sealed_group(user), *seq));
        }
        outbox.sealed = 0;
        outbox.sealed_bytes = 0;
        outbox.cursor = None;
    }

    /// Sends the window again, oldest first: asked for by the peer, or nothing was acknowledged for a while.
    pub(super) fn resend(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if let Some(peer) = self.peers.get_mut(user) {
            peer.outbox.moved = step.now;
            peer.outbox.cursor = None;
            for waiting in peer.outbox.entries.values_mut().take_while(|waiting| waiting.sealed) {
                waiting.on = None;
            }
        }
        self.pump(step, user)
    }

    /// The deadline of a person has come: send again if nothing moved.
    pub(super) fn resend_if_stuck(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get(user) else { return Ok(()) };
        let stuck = peer.outbox.sealed > 0 && step.now.saturating_sub(peer.outbox.moved) >= RESEND_AFTER;
        if stuck { self.resend(step, user) } else { self.pump(step, user) }
    }

    /// `message.retry`: tries at once whatever can be tried.
    pub(super) fn message_retry(&mut self, step: &mut Step<'_>, id: &MessageId) -> Result<Answer, Failure> {
        let (stored, key) = self.find_message(step, id)?;
        if stored.incoming {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "received"));
        }
        let user = id16(&stored.with, UserId::new)?;
        let (state, _, _) = self.standing(step, &stored)?;
        if matches!(state, MessageState::Waiting | MessageState::Sending) {
            if let Some(peer) = self.peers.get_mut(&user) {
                peer.dial.forget_failures();
            }
            self.pump(step, &user)?;
        }
        Ok(Answer::Message { message: self.show(step, &stored, key)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(byte: u8, size: usize) -> Waiting {
        let id = MessageId::new([byte; 16]);
        Waiting { id, digest: [byte; 16], size, sealed: true, on: None, told: false }
    }

    #[test]
    fn the_window_counts_messages_and_bytes_and_never_starves() {
        let mut outbox = Outbox::default();
        assert!(outbox.has_room(WINDOW_BYTES * 2), "one message always fits");
        outbox.insert(1, waiting(1, WINDOW_BYTES - 10));
        assert!(outbox.has_room(10) && !outbox.has_room(11));
        outbox.remove(1);
        assert!(outbox.is_empty() && outbox.sealed_bytes == 0);
        for seq in 0..WINDOW {
            outbox.insert(seq as u64 + 1, waiting(seq as u8, 1));
        }
        assert!(!outbox.has_room(1));
        outbox.remove(1);
        assert!(outbox.has_room(1));
    }
}
