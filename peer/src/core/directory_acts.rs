//! `directory.acts`: what administrators did, read out of the log that this computer has folded and checked leaf by leaf.

use std::collections::BTreeMap;

use conclave_crypto::directory::{BanReason, Directory, Kind, Leaf, Object, Signer, Target};
use conclave_crypto::keys::{KeyId, UserId, VerifyingKey as _};
use conclave_proto::ErrorCode;

use super::Core;
use crate::model::{ActKind, Answer, BlockReason, DirectoryAct, DirectoryActs, Failure};
use crate::record::Read;

/// Acts of a page when nothing is said.
const USUAL: u32 = 50;
/// Acts of the largest page.
const MOST: u32 = 200;
/// Leaves that one call looks at, so that a long log without acts does not hold up what waits behind it.
const LOOKED_AT: u64 = 10_000;

impl<R: Read> Core<R> {
    /// `directory.acts`.
    pub(super) fn directory_acts(&self, call: &DirectoryActs) -> Result<Answer, Failure> {
        let limit = call.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "limit"));
        }
        let directory = &self.log.directory;
        if call.before.is_some_and(|before| before > directory.size()) {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "before"));
        }
        Ok(acts(directory, call.before, limit))
    }
}

fn acts(directory: &Directory, before: Option<u64>, limit: u32) -> Answer {
    let admins = admins(directory);
    let end = before.unwrap_or(directory.size()).min(directory.size());
    let last = end.saturating_sub(LOOKED_AT);
    let mut acts = Vec::new();
    let mut index = end;
    while index > last && acts.len() < limit as usize {
        index -= 1;
        let leaf = directory.leaf(index).filter(|leaf| leaf.first().is_some_and(is_of_administrators));
        let leaf = leaf.and_then(|leaf| Leaf::parse(leaf, directory.org()).ok());
        acts.extend(
            leaf.filter(Leaf::is_by_admin_or_root).and_then(|leaf| act(directory, &admins, index, leaf)),
        );
    }
    Answer::DirectoryActs { acts, next: (index > 0).then_some(index) }
}

/// By its number alone: most leaves are lists of devices and need not be read.
fn is_of_administrators(number: &u8) -> bool {
    !matches!(Kind::from_number(*number), None | Some(Kind::DeviceList | Kind::RoomJoin | Kind::RoomLeave))
}

/// Whose each admin key is or was: policies name them all.
fn admins(directory: &Directory) -> BTreeMap<KeyId, UserId> {
    let policies = directory.leaves_from(0).filter(|leaf| leaf.first() == Some(&Kind::Policy.number()));
    policies
        .filter_map(|leaf| match Leaf::parse(leaf, directory.org()).ok()?.object {
            Object::Policy(policy) => Some(policy.admins),
            _ => None,
        })
        .flatten()
        .map(|admin| (admin.key.key_id(), admin.user_id))
        .collect()
}

fn act(
    directory: &Directory,
    admins: &BTreeMap<KeyId, UserId>,
    index: u64,
    leaf: Leaf<'_>,
) -> Option<DirectoryAct> {
    let signed = leaf.sigs.iter().filter(|sig| sig.signer == Signer::Admin);
    let mut act = DirectoryAct {
        leaf: index,
        time: leaf.object.at(),
        what: ActKind::Policy,
        by: signed.filter_map(|sig| admins.get(&sig.key_id).copied()).collect(),
        user: None,
        name: None,
        until: None,
        reason: None,
    };
    let end = |until: u64| (until > 0).then_some(until);
    let banned = |target, user, device| match target {
        Target::User(id) => (user, Some(id)),
        Target::Device(id) => (device, directory.device(&id).map(|device| device.user_id)),
    };
    match leaf.object {
        Object::Policy(_) => {}
        Object::ServerKey(_) => act.what = ActKind::ServerKey,
        Object::UserAdd(added) => (act.what, act.user) = (ActKind::UserAdded, Some(added.user_id)),
        Object::InviteGrant(grant) => {
            act.what = if grant.uses == 0 { ActKind::InviteWithdrawn } else { ActKind::Invited };
            act.name = Some(grant.username).filter(|name| !name.is_empty());
            act.until = end(grant.expires);
        }
        Object::ResetGrant(grant) => {
            (act.what, act.user, act.until) =
                (ActKind::ResetGranted, Some(grant.user_id), end(grant.expires));
        }
        Object::Ban(ban) => {
            (act.what, act.user) = banned(ban.target, ActKind::Blocked, ActKind::DeviceBlocked);
            act.until = end(ban.until);
            act.reason = Some(match ban.reason {
                BanReason::Suspended => BlockReason::Suspended,
                BanReason::Removed => BlockReason::Removed,
                BanReason::Closed => BlockReason::Closed,
            });
        }
        Object::Unban(unban) => {
            (act.what, act.user) = banned(unban.target, ActKind::Unblocked, ActKind::DeviceUnblocked);
        }
        Object::RoomOrg(room) => (act.what, act.name) = (ActKind::Room, Some(room.name)),
        Object::RoomAdmit(admit) => (act.what, act.user) = (ActKind::RoomMember, Some(admit.user_id)),
        Object::DeviceList(_) | Object::UikReset(_) | Object::RoomJoin(_) | Object::RoomLeave(_) => {
            return None;
        }
    }
    Some(act)
}
