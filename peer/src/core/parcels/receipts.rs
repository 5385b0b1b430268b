//! Receipts by the box: DELIVERED and READ for people there is no link to, and what heals a session.
//!
//! What comes of one round of collecting is told together. The items that brought it are erased when the receipt for
//! them is in the box itself: whatever stops before that is collected and told once more.

use conclave_crypto::keys::{ItemId, MessageId, UserId};
use conclave_crypto::plain::{Ack, Body, Plain};

use super::{ABSENT, Cargo, Leaving, MOST_LEAVING};
use crate::core::Core;
use crate::core::gate::Step;
use crate::core::receipts::{ACKS_AT_ONCE, MOST_ACKS};
use crate::core::timers::Timer;
use crate::model::Failure;
use crate::record::Read;

impl<R: Read> Core<R> {
    /// Leaves DELIVERED for what is durable here; the items that brought it are erased when that is in the box.
    pub(in crate::core) fn deposit_acks(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        mut items: Vec<ItemId>,
    ) -> Result<(), Failure> {
        let acks = self.peers.get_mut(user).map(|peer| std::mem::take(&mut peer.acks)).unwrap_or_default();
        let mut left = acks.chunks(ACKS_AT_ONCE);
        while let Some(some) = left.next() {
            let last = left.len() == 0;
            let cargo = Cargo::Delivered {
                acks: some.to_vec(),
                items: if last { std::mem::take(&mut items) } else { Vec::new() },
            };
            if let Err(cargo) = self.deposit_control(step, user, &Body::Delivered(some.to_vec()), cargo)? {
                if let Cargo::Delivered { items: back, .. } = cargo {
                    items.extend(back);
                }
                let rest: Vec<Ack> = some.iter().chain(left.flatten()).copied().collect();
                self.peers.entry(*user).or_default().acks = rest;
                break;
            }
        }
        self.erase_items(step, items);
        Ok(())
    }

    /// A message of theirs is durable here and there is no link: what comes of it together is told together.
    pub(in crate::core) fn acknowledge_by_box(&mut self, user: UserId, ack: Ack) {
        let acks = &mut self.peers.entry(user).or_default().acks;
        if acks.len() < MOST_ACKS && !acks.contains(&ack) {
            acks.push(ack);
        }
        self.timers.sooner(Timer::Parcels(user), self.last + ABSENT);
    }

    /// What a round of collecting has brought from a person is durable: tell them, then have it erased.
    pub(in crate::core) fn settle_collected(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        items: Vec<ItemId>,
    ) -> Result<(), Failure> {
        let Some(peer) = self.peers.get_mut(user) else {
            self.erase_items(step, items);
            return Ok(());
        };
        if peer.acks.is_empty() {
            // They may be on their way already, in a parcel whose receipt has not come.
            let last = peer.parcels.leaving.iter_mut().rev().find_map(|leaving| match &mut leaving.cargo {
                Cargo::Delivered { items, .. } => Some(items),
                _ => None,
            });
            match last {
                Some(waiting) => waiting.extend(items),
                None => self.erase_items(step, items),
            }
            return Ok(());
        }
        if self.may_deposit(user) && self.has_session(step, user)? {
            self.deposit_acks(step, user, items)?;
            self.ask_deposits(step, user);
        } else {
            self.erase_items(step, items);
        }
        Ok(())
    }

    pub(super) fn deposit_reads(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if !self.tells_of_reading(user) {
            return Ok(());
        }
        let reading = |leaving: &Leaving| matches!(leaving.cargo, Cargo::Read { .. });
        if self.peers.get(user).is_some_and(|peer| peer.parcels.leaving.iter().any(reading)) {
            return Ok(());
        }
        let up_to = self.conversation(user).read_to;
        if self.conversation(user).read_sent >= up_to {
            return Ok(());
        }
        let acks = self.reads_to_tell(step, user, false)?;
        if acks.is_empty() {
            self.reads_told(step, user, up_to);
            return Ok(());
        }
        let mut chunks = acks.chunks(ACKS_AT_ONCE);
        while let Some(some) = chunks.next() {
            let cargo = if chunks.len() == 0 { Cargo::Read { up_to } } else { Cargo::Word };
            if self.deposit_control(step, user, &Body::Read(some.to_vec()), cargo)?.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Sends something that is not kept in the outbox, over a link or else by the box.
    pub(in crate::core) fn send_anyhow(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        body: &Body,
    ) -> Result<(), Failure> {
        if !self.send_control(step, user, body)?
            && self.deposit_control(step, user, body, Cargo::Word)?.is_ok()
        {
            self.ask_deposits(step, user);
        }
        Ok(())
    }

    // Gives the cargo back when it could not be loaded.
    fn deposit_control(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        body: &Body,
        cargo: Cargo,
    ) -> Result<Result<(), Cargo>, Failure> {
        let waiting = self.peers.get(user).map_or(0, |peer| peer.parcels.leaving.len());
        if !self.may_deposit(user) || waiting >= MOST_LEAVING || !self.has_session(step, user)? {
            return Ok(Err(cargo));
        }
        let clock = self.conversation(user).clock;
        let id = MessageId::random(step.rng);
        let plain = Plain::new(id, self.conversation_with(user), clock, step.now, body);
        let Some(envelope) = self.seal(step, user, plain)? else { return Ok(Err(cargo)) };
        Ok(self.load_parcel(step, user, &envelope, cargo))
    }
}
