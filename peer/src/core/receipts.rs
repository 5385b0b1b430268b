//! Receipts: DELIVERED and READ, both ways (PROTOCOL §2.5, Ack; Custody states).
//!
//! Incoming acknowledgements count only with the right digest. Outgoing ones leave only after the message they speak of
//! is durable here; those that become durable together travel together. Receipts are not kept in the outbox: a sender
//! that gets none sends again, and is answered again.

use conclave_crypto::keys::{ConversationId, MessageId, UserId};
use conclave_crypto::plain::{Ack, Body};
use conclave_proto::ErrorCode;

use super::Core;
use super::custody::Proof;
use super::gate::Step;
use super::history::{StoredMessage, id16};
use super::records::parse;
use crate::model::{Answer, Failure, MarkRead};
use crate::record::{Order, Read, Tree};

/// Acknowledgements in one envelope: 6.4 KB, within the 8 KiB size class.
pub(super) const ACKS_AT_ONCE: usize = 200;
/// Acknowledgements kept for want of a link; the sender's repeats bring back what is more.
pub(super) const MOST_ACKS: usize = 1000;
/// READ receipts that are sent again on a new link, in case the last ones were lost with the old one.
const READ_AGAIN: usize = 50;
/// Messages looked at by one `markRead`; older unread ones are marked without a receipt.
const READ_AT_ONCE: usize = 2000;

impl<R: Read> Core<R> {
    /// DELIVERED or READ came from a person.
    pub(super) fn receipts(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        acks: &[Ack],
        read: bool,
    ) -> Result<(), Failure> {
        for ack in acks {
            self.receipt(step, user, ack, read)?;
        }
        self.pump(step, user)
    }

    fn receipt(&mut self, step: &mut Step<'_>, user: &UserId, ack: &Ack, read: bool) -> Result<(), Failure> {
        let waiting = self.peers.get(user).and_then(|peer| peer.outbox.get(&ack.msg_id));
        let waiting = waiting.map(|(seq, waiting)| (seq, waiting.digest));
        if let Some((seq, digest)) = waiting {
            if digest != ack.digest {
                return Ok(());
            }
            self.owe_object(step, user, (seq, ack.msg_id))?;
            self.delivered(step, user, seq);
            if let Some(index) = self.index(step, &ack.msg_id)?.filter(|index| index.key == 0) {
                return self.act_confirmed(step, &index, &ack.msg_id);
            }
        } else {
            if !read {
                return Ok(());
            }
            let Some(index) = self.index(step, &ack.msg_id)? else { return Ok(()) };
            let mine = index.author == self.setup.user.as_bytes() && index.with == user.as_bytes();
            if !mine || index.digest != ack.digest {
                return Ok(());
            }
        }
        // Who does not tell is not told: READ still proves that the message is there.
        let proof = if read && self.settings.read_receipts { Proof::Read } else { Proof::Delivered };
        if self.prove(step, &ack.msg_id, proof)? {
            self.expire_delivered(step, &ack.msg_id)?;
        }
        Ok(())
    }

    /// Sends DELIVERED for messages that are durable here. Without a link or a session they are kept until there is
    /// one; after a crash the sender's repeat is answered instead.
    pub(super) fn send_acks(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get_mut(user) else { return Ok(()) };
        let mut acks = std::mem::take(&mut peer.acks);
        while !acks.is_empty() {
            let some = acks.get(..ACKS_AT_ONCE.min(acks.len())).unwrap_or_default().to_vec();
            let count = some.len();
            if !self.send_control(step, user, &Body::Delivered(some))? {
                break;
            }
            acks.drain(..count);
        }
        acks.truncate(MOST_ACKS);
        self.peers.entry(*user).or_default().acks = acks;
        Ok(())
    }

    /// `message.markRead`.
    pub(super) fn mark_read(&mut self, step: &mut Step<'_>, call: &MarkRead) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.conversation)?;
        let (stored, key) = self.find_message(step, &call.up_to)?;
        if stored.with != user.as_bytes() {
            return Err(Failure::new(ErrorCode::ApiNotFound));
        }
        let mut conversation = self.conversation(&user);
        let marked = std::mem::take(&mut conversation.marked);
        if key <= conversation.read_to && conversation.unread == 0 && !marked {
            return Ok(Answer::Done {});
        }
        conversation.read_to = conversation.read_to.max(key);
        conversation.unread = if conversation.read_to >= conversation.last {
            0
        } else {
            let id = self.conversation_with(&user);
            let range = conversation.read_to + 1..u64::MAX;
            let newer =
                self.scan(step, Tree::History, id.as_bytes(), range, Order::Ascending, READ_AT_ONCE)?;
            let mut unread = 0;
            for (_, bytes) in newer {
                unread += u64::from(parse::<StoredMessage>(&bytes)?.counts());
            }
            unread
        };
        self.save_conversation(step, &user, conversation);
        self.expire_read(step, &user)?;
        self.send_reads(step, &user, false)?;
        Ok(Answer::Done {})
    }

    /// Sends READ for what was read and not told yet; on a new link also for the last few that were told.
    pub(super) fn send_reads(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        again: bool,
    ) -> Result<(), Failure> {
        if !self.tells_of_reading(user) {
            // What was read meanwhile is not told later either.
            let up_to = self.conversation(user).read_to;
            self.reads_told(step, user, up_to);
            return Ok(());
        }
        if self.conversation(user).read_to == 0 {
            return Ok(());
        }
        if self.link_to(user).is_none() {
            return self.pump_parcels(step, user);
        }
        let up_to = self.conversation(user).read_to;
        for some in self.reads_to_tell(step, user, again)?.chunks(ACKS_AT_ONCE) {
            if !self.send_control(step, user, &Body::Read(some.to_vec()))? {
                return Ok(());
            }
        }
        self.reads_told(step, user, up_to);
        Ok(())
    }

    /// Whether this person hears of what I read.
    pub(super) fn tells_of_reading(&self, user: &UserId) -> bool {
        self.settings.read_receipts && self.may_talk(user)
    }

    /// READ was handed on for everything up to this history key.
    pub(super) fn reads_told(&mut self, step: &mut Step<'_>, user: &UserId, up_to: u64) {
        let mut conversation = self.conversation(user);
        if conversation.read_sent < up_to {
            conversation.read_sent = up_to;
            self.save_conversation(step, user, conversation);
        }
    }

    /// What was read and not told yet, oldest first; with `again` also the last few that were told.
    pub(super) fn reads_to_tell(
        &self,
        step: &Step<'_>,
        user: &UserId,
        again: bool,
    ) -> Result<Vec<Ack>, Failure> {
        let conversation = self.conversation(user);
        let id: ConversationId = self.conversation_with(user);
        let mut acks = Vec::new();
        let range = 0..conversation.read_to + 1;
        let mut repeated = 0;
        for (key, bytes) in
            self.scan(step, Tree::History, id.as_bytes(), range, Order::Descending, READ_AT_ONCE)?
        {
            if key <= conversation.read_sent {
                repeated += 1;
                if !again || repeated > READ_AGAIN {
                    break;
                }
            }
            let stored: StoredMessage = parse(&bytes)?;
            if stored.incoming {
                acks.push(Ack {
                    msg_id: id16(&stored.id, MessageId::new)?,
                    digest: id16(&stored.digest, |digest| digest)?,
                });
            }
        }
        acks.reverse();
        Ok(acks)
    }
}
