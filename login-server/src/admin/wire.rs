//! What goes over the administrator's socket.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::words::{Said, Sentence};

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// A request with what was said around it; not nested.
    With {
        /// Checks everything and changes nothing.
        dry_run: bool,
        /// What the administrator gave as the reason; kept in the audit log.
        reason: Option<String>,
        /// The name of the admin key that signed, as the administrator calls it.
        key: Option<String>,
        request: Box<Request>,
    },
    Status,
    UserList,
    UserShow {
        name: String,
    },
    SessionList {
        user: Option<String>,
    },
    SessionShow {
        id: String,
    },
    /// Ends sessions and refuses login until a time; of everybody without a name.
    Kick {
        name: Option<String>,
        /// Milliseconds UTC; 0 lets them in again.
        until: u64,
    },
    BanList,
    RelayShow,
    /// What a leaf about a user has to say.
    UserTarget {
        name: String,
    },
    InviteList,
    InviteShow {
        id: String,
    },
    /// Closes an invite; in the mode `grant` with the withdrawal leaf.
    InviteRevoke {
        id: String,
        leaf: Option<String>,
    },
    /// Forgets the tokens of invites that have ended.
    InvitePurge,
    Reset(Reset),
    /// Another phone for an account whose password stays; the leaf is the statement of `admin/phone`.
    TotpReset(Reset),
    /// The newest Policy leaf and what it says.
    PolicyShow,
    /// A new Policy, signed by the root key.
    PolicySet {
        leaf: String,
        /// What it is for, for the audit log, such as `policy.set` or `key.add`.
        action: String,
        /// What it is about, for the audit log.
        target: String,
    },
    /// Draws the key that follows, and keeps it until a leaf names it.
    KeyPrepare {
        which: Rotated,
    },
    /// Puts the key that was prepared in force.
    KeyRotate {
        which: Rotated,
        /// The signed ServerKey, in hex; nothing for an enrolment key that no policy names.
        leaf: Option<String>,
    },
    /// Keeps an address or a network out.
    BlockAdd {
        network: String,
        /// Milliseconds UTC; 0: until lifted.
        until: u64,
    },
    /// Who is behind an address or a network now.
    BlockPreview {
        network: String,
    },
    BlockLift {
        network: String,
    },
    /// Removes what the server holds about a person; the leaf closes the account.
    Erase {
        name: String,
        leaf: String,
        /// When the records go, milliseconds UTC; 0: at once. The account is closed at once in any case.
        #[serde(default)]
        at: u64,
    },
    /// All that the server holds about a person.
    Export {
        name: String,
    },
    /// The parked account of a name, to be signed.
    PendingShow {
        name: String,
    },
    Invite(Invite),
    /// Several invites: all of them, or none.
    InviteMany {
        invites: Vec<Invite>,
    },
    Ban(Ban),
    Unban {
        name: String,
        leaf: String,
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
    },
    /// Forgets failed tries of an account.
    Unlock {
        name: String,
    },
    /// Makes a backup sealed with a key that was made of a passphrase at the command.
    Backup {
        salt: String,
        key: String,
        out: Option<std::path::PathBuf>,
    },
    BackupList,
    BackupShow,
    /// Starts daily backups.
    BackupSchedule {
        salt: String,
        key: String,
    },
    BackupPrune {
        keep: usize,
    },
    ConfigShow,
    ConfigReload,
    NoticeSend {
        text: String,
    },
    LogLevel {
        filter: Option<String>,
    },
    LogTail {
        /// Number of the first line; none: the last lines.
        from: Option<u64>,
        most: usize,
    },
    TaskList,
    StatsShow,
    /// What people take of the server; of all without a name.
    Usage {
        name: Option<String>,
    },
    DirectoryShow {
        since: u64,
    },
    Stop {
        in_ms: u64,
        notice: Option<String>,
    },
}

impl Request {
    /// Whether it changes what is kept: the log, private records, the drop box, keys.
    pub(crate) const fn writes(&self) -> bool {
        matches!(
            self,
            Self::Kick { .. }
                | Self::InviteRevoke { .. }
                | Self::InvitePurge
                | Self::Reset(_)
                | Self::TotpReset(_)
                | Self::PolicySet { .. }
                | Self::KeyPrepare { .. }
                | Self::KeyRotate { .. }
                | Self::BlockAdd { .. }
                | Self::BlockLift { .. }
                | Self::Erase { .. }
                | Self::Invite(_)
                | Self::InviteMany { .. }
                | Self::Ban(_)
                | Self::Unban { .. }
                | Self::Approve { .. }
                | Self::DropboxPurge { .. }
        )
    }
}

/// A key of the server that can be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rotated {
    /// DSK: signs heads, leases, receipts and bans.
    Directory,
    /// EnrolKey: adds users while the policy says `auto`.
    Enrolment,
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
}

/// A re-enrolment. The code stays at the command; here is only the hash of the login token it gives.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    pub(crate) name: String,
    pub(crate) token_hash: String,
    pub(crate) expires: u64,
    /// The signed ResetGrant, in hex.
    pub(crate) leaf: String,
}

/// A reply, and the version of the server that gives it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    pub(crate) version: String,
    #[serde(flatten)]
    pub(crate) reply: Reply,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").into(), reply }
    }
}

/// A reply.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    Ok(Value),
    /// The words are English; beside them is what the command needs to say it in another language.
    Error {
        code: String,
        message: String,
        hint: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Said>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint_said: Option<Said>,
    },
}

impl From<Result<Value, Failure>> for Reply {
    fn from(result: Result<Value, Failure>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(failure) => Self::Error {
                code: failure.exit.word().into(),
                message: failure.english(),
                hint: failure.hint.as_ref().map(Sentence::english),
                said: failure.message.keyed(),
                hint_said: failure.hint.as_ref().and_then(Sentence::keyed),
            },
        }
    }
}

impl From<Reply> for Result<Value, Failure> {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Ok(value) => Ok(value),
            Reply::Error { code, message, hint, said, hint_said } => Err(Failure {
                exit: Exit::from_word(&code),
                message: Sentence::received(message, said),
                hint: hint.map(|hint| Sentence::received(hint, hint_said)),
            }),
        }
    }
}
