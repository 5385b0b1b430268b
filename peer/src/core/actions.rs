//! Acts on messages: EDIT, DELETE, REACTION, both ways (PROTOCOL §2.5).
//!
//! ```text
//! mine:   call ─► checks ─► plaintext, outbox ─┐
//! theirs: opened, kept by its id ──────────────┴► target here? ─yes─► join ([`merge`]), message.changed
//!                                                     └no─► kept until it comes, message.missing
//! ```
//!
//! An act has no place in the history: its id is remembered, so that it is acknowledged again when it comes again, and
//! what it did is kept beside the message it is about. A deletion by the author erases content and acts at once.

mod early;
mod merge;

pub(in crate::core) use merge::{Acts, EditRecord, Operation, ReactionRecord, is_late};
pub(super) use merge::{MentionRecord, Rank};

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::plain::{Body, Delete, Edit, Format, Kind, Plain, Reaction};
use conclave_proto::ErrorCode;

use super::Core;
use super::erase::Gone;
use super::gate::{Staged, Step};
use super::history::{IndexRecord, StoredMessage, id16};
use super::records::{name, parse};
use crate::model::{
    Answer, Changed, DeleteFor, Event, Failure, MessageDelete, MessageEdit, MessageReact, Time,
};
use crate::record::{Key, Read, Tree};

/// Bytes of an emoji: the longest sequence in use has 35.
const MOST_EMOJI: usize = 64;

pub(super) fn acts_key(user: &UserId, target: &MessageId) -> Key {
    name(b'a', &[user.as_bytes(), target.as_bytes()])
}

/// What was done to a message, outside of any step.
pub(super) fn kept_acts(
    records: &impl Read,
    user: &UserId,
    target: &MessageId,
) -> Result<Option<Acts>, Failure> {
    records.get(Tree::History, &acts_key(user, target))?.map(|bytes| parse(&bytes)).transpose()
}

