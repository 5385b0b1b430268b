//! Asking whether we may write to each other, and answering.

use conclave_peer::model::{Call, ContactAnswer, ContactAsk, UserId, UserRef};

use crate::command::Purpose;
use crate::state::Effect;

use super::ask::question;
use super::{Main, Section};

impl Main {
    pub(super) fn ask_contact(user: UserId, note: &str) -> Vec<Effect> {
        let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
        let call = ContactAsk { user: UserRef::Id(user), note };
        vec![question(Purpose::Quiet, Call::ContactRequest(call)), Self::ask_requests()]
    }

    /// Yes opens the conversation; a no is told to nobody.
    pub(super) fn answer_contact(&mut self, user: UserId, accept: bool, focused: bool) -> Vec<Effect> {
        let call = ContactAnswer { user: UserRef::Id(user), accept };
        let mut effects = vec![question(Purpose::Quiet, Call::ContactAnswer(call)), Self::ask_requests()];
        if accept && self.section == Section::Requests {
            effects.extend(self.open(user, focused));
        }
        effects
    }

    /// The open requests.
    pub(super) fn ask_requests() -> Effect {
        question(Purpose::Requests, Call::ContactRequests)
    }
}
