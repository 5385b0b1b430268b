//! Writing: a text is shown at once and stays on screen until the engine has it.

use conclave_peer::model::{Answer, Call, Failure, MessageId, MessageSend, UserId};

use crate::command::{Purpose, Typed};
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
        let purpose = Purpose::Send { to, number, text: Typed::new(text.clone()) };
        let send = MessageSend { to: target(to), text, id: None, reply_to, mentions: Vec::new() };
        vec![question(purpose, Call::MessageSend(send))]
    }

    /// The engine has a text, or refused it. Where no bubble stands for it any more, it joins what was begun.
    pub(super) fn sent(
        &mut self,
        to: UserId,
        number: u64,
        text: Typed,
        result: Result<Answer, Failure>,
    ) -> Option<Effect> {
        if let Ok(Answer::Message { message }) = &result {
            let _newer = self.roster.newest(message);
        }
        let open = self.known(to);
        match (open, result) {
            (Some(open), Ok(Answer::Message { message })) => {
                open.unsent.retain(|unsent| unsent.number != number);
                open.arrived(message);
            }
            (open, Err(failure)) => {
                let mut unsent = open.into_iter().flat_map(|open| &mut open.unsent);
                match unsent.find(|unsent| unsent.number == number) {
                    Some(unsent) => unsent.failure = Some(failure),
                    None => return Some(Effect::Returned { to, text }),
                }
            }
            (_, Ok(_)) => {}
        }
        None
    }

    /// Takes the texts that were refused from the page, because it closes: they join what was begun.
    pub(in crate::state) fn give_back(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.in_each(|known| {
            let to = known.with;
            let refused = known.unsent.extract_if(.., |unsent| unsent.failure.is_some());
            let texts: Vec<_> = refused.map(|unsent| Typed::new(unsent.text)).collect();
            // Each is put before what stands there: the last comes first.
            effects.extend(texts.into_iter().rev().map(|text| Effect::Returned { to, text }));
        });
        effects
    }
}
