//! RoomOrg: an org-managed room as an admin sets it.

use super::cut::Cut;
use crate::encoding::{Reader, Writer, is_sorted_strictly};
use crate::error::DecodeError;
use crate::keys::{OrgId, RoomId, UserId};

/// Longest room name, bytes of UTF-8.
pub const LONGEST_ROOM_NAME: usize = 64;

/// Who is in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomKind {
    /// All users (1).
    Everyone,
    /// Who joined (2).
    Open,
    /// Who was put in (3).
    Restricted,
}

/// `HDR room_id rno prev kind state name topic post admins members barred cuts at`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomOrg {
    /// The room; random.
    pub room_id: RoomId,
    /// 1, 2, 3…
    pub rno: u32,
    /// `H("room leaf", object of the last leaf of kind 8–11 about this room)`; zeros at first.
    pub prev: [u8; 32],
    /// Who is in it.
    pub kind: RoomKind,
    /// Whether it is archived: nothing changes in it then.
    pub archived: bool,
    /// 1 to 64 bytes of UTF-8.
    pub name: String,
    /// What it is for; the protocol does not say it is UTF-8.
    pub topic: Vec<u8>,
    /// Whether only admins post.
    pub admins_only: bool,
    /// Room admins, sorted.
    pub admins: Vec<UserId>,
    /// Members, sorted; only in restricted rooms.
    pub members: Vec<UserId>,
    /// Who must not join, sorted; not in everyone rooms.
    pub barred: Vec<UserId>,
    /// Ends of removed authors' logs.
    pub cuts: Vec<Cut>,
    /// When it was signed, ms UTC.
    pub at: u64,
}

impl RoomOrg {
    /// A new, active room where all may post, with nobody named yet.
    #[must_use]
    pub fn first(room_id: RoomId, kind: RoomKind, name: &str, at: u64) -> Self {
        Self {
            room_id,
            rno: 1,
            prev: [0; 32],
            kind,
            archived: false,
            name: name.to_owned(),
            topic: Vec::new(),
            admins_only: false,
            admins: Vec::new(),
            members: Vec::new(),
            barred: Vec::new(),
            cuts: Vec::new(),
            at,
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let this = Self {
            room_id: RoomId::decode(reader)?,
            rno: reader.u32()?,
            prev: reader.array()?,
            kind: match reader.u8()? {
                1 => RoomKind::Everyone,
                2 => RoomKind::Open,
                3 => RoomKind::Restricted,
                _ => return Err(DecodeError::Range),
            },
            archived: match reader.u8()? {
                1 => false,
                2 => true,
                _ => return Err(DecodeError::Range),
            },
            name: core::str::from_utf8(reader.bytes8()?).map_err(|_| DecodeError::Range)?.to_owned(),
            topic: reader.bytes16()?.to_vec(),
            admins_only: reader.flag()?,
            admins: reader.list16(UserId::decode)?,
            members: reader.list16(UserId::decode)?,
            barred: reader.list16(UserId::decode)?,
            cuts: reader.list16(Cut::decode)?,
            at: reader.u64()?,
        };
        let sorted =
            [&this.admins, &this.members, &this.barred].into_iter().all(|list| is_sorted_strictly(list));
        let named = (1..=LONGEST_ROOM_NAME).contains(&this.name.len());
        if sorted && named && Cut::all_distinct(&this.cuts) { Ok(this) } else { Err(DecodeError::Range) }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        let user = |writer: &mut Writer, id: &UserId| id.encode(writer);
        let kind = match self.kind {
            RoomKind::Everyone => 1,
            RoomKind::Open => 2,
            RoomKind::Restricted => 3,
        };
        Writer::header(org)
            .raw(self.room_id.as_bytes())
            .u32(self.rno)
            .raw(&self.prev)
            .u8(kind)
            .u8(if self.archived { 2 } else { 1 })
            .bytes8(self.name.as_bytes())
            .bytes16(&self.topic)
            .flag(self.admins_only)
            .list16(&self.admins, user)
            .list16(&self.members, user)
            .list16(&self.barred, user)
            .list16(&self.cuts, |writer, cut| cut.encode(writer))
            .u64(self.at)
            .finish()
    }
}
