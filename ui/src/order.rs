//! What the desktop around the window is asked for.

use conclave_peer::model::UserId;

use crate::state::notices::Notice;

/// Orders that may wait: a person's messages come slower than a bus takes them.
pub const ORDERS: usize = 64;

/// What the desktop is to do.
#[derive(Debug)]
pub enum Order {
    /// Shows a notice in place of the last one of the same conversation.
    Show(Notice),
    /// Takes the notice of a conversation away.
    Withdraw(UserId),
    /// Takes all of them away: the messages were closed.
    Clear,
}
