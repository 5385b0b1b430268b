//! Writing: a text is shown at once and stays on screen until the engine has it.

use conclave_peer::model::{Answer, Call, Failure, MessageId, MessageSend, UserId};

use crate::command::Purpose;
use crate::state::conversation::Unsent;
use crate::state::{Effect, Page};

use super::Main;
use super::ask::{question, target};

impl Main {
    pub(super) fn reply(&mut self, to: Option<MessageId>) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        open.menu = None;
        open.reply_to = to;
        self.to_composer().into_iter().collect()
    }

    pub(super) fn send(&mut self, to: UserId, text: String) -> Vec<Effect> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        self.full.take_if(|full| full.to == to);
        let reply_to =
            self.open.as_mut().filter(|open| open.with == to).and_then(|open| open.reply_to.take());
        let mut effects = self.hand_over(to, text, reply_to);
        effects.push(Effect::Page(Page::ClearComposer(to)));
        effects.extend(self.end());
        effects
    }

    pub(super) fn try_again(&mut self, number: u64) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let Some(at) = open.unsent.iter().position(|unsent| unsent.number == number) else {
            return Vec::new();
        };
        let (to, unsent) = (open.with, open.unsent.remove(at));
        self.hand_over(to, unsent.text, unsent.reply_to)
    }

    fn hand_over(&mut self, to: UserId, text: String, reply_to: Option<MessageId>) -> Vec<Effect> {
        self.number += 1;
        let number = self.number;
        if let Some(open) = self.open.as_mut().filter(|open| open.with == to) {
            open.unsent.push(Unsent { number, text: text.clone(), reply_to, failure: None });
            open.unread_from = None;
        }
        let send = MessageSend { to: target(to), text, id: None, reply_to, mentions: Vec::new() };
        vec![question(Purpose::Send { to, number }, Call::MessageSend(send))]
    }

    pub(super) fn sent(&mut self, to: UserId, number: u64, result: Result<Answer, Failure>) {
        if let Ok(Answer::Message { message }) = &result {
            let _newer = self.roster.newest(message);
        }
        let Some(open) = self.known(to) else { return };
        match result {
            Ok(Answer::Message { message }) => {
                open.unsent.retain(|unsent| unsent.number != number);
                open.arrived(message);
            }
            Err(failure) => {
                if let Some(unsent) = open.unsent.iter_mut().find(|unsent| unsent.number == number) {
                    unsent.failure = Some(failure);
                }
            }
            Ok(_) => {}
        }
    }
}
