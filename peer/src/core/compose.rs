//! Writing a message: checks, its plaintext, its place in the history, and into the outbox.

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::plain::{Body, Format, MAX_BODY, Mention, Plain, Text};
use conclave_proto::ErrorCode;

use super::Core;
use super::actions::{MentionRecord, Rank};
use super::gap::body_to_keep;
use super::gate::{Staged, Step};
use super::history::StoredMessage;
use super::outbox::MOST_WAITING;
use super::records::damaged;
use crate::model::{self, Answer, Failure, Message, MessageSend};
use crate::record::Read;

/// Text of a message, bytes (LIBRARY §3, `message.send`): 64 KiB, less what a plaintext needs around it.
pub(super) const MOST_TEXT: usize = MAX_BODY - 64;

/// Mentions of one text (PROTOCOL §2.5, TEXT: `list8`).
const MOST_MENTIONS: usize = 255;
/// Bytes of a mention in a plaintext.
const MENTION: usize = 24;

impl<R: Read> Core<R> {
    /// `message.send`.
    pub(super) fn message_send(&mut self, step: &mut Step<'_>, call: MessageSend) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.to)?;
        if call.text.is_empty() {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "text"));
        }
        let mentions = self.check_text(&call.text, &call.mentions)?;
        if let Some(id) = &call.id
            && let Some(message) = self.sent_before(step, id, &user, |stored| {
                let reply_to = call.reply_to.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
                stored.sent_text() == call.text
                    && stored.reply_to == reply_to
                    && stored.file.is_empty()
                    && stored.gone == 0
            })?
        {
            return Ok(Answer::Message { message });
        }
        self.may_write_to(&user)?;
        self.check_reply(step, &user, call.reply_to.as_ref())?;
        self.begin_with_timer(step, &user)?;
        let body = Body::Text(Text {
            format: Format::Plain,
            reply_to: call.reply_to,
            timer_s: self.conversation(&user).timer_s,
            mentions,
            text: call.text,
        });
        let message = self.write_message(step, &user, call.id, &body)?;
        if let Some(peer) = self.peers.get_mut(&user) {
            // The message says that the writing is over.
            peer.typing_sent = None;
        }
        Ok(Answer::Message { message })
    }

    /// Text and mentions that fit a message.
    pub(super) fn check_text(
        &self,
        text: &str,
        mentions: &[model::Mention],
    ) -> Result<Vec<Mention>, Failure> {
        let bad = || Failure::new(ErrorCode::ApiParams).with("field", "mentions");
        if mentions.len() > MOST_MENTIONS {
            return Err(bad());
        }
        let size = text.len() + mentions.len() * MENTION;
        if size > MOST_TEXT {
            return Err(Failure::new(ErrorCode::MessageTooLong).with("n", size - MOST_TEXT));
        }
        let one = |mention: &model::Mention| {
            let start = usize::try_from(mention.start).ok()?;
            text.get(start..start.checked_add(usize::try_from(mention.len).ok()?)?)?;
            self.log.directory.user(&mention.user)?;
            Some(Mention { user_id: mention.user, start: mention.start, len: mention.len })
        };
        mentions.iter().map(one).collect::<Option<_>>().ok_or_else(bad)
    }

    /// What is answered is a message of the same conversation that is here.
    pub(super) fn check_reply(
        &self,
        step: &Staged,
        user: &UserId,
        reply_to: Option<&MessageId>,
    ) -> Result<(), Failure> {
        let Some(id) = reply_to else { return Ok(()) };
        let (stored, _) = self.find_message(step, id)?;
        if stored.with != user.as_bytes() || !(stored.is_content() || stored.unknown) {
            return Err(Failure::new(ErrorCode::ApiNotFound));
        }
        Ok(())
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
        if !self.may_talk(user) {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "notAgreed"));
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
        let device = *self.setup.device.party().device_id.as_bytes();
        let mut stored = StoredMessage {
            id: id.as_bytes().to_vec(),
            with: user.as_bytes().to_vec(),
            device: device.to_vec(),
            incoming: false,
            kind: u32::from(plain.kind),
            time: step.now,
            at: step.now,
            digest: digest.to_vec(),
            ..StoredMessage::default()
        };
        stored.fill(body);
        stored.body = body_to_keep(&stored, &plain);
        conversation.text_bytes += stored.text.len() as u64;
        conversation.clock = clock;
        if let Body::Timer(seconds) = body {
            let rank = Rank { clock, device: device.to_vec(), id: stored.id.clone() };
            self.take_timer(step, user, &mut conversation, rank, *seconds, true);
        } else {
            conversation.last = conversation.last.max(key);
            conversation.sent += 1;
            if conversation.since == 0 {
                conversation.since = step.now;
            }
        }
        self.keep_message(step, &conversation_id, key, &stored);
        self.save_conversation(step, user, conversation);
        self.enqueue(step, user, &plain)?;
        self.show(step, &stored, key)
    }
}

impl StoredMessage {
    /// Takes what a body says of itself.
    pub(super) fn fill(&mut self, body: &Body) {
        let reply = |id: &Option<MessageId>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        match body {
            Body::Text(text) => {
                self.text.clone_from(&text.text);
                self.reply_to = reply(&text.reply_to);
                self.mentions = text.mentions.iter().map(MentionRecord::from).collect();
                self.timer_s = text.timer_s;
            }
            Body::File(offer) => {
                self.text.clone_from(&offer.caption);
                self.reply_to = reply(&offer.reply_to);
                self.timer_s = offer.timer_s;
                self.file = offer.file.content_id().to_vec();
                offer.file.name().clone_into(&mut self.file_name);
                offer.file.mime().clone_into(&mut self.file_mime);
            }
            Body::Timer(seconds) => self.timer_s = *seconds,
            _ => {}
        }
    }
}

impl From<&Mention> for MentionRecord {
    fn from(mention: &Mention) -> Self {
        Self { user: mention.user_id.as_bytes().to_vec(), start: mention.start, len: mention.len }
    }
}
