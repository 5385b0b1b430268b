//! Applying a judged leaf. Nothing here can fail.

use std::collections::BTreeSet;

use super::super::leaf::Leaf;
use super::super::object::{Admission, Cut, Enrolment, RoomAdmit, RoomKind, RoomMove, RoomOrg, Target};
use super::super::room::Room;
use super::super::state::{BanState, DeviceRecord, Invite, KeyUse, MOVES_REMEMBERED, State, User};
use super::{Change, Step};
use crate::kdf::{Label, h};
use crate::keys::{DeviceId, RoomId, UserId};

impl State {
    /// Applies the leaf that `step` was judged from; it becomes the `rv`-th (1 + its index).
    pub(in super::super) fn apply(&mut self, step: Step, leaf: &Leaf<'_>, rv: u64) -> Change {
        let touched = step.touches(self);
        let before = touched.map(|user| self.active_devices(&user)).unwrap_or_default();
        let change = self.step(step, leaf, rv);
        if let Some(user) = touched {
            self.settle(&user, &before, rv);
        }
        change
    }

    fn step(&mut self, step: Step, leaf: &Leaf<'_>, rv: u64) -> Change {
        match step {
            Step::Policy(policy) => {
                for admin in &policy.admins {
                    self.add_key(*admin.key.as_bytes(), KeyUse::Admin);
                }
                if let Enrolment::Auto(key) = &policy.enrolment {
                    self.add_key(*key.as_bytes(), KeyUse::Enrol);
                }
                let seq = policy.seq;
                self.policy = Some(policy);
                Change::Policy { seq }
            }
            Step::ServerKey(key) => {
                self.add_key(*key.key.as_bytes(), KeyUse::Other);
                self.server_keys.push(key);
                Change::ServerKey { key: key.key }
            }
            Step::UserAdd(user, by) => {
                self.add_key(*user.uik.as_bytes(), KeyUse::Other);
                self.skeletons.insert(user.username.skeleton());
                self.names.insert(user.username.clone(), user.user_id);
                if let super::AddedBy::Invite { grant, .. } = &by
                    && let Some(invite) = self.invites.get_mut(grant)
                {
                    invite.used = invite.used.saturating_add(1);
                }
                let user_id = user.user_id;
                self.users.insert(
                    user_id,
                    User {
                        id: user_id,
                        name: user.username,
                        uik: user.uik,
                        role: user.role,
                        added_by: by,
                        added_at: user.at,
                        added_in: rv.saturating_sub(1),
                        list_ver: 0,
                        list_hash: [0; 32],
                        devices: Vec::new(),
                        resets: 0,
                        open_reset: None,
                        used_reset: None,
                        ban_seq: 0,
                        banned: None,
                    },
                );
                Change::UserAdded { user_id, by }
            }
            Step::DeviceList(list) => self.replace_devices(list, leaf.bytes),
            Step::UikReset(reset, granted) => {
                self.add_key(*reset.new_uik.as_bytes(), KeyUse::Other);
                let mut old = reset.new_uik;
                let mut removed = Vec::new();
                if let Some(user) = self.users.get_mut(&reset.user_id) {
                    old = core::mem::replace(&mut user.uik, reset.new_uik);
                    removed = user.devices.drain(..).map(|device| device.cert().device_id).collect();
                    user.resets = reset.reset_seq;
                    user.open_reset = None;
                    user.used_reset = Some(granted);
                }
                Change::IdentityReset { user_id: reset.user_id, old, new: reset.new_uik, removed, granted }
            }
            Step::Ban(ban, by) => {
                let state = BanState { reason: ban.reason, at: ban.at, until: ban.until, by };
                self.set_ban(&ban.target, ban.seq, Some(state));
                Change::Banned { target: ban.target, by }
            }
            Step::Unban(unban, by) => {
                self.set_ban(&unban.target, unban.seq, None);
                Change::Unbanned { target: unban.target, by }
            }
            Step::RoomOrg(room) => self.set_room(room, leaf.bytes, rv),
            Step::Join(join) => {
                self.note_move(&join);
                self.move_in_room(join.room_id, join.user_id, join.mseq, true, leaf.bytes, rv, &[]);
                Change::Joined { room_id: join.room_id, user_id: join.user_id }
            }
            Step::Leave(leave) => {
                self.note_move(&leave);
                self.move_in_room(leave.room_id, leave.user_id, leave.mseq, false, leaf.bytes, rv, &[]);
                Change::Left { room_id: leave.room_id, user_id: leave.user_id }
            }
            Step::Admit(admit) => self.admit_to_room(&admit, leaf.bytes, rv),
            Step::ResetGrant(open) => {
                let user_id = open.grant.user_id;
                self.add_key(*open.grant.grant.as_bytes(), KeyUse::Other);
                if let Some(user) = self.users.get_mut(&user_id) {
                    user.open_reset = Some(open);
                }
                Change::ResetGranted { user_id }
            }
            Step::Invite(grant, key, user_id) => {
                let public = grant.grant;
                self.add_invite(Invite { grant, key, user_id, used: 0, withdrawn: false });
                Change::InviteGranted { grant: public }
            }
            Step::Withdrawal(grant) => {
                if let Some(invite) = self.invites.get_mut(&grant) {
                    invite.withdrawn = true;
                }
                Change::InviteWithdrawn { grant }
            }
        }
    }

