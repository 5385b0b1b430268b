//! One turn of the core: an input's work, its batch, and whatever the release of gated effects leads to.
//!
//! ```text
//! work ─► Step ─► gate: batch out, what may go now ─► acknowledgements and items to erase are steps of their own ─┐
//!                  ▲                                                                                              │
//!                  └──────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use std::collections::BTreeSet;

use conclave_crypto::keys::{ItemId, UserId};
use conclave_proto::ErrorCode;
use rand_core::CryptoRng;

use super::Core;
use super::effect::Effect;
use super::gate::{Gated, Step};
use super::timers::Timer;
use crate::model::{Event, Failure, Time};
use crate::record::Read;

impl<R: Read> Core<R> {
    /// One step: work, batch, and whatever the release of gated effects leads to.
    pub(super) fn run(
        &mut self,
        now: Time,
        rng: &mut dyn CryptoRng,
        work: impl FnOnce(&mut Self, &mut Step<'_>) -> Result<(), Failure>,
    ) -> Vec<Effect> {
        /// Clocks are trimmed by less than this all the time.
        const TRIM: Time = 2_000;
        if now + TRIM < self.last {
            self.clock_set_back(self.last - now);
            // The next lease tells the server's time.
            self.timers.set(Timer::Lease, now);
        }
        self.last = now;
        self.clock.pass(now);
        let mut out = Vec::new();
        let mut step = Step::new(now, &mut *rng);
        let events = self.events;
        if let Err(failure) = work(self, &mut step) {
            self.events = events;
            // Only the store fails here. Nothing of the step counts; a message that was lost with it comes again.
            step = Step::new(now, &mut *rng);
            self.store_failed(&mut step, &failure);
        }
        self.remember_time(&mut step);
        loop {
            let (effects, through) = self.gate.close(step);
            out.extend(effects);
            let (users, collected) = self.release(through, &mut out);
            if users.is_empty() && collected.is_empty() {
                break;
            }
            step = Step::new(now, &mut *rng);
            for user in users {
                if let Err(failure) = self.send_acks(&mut step, &user) {
                    self.store_failed(&mut step, &failure);
                }
            }
            for (user, items) in collected {
                if let Err(failure) = self.settle_collected(&mut step, &user, items) {
                    self.store_failed(&mut step, &failure);
                }
            }
        }
        self.tell_ways(&mut out);
        if self.has_waiting() {
            self.timers.sooner(Timer::Waiting, now);
        }
        if let Some(at) = self.timers.wake() {
            out.push(Effect::Wake(at));
        }
        out
    }

    // Deadlines and spans go on as if nothing had happened.
    fn clock_set_back(&mut self, by: Time) {
        self.timers.set_back(by);
        self.links.set_back(by);
        self.files.set_back(by);
        self.collecting_set_back(by);
        for peer in self.peers.values_mut() {
            peer.set_back(by);
        }
    }

    // Lets gated effects go; returns who is to be acknowledged to, and what of the drop box is dealt with.
    fn release(
        &mut self,
        through: Vec<Gated>,
        out: &mut Vec<Effect>,
    ) -> (BTreeSet<UserId>, Vec<(UserId, Vec<ItemId>)>) {
        let (mut users, mut collected) = (BTreeSet::new(), Vec::new());
        for gated in through {
            match gated {
                Gated::Effect(effect) => {
                    self.events.released(&effect);
                    out.push(effect);
                }
                Gated::Acknowledge(user, ack) => {
                    if self.link_to(&user).is_some() {
                        self.peers.entry(user).or_default().acks.push(ack);
                        users.insert(user);
                    } else if self.may_deposit(&user) {
                        self.acknowledge_by_box(user, ack);
                    }
                }
                Gated::Acknowledged(user) => self.peers.entry(user).or_default().acking = false,
                Gated::Collected(user, items) => collected.push((user, items)),
            }
        }
        (users, collected)
    }

    fn store_failed(&mut self, step: &mut Step<'_>, failure: &Failure) {
        if failure.code == ErrorCode::StoreDamaged {
            let safe = self.conversations.values().map(|one| one.sent + one.received).sum();
            let code = failure.code.text().to_owned();
            self.ephemeral(step, Event::StoreDamaged { code, safe, lost: 1 });
        }
    }
}
