//! Leaves: an object, its kind and its signatures (PROTOCOL §2.1 Sig, §2.3 Leaves).
//!
//! ```text
//! Leaf = kind u8 ‖ object bytes32 ‖ sigs list8<Sig>        Sig = signer u8 ‖ key_id[8] ‖ sig[64]
//! ```
//!
//! Parsing says what a leaf claims; nothing is verified here.

use super::object::{
    Ban, DeviceList, InviteGrant, Policy, ResetGrant, RoomAdmit, RoomMove, RoomOrg, ServerKey, UikReset,
    Unban, UserAdd,
};
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::kdf::SigLabel;
use crate::keys::{KeyId, OrgId, Signature};

/// What a leaf is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// Policy.
    Policy = 1,
    /// ServerKey.
    ServerKey = 2,
    /// UserAdd.
    UserAdd = 3,
    /// DeviceList.
    DeviceList = 4,
    /// UikReset.
    UikReset = 5,
    /// Ban.
    Ban = 6,
    /// Unban.
    Unban = 7,
    /// RoomOrg.
    RoomOrg = 8,
    /// RoomJoin.
    RoomJoin = 9,
    /// RoomLeave.
    RoomLeave = 10,
    /// RoomAdmit.
    RoomAdmit = 11,
    /// ResetGrant.
    ResetGrant = 14,
    /// InviteGrant.
    InviteGrant = 15,
}

/// The role in which a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Signer {
    /// Account identity key.
    Uik = 1,
    /// Device signing key.
    Device = 2,
    /// Transport key.
    Transport = 3,
    /// Admin key.
    Admin = 4,
    /// Organisation root key.
    Root = 5,
    /// Directory key of the server.
    Directory = 6,
    /// Enrolment key of the server.
    Enrol = 7,
    /// Reset grant key.
    ResetGrant = 9,
    /// Invite grant key.
    InviteGrant = 10,
}

/// One signature of a leaf: 73 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sig {
    /// In which role.
    pub signer: Signer,
    /// Of which key.
    pub key_id: KeyId,
    /// Over `lab("sig " ‖ l, object)`.
    pub signature: Signature,
}

/// A parsed object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the object of its name")]
pub enum Object {
    Policy(Policy),
    ServerKey(ServerKey),
    UserAdd(UserAdd),
    DeviceList(DeviceList),
    UikReset(UikReset),
    Ban(Ban),
    Unban(Unban),
    RoomOrg(RoomOrg),
    RoomJoin(RoomMove),
    RoomLeave(RoomMove),
    RoomAdmit(RoomAdmit),
    ResetGrant(ResetGrant),
    InviteGrant(InviteGrant),
}

/// A parsed leaf; `bytes` are the object's as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// What it is about.
    pub kind: Kind,
    /// The object.
    pub object: Object,
    /// The object's bytes, which the signatures cover.
    pub bytes: &'a [u8],
    /// The signatures, in the order written.
    pub sigs: Vec<Sig>,
}

impl Kind {
    /// The kind of a number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Policy,
            2 => Self::ServerKey,
            3 => Self::UserAdd,
            4 => Self::DeviceList,
            5 => Self::UikReset,
            6 => Self::Ban,
            7 => Self::Unban,
            8 => Self::RoomOrg,
            9 => Self::RoomJoin,
            10 => Self::RoomLeave,
            11 => Self::RoomAdmit,
            14 => Self::ResetGrant,
            15 => Self::InviteGrant,
            _ => return None,
        })
    }

    /// The number in the leaf.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The label under which the object is signed.
    #[must_use]
    pub const fn label(self) -> SigLabel {
        match self {
            Self::Policy => SigLabel::POLICY,
            Self::ServerKey => SigLabel::SERVERKEY,
            Self::UserAdd => SigLabel::USERADD,
            Self::DeviceList => SigLabel::DEVLIST,
            Self::UikReset => SigLabel::UIKRESET,
            Self::Ban => SigLabel::BAN,
            Self::Unban => SigLabel::UNBAN,
            Self::RoomOrg => SigLabel::ROOMORG,
            Self::RoomJoin => SigLabel::ROOMJOIN,
            Self::RoomLeave => SigLabel::ROOMLEAVE,
            Self::RoomAdmit => SigLabel::ROOMADMIT,
            Self::ResetGrant => SigLabel::RESETGRANT,
            Self::InviteGrant => SigLabel::INVITEGRANT,
        }
    }
}

impl Signer {
    const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Uik,
            2 => Self::Device,
            3 => Self::Transport,
            4 => Self::Admin,
            5 => Self::Root,
            6 => Self::Directory,
            7 => Self::Enrol,
            9 => Self::ResetGrant,
            10 => Self::InviteGrant,
            _ => return None,
        })
    }
}

