//! What goes over the administrator's socket.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exit::{Exit, Failure};

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    Status,
    UserList,
    UserShow {
        name: String,
    },
    SessionList {
        user: Option<String>,
    },
    BanList,
    /// What a Ban or Unban leaf about a user has to say.
    BanTarget {
        name: String,
    },
    /// The parked account of a name, to be signed.
    PendingShow {
        name: String,
    },
    Invite(Invite),
    Ban(Ban),
    Unban {
        name: String,
        leaf: String,
        reason: Option<String>,
    },
    Approve {
        name: String,
        leaf: String,
    },
    SessionEnd {
        id: String,
    },
    DropboxShow,
    DropboxPurge {
        name: String,
        reason: Option<String>,
    },
    /// Forgets failed tries of an account.
    Unlock {
        name: String,
    },
    Stop {
        in_ms: u64,
        notice: Option<String>,
    },
}

/// An invite. The token stays at the command; here is only the hash of the login token.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invite {
    pub(crate) name: String,
    pub(crate) token_hash: String,
    pub(crate) uses: u16,
    pub(crate) expires: u64,
    /// The signed InviteGrant, in hex; only in the mode `grant`.
    pub(crate) leaf: Option<String>,
}

/// A ban.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ban {
    pub(crate) name: String,
    /// Signed by an admin key, in hex; without it the server signs.
    pub(crate) leaf: Option<String>,
    /// Milliseconds UTC; 0: until lifted.
    pub(crate) until: u64,
    pub(crate) reason: Option<String>,
}

/// A reply.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    Ok(Value),
    Error { code: String, message: String, hint: Option<String> },
}

impl From<Result<Value, Failure>> for Reply {
    fn from(result: Result<Value, Failure>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(failure) => {
                Self::Error { code: failure.exit.word().into(), message: failure.message, hint: failure.hint }
            }
        }
    }
}

impl From<Reply> for Result<Value, Failure> {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Ok(value) => Ok(value),
            Reply::Error { code, message, hint } => {
                Err(Failure { exit: Exit::from_word(&code), message, hint })
            }
        }
    }
}