    fn replace_devices(&mut self, list: super::DeviceList, object: &[u8]) -> Change {
        let user_id = list.user_id;
        let now: BTreeSet<DeviceId> = list.devices.iter().map(|device| device.cert().device_id).collect();
        let mut added = Vec::new();
        for device in &list.devices {
            let cert = device.cert();
            if self.devices.contains_key(&cert.device_id) {
                continue;
            }
            for key in [cert.dik_s.as_bytes(), cert.dik_x.as_bytes(), cert.tpk.as_bytes()] {
                self.add_key(*key, KeyUse::Other);
            }
            self.devices.insert(cert.device_id, DeviceRecord { user_id, ban_seq: 0, banned: None });
            added.push(cert.device_id);
        }
        let mut removed = Vec::new();
        if let Some(user) = self.users.get_mut(&user_id) {
            removed = user
                .devices
                .iter()
                .map(|device| device.cert().device_id)
                .filter(|id| !now.contains(id))
                .collect();
            user.list_ver = list.list_ver;
            user.list_hash = h(Label::DEVLIST, &[object]);
            user.devices = list.devices;
        }
        Change::Devices { user_id, added, removed }
    }

    fn set_ban(&mut self, target: &Target, seq: u32, state: Option<BanState>) {
        match target {
            Target::User(id) => {
                if let Some(user) = self.users.get_mut(id) {
                    (user.ban_seq, user.banned) = (seq, state);
                }
            }
            Target::Device(id) => {
                if let Some(device) = self.devices.get_mut(id) {
                    (device.ban_seq, device.banned) = (seq, state);
                }
            }
        }
    }

    fn set_room(&mut self, org: RoomOrg, object: &[u8], rv: u64) -> Change {
        let room_id = org.room_id;
        let known = self.rooms.remove(&room_id);
        let made = known.is_none();
        let stays_open =
            known.as_ref().is_some_and(|room| room.org.kind == RoomKind::Open && org.kind == RoomKind::Open);
        let mut room = known.unwrap_or_else(|| Room::new(org.clone()));
        room.barred = org.barred.iter().copied().collect();
        if stays_open {
            let barred = &room.barred;
            room.listed.retain(|user| !barred.contains(user));
        } else {
            room.listed = org.members.iter().copied().collect();
        }
        room.note_leaf(object, rv, &org.cuts);
        room.org = org;
        let mut present: BTreeSet<DeviceId> = BTreeSet::new();
        if room.org.kind == RoomKind::Everyone {
            present.extend(self.users.keys().flat_map(|user| self.active_devices(user)));
        } else {
            present.extend(room.listed.iter().flat_map(|user| self.active_devices(user)));
        }
        let before: Vec<DeviceId> = room.present().copied().collect();
        for device in before.into_iter().filter(|device| !present.contains(device)) {
            room.note_device(device, false, rv);
        }
        for device in &present {
            room.note_device(*device, true, rv);
        }
        self.rooms.insert(room_id, room);
        if made { Change::RoomMade { room_id } } else { Change::RoomChanged { room_id } }
    }

    fn admit_to_room(&mut self, admit: &RoomAdmit, object: &[u8], rv: u64) -> Change {
        let add = admit.action == Admission::Add;
        let (room_id, user_id) = (admit.room_id, admit.user_id);
        self.move_in_room(room_id, user_id, admit.mseq, add, object, rv, &admit.cuts);
        let by = admit.by.map(|(user, _)| user);
        if add {
            return Change::Admitted { room_id, user_id, by };
        }
        if let Some(room) = self.rooms.get_mut(&room_id)
            && room.org.kind == RoomKind::Open
        {
            room.barred.insert(user_id);
        }
        Change::Removed { room_id, user_id, by }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields that three kinds of leaves share")]
    fn move_in_room(
        &mut self,
        room: RoomId,
        user: UserId,
        mseq: u32,
        listed: bool,
        object: &[u8],
        rv: u64,
        cuts: &[Cut],
    ) {
        let devices = self.active_devices(&user);
        let Some(room) = self.rooms.get_mut(&room) else { return };
        if listed {
            room.listed.insert(user);
        } else {
            room.listed.remove(&user);
        }
        room.mseq.insert(user, mseq);
        room.note_leaf(object, rv, cuts);
        for device in devices {
            room.note_device(device, listed, rv);
        }
    }

    fn note_move(&mut self, moved: &RoomMove) {
        let times = self.moves.entry(moved.user_id).or_default();
        if times.len() == MOVES_REMEMBERED {
            times.pop_front();
        }
        times.push_back(moved.at);
    }

    /// Carries a change of a user's active devices into the rooms that list the user.
    fn settle(&mut self, user: &UserId, before: &[DeviceId], rv: u64) {
        let after = self.active_devices(user);
        for room in self.rooms.values_mut().filter(|room| room.is_listed(user)) {
            for device in before.iter().filter(|device| !after.contains(device)) {
                room.note_device(*device, false, rv);
            }
            for device in &after {
                room.note_device(*device, true, rv);
            }
        }
    }
}
