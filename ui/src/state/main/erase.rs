//! A conversation is taken off this computer: what that costs is said first, in numbers (UI §3.I).

use conclave_peer::model::{Answer, Call, ErrorCode, Failure, FileId, OneConversation, Time, UserId};

use crate::command::{Command, Purpose};
use crate::state::{Effect, player};

use super::ask::{self, question, target};
use super::{Main, Said};

impl Main {
    /// Takes it off; what the window shows of it goes at once, with its pictures in memory.
    pub(super) fn erase(&mut self, user: UserId) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.withdraw(user).into_iter().collect();
        if self.player.as_ref().is_some_and(|player| player.with == Some(user)) {
            effects.extend(player::close(&mut self.player, &mut self.previews));
        }
        let open = self.open.take_if(|open| open.with == user);
        let known = open.into_iter().chain(self.recent.take(user, 0));
        let mut seen: Vec<FileId> = self.shared.of(user).map(|file| file.file).collect();
        seen.extend(known.flat_map(|known| known.messages).filter_map(|message| Some(message.file?.file)));
        let pictures = self.previews.forget(&seen);
        effects.push(Effect::Ask(Command::ForgetPictures(pictures)));
        self.shared.forget(user);
        let call = Call::EraseConversation(OneConversation { conversation: target(user) });
        effects.push(question(Purpose::Erased(user), call));
        effects
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
