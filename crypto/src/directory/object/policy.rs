//! Policy: who the admins are and what the organisation allows; signed by ORK, leaf 0 of every log.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{AdminPublic, EnrolPublic, OrgId, UserId};

/// Who lets a newcomer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// An admin signs each account after comparing its fingerprint.
    Manual,
    /// The login server signs with this key. It can then add users by itself.
    Auto(EnrolPublic),
    /// An admin signs an invite grant beforehand; the invite's token signs the account.
    Grant,
}

/// An admin key and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyAdmin {
    /// The key (AK).
    pub key: AdminPublic,
    /// The person; the two-person rule for resets compares it.
    pub user_id: UserId,
    /// It counts in leaves from this time on, ms UTC.
    pub nbf: u64,
}

/// The organisation's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// 1, 2, 3…
    pub seq: u32,
    /// When it was signed, ms UTC.
    pub issued: u64,
    /// Lowest suite that may be used.
    pub min_suite: u16,
    /// Longest life of a lease, seconds.
    pub lease_ttl_s: u32,
    /// How long a verified head stands in for leases while the server is away, seconds.
    pub grace_s: u32,
    /// Who lets newcomers in.
    pub enrolment: Enrolment,
    /// How many admins a reset needs: 1 or 2.
    pub reset_admins: u8,
    /// Whether clients may leave a sealed UIK backup at the server.
    pub uik_backup: bool,
    /// Whether members may make private groups.
    pub member_rooms: bool,
    /// Most people in one room.
    pub max_room: u16,
    /// Whether contact requests are allowed without being asked.
    pub contact_requests_allowed: bool,
    /// Largest drop-box parcel, bytes.
    pub box_parcel_max: u32,
    /// Most drop-box bytes per person.
    pub box_person_max: u64,
    /// Days a parcel is kept; 0: no drop box.
    pub box_days: u8,
    /// Largest file, bytes.
    pub file_max: u64,
    /// Idle time before the vault locks, seconds.
    pub idle_lock_s: u32,
    /// Idle time before the session ends, seconds.
    pub idle_session_s: u32,
    /// Whether the server relays.
    pub relay: bool,
    /// Whether clients look for each other on the local network.
    pub lan: bool,
    /// Whether clients may export conversations.
    pub export: bool,
    /// Days content is kept; 0: no end.
    pub retention_days: u16,
    /// Admin keys; at least one, at most 255.
    pub admins: Vec<PolicyAdmin>,
}

impl Policy {
    /// The first policy with the defaults of PROTOCOL §2.3: enrolment by grant, leases of a day, grace of three.
    #[must_use]
    pub const fn first(issued: u64, admins: Vec<PolicyAdmin>) -> Self {
        Self {
            seq: 1,
            issued,
            min_suite: 1,
            lease_ttl_s: 86_400,
            grace_s: 259_200,
            enrolment: Enrolment::Grant,
            reset_admins: 1,
            uik_backup: true,
            member_rooms: true,
            max_room: 300,
            contact_requests_allowed: false,
            box_parcel_max: 16 << 20,
            box_person_max: 256 << 20,
            box_days: 14,
            file_max: 10 << 30,
            idle_lock_s: 300,
            idle_session_s: 43_200,
            relay: true,
            lan: true,
            export: true,
            retention_days: 0,
            admins,
        }
    }

    /// This policy as the one that follows it, to be changed and signed.
    #[must_use]
    pub fn successor(&self, issued: u64) -> Self {
        Self { seq: self.seq.saturating_add(1), issued, ..self.clone() }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let policy = Self {
            seq: reader.u32()?,
            issued: reader.u64()?,
            min_suite: reader.u16()?,
            lease_ttl_s: reader.u32()?,
            grace_s: reader.u32()?,
            enrolment: Enrolment::decode(reader)?,
            reset_admins: reader.u8()?,
            uik_backup: reader.flag()?,
            member_rooms: reader.flag()?,
            max_room: reader.u16()?,
            contact_requests_allowed: reader.flag()?,
            box_parcel_max: reader.u32()?,
            box_person_max: reader.u64()?,
            box_days: reader.u8()?,
            file_max: reader.u64()?,
            idle_lock_s: reader.u32()?,
            idle_session_s: reader.u32()?,
            relay: reader.flag()?,
            lan: reader.flag()?,
            export: reader.flag()?,
            retention_days: reader.u16()?,
            admins: reader.list8(|reader| {
                Ok(PolicyAdmin {
                    key: AdminPublic::decode(reader)?,
                    user_id: UserId::decode(reader)?,
                    nbf: reader.u64()?,
                })
            })?,
        };
        if matches!(policy.reset_admins, 1 | 2) && !policy.admins.is_empty() {
            Ok(policy)
        } else {
            Err(DecodeError::Range)
        }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        let mut writer = Writer::header(org);
        writer.u32(self.seq).u64(self.issued).u16(self.min_suite).u32(self.lease_ttl_s).u32(self.grace_s);
        self.enrolment.encode(&mut writer);
        writer
            .u8(self.reset_admins)
            .flag(self.uik_backup)
            .flag(self.member_rooms)
            .u16(self.max_room)
            .flag(self.contact_requests_allowed)
            .u32(self.box_parcel_max)
            .u64(self.box_person_max)
            .u8(self.box_days)
            .u64(self.file_max)
            .u32(self.idle_lock_s)
            .u32(self.idle_session_s)
            .flag(self.relay)
            .flag(self.lan)
            .flag(self.export)
            .u16(self.retention_days)
            .list8(&self.admins, |writer, admin| {
                writer.raw(admin.key.as_bytes()).raw(admin.user_id.as_bytes()).u64(admin.nbf);
            })
            .finish()
    }
}

impl Enrolment {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mode = reader.u8()?;
        let key: [u8; 32] = reader.array()?;
        match (mode, key == [0; 32]) {
            (0, true) => Ok(Self::Manual),
            (1, false) => Ok(Self::Auto(EnrolPublic::from_bytes(key)?)),
            (2, true) => Ok(Self::Grant),
            _ => Err(DecodeError::Range),
        }
    }

    fn encode(self, writer: &mut Writer) {
        match self {
            Self::Manual => writer.u8(0).raw(&[0; 32]),
            Self::Auto(key) => writer.u8(1).raw(key.as_bytes()),
            Self::Grant => writer.u8(2).raw(&[0; 32]),
        };
    }
}
