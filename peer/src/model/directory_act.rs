//! What administrators did, as the signed log has it.

use serde::Serialize;

use super::{Time, UserId, text};

/// An act of an administrator, or of the organisation's root key, that this computer checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryAct {
    /// The place of its leaf in the log.
    pub leaf: u64,
    /// When it was signed; a key of the server does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// What was done.
    pub what: ActKind,
    /// Who signed it; nobody by name for the root key of the organisation.
    #[serde(with = "text::list")]
    pub by: Vec<UserId>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none", with = "text::option")]
    pub user: Option<UserId>,
    /// A name that comes with it: of a person who is not listed yet, or of a room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why somebody was blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<BlockReason>,
}

/// Why an administrator blocked somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum BlockReason {
    /// For a while.
    Suspended,
    /// Taken out of the organisation.
    Removed,
    /// The account was closed.
    Closed,
}

/// What an administrator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ActKind {
    /// Set the rules, or who the administrators are.
    Policy,
    /// Gave the server a key.
    ServerKey,
    /// Took somebody in.
    UserAdded,
    /// Invited somebody.
    Invited,
    /// Took an invitation back.
    InviteWithdrawn,
    /// Let somebody set up their account anew.
    ResetGranted,
    /// Blocked an account.
    Blocked,
    /// Blocked a computer.
    DeviceBlocked,
    /// Lifted a block.
    Unblocked,
    /// Lifted the block of a computer.
    DeviceUnblocked,
    /// Made or changed a room.
    Room,
    /// Let somebody into a room, or out of it.
    RoomMember,
}
