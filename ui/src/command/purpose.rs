//! What an answer of the engine's core is for: the window knows by it where the answer belongs.

use conclave_peer::model::UserId;

use crate::state::shared;

use super::Typed;

/// What an answer of the engine is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The list of people.
    Contacts,
    /// Unread counts and last messages.
    Conversations,
    /// The newest messages with a person.
    Newest(UserId),
    /// The same, before anybody asks for them.
    Ahead(UserId),
    /// Messages before those at hand.
    Older(UserId),
    /// Messages after those at hand.
    Newer(UserId),
    /// Messages on both sides of one.
    Around(UserId),
    /// A message that was changed.
    Changed,
    /// What others are told.
    Privacy,
    /// What was found; the number is the window's own, and only the newest answer counts.
    Search(u64),
    /// The safety number with a person.
    Safety(UserId),
    /// Whether the numbers are the same.
    Verified(UserId),
    /// A person's profile.
    Profile(UserId),
    /// The own profile, changed.
    OwnProfile,
    /// What lies on this computer.
    Storage,
    /// What administrators did.
    Log,
    /// Who blocked this account, and why.
    Blocked,
    /// What was chosen about the window.
    Habits,
    /// Open contact requests.
    Requests,
    /// Every file.
    AllFiles,
    /// How much a conversation holds.
    Counted(UserId),
    /// What of a kind was shared in a conversation.
    Shared {
        /// With whom.
        user: UserId,
        /// Which kind.
        kind: shared::Kind,
        /// After what is at hand; from the newest on otherwise.
        older: bool,
    },
    /// A decision about a transfer.
    Transfers,
    /// The path to a person, for the badge.
    Path(UserId),
    /// An act that nobody waits for: neither its success nor its failure is said.
    Unheard,
    /// A message on its way; the number is the window's own.
    Send {
        /// To whom.
        to: UserId,
        /// The window's number for it.
        number: u64,
        /// The text, for the case that it is refused when nothing shows it any more.
        text: Typed,
    },
    /// What was begun for a person.
    Draft(UserId, Typed),
    /// What others see of my presence.
    Presence,
    /// A conversation that is taken off this computer.
    Erased(UserId),
    /// The engine's state, for the banner and the own name.
    Status,
    /// An act whose success shows by itself; its failure is said.
    Quiet,
    /// Events were seen; nothing is done with the answer.
    Ack,
}
