//! An org-managed room as the log has it (PROTOCOL §2.3 Members; §2.7 `rv`).

use std::collections::{BTreeMap, BTreeSet};

use super::object::{Cut, RoomKind, RoomOrg};
use crate::kdf::{Label, h};
use crate::keys::{DeviceId, RoomId, UserId};

/// A stretch of the log in which a device was an active device of a member: from `from` leaves on, until there were
/// `until` leaves (exclusive; none: still).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// First `rv` that counts the device in.
    pub from: u64,
    /// First `rv` that does not any more.
    pub until: Option<u64>,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The last RoomOrg.
    pub org: RoomOrg,
    /// `H("room leaf", object of the last leaf of kind 8–11 about it)`.
    pub hash: [u8; 32],
    /// 1 + index of the last leaf that is about it or changed the set of its members' active devices.
    pub rv: u64,
    /// Cuts of all leaves about it, the newest for each log.
    pub cuts: BTreeMap<(DeviceId, [u8; 8]), u64>,
    pub(super) listed: BTreeSet<UserId>,
    pub(super) barred: BTreeSet<UserId>,
    pub(super) mseq: BTreeMap<UserId, u32>,
    presence: BTreeMap<DeviceId, Vec<Presence>>,
    versions: Vec<u64>,
}

impl Room {
    pub(super) fn new(org: RoomOrg) -> Self {
        Self {
            hash: [0; 32],
            rv: 0,
            cuts: BTreeMap::new(),
            listed: BTreeSet::new(),
            barred: BTreeSet::new(),
            mseq: BTreeMap::new(),
            presence: BTreeMap::new(),
            versions: Vec::new(),
            org,
        }
    }

    /// The room.
    #[must_use]
    pub const fn id(&self) -> RoomId {
        self.org.room_id
    }

    /// Whether a known user is listed; a listed user who is banned is not a member meanwhile.
    #[must_use]
    pub fn is_listed(&self, user: &UserId) -> bool {
        self.org.kind == RoomKind::Everyone || self.listed.contains(user)
    }

    /// Whether a user may not join.
    #[must_use]
    pub fn is_barred(&self, user: &UserId) -> bool {
        self.barred.contains(user)
    }

    /// Who may not join, ascending.
    pub fn barred(&self) -> impl Iterator<Item = &UserId> {
        self.barred.iter()
    }

    /// Whether a user may admit and remove people with their device.
    #[must_use]
    pub fn is_admin(&self, user: &UserId) -> bool {
        self.org.admins.binary_search(user).is_ok()
    }

    /// The `mseq` of the next join, leave or admission of a user.
    #[must_use]
    pub fn next_mseq(&self, user: &UserId) -> u32 {
        self.mseq.get(user).copied().unwrap_or(0).saturating_add(1)
    }

    /// Whether `device` was an active device of a member at `rv` (any number of leaves).
    #[must_use]
    pub fn was_present(&self, device: &DeviceId, rv: u64) -> bool {
        self.presence.get(device).is_some_and(|stretches| {
            stretches.iter().any(|s| s.from <= rv && s.until.is_none_or(|until| rv < until))
        })
    }

    /// When `device` was an active device of a member, oldest first.
    #[must_use]
    pub fn presence(&self, device: &DeviceId) -> &[Presence] {
        self.presence.get(device).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the room ever had this `rv`.
    #[must_use]
    pub fn had_version(&self, rv: u64) -> bool {
        self.versions.binary_search(&rv).is_ok()
    }

    /// Devices that are active devices of members now, ascending.
    pub fn present(&self) -> impl Iterator<Item = &DeviceId> {
        self.presence
            .iter()
            .filter(|(_, stretches)| stretches.last().is_some_and(|s| s.until.is_none()))
            .map(|(device, _)| device)
    }

    /// Notes a leaf of kind 8–11 about the room.
    pub(super) fn note_leaf(&mut self, object: &[u8], rv: u64, cuts: &[Cut]) {
        self.hash = h(Label::ROOM_LEAF, &[object]);
        self.cuts.extend(cuts.iter().map(|cut| ((cut.device_id, cut.log_id), cut.seq)));
        self.set_version(rv);
    }

    /// Notes whether a device is now an active device of a member.
    pub(super) fn note_device(&mut self, device: DeviceId, present: bool, rv: u64) {
        let stretches = self.presence.entry(device).or_default();
        match (stretches.last_mut(), present) {
            (Some(Presence { until: until @ None, .. }), false) => *until = Some(rv),
            (None | Some(Presence { until: Some(_), .. }), true) => {
                stretches.push(Presence { from: rv, until: None });
            }
            _ => return,
        }
        self.set_version(rv);
    }

    fn set_version(&mut self, rv: u64) {
        if self.rv != rv {
            self.rv = rv;
            self.versions.push(rv);
        }
    }
}
