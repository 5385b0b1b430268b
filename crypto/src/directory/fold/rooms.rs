//! Rules of rooms: RoomOrg, RoomJoin, RoomLeave, RoomAdmit.

use super::super::leaf::{Leaf, Signer};
use super::super::object::{Admission, RoomAdmit, RoomKind, RoomMove, RoomOrg};
use super::super::refused::LeafRefused;
use super::super::room::Room;
use super::super::state::State;
use super::Step;
use super::keys::{made_by, signatures};
use crate::certificate::SignedCert;
use crate::keys::{DeviceId, RoomId, UserId};

impl State {
    pub(super) fn judge_room_org(&self, room: &RoomOrg, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        self.by_admin(leaf, sig, room.at)?;
        let (rno, hash) =
            self.rooms.get(&room.room_id).map_or((0, [0; 32]), |known| (known.org.rno, known.hash));
        if rno.checked_add(1) != Some(room.rno) {
            return Err(LeafRefused::Sequence);
        }
        if hash != room.prev {
            return Err(LeafRefused::Chain);
        }
        let members_allowed = room.kind == RoomKind::Restricted;
        let barred_allowed = room.kind != RoomKind::Everyone;
        if (!members_allowed && !room.members.is_empty()) || (!barred_allowed && !room.barred.is_empty()) {
            return Err(LeafRefused::RoomKind);
        }
        if room.members.iter().any(|member| room.barred.binary_search(member).is_ok()) {
            return Err(LeafRefused::MemberAndBarred);
        }
        for user in room.admins.iter().chain(&room.members).chain(&room.barred) {
            self.user(user)?;
        }
        self.fits(room.members.len())?;
        Ok(Step::RoomOrg(room.clone()))
    }

    pub(super) fn judge_join(&self, join: &RoomMove, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        let device = self.active_of(&join.user_id, &join.device_id)?;
        made_by(leaf, sig, Signer::Device, [device.cert().dik_s])?;
        let room = self.open_for_change(&join.room_id, &join.user_id, join.mseq)?;
        if room.org.kind != RoomKind::Open {
            return Err(LeafRefused::RoomKind);
        }
        if room.is_barred(&join.user_id) {
            return Err(LeafRefused::Barred);
        }
        if room.is_listed(&join.user_id) {
            return Err(LeafRefused::NoChange);
        }
        self.fits(room.listed.len().saturating_add(1))?;
        Ok(Step::Join(*join))
    }

    pub(super) fn judge_leave(&self, leave: &RoomMove, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        let device = self.active_of(&leave.user_id, &leave.device_id)?;
        made_by(leaf, sig, Signer::Device, [device.cert().dik_s])?;
        let room = self.open_for_change(&leave.room_id, &leave.user_id, leave.mseq)?;
        if room.org.kind == RoomKind::Everyone {
            return Err(LeafRefused::RoomKind);
        }
        if !room.is_listed(&leave.user_id) {
            return Err(LeafRefused::NoChange);
        }
        Ok(Step::Leave(*leave))
    }

    pub(super) fn judge_admit(&self, admit: &RoomAdmit, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        match &admit.by {
            None => {
                self.by_admin(leaf, sig, admit.at)?;
            }
            Some((user, device)) => {
                let device = self.active_of(user, device)?;
                made_by(leaf, sig, Signer::Device, [device.cert().dik_s])?;
            }
        }
        self.user(&admit.user_id)?;
        let room = self.open_for_change(&admit.room_id, &admit.user_id, admit.mseq)?;
        if admit.by.is_some_and(|(user, _)| !room.is_admin(&user)) {
            return Err(LeafRefused::NotRoomAdmin);
        }
        let listed = room.is_listed(&admit.user_id);
        match (admit.action, room.org.kind) {
            (Admission::Add, RoomKind::Restricted) => {
                if room.is_barred(&admit.user_id) {
                    return Err(LeafRefused::Barred);
                }
                if listed {
                    return Err(LeafRefused::NoChange);
                }
                self.fits(room.listed.len().saturating_add(1))?;
            }
            (Admission::Remove, RoomKind::Open | RoomKind::Restricted) => {
                if !listed {
                    return Err(LeafRefused::NoChange);
                }
            }
            (Admission::Add, RoomKind::Everyone | RoomKind::Open)
            | (Admission::Remove, RoomKind::Everyone) => return Err(LeafRefused::RoomKind),
        }
        Ok(Step::Admit(admit.clone()))
    }

    /// The active device, if it is this user's.
    fn active_of(&self, user: &UserId, device: &DeviceId) -> Result<&SignedCert, LeafRefused> {
        match self.active(device) {
            Some((owner, cert)) if owner.id == *user => Ok(cert),
            _ => Err(LeafRefused::DeviceNotActive),
        }
    }

    /// The room, if it is active and `mseq` is the user's next.
    fn open_for_change(&self, room: &RoomId, user: &UserId, mseq: u32) -> Result<&Room, LeafRefused> {
        let room = self.rooms.get(room).ok_or(LeafRefused::UnknownRoom)?;
        if room.org.archived {
            return Err(LeafRefused::Archived);
        }
        let last = room.mseq.get(user).copied().unwrap_or(0);
        if last.checked_add(1) == Some(mseq) { Ok(room) } else { Err(LeafRefused::Sequence) }
    }

    fn fits(&self, members: usize) -> Result<(), LeafRefused> {
        if members <= usize::from(self.policy()?.max_room) { Ok(()) } else { Err(LeafRefused::RoomFull) }
    }
}
