//! Rules of Ban and Unban.

use super::super::leaf::{Leaf, Sig, Signer};
use super::super::object::Target;
use super::super::object::{Ban, Unban};
use super::super::refused::LeafRefused;
use super::super::state::State;
use super::Step;
use super::keys::signatures;
use crate::keys::AdminPublic;

impl State {
    pub(super) fn judge_ban(&self, ban: &Ban, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        let by = self.by_admin_or_server(leaf, sig, ban.at)?;
        let (seq, banned) = self.ban_of(&ban.target).ok_or(unknown(&ban.target))?;
        if seq.checked_add(1) != Some(ban.seq) {
            return Err(LeafRefused::Sequence);
        }
        if banned.is_some() {
            return Err(LeafRefused::NoChange);
        }
        Ok(Step::Ban(*ban, by))
    }

    pub(super) fn judge_unban(&self, unban: &Unban, leaf: &Leaf<'_>) -> Result<Step, LeafRefused> {
        let [sig] = signatures(leaf)?;
        let by = self.by_admin_or_server(leaf, sig, unban.at)?;
        let (seq, banned) = self.ban_of(&unban.target).ok_or(unknown(&unban.target))?;
        if seq.checked_add(1) != Some(unban.seq) {
            return Err(LeafRefused::Sequence);
        }
        let ban = banned.ok_or(LeafRefused::NoChange)?;
        let over = 0 < ban.until && ban.until <= unban.at;
        if by.is_some() || over { Ok(Step::Unban(*unban, by)) } else { Err(LeafRefused::SignerRole) }
    }

    /// The admin key that made `sig`, or none if a directory key did.
    fn by_admin_or_server(
        &self,
        leaf: &Leaf<'_>,
        sig: &Sig,
        at: u64,
    ) -> Result<Option<AdminPublic>, LeafRefused> {
        if sig.signer == Signer::Directory {
            self.by_server(leaf, sig, at).map(|_| None)
        } else {
            self.by_admin(leaf, sig, at).map(|admin| Some(admin.key))
        }
    }
}

const fn unknown(target: &Target) -> LeafRefused {
    match target {
        Target::User(_) => LeafRefused::UnknownUser,
        Target::Device(_) => LeafRefused::UnknownDevice,
    }
}
