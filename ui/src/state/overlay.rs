//! What stands above the window: one thing at a time, closed by Escape, with the keyboard given back.

use std::path::PathBuf;
use std::sync::Arc;

use conclave_peer::model::{FileId, MessageId, UserId};

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
}

/// Files before they are sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Attach {
    /// To whom.
    pub to: UserId,
    /// Where they are on this computer.
    pub files: Vec<Chosen>,
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A file on this computer.
    File(PathBuf),
    /// A picture that was pasted.
    Memory(Arc<Vec<u8>>),
}

/// A file before it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Where it comes from.
    pub source: Source,
    /// Its name; empty for one that has none yet.
    pub name: String,
    /// Whether it is a picture whose metadata will be taken out.
    pub picture: bool,
}

impl Chosen {
    /// A file by its path.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let kind = path.extension().map(|kind| kind.to_string_lossy().to_ascii_lowercase());
        let picture = matches!(kind.as_deref(), Some("jpg" | "jpeg" | "png" | "webp"));
        Self { source: Source::File(path), name, picture }
    }

    /// A PNG picture from the clipboard.
    #[must_use]
    pub fn pasted(png: Vec<u8>) -> Self {
        Self { source: Source::Memory(Arc::new(png)), name: PASTED.to_owned(), picture: true }
    }
}

/// The name of a pasted picture.
const PASTED: &str = "picture.png";

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
