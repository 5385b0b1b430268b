//! Contact requests, where the company wants them: who asks to write to me, and whom I asked (FEATURES C18).

use conclave_peer::model::{Answer, ContactRequested, UserId};

/// Characters of the note beside a request (LIBRARY §3).
pub const NOTE: u16 = 300;

/// What is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requests {
    /// They ask, oldest first.
    pub incoming: Vec<ContactRequested>,
    /// I asked, oldest first.
    pub outgoing: Vec<ContactRequested>,
    /// Whether the list was ever loaded.
    pub loaded: bool,
}

impl Requests {
    pub(super) fn set(&mut self, answer: Answer) {
        if let Answer::Requests { incoming, outgoing } = answer {
            *self = Self { incoming, outgoing, loaded: true };
        }
    }

    /// The open request of or to a person.
    #[must_use]
    pub fn with(&self, user: UserId) -> Option<&ContactRequested> {
        self.incoming.iter().chain(&self.outgoing).find(|request| request.user == user)
    }
}
