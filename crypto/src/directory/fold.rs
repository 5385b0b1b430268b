//! The fold: judging a leaf against the state without touching it, then applying it (PROTOCOL §2.3, fold rules).
//!
//! ```text
//! leaf ──parse──► Leaf ──judge(&State, now)──► Step ──apply(&mut State)──► Change
//!                   └──────── LeafRefused ◄──────┘            (cannot fail)
//! ```
//!
//! Judging never changes anything, so a refused leaf leaves the state as it was. No leaf is ever skipped.

mod apply;
mod bans;
mod keys;
mod people;
mod rooms;

use super::leaf::{Leaf, Object};
use super::object::{
    Ban, DeviceList, InviteGrant, Policy, RoomAdmit, RoomMove, RoomOrg, ServerKey, Target, UikReset, Unban,
    UserAdd,
};
use super::refused::LeafRefused;
use super::state::{AddedBy, GrantedReset, State};
use crate::keys::{AdminPublic, DeviceId, DirectoryPublic, GrantPublic, RoomId, UikPublic, UserId};

/// How far a clock may be off, ms.
pub const CLOCK_TOLERANCE: u64 = 5 * 60 * 1000;

/// What a leaf changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A new policy is in force.
    Policy {
        /// Its number.
        seq: u32,
    },
    /// The server got a directory key.
    ServerKey {
        /// The key.
        key: DirectoryPublic,
    },
    /// A user was added.
    UserAdded {
        /// The account.
        user_id: UserId,
        /// By whom.
        by: AddedBy,
    },
    /// A user's device list was replaced.
    Devices {
        /// The account.
        user_id: UserId,
        /// Devices that were not listed before.
        added: Vec<DeviceId>,
        /// Devices that are listed no more.
        removed: Vec<DeviceId>,
    },
    /// A user has a new identity key and no devices.
    IdentityReset {
        /// The account.
        user_id: UserId,
        /// The key before.
        old: UikPublic,
        /// The key now.
        new: UikPublic,
        /// Devices that are gone.
        removed: Vec<DeviceId>,
        /// The grant it used, with the admins who signed it.
        granted: GrantedReset,
    },
    /// Somebody or a device was banned.
    Banned {
        /// Who.
        target: Target,
        /// The admin key; none: the server.
        by: Option<AdminPublic>,
    },
    /// A ban was lifted.
    Unbanned {
        /// Who.
        target: Target,
        /// The admin key; none: the server, after the ban's time.
        by: Option<AdminPublic>,
    },
    /// A room was made.
    RoomMade {
        /// The room.
        room_id: RoomId,
    },
    /// A room was changed.
    RoomChanged {
        /// The room.
        room_id: RoomId,
    },
    /// Somebody joined an open room.
    Joined {
        /// The room.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
    },
    /// Somebody left a room.
    Left {
        /// The room.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
    },
    /// Somebody was let into a room.
    Admitted {
        /// The room.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
        /// The room admin; none: an admin key.
        by: Option<UserId>,
    },
    /// Somebody was taken out of a room.
    Removed {
        /// The room.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
        /// The room admin; none: an admin key.
        by: Option<UserId>,
    },
    /// A user may reset their identity key.
    ResetGranted {
        /// The account.
        user_id: UserId,
    },
    /// An invite may add accounts.
    InviteGranted {
        /// Its key.
        grant: GrantPublic,
    },
    /// An invite was withdrawn.
    InviteWithdrawn {
        /// Its key.
        grant: GrantPublic,
    },
}

/// A judged leaf: everything that applying it needs.
#[derive(Debug)]
pub(super) enum Step {
    Policy(Policy),
    ServerKey(ServerKey),
    UserAdd(UserAdd, AddedBy),
    DeviceList(DeviceList),
    UikReset(UikReset, GrantedReset),
    Ban(Ban, Option<AdminPublic>),
    Unban(Unban, Option<AdminPublic>),
    RoomOrg(RoomOrg),
    Join(RoomMove),
    Leave(RoomMove),
    Admit(RoomAdmit),
    ResetGrant(GrantedReset),
    Invite(InviteGrant, AdminPublic, UserId),
    Withdrawal(GrantPublic),
}

impl State {
    /// Judges a leaf as the next one at `now` (ms UTC); changes nothing.
    pub(super) fn judge(&self, leaf: &Leaf<'_>, now: u64) -> Result<Step, LeafRefused> {
        if self.policy.is_none() && !matches!(leaf.object, Object::Policy(_)) {
            return Err(LeafRefused::NoPolicy);
        }
        if leaf.object.at().is_some_and(|at| at > now.saturating_add(CLOCK_TOLERANCE)) {
            return Err(LeafRefused::Early);
        }
        match &leaf.object {
            Object::Policy(policy) => self.judge_policy(policy, leaf),
            Object::ServerKey(key) => self.judge_server_key(key, leaf),
            Object::UserAdd(user) => self.judge_user_add(user, leaf),
            Object::DeviceList(list) => self.judge_device_list(list, leaf),
            Object::UikReset(reset) => self.judge_uik_reset(reset, leaf),
            Object::ResetGrant(grant) => self.judge_reset_grant(grant, leaf),
            Object::InviteGrant(grant) => self.judge_invite_grant(grant, leaf),
            Object::Ban(ban) => self.judge_ban(ban, leaf),
            Object::Unban(unban) => self.judge_unban(unban, leaf),
            Object::RoomOrg(room) => self.judge_room_org(room, leaf),
            Object::RoomJoin(join) => self.judge_join(join, leaf),
            Object::RoomLeave(leave) => self.judge_leave(leave, leaf),
            Object::RoomAdmit(admit) => self.judge_admit(admit, leaf),
        }
    }
}

impl Step {
    /// The user whose active devices applying may change.
    pub(super) fn touches(&self, state: &State) -> Option<UserId> {
        match self {
            Self::DeviceList(list) => Some(list.user_id),
            Self::UikReset(reset, _) => Some(reset.user_id),
            Self::Ban(Ban { target, .. }, _) | Self::Unban(Unban { target, .. }, _) => match target {
                Target::User(id) => Some(*id),
                Target::Device(id) => state.devices.get(id).map(|device| device.user_id),
            },
            _ => None,
        }
    }
}