/// Whether this can be an emoji: short, no letters, blanks or control characters, something beyond ASCII.
fn is_emoji(text: &str) -> bool {
    let fits = |sign: char| {
        !sign.is_control()
            && !sign.is_whitespace()
            && !sign.is_ascii_alphabetic()
            && !matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.len() <= MOST_EMOJI && text.chars().all(fits) && !text.is_ascii()
}

/// What an operation changes.
const fn what(operation: &Operation) -> Changed {
    match operation {
        Operation::Edit(_) => Changed::Edited,
        Operation::Delete { .. } => Changed::Deleted,
        Operation::React(_) => Changed::Reaction,
    }
}

/// Whether a kept message takes this operation from one of the two at all, whatever it already holds.
fn takes(stored: &StoredMessage, operation: &Operation, mine: bool) -> bool {
    let content = stored.is_content();
    match operation {
        Operation::Edit(_) => content && mine != stored.incoming,
        Operation::Delete { .. } => (content || stored.unknown) && mine != stored.incoming,
        Operation::React(_) => content,
    }
}

impl<R: Read> Core<R> {
    /// What was done to a message.
    pub(super) fn acts(
        &self,
        step: &Staged,
        user: &UserId,
        target: &MessageId,
    ) -> Result<Option<Acts>, Failure> {
        self.load(step, Tree::History, &acts_key(user, target))
    }

    /// Forgets what was done to a message.
    pub(super) fn forget_acts(&self, step: &mut Step<'_>, user: &UserId, target: &MessageId) {
        step.delete(Tree::History, acts_key(user, target));
    }

    /// An event with a message as it is now.
    pub(super) fn message_changed(
        &mut self,
        step: &mut Step<'_>,
        id: &MessageId,
        what: Changed,
    ) -> Result<(), Failure> {
        let (stored, key) = self.find_message(step, id)?;
        let message = self.show(step, &stored, key)?;
        self.event(step, Event::MessageChanged { message, what });
        Ok(())
    }

    // A message that something can be done to.
    fn actable(&self, step: &Staged, id: &MessageId, own: bool) -> Result<(StoredMessage, UserId), Failure> {
        let (stored, _) = self.find_message(step, id)?;
        let state = |state: &str| Failure::new(ErrorCode::ApiState).with("state", state);
        if stored.gone != 0 {
            return Err(state("deleted"));
        }
        if own && stored.incoming {
            return Err(state("received"));
        }
        if !stored.is_content() && !stored.unknown {
            return Err(state("line"));
        }
        let user = id16(&stored.with, UserId::new)?;
        Ok((stored, user))
    }

    /// `message.edit`.
    pub(super) fn message_edit(&mut self, step: &mut Step<'_>, call: MessageEdit) -> Result<Answer, Failure> {
        let (stored, user) = self.actable(step, &call.id, true)?;
        if call.text.is_empty() && stored.file.is_empty() {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "text"));
        }
        let mentions = self.check_text(&call.text, &call.mentions)?;
        self.may_write_to(&user)?;
        if is_late(step.now, stored.time) {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "late"));
        }
        let body =
            Body::Edit(Edit { target: call.id, format: Format::Plain, mentions, text: call.text.clone() });
        self.act(step, &user, &call.id, &body)
    }

    /// `message.delete`.
    pub(super) fn message_delete(
        &mut self,
        step: &mut Step<'_>,
        call: &MessageDelete,
    ) -> Result<Answer, Failure> {
        let own = call.whom == DeleteFor::Everyone;
        let (stored, user) = self.actable(step, &call.id, own)?;
        if call.whom == DeleteFor::Everyone {
            self.may_write_to(&user)?;
            if !self.is_still_here(&user, &call.id) {
                return self.act(step, &user, &call.id, &Body::Delete(Delete { target: call.id }));
            }
            // Nothing of it has left this computer: there is nobody to ask.
            self.take_back(step, &user, &call.id);
        }
        let (_, key) = self.find_message(step, &call.id)?;
        self.erase(step, &user, stored, key, Gone::Here, step.now)?;
        self.message_get(step, &call.id)
    }

    /// `message.react`.
    pub(super) fn message_react(
        &mut self,
        step: &mut Step<'_>,
        call: &MessageReact,
    ) -> Result<Answer, Failure> {
        let (stored, user) = self.actable(step, &call.id, false)?;
        if !is_emoji(&call.emoji) {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "emoji"));
        }
        if !stored.is_content() {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "unknown"));
        }
        self.may_write_to(&user)?;
        let acts = self.acts(step, &user, &call.id)?.unwrap_or_default();
        if acts.reactions().iter().any(|(emoji, mine, _)| *emoji == call.emoji && *mine) == call.on {
            return self.message_get(step, &call.id);
        }
        let reaction = Reaction { target: call.id, set: call.on, emoji: call.emoji.clone() };
        self.act(step, &user, &call.id, &Body::Reaction(reaction))
    }

    // Sends an act of mine and does it here.
    fn act(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        target: &MessageId,
        body: &Body,
    ) -> Result<Answer, Failure> {
        let plain = self.send_aside(step, user, body, Some(target))?;
        let device = *self.setup.device.party().device_id.as_bytes();
        if let Some((_, operation)) = operation(&plain, &device) {
            self.apply(step, user, true, target, operation)?;
        }
        self.message_get(step, target)
    }

    /// Sends something that is acknowledged and has no place in the history.
    pub(super) fn send_aside(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        body: &Body,
        target: Option<&MessageId>,
    ) -> Result<Plain, Failure> {
        let mut conversation = self.conversation(user);
        conversation.clock += 1;
        let id = MessageId::random(step.rng);
        let plain = Plain::new(id, self.conversation_with(user), conversation.clock, step.now, body);
        self.save_conversation(step, user, conversation);
        let author = self.setup.user;
        self.remember(step, user, &author, &plain, target);
        self.enqueue(step, user, &plain)?;
        Ok(plain)
    }

    /// Remembers the id of something that has no place in the history.
    pub(super) fn remember(
        &self,
        step: &mut Step<'_>,
        with: &UserId,
        author: &UserId,
        plain: &Plain,
        target: Option<&MessageId>,
    ) {
        let index = IndexRecord {
            author: author.as_bytes().to_vec(),
            with: with.as_bytes().to_vec(),
            key: 0,
            digest: plain.ack().digest.to_vec(),
            target: target.map(|target| target.as_bytes().to_vec()).unwrap_or_default(),
        };
        step.save(Tree::History, name(b'm', &[plain.msg_id.as_bytes()]), &index);
    }

    /// An act of theirs came. One that does not read is its author's fault: remembered, and nothing else.
    pub(super) fn on_act(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        plain: &Plain,
    ) -> Result<(), Failure> {
        let device = self.party_of(user).map(|party| *party.device_id.as_bytes()).unwrap_or_default();
        match operation(plain, &device) {
            Some((target, operation)) => self.apply(step, user, false, &target, operation),
            None => Ok(()),
        }
    }

    fn apply(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        mine: bool,
        target: &MessageId,
        operation: Operation,
    ) -> Result<(), Failure> {
        let Some(index) = self.index(step, target)? else {
            return self.apply_early(step, user, mine, target, operation);
        };
        if index.with != user.as_bytes() || index.key == 0 {
            return Ok(());
        }
        let conversation = self.conversation_with(user);
        let Some((mut stored, key)) = self.message_at(step, &conversation, index.key)? else { return Ok(()) };
        if !takes(&stored, &operation, mine) && stored.gone == 0 {
            return Ok(());
        }
        let at = Key::ordered(*conversation.as_bytes(), key);
        if let Operation::Delete { time } = operation {
            if stored.gone == 0 {
                return self.erase(step, user, stored, key, Gone::Everywhere, time);
            }
            // Withdrawn twice: the earlier time stands, whichever came first.
            let theirs = mine != stored.incoming && Gone::read(stored.gone) == Some(Gone::Everywhere);
            if theirs && time.max(1) < stored.gone_at {
                stored.gone_at = time.max(1);
                step.save(Tree::History, at, &stored);
            }
            return Ok(());
        }
        if stored.gone != 0 {
            return Ok(());
        }
        let what = what(&operation);
        let mut acts = self.acts(step, user, target)?.unwrap_or_default();
        if !acts.take(mine, operation) {
            return Ok(());
        }
        step.save(Tree::History, acts_key(user, target), &acts);
        if !stored.acted || what == Changed::Edited {
            stored.acted = true;
            stored.take_edit(&acts);
            step.save(Tree::History, at, &stored);
        }
        self.message_changed(step, target, what)
    }

    /// The other computer has confirmed an act of mine.
    pub(super) fn act_confirmed(
        &mut self,
        step: &mut Step<'_>,
        index: &IndexRecord,
        act: &MessageId,
    ) -> Result<(), Failure> {
        let Ok(target) = id16(&index.target, MessageId::new) else { return Ok(()) };
        let Ok((mut stored, key)) = self.find_message(step, &target) else { return Ok(()) };
        let user = id16(&stored.with, UserId::new)?;
        if Gone::read(stored.gone) == Some(Gone::Everywhere) {
            if !stored.incoming && stored.gone_confirmed == 0 {
                stored.gone_confirmed = step.now.max(1);
                let at = Key::ordered(*self.conversation_with(&user).as_bytes(), key);
                step.save(Tree::History, at, &stored);
                return self.message_changed(step, &target, Changed::Deleted);
            }
            return Ok(());
        }
        let Some(mut acts) = self.acts(step, &user, &target)? else { return Ok(()) };
        let edit = acts.of_mut(true).edits.iter_mut().find(|edit| edit.rank.id == act.as_bytes());
        if let Some(edit) = edit.filter(|edit| edit.confirmed == 0) {
            edit.confirmed = step.now.max(1);
            step.save(Tree::History, acts_key(&user, &target), &acts);
            return self.message_changed(step, &target, Changed::Edited);
        }
        Ok(())
    }
}

