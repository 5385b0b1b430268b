//! Kept messages as every face of the product shows them.

use conclave_crypto::keys::{DeviceId, MessageId, UserId};
use conclave_crypto::plain::Kind;
use serde_json::json;

use super::Core;
use super::actions::{Acts, MentionRecord};
use super::conversation::{clock_of, position};
use super::erase::Gone;
use super::gate::Staged;
use super::history::{CLOCK_TOLERANCE, StoredMessage, id16};
use crate::model::{
    Answer, Change, Deleted, Failure, FileId, Line, Mention, Message, MessageState, Quote, Reaction, Target,
    UserId as User, Version,
};
use crate::record::Read;

/// Characters of a quote.
const QUOTE: usize = 200;

fn some_time(time: u64) -> Option<u64> {
    (time != 0).then_some(time)
}

fn mentions(kept: &[MentionRecord]) -> Vec<Mention> {
    let one = |mention: &MentionRecord| {
        let user = id16(&mention.user, User::new).ok()?;
        Some(Mention { user, start: mention.start, len: mention.len })
    };
    kept.iter().filter_map(one).collect()
}

impl StoredMessage {
    fn shown_line(&self) -> Option<Line> {
        if !self.line.is_empty() {
            let data = serde_json::from_str(&self.line_data).unwrap_or_default();
            return Some(Line { kind: self.line.clone(), data });
        }
        let timer = self.kind == u32::from(Kind::TIMER) && !self.unknown && self.gone == 0;
        timer
            .then(|| Line { kind: "timer".to_owned(), data: json!({ "ms": u64::from(self.timer_s) * 1000 }) })
    }
}

impl<R: Read> Core<R> {
    /// A kept message as every face of the product shows it.
    pub(super) fn show(&self, step: &Staged, stored: &StoredMessage, key: u64) -> Result<Message, Failure> {
        let id = id16(&stored.id, MessageId::new)?;
        let with = id16(&stored.with, UserId::new)?;
        let device = id16(&stored.device, DeviceId::new)?;
        let (state, custody, error) = if stored.incoming || !stored.line.is_empty() {
            (MessageState::Received, Vec::new(), None)
        } else {
            self.standing(step, stored)?
        };
        let file = match <[u8; 32]>::try_from(stored.file.as_slice()) {
            Ok(file) => self.file(step, &FileId(file))?,
            Err(_) => None,
        };
        let acts =
            if stored.acted { self.acts(step, &with, &id)?.unwrap_or_default() } else { Acts::default() };
        let edit = acts.edit(!stored.incoming, stored.time);
        let suspect =
            stored.incoming && stored.time.abs_diff(stored.at) > CLOCK_TOLERANCE && stored.time > stored.at;
        let reply_to = <[u8; 16]>::try_from(stored.reply_to.as_slice()).ok().map(MessageId::new);
        let quote = match &reply_to {
            Some(reply_to) => self.quote(step, &with, reply_to)?,
            None => None,
        };
        Ok(Message {
            id,
            conversation: Target::User(with),
            author: if stored.incoming { with } else { self.setup.user },
            text: stored.text.clone(),
            mentions: mentions(edit.map_or(&stored.mentions, |edit| &edit.mentions)),
            time: stored.time,
            clock_suspect: suspect.then_some(true),
            position: position(clock_of(key), &device, &id),
            reply_to,
            quote,
            file,
            state,
            custody,
            error,
            unknown_kind: stored.unknown.then(|| u8::try_from(stored.kind).unwrap_or(u8::MAX)),
            edited: edit.map(|edit| Change { time: edit.time, confirmed_at: some_time(edit.confirmed) }),
            edit_refused: acts.has_late(!stored.incoming, stored.time).then_some(true),
            versions: Vec::new(),
            deleted: Gone::read(stored.gone).map(|gone| Deleted {
                time: stored.gone_at,
                why: gone.why(),
                confirmed_at: some_time(stored.gone_confirmed),
            }),
            expires_at: some_time(stored.expires_at),
            reactions: self.shown_reactions(&acts, &with),
            line: stored.shown_line(),
        })
    }

    fn shown_reactions(&self, acts: &Acts, with: &UserId) -> Vec<Reaction> {
        let of = |(emoji, mine, theirs): (&str, bool, bool)| {
            let both = [(mine, self.setup.user), (theirs, *with)];
            let mut users: Vec<User> = both.iter().filter(|(has, _)| *has).map(|(_, user)| *user).collect();
            users.sort_unstable();
            Reaction { emoji: emoji.to_owned(), users }
        };
        acts.reactions().into_iter().map(of).collect()
    }

    // What is answered, if it is here, in the same conversation and still has content.
    fn quote(&self, step: &Staged, with: &UserId, id: &MessageId) -> Result<Option<Quote>, Failure> {
        let Some(index) = self.index(step, id)?.filter(|index| index.key != 0) else { return Ok(None) };
        if index.with != with.as_bytes() {
            return Ok(None);
        }
        let Some((stored, _)) = self.message_at(step, &self.conversation_with(with), index.key)? else {
            return Ok(None);
        };
        if stored.gone != 0 || !stored.is_content() {
            return Ok(None);
        }
        let mut text: String = stored.text.chars().take(QUOTE).collect();
        if text.is_empty()
            && let Ok(file) = <[u8; 32]>::try_from(stored.file.as_slice())
            && let Some(file) = self.file(step, &FileId(file))?
        {
            text = file.name.chars().take(QUOTE).collect();
        }
        let author = if stored.incoming { *with } else { self.setup.user };
        Ok(Some(Quote { author, text }))
    }

    /// The message of an id, outside of any step.
    pub(super) fn shown_message(&self, id: &MessageId) -> Result<Message, Failure> {
        let step = Staged::default();
        let (stored, key) = self.find_message(&step, id)?;
        self.show(&step, &stored, key)
    }

    /// `message.get`: with the earlier texts of an edited one.
    pub(super) fn message_get(&self, step: &Staged, id: &MessageId) -> Result<Answer, Failure> {
        let (stored, key) = self.find_message(step, id)?;
        let mut message = self.show(step, &stored, key)?;
        if message.edited.is_some() {
            let with = id16(&stored.with, UserId::new)?;
            let acts = self.acts(step, &with, id)?.unwrap_or_default();
            let earlier = acts.versions(!stored.incoming, stored.time).skip(1);
            let mut versions: Vec<Version> =
                earlier.map(|edit| Version { text: edit.text.clone(), time: edit.time }).collect();
            versions.push(Version { text: stored.sent_text().to_owned(), time: stored.time });
            versions.reverse();
            message.versions = versions;
        }
        Ok(Answer::Message { message })
    }
}
