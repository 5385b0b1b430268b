//! What the log says so far: users, devices, invites and the keys ever seen. Rooms are beside it, in `room`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::object::{BanReason, InviteGrant, Policy, PolicyAdmin, ResetGrant, Role, ServerKey, Target};
use super::room::Room;
use crate::certificate::SignedCert;
use crate::keys::{
    AdminPublic, DeviceId, GrantPublic, KeyId, OrgId, OrkPublic, RoomId, UikPublic, UserId, VerifyingKey,
};
use crate::username::{Skeleton, Username};

/// A ban in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BanState {
    /// Why.
    pub reason: BanReason,
    /// Since when, ms UTC.
    pub at: u64,
    /// From when on the server's key may lift it, ms UTC; 0: until lifted.
    pub until: u64,
    /// The admin key that signed it; none: the server's directory key.
    pub by: Option<AdminPublic>,
}

/// Who admitted a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedBy {
    /// An admin key, after comparing the fingerprint.
    Admin {
        /// The key.
        key: AdminPublic,
        /// Whose it was then.
        user_id: UserId,
    },
    /// The holder of an invite.
    Invite {
        /// The invite's key.
        grant: GrantPublic,
        /// The admin key that signed the grant.
        key: AdminPublic,
        /// Whose it was then.
        user_id: UserId,
    },
    /// The login server's enrolment key.
    EnrolKey,
}

/// A reset grant and who signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantedReset {
    /// The grant.
    pub grant: ResetGrant,
    /// The admin who signed first, as in the policy then.
    pub by: PolicyAdmin,
    /// The second, where Policy asked for two.
    pub second: Option<PolicyAdmin>,
}

/// An account as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The account.
    pub id: UserId,
    /// The name, for ever.
    pub name: Username,
    /// Its identity key now.
    pub uik: UikPublic,
    /// Shown only.
    pub role: Role,
    /// Who admitted it.
    pub added_by: AddedBy,
    /// When, ms UTC.
    pub added_at: u64,
    /// Index of its UserAdd.
    pub added_in: u64,
    /// Version of its device list; 0: none yet.
    pub list_ver: u32,
    /// `H("devlist", its last DeviceList object)`; zeros at first.
    pub list_hash: [u8; 32],
    /// Its devices; at most one in version 1.
    pub devices: Vec<SignedCert>,
    /// Number of resets of its identity key.
    pub resets: u32,
    /// The reset it may use: the last one granted.
    pub open_reset: Option<GrantedReset>,
    /// The last reset it used.
    pub used_reset: Option<GrantedReset>,
    /// Number of its bans and unbans.
    pub ban_seq: u32,
    /// The ban in force, if any.
    pub banned: Option<BanState>,
}

/// A device that is or was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Its user.
    pub user_id: UserId,
    /// Number of its bans and unbans.
    pub ban_seq: u32,
    /// The ban in force, if any.
    pub banned: Option<BanState>,
}

/// An invite grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The grant as signed.
    pub grant: InviteGrant,
    /// The admin key that signed it.
    pub key: AdminPublic,
    /// Whose it was then.
    pub user_id: UserId,
    /// How many accounts it added.
    pub used: u16,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

impl Invite {
    /// Whether it may still add an account; its `expires` is compared with the account's `at` apart from this.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.withdrawn && self.used < self.grant.uses
    }
}

/// What a 32-byte key was first seen as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyUse {
    /// An admin key; a later Policy may name it again.
    Admin,
    /// An enrolment key; a later Policy may name it again.
    Enrol,
    /// Any other; never again.
    Other,
}

/// How many of a user's last joins and leaves are remembered, for the server's limit.
pub(super) const MOVES_REMEMBERED: usize = 10;

/// The fold of a prefix of the log.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) org: OrgId,
    pub(super) ork: OrkPublic,
    pub(super) policy: Option<Policy>,
    pub(super) server_keys: Vec<ServerKey>,
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) names: BTreeMap<Username, UserId>,
    pub(super) skeletons: BTreeSet<Skeleton>,
    pub(super) devices: BTreeMap<DeviceId, DeviceRecord>,
    pub(super) keys: BTreeMap<[u8; 32], KeyUse>,
    pub(super) invites: BTreeMap<GrantPublic, Invite>,
    pub(super) invite_ids: BTreeMap<KeyId, Vec<GrantPublic>>,
    pub(super) rooms: BTreeMap<RoomId, Room>,
    pub(super) moves: BTreeMap<UserId, VecDeque<u64>>,
}

impl State {
    pub(super) fn new(org: OrgId, ork: OrkPublic) -> Self {
        Self {
            org,
            policy: None,
            server_keys: Vec::new(),
            users: BTreeMap::new(),
            names: BTreeMap::new(),
            skeletons: BTreeSet::new(),
            devices: BTreeMap::new(),
            keys: BTreeMap::from([(*ork.as_bytes(), KeyUse::Other)]),
            invites: BTreeMap::new(),
            invite_ids: BTreeMap::new(),
            rooms: BTreeMap::new(),
            moves: BTreeMap::new(),
            ork,
        }
    }

    /// The certificate of an active device: in its user's list, neither it nor the user banned.
    pub(super) fn active(&self, device: &DeviceId) -> Option<(&User, &SignedCert)> {
        let record = self.devices.get(device)?;
        let user = self.users.get(&record.user_id)?;
        if user.banned.is_some() || record.banned.is_some() {
            return None;
        }
        Some((user, user.devices.iter().find(|cert| cert.cert().device_id == *device)?))
    }

    /// The ids of a user's active devices.
    pub(super) fn active_devices(&self, user: &UserId) -> Vec<DeviceId> {
        let listed = self.users.get(user).map(|user| user.devices.as_slice()).unwrap_or_default();
        listed
            .iter()
            .map(|cert| cert.cert().device_id)
            .filter(|device| self.active(device).is_some())
            .collect()
    }

    /// Sequence number and ban of a target; none if it is not known.
    pub(super) fn ban_of(&self, target: &Target) -> Option<(u32, Option<BanState>)> {
        match target {
            Target::User(id) => self.users.get(id).map(|user| (user.ban_seq, user.banned)),
            Target::Device(id) => self.devices.get(id).map(|device| (device.ban_seq, device.banned)),
        }
    }

    /// The invite keys of an id; ids are short, so there may be several.
    pub(super) fn invite_keys(&self, id: KeyId) -> &[GrantPublic] {
        self.invite_ids.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn add_key(&mut self, key: [u8; 32], used_as: KeyUse) {
        self.keys.insert(key, used_as);
    }

    pub(super) fn add_invite(&mut self, invite: Invite) {
        let grant = invite.grant.grant;
        self.add_key(*grant.as_bytes(), KeyUse::Other);
        self.invite_ids.entry(grant.key_id()).or_default().push(grant);
        self.invites.insert(grant, invite);
    }
}
