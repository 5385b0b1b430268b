//! Exit codes (ADMIN §4) and how a failure is told.

use std::process::ExitCode;

use conclave_peer::model::Failure;
use conclave_proto::ErrorCode;

use crate::screen::Screen;

/// Why the program ends with something else than 0.
#[derive(Debug)]
pub(crate) enum Exit {
    /// The engine refused.
    Failed(Failure),
    /// Something around it failed; the text is English.
    Other(String),
    /// A key of the words: the command cannot go on.
    Said(&'static str),
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    pub(crate) fn other(text: impl Into<String>) -> Self {
        Self::Other(text.into())
    }

    /// Says it on standard error and gives the code.
    pub(crate) fn report(&self, screen: &Screen) -> ExitCode {
        match self {
            Self::Failed(failure) => screen.failure(failure),
            Self::Other(text) => screen.complain(text),
            Self::Said(key) => screen.complain(&screen.word(key)),
            Self::Interrupted => {}
        }
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Failed(failure) => code(failure.code),
            Self::Other(_) => 1,
            Self::Said(_) => 2,
            Self::Interrupted => 130,
        }
    }
}

impl From<Failure> for Exit {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<std::io::Error> for Exit {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::Interrupted {
            Self::Interrupted
        } else {
            Self::Other(error.to_string())
        }
    }
}

const fn code(code: ErrorCode) -> u8 {
    use ErrorCode as E;
    match code {
        E::ApiParams | E::ApiMethod | E::ApiLine => 2,
        E::ApiNotFound => 4,
        E::AuthRefused
        | E::AuthBanned
        | E::AuthKicked
        | E::AccountName
        | E::AccountPassword
        | E::AccountInvite
        | E::ServerIdentity
        | E::ServerVersion
        | E::DirectoryFault
        | E::DirectoryOwnKeys
        | E::KeyChanged
        | E::Blocked
        | E::StorePassword
        | E::ApiLocked
        | E::ApiLogin
        | E::RoomNotAllowed
        | E::RoomDeclined => 5,
        E::AccountNameTaken | E::ApiConflict | E::ApiState => 6,
        E::ServerUnreachable => 7,
        E::StoreInUse => 11,
        E::StoreDamaged | E::StoreNewer => 12,
        E::AuthThrottled
        | E::AuthCodeReused
        | E::ServerBusy
        | E::AccountPending
        | E::ApiBusy
        | E::RoomPending => 75,
        _ => 1,
    }
}
