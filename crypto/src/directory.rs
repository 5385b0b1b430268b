//! The directory: an append-only log of signed leaves and what it says (PROTOCOL §2.3).
//!
//! ```text
//! ORK → {ServerKey, Policy}     Policy → {admin keys, enrolment key}     AK → InviteGrant
//! AK, invite key or enrolment key → UserAdd     UIK → DeviceList → DeviceCert     DSK → lease, log head
//!
//! leaf bytes ──► [`Leaf`] ──► fold ──► [`User`], [`Room`], [`Policy`], …
//!        └─────► [`Merkle`] ──► root ──► [`Checkpoint`] signed by the server
//! ```
//!
//! Every client holds all leaves and folds them itself; the server runs the same code before it appends. A leaf that
//! does not fold changes nothing; a client that is given one stays at its last good size. Nothing here reads a clock,
//! a disk or a socket: persistence and retries are the caller's.

mod admit;
mod adopt;
mod checkpoint;
mod fold;
mod leaf;
mod merkle;
mod next;
mod object;
mod refused;
mod room;
mod server_rules;
mod sign;
mod state;

pub use admit::{Admitted, Grounds, NotAdmitted, View};
pub use adopt::{HeadRefused, HeadView, SplitView};
pub use checkpoint::{Checkpoint, CheckpointRefused, Head, LONGEST_NOTE};
pub use fold::{CLOCK_TOLERANCE, Change};
pub use leaf::{Kind, Leaf, Object, Sig, Signer};
pub use merkle::{Merkle, leaf_hash};
pub use object::{
    Admission, Ban, BanReason, Cut, DeviceList, Enrolment, InviteGrant, LONGEST_INVITE_LIFE,
    LONGEST_RESET_LIFE, LONGEST_ROOM_NAME, LONGEST_SERVER_KEY_LIFE, MOST_DEVICES, Policy, PolicyAdmin,
    ResetGrant, Role, RoomAdmit, RoomKind, RoomMove, RoomOrg, ServerKey, Target, UikReset, Unban, UserAdd,
};
pub use refused::LeafRefused;
pub use room::{Presence, Room};
pub use server_rules::{LATEST_SIGNED_BY_ADMIN, MOVES_PER_DAY};
pub use sign::{
    SignWith, assemble, sign_ban, sign_device_list, sign_founding, sign_invite_grant, sign_object, sign_part,
    sign_policy, sign_reset_grant, sign_room_admit, sign_room_join, sign_room_leave, sign_room_org,
    sign_server_key, sign_uik_reset, sign_unban, sign_user_add,
};
pub use state::{AddedBy, BanState, DeviceRecord, GrantedReset, Invite, User};

use crate::certificate::SignedCert;
use crate::handshake::Party;
use crate::keys::{DeviceId, GrantPublic, OrgId, OrkPublic, RoomId, UserId};
use crate::username::Username;
use crate::verified::Verified;

use self::fold::Step;
use self::state::State;

/// A leaf that was folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Its index; the log had this many leaves before it.
    pub index: u64,
    /// When it was signed, ms UTC, by the signer's clock; a ServerKey does not say.
    pub at: Option<u64>,
    /// What it changed.
    pub change: Change,
}

/// A log of one organisation and its fold.
#[derive(Debug)]
pub struct Directory {
    state: State,
    leaves: Vec<Box<[u8]>>,
    merkle: Merkle,
    head: Option<Checkpoint>,
}

impl Directory {
    /// The empty log of the organisation of a root key, as pinned from the invite.
    #[must_use]
    pub fn new(ork: OrkPublic) -> Self {
        Self {
            state: State::new(OrgId::of(&ork), ork),
            leaves: Vec::new(),
            merkle: Merkle::new(),
            head: None,
        }
    }

    /// Folds again what was stored with its head: everything is verified anew. Times in the future are not held
    /// back, since they were judged when the leaves came, and the clock may have been set back since.
    ///
    /// A server, whose store has no head, appends its leaves one by one with `now = u64::MAX`.
    ///
    /// # Errors
    /// [`HeadRefused`]: the store is damaged.
    pub fn restore(ork: OrkPublic, leaves: &[&[u8]], note: &[u8]) -> Result<Self, HeadRefused> {
        let mut directory = Self::new(ork);
        directory.adopt(leaves, note, u64::MAX)?;
        Ok(directory)
    }

    /// Folds a leaf as the next one at `now` (ms UTC) and appends it.
    ///
    /// # Errors
    /// [`LeafRefused`]; nothing has changed then.
    pub fn append(&mut self, leaf: &[u8], now: u64) -> Result<Folded, LeafRefused> {
        let (step, parsed) = self.judge(leaf, now)?;
        let index = self.size();
        let change = self.state.apply(step, &parsed, index.saturating_add(1));
        self.leaves.push(leaf.into());
        self.merkle.append(leaf);
        Ok(Folded { index, at: parsed.object.at(), change })
    }

    /// Whether [`append`](Self::append) would take the leaf now.
    ///
    /// # Errors
    /// [`LeafRefused`].
    pub fn check(&self, leaf: &[u8], now: u64) -> Result<(), LeafRefused> {
        self.judge(leaf, now).map(|_| ())
    }

