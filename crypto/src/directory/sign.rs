//! Making leaves: one function per noun, and the two halves for signatures that are made apart.
//!
//! A leaf made here is well signed, not yet valid: the fold decides. Sequence numbers and hashes of predecessors
//! come from the `next_…` methods of [`Directory`](super::Directory).

use super::leaf::{Kind, Object, Sig, Signer};
use super::object::{
    Ban, DeviceList, InviteGrant, Policy, ResetGrant, RoomAdmit, RoomKind, RoomMove, RoomOrg, ServerKey,
    UikReset, Unban, UserAdd,
};
use rand_core::CryptoRng;

use crate::encoding::Writer;
use crate::keys::{
    AdminSecret, DeviceSignSecret, DirectorySecret, EnrolSecret, GrantSecret, OrgId, OrkSecret, RoomId,
    UikSecret, VerifyingKey,
};

/// A key and the role in which it signs.
#[derive(Debug, Clone, Copy)]
pub enum SignWith<'a> {
    /// Account identity key.
    Uik(&'a UikSecret),
    /// Device signing key.
    Device(&'a DeviceSignSecret),
    /// Admin key.
    Admin(&'a AdminSecret),
    /// Organisation root key.
    Root(&'a OrkSecret),
    /// Directory key of the server.
    Directory(&'a DirectorySecret),
    /// Enrolment key of the server.
    Enrol(&'a EnrolSecret),
    /// Key of a reset code.
    ResetGrant(&'a GrantSecret),
    /// Key of an invite's token.
    InviteGrant(&'a GrantSecret),
}

/// Signs an object's bytes in one role, for leaves whose signatures are made on several machines.
#[must_use]
pub fn sign_part(kind: Kind, object: &[u8], key: SignWith<'_>) -> Sig {
    macro_rules! sig {
        ($signer:ident, $key:expr) => {
            Sig {
                signer: Signer::$signer,
                key_id: $key.public().key_id(),
                signature: $key.sign(kind.label(), object),
            }
        };
    }
    match key {
        SignWith::Uik(key) => sig!(Uik, key),
        SignWith::Device(key) => sig!(Device, key),
        SignWith::Admin(key) => sig!(Admin, key),
        SignWith::Root(key) => sig!(Root, key),
        SignWith::Directory(key) => sig!(Directory, key),
        SignWith::Enrol(key) => sig!(Enrol, key),
        SignWith::ResetGrant(key) => sig!(ResetGrant, key),
        SignWith::InviteGrant(key) => sig!(InviteGrant, key),
    }
}

/// Joins an object's bytes and its signatures, in the order of the leaf table, to a leaf.
#[must_use]
pub fn assemble(kind: Kind, object: &[u8], sigs: &[Sig]) -> Vec<u8> {
    Writer::new().u8(kind.number()).bytes32(object).list8(sigs, |writer, sig| sig.encode(writer)).finish()
}

/// Encodes and signs an object with all its keys, in the order of the leaf table.
#[must_use]
pub fn sign_object(org: &OrgId, object: &Object, keys: &[SignWith<'_>]) -> Vec<u8> {
    let kind = object.kind();
    let bytes = object.encode(org);
    let sigs: Vec<Sig> = keys.iter().map(|key| sign_part(kind, &bytes, *key)).collect();
    assemble(kind, &bytes, &sigs)
}

/// A Policy leaf.
#[must_use]
pub fn sign_policy(org: &OrgId, policy: Policy, ork: &OrkSecret) -> Vec<u8> {
    sign_object(org, &Object::Policy(policy), &[SignWith::Root(ork)])
}

/// A ServerKey leaf.
#[must_use]
pub fn sign_server_key(org: &OrgId, key: ServerKey, ork: &OrkSecret) -> Vec<u8> {
    sign_object(org, &Object::ServerKey(key), &[SignWith::Root(ork)])
}

/// A UserAdd leaf. `admitted_by` is an admin key, an invite grant key or the enrolment key.
#[must_use]
pub fn sign_user_add(org: &OrgId, user: UserAdd, admitted_by: SignWith<'_>, uik: &UikSecret) -> Vec<u8> {
    sign_object(org, &Object::UserAdd(user), &[admitted_by, SignWith::Uik(uik)])
}

/// A DeviceList leaf.
#[must_use]
pub fn sign_device_list(org: &OrgId, list: DeviceList, uik: &UikSecret) -> Vec<u8> {
    sign_object(org, &Object::DeviceList(list), &[SignWith::Uik(uik)])
}

/// A UikReset leaf: by the code's key, the new identity key and, where it still exists, the old one.
#[must_use]
pub fn sign_uik_reset(
    org: &OrgId,
    reset: UikReset,
    grant: &GrantSecret,
    new: &UikSecret,
    old: Option<&UikSecret>,
) -> Vec<u8> {
    let mut keys = vec![SignWith::ResetGrant(grant), SignWith::Uik(new)];
    keys.extend(old.map(SignWith::Uik));
    sign_object(org, &Object::UikReset(reset), &keys)
}

/// A Ban leaf, by an admin key or the server's directory key.
#[must_use]
pub fn sign_ban(org: &OrgId, ban: Ban, by: SignWith<'_>) -> Vec<u8> {
    sign_object(org, &Object::Ban(ban), &[by])
}

/// An Unban leaf, by an admin key or, once the ban's `until` has come, the server's directory key.
#[must_use]
pub fn sign_unban(org: &OrgId, unban: Unban, by: SignWith<'_>) -> Vec<u8> {
    sign_object(org, &Object::Unban(unban), &[by])
}

/// A RoomOrg leaf.
#[must_use]
pub fn sign_room_org(org: &OrgId, room: RoomOrg, admin: &AdminSecret) -> Vec<u8> {
    sign_object(org, &Object::RoomOrg(room), &[SignWith::Admin(admin)])
}

/// A RoomJoin leaf.
#[must_use]
pub fn sign_room_join(org: &OrgId, join: RoomMove, device: &DeviceSignSecret) -> Vec<u8> {
    sign_object(org, &Object::RoomJoin(join), &[SignWith::Device(device)])
}

/// A RoomLeave leaf.
#[must_use]
pub fn sign_room_leave(org: &OrgId, leave: RoomMove, device: &DeviceSignSecret) -> Vec<u8> {
    sign_object(org, &Object::RoomLeave(leave), &[SignWith::Device(device)])
}

/// A RoomAdmit leaf, by an admin key (then `admit.by` is none) or the device of a room admin.
#[must_use]
pub fn sign_room_admit(org: &OrgId, admit: RoomAdmit, by: SignWith<'_>) -> Vec<u8> {
    sign_object(org, &Object::RoomAdmit(admit), &[by])
}

/// A ResetGrant leaf, by as many admin keys of different people as Policy asks for.
#[must_use]
pub fn sign_reset_grant(org: &OrgId, grant: ResetGrant, admins: &[&AdminSecret]) -> Vec<u8> {
    let keys: Vec<SignWith<'_>> = admins.iter().map(|key| SignWith::Admin(key)).collect();
    sign_object(org, &Object::ResetGrant(grant), &keys)
}

/// An InviteGrant leaf: a grant or its withdrawal.
#[must_use]
pub fn sign_invite_grant(org: &OrgId, grant: InviteGrant, admin: &AdminSecret) -> Vec<u8> {
    sign_object(org, &Object::InviteGrant(grant), &[SignWith::Admin(admin)])
}

/// The first four leaves of an organisation: Policy, ServerKey, `General` (everyone) and `Lounge` (open). Draws the
/// two room ids. The rooms are dated `policy.issued`; `admin` has to be in force then.
#[must_use]
pub fn sign_founding<R: CryptoRng + ?Sized>(
    policy: Policy,
    server_key: ServerKey,
    ork: &OrkSecret,
    admin: &AdminSecret,
    rng: &mut R,
) -> [Vec<u8>; 4] {
    let org = OrgId::of(&ork.public());
    let at = policy.issued;
    let mut room =
        |kind, name| sign_room_org(&org, RoomOrg::first(RoomId::random(rng), kind, name, at), admin);
    let (general, lounge) = (room(RoomKind::Everyone, "General"), room(RoomKind::Open, "Lounge"));
    [sign_policy(&org, policy, ork), sign_server_key(&org, server_key, ork), general, lounge]
}
