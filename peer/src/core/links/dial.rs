//! Dialling: when, and how patiently.

use conclave_crypto::keys::{TransportPublic, UserId};

use crate::core::Core;
use crate::core::effect::Effect;
use crate::core::gate::Step;
use crate::core::timers::Timer;
use crate::model::{Time, WaitReason};
use crate::record::Read;

/// Dials under way at once.
const MOST_DIALS: usize = 8;
/// A dial the driver never answers is given up after this long.
const DIAL_TIMEOUT: Time = 30_000;
/// Back-off of dials: doubled from the first to the last, then half of it drawn by lot.
const FIRST_RETRY: Time = 1_000;
pub(super) const LAST_RETRY: Time = 60_000;
/// Who has nothing to send lets the other side dial first, so that two rarely dial each other.
const POLITE_WAIT: Time = 2_000;
/// A link that was lost is to be had again for so long: through a restart, a change of networks, a server that is away.
const KEEN: Time = 120_000;

/// Efforts to reach one device.
#[derive(Debug, Default)]
pub(in crate::core) struct Dial {
    pub(super) under_way: Option<Time>,
    pub(super) failures: u32,
    pub(super) next: Time,
    pub(super) why: Option<WaitReason>,
    /// By how much the person's clock was off when that was why.
    pub(super) skew: Time,
    /// Until then a lost link is to be had again, whatever the server says of the person.
    pub(super) keen: Time,
}

impl Dial {
    /// Something changed: try again at once.
    pub(in crate::core) const fn forget_failures(&mut self) {
        self.failures = 0;
        self.next = 0;
    }

    /// A link was lost.
    pub(super) const fn lost(&mut self, now: Time) {
        self.keen = now + KEEN;
    }

    /// The clock was set back.
    pub(in crate::core) fn set_back(&mut self, by: Time) {
        self.keen = self.keen.saturating_sub(by);
        self.next = self.next.saturating_sub(by);
        self.under_way = self.under_way.map(|since| since.saturating_sub(by));
    }
}

impl<R: Read> Core<R> {
    /// Sees to it that a person is dialled when there is reason to and the time has come.
    pub(in crate::core) fn plan_dial(&mut self, step: &mut Step<'_>, user: &UserId) {
        if self.link_to(user).is_some() || self.stopped(user).is_some() {
            return;
        }
        let Some(party) = self.party_of(user) else { return };
        let busy = self.peers.values().filter(|peer| peer.dial.under_way.is_some()).count();
        let online = self.is_online(user);
        let addresses = self.addresses_of(user);
        let nearby = !self.nearby(user).is_empty();
        let polite = if party.tpk < self.setup.device.party().tpk { POLITE_WAIT } else { 0 };
        let peer = self.peers.entry(*user).or_default();
        let waiting = !peer.outbox.is_empty();
        let keen = step.now < peer.dial.keen;
        if !waiting && !online && !nearby && !keen {
            return;
        }
        if peer.dial.next == 0 {
            peer.dial.next = if waiting { step.now } else { step.now + polite };
        }
        if let Some(since) = peer.dial.under_way {
            if step.now < since + DIAL_TIMEOUT {
                self.timers.sooner(Timer::Peer(*user), since + DIAL_TIMEOUT);
                return;
            }
            peer.dial.under_way = None;
        }
        if step.now < peer.dial.next {
            self.timers.sooner(Timer::Peer(*user), peer.dial.next);
            return;
        }
        if busy >= MOST_DIALS {
            self.timers.sooner(Timer::Peer(*user), step.now + FIRST_RETRY);
            return;
        }
        peer.dial.under_way = Some(step.now);
        self.timers.sooner(Timer::Peer(*user), step.now + DIAL_TIMEOUT);
        step.soon(Effect::Dial { peer: party.tpk, addresses });
    }

    /// A dial ended without a link.
    pub(in crate::core) fn dial_failed(
        &mut self,
        step: &mut Step<'_>,
        peer: &TransportPublic,
        why: WaitReason,
    ) {
        let Some(user) = self.log.user_of(peer) else { return };
        self.dial_later(step, &user);
        let known = self.peers.entry(user).or_default();
        known.dial.why = Some(why);
        self.tell_path(step, &user);
        self.plan_dial(step, &user);
    }

    // Jittered back-off after a failure.
    pub(super) fn dial_later(&mut self, step: &mut Step<'_>, user: &UserId) {
        let mut lot = [0; 8];
        step.rng.fill_bytes(&mut lot);
        let at_once = self.just_changed(step.now);
        let dial = &mut self.peers.entry(*user).or_default().dial;
        dial.under_way = None;
        if at_once && dial.failures == 0 {
            dial.failures = 1;
            return;
        }
        let full = (FIRST_RETRY << dial.failures.min(6)).min(LAST_RETRY);
        dial.failures = dial.failures.saturating_add(1);
        dial.next = dial.next.max(step.now + full / 2 + u64::from_be_bytes(lot) % (full / 2 + 1));
    }
}
