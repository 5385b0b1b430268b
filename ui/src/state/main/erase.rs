//! A conversation is taken off this computer: what that costs is said first, in numbers (UI §3.I).

use conclave_peer::model::{Answer, Call, ErrorCode, Failure, OneConversation, Time, UserId};

use crate::command::{Command, Purpose};
use crate::state::Effect;

use super::ask::{self, question, target};
use super::{Main, Said};

impl Main {
    /// Takes it off; what the window shows of it goes at once, with its pictures in memory.
    pub(super) fn erase(&mut self, user: UserId) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.withdraw(user).into_iter().collect();
        if self.open.as_ref().is_some_and(|open| open.with == user) {
            let seen: Vec<_> = self.files_of_open().collect();
            let pictures = self.previews.forget(&seen);
            effects.push(Effect::Ask(Command::ForgetPictures(pictures)));
            self.open = None;
            self.shared = Default::default();
        }
        let call = Call::EraseConversation(OneConversation { conversation: target(user) });
        effects.push(question(Purpose::Erased(user), call));
        effects
    }

    fn files_of_open(&self) -> impl Iterator<Item = conclave_peer::model::FileId> {
        let messages = self.open.iter().flat_map(|open| &open.messages);
        let files = messages.filter_map(|message| message.file.as_ref()).chain(self.shared.files());
        files.map(|file| file.file)
    }

    pub(super) fn erased(&mut self, user: UserId, result: Result<Answer, Failure>, now: Time) -> Vec<Effect> {
        let name = self.roster.person(user).map(|person| person.name()).unwrap_or_default();
        match result {
            Ok(_) => {
                self.roster.erased(user);
                self.say(Said::Erased(name), now);
            }
            Err(failure) if failure.code == ErrorCode::ApiState => self.say(Said::StillWaiting(name), now),
            Err(failure) => self.say(Said::Failed(failure), now),
        }
        vec![question(Purpose::Conversations, Call::ConversationList), ask::files()]
    }
}
