//! What goes into the login machine, and what it asks for.

use conclave_crypto::keys::{DeviceId, UserId};
use conclave_crypto::login::{Factor, LoginFrame, LoginName, LoginRecord};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::accounts::{Account, TokenHash, TokenKind};

/// What happens to the machine.
#[derive(Debug)]
pub(crate) enum Input {
    /// A frame of the client.
    Frame(LoginFrame),
    /// Answer to [`Effect::Find`]: the stored record, and whether the account is kept out (banned).
    Found {
        /// The stored record, if the name has one.
        record: Option<LoginRecord>,
        /// Whether nobody may log in to it now.
        barred: bool,
    },
    /// Answer to [`Effect::Check`] and [`Effect::Create`]: whether it was right, or done.
    Answer(bool),
    /// Answer to [`Effect::FindToken`]: what the token is for, if it is good for the name.
    Token(Option<TokenKind>),
    /// Answer to [`Effect::Open`].
    Opened {
        /// The account in the log; zeros while it is not there.
        user: UserId,
        /// A lease, or empty.
        lease: Vec<u8>,
    },
}

/// What the shell has to do, in order.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Send a frame.
    Send(LoginFrame),
    /// Send CHALLENGE, always the same time after LOGIN came.
    Challenge(LoginFrame),
    /// Refuse, always the same time after the frame came, and end the stream.
    Refuse,
    /// Look the name up and answer with [`Input::Found`].
    Find(LoginName),
    /// Use up a TOTP code or recovery code and answer with [`Input::Answer`].
    Check(LoginName, Factor, Zeroizing<Vec<u8>>),
    /// Look a login token up and answer with [`Input::Token`].
    FindToken(LoginName, TokenHash),
    /// Make the account and spend the token in one transaction; answer with [`Input::Answer`].
    Create(LoginName, Box<Account>, TokenHash),
    /// Replace the stored record; answer with [`Input::Answer`].
    Replace(LoginName, Box<LoginRecord>),
    /// The person is who they say: open the session and answer with [`Input::Opened`].
    Open(Entry),
    /// The login is complete.
    Done,
}

/// Who came in, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The account's name.
    pub(crate) name: LoginName,
    /// The device as the client says; zeros while it has none.
    pub(crate) device: DeviceId,
    /// `H("devcert", …)` as the client says.
    pub(crate) devcert_hash: [u8; 32],
    /// Whether the password was replaced, so that other sessions of the account end.
    pub(crate) ends_others: bool,
}

/// A frame that must not come now; the stream is closed and nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a login frame out of order")]
pub(crate) struct OutOfOrder;
