//! Which ways to a person may be used (DESIGN §6): the relay of the login server, and looking round the local network.
//! Also where colleagues in the local network are.

use std::collections::BTreeMap;

use conclave_crypto::keys::{TransportPublic, UserId};

use crate::core::Core;
use crate::core::effect::Effect;
use crate::core::gate::Step;
use crate::core::timers::Timer;
use crate::model::Time;
use crate::record::Read;

/// The server is missing, and not only changing networks or restarting, after this.
const SERVER_MISSING: Time = 10_000;
/// Links that are lost so soon after a change of networks are dialled again without waiting.
const JUST_CHANGED: Time = 5_000;
/// Devices of the local network remembered: the network shell tells of no more.
const MOST_NEARBY: usize = 256;

/// What may be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::core) struct Ways {
    /// The relay of the login server.
    pub(in crate::core) relay: bool,
    /// Discovery in the local network.
    pub(in crate::core) lan: bool,
}

/// What was told to the world, and what it told.
#[derive(Debug, Default)]
pub(in crate::core) struct Surroundings {
    told: Ways,
    nearby: BTreeMap<TransportPublic, Vec<Vec<u8>>>,
    /// When addresses last changed or the computer woke.
    changed: Time,
}

impl<R: Read> Core<R> {
    /// What may be used now.
    pub(in crate::core) fn ways(&self) -> Ways {
        let Some(policy) = self.log.directory.policy() else { return Ways::default() };
        let missing =
            !self.server.is_online() && self.last.saturating_sub(self.server.since()) >= SERVER_MISSING;
        Ways {
            relay: policy.relay && self.server.is_online(),
            lan: policy.lan && (self.settings.lan_discovery || missing),
        }
    }

    /// Tells the world when something else may be used than before.
    pub(in crate::core) fn tell_ways(&mut self, out: &mut Vec<Effect>) {
        let ways = self.ways();
        if ways != self.surroundings.told {
            self.surroundings.told = ways;
            out.push(Effect::Ways { relay: ways.relay, lan: ways.lan });
        }
        let missing_at = self.server.since() + SERVER_MISSING;
        if !ways.lan && !self.server.is_online() && missing_at > self.last {
            self.timers.sooner(Timer::Ways, missing_at);
        }
    }

    /// A device is in the local network, or has gone.
    pub(in crate::core) fn on_nearby(
        &mut self,
        step: &mut Step<'_>,
        peer: TransportPublic,
        addresses: Vec<Vec<u8>>,
    ) {
        let known = &mut self.surroundings.nearby;
        if addresses.is_empty() {
            known.remove(&peer);
            return;
        }
        if !known.contains_key(&peer) && known.len() >= MOST_NEARBY {
            return;
        }
        known.insert(peer, addresses);
        // A stranger to the log is no colleague; who comes into it later is found again.
        if let Some(user) = self.log.user_of(&peer)
            && user != self.setup.user
        {
            self.peers.entry(user).or_default().dial.forget_failures();
            self.plan_dial(step, &user);
        }
    }

    /// The transport key of a person's device.
    pub(crate) fn device_of(&self, user: &UserId) -> Option<TransportPublic> {
        self.party_of(user).map(|party| party.tpk)
    }

    /// Where a person's device is in the local network.
    pub(in crate::core) fn nearby(&self, user: &UserId) -> &[Vec<u8>] {
        let party = self.party_of(user);
        party.and_then(|party| self.surroundings.nearby.get(&party.tpk)).map_or(&[], Vec::as_slice)
    }

    /// Whether links are lost because of a change of networks, and not because of the other side.
    pub(super) const fn just_changed(&self, now: Time) -> bool {
        now.saturating_sub(self.surroundings.changed) < JUST_CHANGED
    }

    /// Addresses changed or the computer slept: what failed before is tried again at once.
    pub(in crate::core) fn network_changed(&mut self, step: &mut Step<'_>) {
        self.surroundings.changed = step.now;
        let users: Vec<UserId> = self.peers.keys().copied().collect();
        for user in users {
            if let Some(peer) = self.peers.get_mut(&user) {
                peer.dial.forget_failures();
            }
            self.plan_dial(step, &user);
        }
    }
}
