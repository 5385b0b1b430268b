//! What stands at the foot of a conversation: a place to write, or why there is none.

use conclave_peer::model::{Approval, SafetyChange, SafetyLevel};

use crate::state::conversation::Conversation;
use crate::state::roster::Person;
use crate::state::{Effect, Event, Page, field};

use super::{Act, Main};

/// What stands at the foot of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Footing {
    /// The safety number changed, which asks first.
    Changed(SafetyChange),
    /// I blocked them.
    Blocked,
    /// The company blocked them.
    Banned,
    /// They have no key.
    NoKey,
    /// Not both have agreed to write to each other.
    Asking,
    /// Messages are written here.
    Composer,
}

impl Main {
    /// What stands at the foot of the conversation with a person.
    #[must_use]
    pub fn footing(&self, person: &Person) -> Footing {
        let contact = &person.contact;
        if let Some(change) = self.safety.change(contact.user) {
            Footing::Changed(change.clone())
        } else if contact.blocked {
            Footing::Blocked
        } else if contact.banned == Some(true) {
            Footing::Banned
        } else if contact.safety == SafetyLevel::None {
            Footing::NoKey
        } else if matches!(contact.approval, Approval::Company | Approval::Accepted) {
            Footing::Composer
        } else {
            Footing::Asking
        }
    }

    /// Puts the keyboard where messages to the open person are written, or onto the messages where none can be: it
    /// may not stay in the composer for somebody else.
    pub(super) fn to_composer(&self) -> Option<Effect> {
        let open = self.open.as_ref()?;
        let person = self.roster.person(open.with)?;
        let page = match (self.footing(person), open) {
            (Footing::Composer, Conversation { editing: Some(id), .. }) => Page::FocusEdit(*id),
            (Footing::Composer, _) => Page::FocusComposer(open.with),
            _ => Page::Focus(field::TIMELINE),
        };
        Some(Effect::Page(page))
    }

    /// Closes the messages.
    pub(super) fn lock() -> Vec<Effect> {
        vec![Effect::Then(Box::new(Event::Main(Act::Lock)))]
    }
}
