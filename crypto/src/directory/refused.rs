//! Why a leaf does not fold.

use thiserror::Error;

use crate::error::DecodeError;

/// Why a leaf may not come next in the log (PROTOCOL §2.3, fold rules). Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LeafRefused {
    /// It does not parse, or is out of range on its face.
    #[error("the leaf does not parse: {0}")]
    Decode(#[from] DecodeError),
    /// Leaf 0 is not a Policy.
    #[error("the log has to start with a policy")]
    NoPolicy,
    /// Its time is more than 5 minutes ahead; it may fold later.
    #[error("the leaf is dated more than 5 minutes in the future")]
    Early,
    /// Its time is too long ago for the server to append it.
    #[error("the leaf is dated too far in the past to be appended now")]
    Late,
    /// Too many or too few signatures.
    #[error("the leaf has another number of signatures than its kind asks for")]
    SignatureCount,
    /// A signer's role does not fit the kind, or the order is wrong.
    #[error("a signature is in a role that may not sign this leaf")]
    SignerRole,
    /// The key that signed is not known in that role at that time.
    #[error("a key that signed is not known or not valid in that role")]
    UnknownKey,
    /// A signature is false.
    #[error("a signature of the leaf does not verify")]
    Signature,
    /// A key in it was seen before or appears twice.
    #[error("a key in the leaf was used before")]
    KeyReused,
    /// A sequence number or version does not follow.
    #[error("a sequence number does not follow the last one")]
    Sequence,
    /// The hash of the predecessor is another.
    #[error("the leaf does not follow the last one about its subject")]
    Chain,
    /// The user id was used before.
    #[error("the user id was used before")]
    UserIdReused,
    /// The device id was used before.
    #[error("the device id was used before")]
    DeviceIdReused,
    /// The name looks like one that was taken before.
    #[error("the user name looks like an earlier one")]
    LookAlike,
    /// An invite or the enrolment key adds something else than a member.
    #[error("this key may add members only")]
    MembersOnly,
    /// The invite's grant is used up or withdrawn.
    #[error("the invite is used up or withdrawn")]
    GrantNotOpen,
    /// The grant's last moment is over.
    #[error("the grant has expired")]
    GrantExpired,
    /// The invite is for another name.
    #[error("the invite is for another name")]
    GrantName,
    /// The grant's key is known, and this is not its withdrawal.
    #[error("the grant key was used before and this is not its withdrawal")]
    NotAWithdrawal,
    /// There is no grant to use or withdraw.
    #[error("there is no such grant")]
    NoGrant,
    /// No such user.
    #[error("the user is not known")]
    UnknownUser,
    /// No such device.
    #[error("the device is not known")]
    UnknownDevice,
    /// No such room.
    #[error("the room is not known")]
    UnknownRoom,
    /// More devices than version 1 allows.
    #[error("a user may have one device")]
    TooManyDevices,
    /// A certificate names another user.
    #[error("a device certificate is of another user")]
    ForeignCertificate,
    /// A device stays listed with other bytes.
    #[error("a device that stays listed was changed")]
    DeviceChanged,
    /// A certificate's signature is false.
    #[error("a signature of a device certificate does not verify")]
    CertificateSignature,
    /// The device is not in its user's list, or banned.
    #[error("the device is not active")]
    DeviceNotActive,
    /// The ban or the list is already so.
    #[error("the leaf changes nothing")]
    NoChange,
    /// The same admin key twice in a policy.
    #[error("an admin key is listed twice")]
    AdminTwice,
    /// Two keys of one person where two people are needed.
    #[error("both admin keys belong to one person")]
    OnePerson,
    /// The room is archived.
    #[error("the room is archived")]
    Archived,
    /// The room's kind does not allow this.
    #[error("a room of this kind does not allow this")]
    RoomKind,
    /// The user is barred from the room.
    #[error("the user is barred from the room")]
    Barred,
    /// Somebody is both member and barred.
    #[error("somebody is both a member and barred")]
    MemberAndBarred,
    /// More members than Policy allows.
    #[error("the room is full")]
    RoomFull,
    /// The signer is no admin of the room.
    #[error("the signer is not an admin of the room")]
    NotRoomAdmin,
    /// The user joined or left rooms ten times within a day; the server refuses the eleventh.
    #[error("too many joins and leaves within 24 hours")]
    TooManyMoves,
    /// The log cannot grow further.
    #[error("the log is full")]
    Full,
}
