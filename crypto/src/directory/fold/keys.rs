//! Who signed, and whether the keys in a leaf are new.

use std::collections::BTreeSet;

use super::super::leaf::{Leaf, Sig, Signer};
use super::super::object::{Enrolment, Policy, PolicyAdmin, ServerKey};
use super::super::refused::LeafRefused;
use super::super::state::{KeyUse, State};
use super::Step;
use crate::keys::{DirectoryPublic, VerifyingKey};

/// The signatures of a leaf, exactly as many as asked for.
pub(super) fn signatures<'l, const N: usize>(leaf: &'l Leaf<'_>) -> Result<&'l [Sig; N], LeafRefused> {
    leaf.sigs.as_slice().try_into().map_err(|_| LeafRefused::SignatureCount)
}

/// The one of `keys` that made `sig`. Key ids are short, so two keys may share one: each is tried.
pub(super) fn made_by<K: VerifyingKey>(
    leaf: &Leaf<'_>,
    sig: &Sig,
    signer: Signer,
    keys: impl IntoIterator<Item = K>,
) -> Result<K, LeafRefused> {
    if sig.signer != signer {
        return Err(LeafRefused::SignerRole);
    }
    let mut refused = LeafRefused::UnknownKey;
    for key in keys {
        if key.key_id() == sig.key_id {
            if key.verify(leaf.kind.label(), leaf.bytes, &sig.signature).is_ok() {
                return Ok(key);
            }
            refused = LeafRefused::Signature;
        }
    }
    Err(refused)
}

impl State {
    pub(super) fn policy(&self) -> Result<&Policy, LeafRefused> {
        self.policy.as_ref().ok_or(LeafRefused::NoPolicy)
    }

    /// The admin in force at `at` that made `sig`.
    pub(super) fn by_admin(&self, leaf: &Leaf<'_>, sig: &Sig, at: u64) -> Result<PolicyAdmin, LeafRefused> {
        let admins = &self.policy()?.admins;
        let key = made_by(
            leaf,
            sig,
            Signer::Admin,
            admins.iter().filter(|admin| admin.nbf <= at).map(|admin| admin.key),
        )?;
        admins.iter().find(|admin| admin.key == key).copied().ok_or(LeafRefused::UnknownKey)
    }

    /// The directory key valid at `at` that made `sig`.
    pub(super) fn by_server(
        &self,
        leaf: &Leaf<'_>,
        sig: &Sig,
        at: u64,
    ) -> Result<DirectoryPublic, LeafRefused> {
        let valid = self.server_keys.iter().filter(|key| key.covers(at)).map(|key| key.key);
        made_by(leaf, sig, Signer::Directory, valid)
    }

    /// Refuses keys that were seen before or repeat among themselves.
    pub(super) fn all_new<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k [u8; 32]>,
    ) -> Result<(), LeafRefused> {
        let mut within = BTreeSet::new();
        for key in keys {
            if self.keys.contains_key(key) || !within.insert(key) {
                return Err(LeafRefused::KeyReused);
            }
        }
        Ok(())
    }

    pub(super) fn judge_policy(&self, policy: &Policy, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        made_by(leaf, sig, Signer::Root, [self.ork])?;
        let last = self.policy.as_ref().map_or(0, |policy| policy.seq);
        if last.checked_add(1) != Some(policy.seq) {
            return Err(LeafRefused::Sequence);
        }
        let mut within = BTreeSet::new();
        for admin in &policy.admins {
            if !within.insert(admin.key.as_bytes()) {
                return Err(LeafRefused::AdminTwice);
            }
            self.new_or_again(admin.key.as_bytes(), KeyUse::Admin)?;
        }
        if let Enrolment::Auto(key) = &policy.enrolment {
            if !within.insert(key.as_bytes()) {
                return Err(LeafRefused::KeyReused);
            }
            self.new_or_again(key.as_bytes(), KeyUse::Enrol)?;
        }
        Ok(Step::Policy(policy.clone()))
    }

    pub(super) fn judge_server_key(&self, key: &ServerKey, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        made_by(leaf, sig, Signer::Root, [self.ork])?;
        self.all_new([key.key.as_bytes()])?;
        Ok(Step::ServerKey(*key))
    }

    fn new_or_again(&self, key: &[u8; 32], used_as: KeyUse) -> Result<(), LeafRefused> {
        match self.keys.get(key) {
            None => Ok(()),
            Some(before) if *before == used_as => Ok(()),
            Some(_) => Err(LeafRefused::KeyReused),
        }
    }
}
