//! What the state asks of the page.

use conclave_peer::model::{MessageId, UserId};

/// A small act on the page: none of them carries data of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// To the newest message.
    ToEnd,
    /// Brings a message into sight and puts the keyboard on it.
    ShowMessage(MessageId),
    /// Brings a message into sight; the keyboard stays where it is.
    Reveal(MessageId),
    /// Puts the keyboard back where it was before something stood above the window.
    GiveBack,
    /// Puts the keyboard into the next region of the window, or the previous one.
    Region(bool),
    /// Hands a sound or a film to its player.
    Play {
        /// The random name that it has in this run.
        name: u128,
        /// Its pieces.
        pieces: u32,
    },
    /// Goes on with a sound, or holds it.
    Sound {
        /// The random name that it has in this run.
        name: u128,
        /// Whether it goes on.
        go: bool,
    },
    /// Presses a control, by its id.
    Click(&'static str),
    /// Writes an emoji of the table into the composer, where the keyboard is.
    Insert(&'static str),
    /// Puts an emoji of the table in the place of its short code in the composer.
    Swap(&'static str, &'static str),
    /// The window in front of all others.
    Front,
    /// Whether closing the window hides it.
    Hides(bool),
    /// Ends the program.
    Quit,
    /// The size of everything, in hundredths.
    Zoom(i32),
    /// Empties the composer for a person after a message was handed over.
    ClearComposer(UserId),
    /// The same, and the field tells of it as if somebody had emptied it.
    EmptyComposer(UserId),
    /// Puts the keyboard into a field, by its id; what is typed before the field is there waits for it.
    Focus(&'static str),
    /// The same for the composer for a person.
    FocusComposer(UserId),
    /// The same for the field in which a message is changed.
    FocusEdit(MessageId),
    /// The messages are about to be closed: what is typed from here on waits for the door.
    Closing,
    /// Puts the keyboard into the field of the code for this attempt: each has a field of its own.
    FocusCode(u32),
}
