//! Writing a message: checks, its plaintext, its place in the history, and into the outbox.

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::plain::{Body, Format, MAX_BODY, Plain, Text};
use conclave_proto::ErrorCode;

use super::Core;
use super::gate::Step;
use super::history::StoredMessage;
use super::outbox::MOST_WAITING;
use super::records::damaged;
use crate::model::{Answer, Failure, Message, MessageSend};
use crate::record::Read;

/// Text of a message, bytes (LIBRARY §3, `message.send`): 64 KiB, less what a plaintext needs around it.
pub(super) const MOST_TEXT: usize = MAX_BODY - 64;

impl<R: Read> Core<R> {
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
        let file_name = match body {
            Body::File(offer) => offer.file.name().to_owned(),
            _ => String::new(),
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
            file_name,
        };
        self.keep_message(step, &conversation_id, key, &stored);
        conversation.clock = clock;
        conversation.last = conversation.last.max(key);
        conversation.sent += 1;
        if conversation.since == 0 {
            conversation.since = step.now;
        }
        self.save_conversation(step, user, conversation);

        self.enqueue(step, user, &plain)?;
        self.show(step, &stored, key)
    }
}
