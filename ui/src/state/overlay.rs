//! What stands above the window: one thing at a time, closed by Escape, with the keyboard given back.

use conclave_peer::model::{FileId, MessageId, UserId};

pub use super::attach::{Attach, Chosen, Source};
use super::safety::Compare;
use super::switcher::Switcher;

/// What stands above the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// Comparing safety numbers.
    Safety(Compare),
    /// The quick switcher.
    Switcher(Switcher),
    /// The keys.
    Keys,
    /// The presence menu.
    Presence,
    /// What can be done with a conversation of the list.
    Row(UserId),
    /// What the path badge means.
    Path(UserId),
    /// The emoji picker over the composer.
    Emoji,
    /// The emoji picker for a message that is reacted to.
    React(MessageId),
    /// Files before they are sent.
    Attach(Attach),
    /// An address before it is opened.
    Link(String),
    /// A picture, as large as the window.
    Picture {
        /// The file.
        file: FileId,
        /// In steps of a quarter above the size that fits.
        zoom: u8,
    },
    /// A document, page by page.
    Pages {
        /// The file.
        file: FileId,
        /// The page, from 0.
        page: u32,
        /// In steps of a quarter above the width of the window.
        zoom: u8,
    },
    /// A question before something that cannot be taken back.
    Confirm(Confirm),
    /// The warning before everything is written to a file that anybody can read.
    ExportData,
    /// The question before everything leaves this computer.
    EraseAll,
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// Blocks a person.
    Block(UserId),
    /// Ends a transfer of which much is done.
    CancelFile(FileId),
    /// Serves a file that was sent no more.
    Withdraw(FileId),
    /// Takes a changed key without comparing.
    AcceptKey(UserId),
    /// Opens a file in another program.
    OpenFile(FileId),
    /// Takes the conversation with a person off this computer.
    Erase(UserId),
    /// Deletes a message.
    Delete {
        /// Which.
        id: MessageId,
        /// On the other side too, which is asked to.
        everyone: bool,
    },
    /// Ends the session and closes the messages.
    SignOut,
}
