//! Rules of accounts: UserAdd, DeviceList, ResetGrant, UikReset, InviteGrant.

use super::super::leaf::{Leaf, Signer};
use super::super::object::{
    DeviceList, Enrolment, InviteGrant, MOST_DEVICES, ResetGrant, Role, UikReset, UserAdd,
};
use super::super::refused::LeafRefused;
use super::super::state::{AddedBy, GrantedReset, State, User};
use super::Step;
use super::keys::{made_by, signatures};
use crate::certificate::SignedCert;
use crate::keys::{GrantPublic, UserId};

impl State {
    pub(super) fn user(&self, id: &UserId) -> Result<&User, LeafRefused> {
        self.users.get(id).ok_or(LeafRefused::UnknownUser)
    }

    pub(super) fn judge_user_add(&self, user: &UserAdd, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [admitted, own] = signatures(leaf)?;
        let by = match admitted.signer {
            Signer::Admin => {
                let admin = self.by_admin(leaf, admitted, user.at)?;
                AddedBy::Admin { key: admin.key, user_id: admin.user_id }
            }
            Signer::InviteGrant => {
                let known = self.invite_keys(admitted.key_id).iter().copied();
                let grant = made_by(leaf, admitted, Signer::InviteGrant, known)?;
                self.admit_by_invite(&grant, user)?
            }
            Signer::Enrol => {
                let key = match self.policy()?.enrolment {
                    Enrolment::Auto(key) => Some(key),
                    Enrolment::Manual | Enrolment::Grant => None,
                };
                made_by(leaf, admitted, Signer::Enrol, key)?;
                members_only(user)?;
                AddedBy::EnrolKey
            }
            _ => return Err(LeafRefused::SignerRole),
        };
        made_by(leaf, own, Signer::Uik, [user.uik])?;
        if self.users.contains_key(&user.user_id) {
            return Err(LeafRefused::UserIdReused);
        }
        if self.skeletons.contains(&user.username.skeleton()) {
            return Err(LeafRefused::LookAlike);
        }
        self.all_new([user.uik.as_bytes()])?;
        Ok(Step::UserAdd(user.clone(), by))
    }

    fn admit_by_invite(&self, grant: &GrantPublic, user: &UserAdd) -> Result<AddedBy, LeafRefused> {
        let invite = self.invites.get(grant).ok_or(LeafRefused::NoGrant)?;
        members_only(user)?;
        if !invite.is_open() {
            return Err(LeafRefused::GrantNotOpen);
        }
        if user.at > invite.grant.expires {
            return Err(LeafRefused::GrantExpired);
        }
        if !invite.grant.allows(user.username.as_str()) {
            return Err(LeafRefused::GrantName);
        }
        Ok(AddedBy::Invite { grant: *grant, key: invite.key, user_id: invite.user_id })
    }

    pub(super) fn judge_device_list(&self, list: &DeviceList, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        let user = self.user(&list.user_id)?;
        made_by(leaf, sig, Signer::Uik, [user.uik])?;
        if user.list_ver.checked_add(1) != Some(list.list_ver) {
            return Err(LeafRefused::Sequence);
        }
        if user.list_hash != list.prev {
            return Err(LeafRefused::Chain);
        }
        if list.devices.len() > MOST_DEVICES {
            return Err(LeafRefused::TooManyDevices);
        }
        let mut new: Vec<&SignedCert> = Vec::new();
        for device in &list.devices {
            if self.is_new_device(user, device)? {
                new.push(device);
            }
        }
        self.all_new(new.iter().flat_map(|device| {
            let cert = device.cert();
            [cert.dik_s.as_bytes(), cert.dik_x.as_bytes(), cert.tpk.as_bytes()]
        }))?;
        Ok(Step::DeviceList(list.clone()))
    }

    /// Whether a listed device is new to the log; one that stays has to stay byte for byte.
    fn is_new_device(&self, user: &User, device: &SignedCert) -> Result<bool, LeafRefused> {
        let id = &device.cert().device_id;
        if device.cert().user_id != user.id {
            return Err(LeafRefused::ForeignCertificate);
        }
        if let Some(listed) = user.devices.iter().find(|listed| listed.cert().device_id == *id) {
            return if listed == device { Ok(false) } else { Err(LeafRefused::DeviceChanged) };
        }
        if self.devices.contains_key(id) {
            return Err(LeafRefused::DeviceIdReused);
        }
        device.verify(&user.uik).map_err(|_| LeafRefused::CertificateSignature)?;
        Ok(true)
    }

    pub(super) fn judge_reset_grant(&self, grant: &ResetGrant, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let (by, second) = if self.policy()?.reset_admins == 1 {
            let [sig] = signatures(leaf)?;
            (self.by_admin(leaf, sig, grant.at)?, None)
        } else {
            let [first, second] = signatures(leaf)?;
            let first = self.by_admin(leaf, first, grant.at)?;
            let second = self.by_admin(leaf, second, grant.at)?;
            if first.user_id == second.user_id {
                return Err(LeafRefused::OnePerson);
            }
            (first, Some(second))
        };
        let user = self.user(&grant.user_id)?;
        if user.resets.checked_add(1) != Some(grant.reset_seq) {
            return Err(LeafRefused::Sequence);
        }
        self.all_new([grant.grant.as_bytes()])?;
        Ok(Step::ResetGrant(GrantedReset { grant: *grant, by, second }))
    }

    pub(super) fn judge_uik_reset(&self, reset: &UikReset, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let (granted, new, old) = match leaf.sigs.as_slice() {
            [granted, new] => (granted, new, None),
            [granted, new, old] => (granted, new, Some(old)),
            _ => return Err(LeafRefused::SignatureCount),
        };
        let user = self.user(&reset.user_id)?;
        let open = user.open_reset.as_ref().ok_or(LeafRefused::NoGrant)?;
        made_by(leaf, granted, Signer::ResetGrant, [open.grant.grant])?;
        made_by(leaf, new, Signer::Uik, [reset.new_uik])?;
        if let Some(old) = old {
            made_by(leaf, old, Signer::Uik, [user.uik])?;
        }
        if open.grant.reset_seq != reset.reset_seq {
            return Err(LeafRefused::Sequence);
        }
        if reset.at > open.grant.expires {
            return Err(LeafRefused::GrantExpired);
        }
        self.all_new([reset.new_uik.as_bytes()])?;
        Ok(Step::UikReset(*reset, *open))
    }

    pub(super) fn judge_invite_grant(
        &self,
        grant: &InviteGrant,
        leaf: &Leaf<'_>,
    ) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        let admin = self.by_admin(leaf, sig, grant.at)?;
        let Some(known) = self.invites.get(&grant.grant) else {
            if grant.is_withdrawal() {
                return Err(LeafRefused::NoGrant);
            }
            self.all_new([grant.grant.as_bytes()])?;
            return Ok(Step::Invite(grant.clone(), admin.key, admin.user_id));
        };
        if !grant.is_withdrawal() || known.grant.username != grant.username {
            return Err(LeafRefused::NotAWithdrawal);
        }
        if !known.is_open() {
            return Err(LeafRefused::GrantNotOpen);
        }
        Ok(Step::Withdrawal(grant.grant))
    }
}

fn members_only(user: &UserAdd) -> Result<(), LeafRefused> {
    if user.role == Role::Member { Ok(()) } else { Err(LeafRefused::MembersOnly) }
}