impl Sig {
    /// Reads one signature.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            signer: Signer::from_number(reader.u8()?).ok_or(DecodeError::Range)?,
            key_id: KeyId::decode(reader)?,
            signature: Signature::new(reader.array()?),
        })
    }

    /// Writes one signature.
    pub fn encode(&self, writer: &mut Writer) {
        writer.u8(self.signer as u8).raw(self.key_id.as_bytes()).raw(self.signature.as_bytes());
    }
}

impl Object {
    /// Reads the object of a leaf of `kind`.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn parse(kind: Kind, bytes: &[u8], org: &OrgId) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            Ok(match kind {
                Kind::Policy => Self::Policy(Policy::decode(reader, org)?),
                Kind::ServerKey => Self::ServerKey(ServerKey::decode(reader, org)?),
                Kind::UserAdd => Self::UserAdd(UserAdd::decode(reader, org)?),
                Kind::DeviceList => Self::DeviceList(DeviceList::decode(reader, org)?),
                Kind::UikReset => Self::UikReset(UikReset::decode(reader, org)?),
                Kind::Ban => Self::Ban(Ban::decode(reader, org)?),
                Kind::Unban => Self::Unban(Unban::decode(reader, org)?),
                Kind::RoomOrg => Self::RoomOrg(RoomOrg::decode(reader, org)?),
                Kind::RoomJoin => Self::RoomJoin(RoomMove::decode(reader, org)?),
                Kind::RoomLeave => Self::RoomLeave(RoomMove::decode(reader, org)?),
                Kind::RoomAdmit => Self::RoomAdmit(RoomAdmit::decode(reader, org)?),
                Kind::ResetGrant => Self::ResetGrant(ResetGrant::decode(reader, org)?),
                Kind::InviteGrant => Self::InviteGrant(InviteGrant::decode(reader, org)?),
            })
        })
    }

    /// The kind of the leaf that carries it.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Policy(_) => Kind::Policy,
            Self::ServerKey(_) => Kind::ServerKey,
            Self::UserAdd(_) => Kind::UserAdd,
            Self::DeviceList(_) => Kind::DeviceList,
            Self::UikReset(_) => Kind::UikReset,
            Self::Ban(_) => Kind::Ban,
            Self::Unban(_) => Kind::Unban,
            Self::RoomOrg(_) => Kind::RoomOrg,
            Self::RoomJoin(_) => Kind::RoomJoin,
            Self::RoomLeave(_) => Kind::RoomLeave,
            Self::RoomAdmit(_) => Kind::RoomAdmit,
            Self::ResetGrant(_) => Kind::ResetGrant,
            Self::InviteGrant(_) => Kind::InviteGrant,
        }
    }

    /// The object's bytes. Only for objects made here: what was received is kept as received.
    #[must_use]
    pub fn encode(&self, org: &OrgId) -> Vec<u8> {
        match self {
            Self::Policy(object) => object.encode(org),
            Self::ServerKey(object) => object.encode(org),
            Self::UserAdd(object) => object.encode(org),
            Self::DeviceList(object) => object.encode(org),
            Self::UikReset(object) => object.encode(org),
            Self::Ban(object) => object.encode(org),
            Self::Unban(object) => object.encode(org),
            Self::RoomOrg(object) => object.encode(org),
            Self::RoomJoin(object) | Self::RoomLeave(object) => object.encode(org),
            Self::RoomAdmit(object) => object.encode(org),
            Self::ResetGrant(object) => object.encode(org),
            Self::InviteGrant(object) => object.encode(org),
        }
    }

    /// When it was signed (`at` or `issued`), ms UTC; a ServerKey does not say.
    #[must_use]
    pub const fn at(&self) -> Option<u64> {
        Some(match self {
            Self::Policy(object) => object.issued,
            Self::ServerKey(_) => return None,
            Self::UserAdd(object) => object.at,
            Self::DeviceList(object) => object.at,
            Self::UikReset(object) => object.at,
            Self::Ban(object) => object.at,
            Self::Unban(object) => object.at,
            Self::RoomOrg(object) => object.at,
            Self::RoomJoin(object) | Self::RoomLeave(object) => object.at,
            Self::RoomAdmit(object) => object.at,
            Self::ResetGrant(object) => object.at,
            Self::InviteGrant(object) => object.at,
        })
    }
}

impl<'a> Leaf<'a> {
    /// Reads a leaf.
    ///
    /// # Errors
    /// [`DecodeError`]; kinds 12 and 13 are reserved and never valid.
    pub fn parse(leaf: &'a [u8], org: &OrgId) -> Result<Self, DecodeError> {
        Reader::all(leaf, |reader| {
            let kind = Kind::from_number(reader.u8()?).ok_or(DecodeError::Range)?;
            let bytes = reader.bytes32()?;
            let object = Object::parse(kind, bytes, org)?;
            Ok(Self { kind, object, bytes, sigs: reader.list8(Sig::decode)? })
        })
    }

    /// Whether an admin or the root key is among the signers it names.
    #[must_use]
    pub fn is_by_admin_or_root(&self) -> bool {
        self.sigs.iter().any(|sig| matches!(sig.signer, Signer::Admin | Signer::Root))
    }
}
