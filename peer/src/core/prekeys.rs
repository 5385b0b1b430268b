//! My own prekeys: made, written, then published or handed to a peer (PROTOCOL §2.2, §2.3).

use conclave_crypto::keys::UserId;
use conclave_crypto::prekey::{ONE_TIME_STOCK, Prekeys};
use conclave_proto::schema::PrekeyReply;
use conclave_proto::{Frame, FrameKind};

use super::effect::{Ask, Effect, RequestId};
use super::gate::Step;
use super::input::LinkId;
use super::records::{damaged, name};
use super::timers::Timer;
use super::{Core, Pending};
use crate::model::{Failure, Time};
use crate::record::{Read, Tree};

/// Pairs given to one person on request, in one hour: restarts are far rarer, and each pair is kept for 30 days.
const PAIRS_PER_HOUR: u32 = 20;
const HOUR: Time = 3_600_000;
/// How often rotation and expiry are looked at.
const LOOK: Time = 6 * HOUR;

/// Secrets of my prekeys and the bundle in force.
#[derive(Debug)]
pub(super) struct OwnPrekeys {
    pub(super) secrets: Prekeys,
    /// PrekeyBundle ‖ signature; empty before the first.
    bundle: Vec<u8>,
    /// The server has had one-time keys of this device.
    published: bool,
}

impl OwnPrekeys {
    /// Of a device that has none yet.
    pub(super) fn none() -> Self {
        Self { secrets: Prekeys::new(), bundle: Vec::new(), published: false }
    }

    /// Reads them.
    pub(super) fn open(records: &impl Read) -> Result<Self, Failure> {
        let secrets = match records.get(Tree::State, &name(b'K', &[]))? {
            Some(bytes) => Prekeys::decode(&bytes).map_err(|_| damaged())?,
            None => Prekeys::new(),
        };
        let bundle =
            records.get(Tree::State, &name(b'B', &[]))?.map(|bytes| bytes.to_vec()).unwrap_or_default();
        let published = records.get(Tree::State, &name(b'U', &[]))?.is_some();
        Ok(Self { secrets, bundle, published })
    }
}

impl<R: Read> Core<R> {
    /// Stages the secrets.
    pub(super) fn save_prekeys(&self, step: &mut Step<'_>) {
        step.put(Tree::State, name(b'K', &[]), self.prekeys.secrets.encode());
    }

    // New standing prekeys when they are due; says whether there is a new bundle.
    fn rotate_prekeys(&mut self, step: &mut Step<'_>) -> bool {
        if !self.prekeys.bundle.is_empty() && !self.prekeys.secrets.rotation_due(step.now) {
            return false;
        }
        let device = self.setup.device.party().device_id;
        let bundle =
            self.prekeys.secrets.rotate(&self.setup.org, device, &self.setup.sign, step.now, &mut *step.rng);
        self.prekeys.bundle = bundle.encode();
        step.put(Tree::State, name(b'B', &[]), self.prekeys.bundle.clone().into());
        true
    }

    /// Rotation, expiry and publishing, after login and a few times a day.
    pub(super) fn look_after_prekeys(&mut self, step: &mut Step<'_>, publish: bool) {
        let rotated = self.rotate_prekeys(step);
        let expired = self.prekeys.secrets.expire(step.now);
        if rotated || expired {
            self.save_prekeys(step);
        }
        self.timers.set(Timer::Prekeys, step.now + LOOK);
        if self.server.is_online() && (publish || rotated) {
            // Later the server says what it has left.
            let one_time = if self.prekeys.published { Vec::new() } else { self.make_one_time(step, 0) };
            self.publish(step, one_time);
        }
    }

    /// The server has taken what was published.
    pub(super) fn prekeys_published(&mut self, step: &mut Step<'_>) {
        if !std::mem::replace(&mut self.prekeys.published, true) {
            step.put(Tree::State, name(b'U', &[]), vec![1].into());
        }
    }

    /// The server tells its stock.
    pub(super) fn on_prekey_stock(&mut self, step: &mut Step<'_>, dh: u32, kem: u32) {
        self.prekeys_published(step);
        let held = usize::try_from(dh.min(kem)).unwrap_or(usize::MAX);
        let one_time = self.make_one_time(step, held);
        if !one_time.is_empty() && self.server.is_online() {
            self.publish(step, one_time);
        }
    }

    fn make_one_time(&mut self, step: &mut Step<'_>, held: usize) -> Vec<Vec<u8>> {
        let device = self.setup.device.party().device_id;
        let made = self.prekeys.secrets.refill(
            held,
            &self.setup.org,
            device,
            &self.setup.sign,
            step.now,
            &mut *step.rng,
        );
        if !made.is_empty() {
            self.save_prekeys(step);
        }
        made.iter().take(2 * ONE_TIME_STOCK).map(conclave_crypto::prekey::SignedOneTime::encode).collect()
    }

    fn publish(&mut self, step: &mut Step<'_>, one_time: Vec<Vec<u8>>) {
        let request = RequestId(self.pend(Pending::Publish));
        let what = Ask::PublishPrekeys { bundle: self.prekeys.bundle.clone(), one_time };
        step.after(Effect::Ask { request, what });
    }

    /// A peer asks for a bundle and a fresh pair: given once the secrets are durable.
    pub(super) fn on_prekey_request(&mut self, step: &mut Step<'_>, user: &UserId, link: LinkId) {
        let given = &mut self.peers.entry(*user).or_default().pairs_given;
        if step.now.saturating_sub(given.1) >= HOUR {
            *given = (0, step.now);
        }
        if given.0 >= PAIRS_PER_HOUR {
            return;
        }
        given.0 += 1;
        self.rotate_prekeys(step);
        let device = self.setup.device.party().device_id;
        let (dh, kem) = self.prekeys.secrets.one_time_pair(
            &self.setup.org,
            device,
            &self.setup.sign,
            step.now,
            &mut *step.rng,
        );
        self.save_prekeys(step);
        let reply = PrekeyReply {
            bundle: self.prekeys.bundle.clone().into(),
            one_time_dh: dh.encode().into(),
            one_time_kem: kem.encode().into(),
        };
        step.after(Effect::Transmit { link, frame: Frame::message(FrameKind::PREKEY_REPLY, &reply) });
    }
}
