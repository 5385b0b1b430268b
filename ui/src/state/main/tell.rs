//! What readers are told of the open conversation when the engine reports something.

use conclave_peer::model::{
    Changed, Direction, File, FileState, Message, MessageId, MessageState, Target, Time, UserId,
};

use super::Main;
use crate::state::conversation::is_incoming;
use crate::state::news::What;

impl Main {
    /// Whether somebody who listens is in the conversation with a person.
    fn is_heard(&self, with: Target) -> Option<UserId> {
        let open =
            self.open.as_ref().filter(|open| self.section.talks() && Target::User(open.with) == with)?;
        Some(open.with)
    }

    fn name_of(&self, user: UserId) -> String {
        self.roster.person(user).map(|person| person.name()).unwrap_or_default()
    }

    /// A message came.
    pub(super) fn tell_came(&mut self, message: &Message, now: Time) {
        let Some(user) = self.is_heard(message.conversation).filter(|_| is_incoming(message)) else { return };
        self.news.say(What::Came(self.name_of(user), Box::new(message.clone())), now);
    }

    /// A message was changed: what the other person did to it is said, and it is known as it was before.
    pub(super) fn tell_changed(&mut self, message: &Message, what: Changed, now: Time) {
        let Some(user) = self.is_heard(message.conversation) else { return };
        let name = self.name_of(user);
        match what {
            Changed::Edited if is_incoming(message) => {
                self.news.say(What::Edited(name, Box::new(message.clone())), now);
            }
            Changed::Reaction => {
                let before = self.open.as_ref().and_then(|open| open.message(message.id));
                let had = |emoji: &str| {
                    before.is_some_and(|before| {
                        let mut same = before.reactions.iter().filter(|known| known.emoji == emoji);
                        same.any(|known| known.users.contains(&user))
                    })
                };
                let new = message.reactions.iter().find(|one| one.users.contains(&user) && !had(&one.emoji));
                if let Some(emoji) = new.map(|one| one.emoji.clone()) {
                    self.news.say(What::Reacted(name, emoji), now);
                }
            }
            _ => {}
        }
    }

    /// The state of a message of mine, before it is told anew.
    pub(super) fn state_of(&self, id: MessageId) -> Option<MessageState> {
        Some(self.open.as_ref()?.message(id)?.state)
    }

    /// A message of mine moved: of the newest one it is said where it is, once.
    pub(super) fn tell_moved(&mut self, id: MessageId, before: Option<MessageState>, now: Time) {
        let Some(open) = self.open.as_ref() else { return };
        let newest = open.messages.iter().rev().find(|message| !is_incoming(message));
        let Some(message) = newest.filter(|message| message.id == id).cloned() else { return };
        let far = matches!(
            message.state,
            MessageState::Waiting
                | MessageState::InDropBox
                | MessageState::Delivered
                | MessageState::Read
                | MessageState::Failed
        );
        let Some(user) = self.is_heard(message.conversation) else { return };
        if far && before.is_some_and(|before| before != message.state) {
            self.news.say(What::Moved(self.name_of(user), Box::new(message)), now);
        }
    }

    /// A transfer from somebody ended, well or not, wherever one is in the window.
    pub(super) fn tell_file(&mut self, file: &File, now: Time) {
        let known = self.known_file(file.file).map(|known| known.state);
        let ended = matches!(file.state, FileState::Done | FileState::Failed | FileState::Gone);
        if ended && file.direction == Direction::In && known.is_some_and(|known| known != file.state) {
            self.news.say(What::File(Box::new(file.clone())), now);
        }
    }
}
