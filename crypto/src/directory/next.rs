//! What the next leaf about something has to say: numbers and hashes of its predecessor.

use super::object::Target;
use super::{Directory, Room, User};
use crate::keys::{RoomId, UserId};

impl Directory {
    /// `seq` of the next Policy.
    #[must_use]
    pub fn next_policy_seq(&self) -> u32 {
        self.policy().map_or(1, |policy| policy.seq.saturating_add(1))
    }

    /// `list_ver` and `prev` of a user's next DeviceList.
    #[must_use]
    pub fn next_device_list(&self, user: &UserId) -> Option<(u32, [u8; 32])> {
        self.user(user).map(User::next_device_list)
    }

    /// `seq` of the next Ban or Unban of a target; none if it is not known.
    #[must_use]
    pub fn next_ban_seq(&self, target: &Target) -> Option<u32> {
        self.state.ban_of(target).map(|(seq, _)| seq.saturating_add(1))
    }

    /// `rno` and `prev` of the next RoomOrg of a room, also of one that is not there yet.
    #[must_use]
    pub fn next_room_org(&self, room: &RoomId) -> (u32, [u8; 32]) {
        self.room(room).map_or((1, [0; 32]), |room| (room.org.rno.saturating_add(1), room.hash))
    }

    /// `mseq` of the next join, leave or admission of a user in a room; none if the room is not known.
    #[must_use]
    pub fn next_mseq(&self, room: &RoomId, user: &UserId) -> Option<u32> {
        self.room(room).map(|room| Room::next_mseq(room, user))
    }

    /// `reset_seq` of a user's next ResetGrant.
    #[must_use]
    pub fn next_reset_seq(&self, user: &UserId) -> Option<u32> {
        self.user(user).map(|user| user.resets.saturating_add(1))
    }
}

impl User {
    /// `list_ver` and `prev` of the next DeviceList, which also go on after a reset.
    #[must_use]
    pub const fn next_device_list(&self) -> (u32, [u8; 32]) {
        (self.list_ver.saturating_add(1), self.list_hash)
    }
}
