//! What the desktop around the window is asked for.

use conclave_peer::model::UserId;

use crate::state::notices::Notice;

/// Orders that may wait: a person's messages come slower than a bus takes them.
pub const ORDERS: usize = 64;

/// What the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tray {
    /// The name of the program, with what is not read.
    pub title: String,
    /// Whether something is not read.
    pub unread: bool,
    /// The word that shows the window.
    pub show: String,
    /// The word that ends the program.
    pub quit: String,
}

/// What the desktop is to do.
#[derive(Debug)]
pub enum Order {
    /// Shows a notice in place of the last one of the same conversation.
    Show(Notice),
    /// Takes the notice of a conversation away.
    Withdraw(UserId),
    /// Takes all of them away: the messages were closed.
    Clear,
    /// Shows an item in the tray, or none.
    Tray(Option<Tray>),
}