/// The operation that a plaintext asks for, and on which message.
fn operation(plain: &Plain, device: &[u8; 16]) -> Option<(MessageId, Operation)> {
    let rank = Rank { clock: plain.clock, device: device.to_vec(), id: plain.msg_id.as_bytes().to_vec() };
    let time: Time = plain.sent_at;
    match plain.content().ok()? {
        Body::Edit(edit) => {
            let mentions = edit.mentions.iter().map(MentionRecord::from).collect();
            let record = EditRecord { rank, time, text: edit.text, mentions, confirmed: 0 };
            Some((edit.target, Operation::Edit(record)))
        }
        Body::Delete(delete) => Some((delete.target, Operation::Delete { time })),
        Body::Reaction(reaction) if is_emoji(&reaction.emoji) => {
            let record = ReactionRecord { rank, emoji: reaction.emoji, set: reaction.set };
            Some((reaction.target, Operation::React(record)))
        }
        _ => None,
    }
}

/// Whether a kind acts on another message.
pub(super) const fn is_act(kind: u8) -> bool {
    matches!(kind, Kind::EDIT | Kind::DELETE | Kind::REACTION)
}

#[cfg(test)]
mod tests {
    use super::is_emoji;

    #[test]
    fn emojis_are_short_signs_and_nothing_else() {
        for good in ["👍", "❤️", "👩🏽‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "🇨🇭"]
        {
            assert!(is_emoji(good), "{good}");
        }
        for bad in ["", "ok", "👍 👍", "a👍", "\u{202e}👍", "👍\n", "1", &"👍".repeat(17)] {
            assert!(!is_emoji(bad), "{bad:?}");
        }
    }
}
