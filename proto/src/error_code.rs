//! Stable error codes: what a program matches on, and the key of the words a person reads (UI §3.F).
//!
//! The number travels on the wire and is never given a second meaning.

use core::fmt;

macro_rules! codes {
    ($($variant:ident = $number:literal, $text:literal, $doc:literal;)*) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $text, "`: ", $doc)] $variant,)*
        }

        impl ErrorCode {
            /// All codes, in order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The code of a number from the wire; a number not known is `None`.
            #[must_use]
            pub const fn from_number(number: u32) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }

            /// The stable text, such as `E-AUTH-1`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

codes! {
    AuthRefused = 1, "E-AUTH-1", "User name, password or code is wrong.";
    AuthThrottled = 2, "E-AUTH-2", "Too many tries.";
    AuthCodeReused = 3, "E-AUTH-3", "The code was typed twice.";
    AuthBanned = 4, "E-AUTH-4", "The account is banned.";
    AuthKicked = 5, "E-AUTH-5", "The account is kept out for a time.";
    SessionElsewhere = 10, "E-SESS-1", "The account signed in on another computer.";
    SessionEnded = 11, "E-SESS-2", "The session has ended.";
    AccountName = 20, "E-ACC-1", "The user name breaks the rule.";
    AccountNameTaken = 21, "E-ACC-2", "The user name is taken or too close to one.";
    AccountPassword = 22, "E-ACC-3", "The password is too weak.";
    AccountInvite = 23, "E-ACC-4", "The invite is expired, withdrawn or used.";
    AccountPending = 24, "E-ACC-5", "The account waits for an administrator.";
    ServerUnreachable = 30, "E-SRV-1", "No answer from the login server.";
    ServerIdentity = 31, "E-SRV-2", "Not the login server of the invite.";
    ServerVersion = 32, "E-SRV-3", "No common protocol version.";
    ServerBusy = 33, "E-SRV-4", "The login server is busy.";
    DirectoryFault = 40, "E-DIR-1", "The directory log is not consistent.";
    DirectoryOwnKeys = 41, "E-DIR-2", "The own keys were changed by someone else.";
    Clock = 45, "E-TIME-1", "The clock is off.";
    PeerOffline = 50, "E-PEER-1", "The person is offline.";
    PeerNoPath = 51, "E-PEER-2", "There is no path to the person's computer.";
    PeerRefused = 52, "E-PEER-3", "The person's computer refuses the connection.";
    KeyChanged = 55, "E-KEY-1", "The safety number changed.";
    MessageUnopened = 60, "E-MSG-1", "A message could not be opened.";
    MessageSessionBroken = 61, "E-MSG-2", "The secure session keeps failing.";
    MessageTooLong = 62, "E-MSG-3", "The message is too long.";
    DropBoxFull = 65, "E-DROP-1", "The drop box is full.";
    FileTooLarge = 70, "E-FILE-1", "The file is too large.";
    FileUnreadable = 71, "E-FILE-2", "The file cannot be read.";
    FileDamaged = 72, "E-FILE-3", "The file arrived damaged.";
    FileStopped = 73, "E-FILE-4", "The transfer stopped.";
    DiskFull = 74, "E-FILE-5", "There is not enough room on the disk.";
    FileGone = 75, "E-FILE-6", "Nobody has the file any more.";
    PreviewNone = 76, "E-PREV-1", "There is no preview.";
    RoomPending = 80, "E-ROOM-1", "The request to join waits.";
    RoomDeclined = 81, "E-ROOM-2", "The request to join was declined.";
    RoomNotAllowed = 82, "E-ROOM-3", "Only an administrator of the room may do this.";
    Blocked = 85, "E-BLOCK-1", "The person is blocked.";
    StorePassword = 90, "E-STORE-1", "Wrong password for the local store.";
    StoreInUse = 91, "E-STORE-2", "The profile is already open.";
    StoreDamaged = 92, "E-STORE-3", "Part of the store is damaged.";
    StoreNewer = 93, "E-STORE-4", "The profile is of a newer program.";
    ApiLine = 100, "E-API-1", "A bad line.";
    ApiMethod = 101, "E-API-2", "No such method.";
    ApiParams = 102, "E-API-3", "Bad parameters.";
    ApiLocked = 103, "E-API-4", "The vault is locked.";
    ApiLogin = 104, "E-API-5", "Not logged in.";
    ApiNotFound = 105, "E-API-6", "Not found.";
    ApiConflict = 106, "E-API-7", "The same id with other content.";
    ApiBusy = 107, "E-API-8", "Too many calls are waiting.";
    ApiState = 108, "E-API-9", "The call does not fit the state.";
    Bug = 255, "E-BUG", "An error of the program.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_and_texts_are_unique_and_come_back() {
        let numbers: BTreeSet<u32> = ErrorCode::ALL.iter().map(|code| code.number()).collect();
        let texts: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.text()).collect();
        assert_eq!(numbers.len(), ErrorCode::ALL.len());
        assert_eq!(texts.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_number(code.number()), Some(*code));
        }
        assert_eq!(ErrorCode::from_number(9999), None);
    }
}