    fn judge<'l>(&self, leaf: &'l [u8], now: u64) -> Result<(Step, Leaf<'l>), LeafRefused> {
        let parsed = Leaf::parse(leaf, &self.state.org)?;
        Ok((self.state.judge(&parsed, now)?, parsed))
    }

    /// Whom a Ban heard of outside the log hits: it has to be signed by an admin key and valid as the next leaf. Bans
    /// signed by the server's key count only from the log.
    ///
    /// # Errors
    /// [`LeafRefused`].
    pub fn gossiped_ban(&self, leaf: &[u8], now: u64) -> Result<Target, LeafRefused> {
        match self.judge(leaf, now)? {
            (Step::Ban(ban, Some(_)), _) => Ok(ban.target),
            _ => Err(LeafRefused::SignerRole),
        }
    }

    /// The organisation.
    #[must_use]
    pub const fn org(&self) -> &OrgId {
        &self.state.org
    }

    /// Its root key.
    #[must_use]
    pub const fn ork(&self) -> &OrkPublic {
        &self.state.ork
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// Merkle root of all leaves.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.merkle.root()
    }

    /// Merkle root of the first `size` leaves: the `state_hash` of room entries (PROTOCOL §2.7).
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<[u8; 32]> {
        self.merkle.root_at(usize::try_from(size).ok()?)
    }

    /// Size and root.
    #[must_use]
    pub fn current(&self) -> Head {
        Head { size: self.size(), root: self.root() }
    }

    /// Leaf `index`, as received.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<&[u8]> {
        self.leaves.get(usize::try_from(index).ok()?).map(AsRef::as_ref)
    }

    /// All leaves from `index` on, as received.
    pub fn leaves_from(&self, index: u64) -> impl Iterator<Item = &[u8]> {
        let from = usize::try_from(index).unwrap_or(usize::MAX);
        self.leaves.iter().skip(from).map(AsRef::as_ref)
    }

    /// The newest head that was adopted.
    #[must_use]
    pub const fn head(&self) -> Option<&Checkpoint> {
        self.head.as_ref()
    }

    /// The policy in force; none only before leaf 0.
    #[must_use]
    pub const fn policy(&self) -> Option<&Policy> {
        self.state.policy.as_ref()
    }

    /// All directory keys ever certified, in the order of the log.
    #[must_use]
    pub fn server_keys(&self) -> &[ServerKey] {
        &self.state.server_keys
    }

    /// All users there ever were, by id.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.state.users.values()
    }

    /// One user.
    #[must_use]
    pub fn user(&self, id: &UserId) -> Option<&User> {
        self.state.users.get(id)
    }

    /// The user of a name (lower case).
    #[must_use]
    pub fn user_by_name(&self, name: &str) -> Option<&User> {
        let name = Username::parse(name).ok()?;
        self.user(self.state.names.get(&name)?)
    }

    /// Whether a name or one that looks like it is taken.
    #[must_use]
    pub fn is_name_taken(&self, name: &Username) -> bool {
        self.state.skeletons.contains(&name.skeleton())
    }

    /// A device that is or was listed.
    #[must_use]
    pub fn device(&self, id: &DeviceId) -> Option<&DeviceRecord> {
        self.state.devices.get(id)
    }

    /// All devices that are or were listed, by id.
    pub fn devices(&self) -> impl Iterator<Item = (&DeviceId, &DeviceRecord)> {
        self.state.devices.iter()
    }

    /// The user and certificate of an active device: in its user's list, neither it nor the user banned.
    #[must_use]
    pub fn active(&self, device: &DeviceId) -> Option<(&User, &SignedCert)> {
        self.state.active(device)
    }

    /// An active device as a party of a handshake.
    #[must_use]
    pub fn party(&self, device: &DeviceId) -> Option<Verified<Party>> {
        let (user, signed) = self.active(device)?;
        let cert = signed.cert();
        Some(Verified::new(Party {
            user_id: user.id,
            device_id: cert.device_id,
            uik: user.uik,
            dik_s: cert.dik_s,
            dik_x: cert.dik_x,
            tpk: cert.tpk,
            devcert_hash: signed.hash(),
            suites: cert.suites.clone(),
        }))
    }

    /// The ban in force of a user or device, if any.
    #[must_use]
    pub fn ban(&self, target: &Target) -> Option<BanState> {
        self.state.ban_of(target)?.1
    }

    /// All invite grants there ever were, by key.
    pub fn invites(&self) -> impl Iterator<Item = &Invite> {
        self.state.invites.values()
    }

    /// One invite grant.
    #[must_use]
    pub fn invite(&self, grant: &GrantPublic) -> Option<&Invite> {
        self.state.invites.get(grant)
    }

    /// All org-managed rooms, by id.
    pub fn rooms(&self) -> impl Iterator<Item = &Room> {
        self.state.rooms.values()
    }

    /// One org-managed room.
    #[must_use]
    pub fn room(&self, id: &RoomId) -> Option<&Room> {
        self.state.rooms.get(id)
    }

    /// The users listed in a room, banned or not, by id.
    pub fn listed<'d>(&'d self, room: &'d Room) -> impl Iterator<Item = &'d User> {
        self.users().filter(|user| room.is_listed(&user.id))
    }

    /// The members of a room, by id: who is listed and not banned.
    pub fn members<'d>(&'d self, room: &'d Room) -> impl Iterator<Item = &'d User> {
        self.listed(room).filter(|user| user.banned.is_none())
    }
}
