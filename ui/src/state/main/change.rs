//! What is done to messages and conversations once they are there.

use conclave_peer::model::{
    Answer, Call, ConversationSet, DeleteFor, MessageDelete, MessageEdit, MessageId, MessageReact,
    MessageTyping, SettingsSet, TimerSet, UserId,
};

use crate::command::Purpose;
use crate::state::Effect;
use crate::state::conversation::is_incoming;

use super::ask::{draft_kept, question, target};
use super::{Act, Main};

impl Main {
    pub(super) fn change(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::Edit(id) => self.edit(id),
            Act::EditLast => {
                let mine = self.open.iter().flat_map(|open| open.messages.iter().rev());
                let last = mine.into_iter().find(|message| {
                    !is_incoming(message)
                        && message.file.is_none()
                        && message.deleted.is_none()
                        && message.line.is_none()
                });
                let last = last.map(|message| message.id);
                last.map(|id| self.edit(Some(id))).unwrap_or_default()
            }
            Act::SaveEdit { id, text } => {
                let mut effects = self.edit(None);
                if !text.trim().is_empty() {
                    let edit = MessageEdit { id, text, mentions: Vec::new() };
                    effects.push(question(Purpose::Changed, Call::MessageEdit(edit)));
                }
                effects
            }
            Act::React { id, emoji, on } => {
                let effects = self.in_open(|open| open.menu = None);
                debug_assert!(effects.is_empty());
                vec![question(Purpose::Changed, Call::MessageReact(MessageReact { id, emoji, on }))]
            }
            Act::Pin(user, on) => self.keep(user, Some(on), None),
            Act::Mute(user, on) => self.keep(user, None, Some(on)),
            Act::Timer(user, ms) => {
                let set = TimerSet { conversation: target(user), ms };
                vec![
                    question(Purpose::Quiet, Call::TimerSet(set)),
                    question(Purpose::Conversations, Call::ConversationList),
                ]
            }
            Act::KeepDraft { to, text } => {
                self.roster.draft(to, &text);
                vec![draft_kept(to, text)]
            }
            Act::Typing(to, on) if self.privacy.is_some_and(|privacy| privacy.typing) => {
                let typing = MessageTyping { conversation: target(to), on };
                vec![question(Purpose::Unheard, Call::MessageTyping(typing))]
            }
            Act::TellRead(on) => {
                Self::tell(SettingsSet { read_receipts: Some(on), ..SettingsSet::default() })
            }
            Act::TellTyping(on) => Self::tell(SettingsSet { typing: Some(on), ..SettingsSet::default() }),
            Act::SearchLan(on) => {
                Self::tell(SettingsSet { lan_discovery: Some(on), ..SettingsSet::default() })
            }
            Act::AcceptUpTo(bytes) => {
                Self::tell(SettingsSet { accept_up_to: Some(bytes), ..SettingsSet::default() })
            }
            Act::UsualTimer(ms) => Self::tell(SettingsSet { timer_ms: Some(ms), ..SettingsSet::default() }),
            act => self.file_act(act),
        }
    }

    /// Deletes a message, here or on both sides.
    pub(super) fn delete(id: MessageId, everyone: bool) -> Vec<Effect> {
        let whom = if everyone { DeleteFor::Everyone } else { DeleteFor::Me };
        vec![question(Purpose::Changed, Call::MessageDelete(MessageDelete { id, whom }))]
    }

    /// A message as it is after a change.
    pub(super) fn changed(&mut self, answer: Answer) {
        if let Answer::Message { message } = answer {
            self.roster.changed(&message);
            self.in_each(|known| known.replace(&message));
        }
    }

    fn edit(&mut self, id: Option<MessageId>) -> Vec<Effect> {
        let effects = self.in_open(|open| {
            open.menu = None;
            open.reply_to = None;
            open.editing = id;
        });
        effects.into_iter().chain(self.to_composer()).collect()
    }

    fn keep(&self, user: UserId, pinned: Option<bool>, muted: Option<bool>) -> Vec<Effect> {
        let set = ConversationSet { conversation: target(user), pinned, muted, unread: None };
        vec![
            question(Purpose::Quiet, Call::ConversationSet(set)),
            question(Purpose::Conversations, Call::ConversationList),
        ]
    }

    fn tell(set: SettingsSet) -> Vec<Effect> {
        vec![question(Purpose::Privacy, Call::SettingsSet(set))]
    }
}
