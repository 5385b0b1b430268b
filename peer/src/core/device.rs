//! The device of this computer (PROTOCOL §2.11, New computer): what was made under an earlier one is erased.
//!
//! ```text
//! state of device A ─► opened as device B: sessions, sealed messages, prekeys, lease go; history and outbox stay
//! ```
//!
//! Sessions are between devices, so they begin anew by themselves, and what waits is encrypted again under them.

use conclave_crypto::certificate::SignedCert;
use conclave_crypto::keys::{DeviceId, UserId};
use data_encoding::HEXLOWER;

use super::Core;
use super::gate::Step;
use super::prekeys::OwnPrekeys;
use super::records::name;
use crate::model::{Answer, Device, Failure};
use crate::record::{Read, Tree};

impl<R: Read> Core<R> {
    /// Notices that this computer has another device than the one its state belongs to. State without an owner is of
    /// the device in use: a backup brings none.
    pub(super) fn take_over_device(&mut self, step: &mut Step<'_>) -> Result<(), Failure> {
        let mine = self.setup.device.party().device_id;
        let owner = self.get(step, Tree::State, &name(b'D', &[]))?;
        if owner.as_ref().is_some_and(|owner| owner.as_slice() == mine.as_bytes()) {
            return Ok(());
        }
        step.put(Tree::State, name(b'D', &[]), mine.as_bytes().to_vec().into());
        if owner.is_none() {
            return Ok(());
        }
        let theirs: Vec<(UserId, Option<DeviceId>)> =
            self.peers.keys().map(|user| (*user, self.party_of(user).map(|party| party.device_id))).collect();
        for (user, device) in theirs {
            match device {
                Some(device) => self.erase_sessions(step, &user, &device)?,
                None => self.unseal(step, &user)?,
            }
        }
        for letter in [b'K', b'B', b'U'] {
            step.delete(Tree::State, name(letter, &[]));
        }
        self.prekeys = OwnPrekeys::none();
        self.forget_lease(step);
        Ok(())
    }

    /// `device.list`.
    pub(super) fn device_list(&self) -> Answer {
        let mine = self.setup.device.party().device_id;
        let directory = &self.log.directory;
        let listed = directory.user(&self.setup.user).map(|user| user.devices.as_slice()).unwrap_or_default();
        let shown = |listed: &SignedCert| {
            let cert = listed.cert();
            Device {
                id: cert.device_id,
                name: self.setup.computer.clone().filter(|_| cert.device_id == mine),
                current: cert.device_id == mine,
                created: cert.created,
                active: directory.active(&cert.device_id).is_some(),
                fingerprint: HEXLOWER.encode(&listed.hash()),
            }
        };
        Answer::Devices { devices: listed.iter().map(shown).collect() }
    }
}
