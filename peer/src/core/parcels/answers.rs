//! What the server answers to a deposit, and the end of what it has promised.

use conclave_crypto::keys::{MessageId, UserId};
use conclave_crypto::parcel::BoxReceipt;
use conclave_proto::ErrorCode;

use super::{ASK_AGAIN, Cargo, Leaving, MOST_TOLD, REFUSED};
use crate::core::Core;
use crate::core::custody::Proof;
use crate::core::effect::RequestId;
use crate::core::gate::Step;
use crate::core::timers::Timer;
use crate::model::{Failure, Time};
use crate::record::Read;

impl<R: Read> Core<R> {
    fn take_leaving(&mut self, user: &UserId, request: RequestId) -> Option<Leaving> {
        let leaving = &mut self.peers.get_mut(user)?.parcels.leaving;
        let at = leaving.iter().position(|one| one.asked.is_some_and(|(asked, _)| asked == request))?;
        leaving.remove(at)
    }

    /// The server has a parcel, by its word.
    pub(in crate::core) fn on_deposited(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        request: RequestId,
        receipt: &[u8],
    ) -> Result<(), Failure> {
        let Some(mut leaving) = self.take_leaving(user, request) else { return Ok(()) };
        let said = BoxReceipt::parse(&self.setup.org, receipt)
            .ok()
            .and_then(|signed| signed.verify(self.log.directory.server_keys()).ok())
            .filter(|said| said.item_id == leaving.parcel.item_id() && said.expires > step.now);
        let Some(said) = said else {
            // Whoever signs what it does not hold proves nothing: the parcel is still to be left.
            leaving.asked = None;
            let parcels = &mut self.peers.entry(*user).or_default().parcels;
            parcels.leaving.push_front(leaving);
            parcels.paused = Some(step.now + REFUSED);
            return self.pump_parcels(step, user);
        };
        let parcels = &mut self.peers.entry(*user).or_default().parcels;
        parcels.full = false;
        match leaving.cargo {
            Cargo::Message { seq, id } => {
                self.timers.sooner(Timer::Parcels(*user), said.expires);
                let content = self.content_of(step, &id)?;
                self.boxed(step, user, (seq, id), said.expires, content)?;
            }
            Cargo::Object { seq, id } => self.object_boxed(step, user, (seq, id), said.expires)?,
            Cargo::Delivered { items, .. } => self.erase_items(step, items),
            Cargo::Read { up_to } => self.reads_told(step, user, up_to),
            Cargo::Word => {}
        }
        self.pump_parcels(step, user)
    }

    /// The server did not take a parcel.
    pub(in crate::core) fn on_deposit_failed(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        request: RequestId,
        code: ErrorCode,
    ) -> Result<(), Failure> {
        let Some(mut leaving) = self.take_leaving(user, request) else { return Ok(()) };
        let refused = matches!(
            code,
            ErrorCode::DropBoxFull | ErrorCode::ApiNotFound | ErrorCode::ApiState | ErrorCode::ApiParams
        );
        let peer = self.peers.entry(*user).or_default();
        if !refused {
            leaving.asked = None;
            peer.parcels.leaving.push_front(leaving);
            self.timers.sooner(Timer::Parcels(*user), step.now + ASK_AGAIN);
            return Ok(());
        }
        peer.parcels.paused = Some(step.now + REFUSED);
        self.timers.sooner(Timer::Parcels(*user), step.now + REFUSED);
        let newly = code == ErrorCode::DropBoxFull && !std::mem::replace(&mut peer.parcels.full, true);
        if let Cargo::Delivered { acks, items } = leaving.cargo {
            // They are told over the next link: their messages come again over it, and are acknowledged again.
            peer.acks.extend(acks);
            self.erase_items(step, items);
        }
        if newly {
            self.tell_unboxed(step, user)?;
        }
        Ok(())
    }

    fn tell_unboxed(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get(user) else { return Ok(()) };
        let unboxed: Vec<MessageId> = peer
            .outbox
            .from(0)
            .filter(|(seq, _)| !peer.parcels.boxed.contains_key(seq))
            .map(|(_, id)| id)
            .take(MOST_TOLD)
            .collect();
        for id in unboxed {
            self.tell_state(step, &id)?;
        }
        Ok(())
    }

    // What was not collected in time waits here for a link; it is not left a second time unasked.
    pub(super) fn expire_parcels(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(peer) = self.peers.get_mut(user) else { return Ok(()) };
        let mut over = Vec::new();
        let mut next: Option<Time> = None;
        for boxed in peer.parcels.boxed.values_mut().filter(|boxed| !boxed.expired) {
            if boxed.until <= step.now {
                boxed.expired = true;
                over.push(boxed.id);
            } else {
                next = Some(next.map_or(boxed.until, |next| next.min(boxed.until)));
            }
        }
        for id in over {
            self.prove(step, &id, Proof::DepositExpired)?;
        }
        if let Some(next) = next {
            self.timers.sooner(Timer::Parcels(*user), next);
        }
        Ok(())
    }
}
