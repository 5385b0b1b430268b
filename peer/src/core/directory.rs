//! The signed directory as this computer holds it (PROTOCOL §2.3): adopted whole or not at all, from the server or
//! from a peer, written before it counts, and watched for changes of my own keys.

use std::collections::BTreeMap;

use bytes::Bytes;
use conclave_crypto::directory::{
    BanState, Change, Checkpoint, Directory, Folded, HeadRefused, SplitView, Target,
};
use conclave_crypto::handshake::Party;
use conclave_crypto::keys::{DeviceId, OrkPublic, TransportPublic, UserId};
use conclave_crypto::verified::Verified;
use conclave_proto::ErrorCode;
use conclave_proto::limits::LEAVES_BYTES;
use conclave_proto::schema::Leaves;

use super::effect::{Ask, Effect, RequestId};
use super::gap::Gap;
use super::gate::Step;
use super::records::name;
use super::timers::Timer;
use super::{Core, OpenError, Pending};
use crate::model::{ContactPolicy, DirectoryStatus, Event, Failure, PolicyView, Time};
use crate::record::{Key, Order, Read, Tree};

/// Leaves held while a head is incomplete, bytes: a log of 100,000 leaves of 600 bytes.
const MOST_INCOMING: usize = 64 << 20;
/// After an alarm or an incomplete run the server is asked again.
const ASK_AGAIN: Time = 60_000;

const GROUP: [u8; 16] = *b"directory leaves";

/// The log and what is derived from it for quick use.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) directory: Directory,
    /// Two directories were shown: no new keys are taken over any more.
    pub(super) split: bool,
    by_transport: BTreeMap<TransportPublic, UserId>,
    incoming: Vec<Bytes>,
    incoming_bytes: usize,
    /// Since when the server shows fewer leaves than are here.
    behind_since: Option<Time>,
    alarm: Option<String>,
}

impl Log {
    /// Reads and folds what was written. Stored leaves were judged against the clock when they came.
    pub(super) fn open(ork: OrkPublic, records: &impl Read) -> Result<Self, OpenError> {
        const CHUNK: usize = 500;
        const ANY_TIME: Time = u64::MAX / 2;
        let mut log = Self {
            directory: Directory::new(ork),
            split: false,
            by_transport: BTreeMap::new(),
            incoming: Vec::new(),
            incoming_bytes: 0,
            behind_since: None,
            alarm: None,
        };
        log.split = records.get(Tree::Directory, &name(b'S', &[]))?.is_some();
        if let Some(note) = records.get(Tree::Directory, &name(b'H', &[]))? {
            let mut leaves = Vec::new();
            loop {
                let from = leaves.len() as u64;
                let found = records.scan(Tree::Directory, &GROUP, from..u64::MAX, Order::Ascending, CHUNK)?;
                let more = found.len() == CHUNK;
                leaves.extend(found.into_iter().map(|(_, leaf)| leaf));
                if !more {
                    break;
                }
            }
            let leaves: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.as_slice()).collect();
            log.directory
                .adopt(&leaves, &note, ANY_TIME)
                .map_err(|refused| OpenError::Directory(Box::new(refused)))?;
        }
        log.index();
        Ok(log)
    }

    fn index(&mut self) {
        let devices = self
            .directory
            .users()
            .flat_map(|user| user.devices.iter().map(move |device| (device.cert().tpk, user.id)));
        self.by_transport = devices.collect();
    }

    /// Whose transport key this is, in the current lists.
    pub(super) fn user_of(&self, peer: &TransportPublic) -> Option<UserId> {
        self.by_transport.get(peer).copied()
    }

    /// Leaves for a peer that has fewer.
    pub(super) fn answer(&self, first: u64) -> Option<Leaves> {
        let size = self.directory.size();
        let head = self.directory.head()?;
        if first >= size {
            return None;
        }
        let mut bytes = 0;
        let mut leaves: Vec<Bytes> = Vec::new();
        for leaf in self.directory.leaves_from(first) {
            bytes += leaf.len();
            if bytes > LEAVES_BYTES && !leaves.is_empty() {
                break;
            }
            leaves.push(Bytes::copy_from_slice(leaf));
        }
        let whole = first + leaves.len() as u64 == size;
        let checkpoint = if whole { Bytes::copy_from_slice(head.text().as_bytes()) } else { Bytes::new() };
        Some(Leaves { first, leaves, checkpoint, size })
    }

    /// The person's active device, as a party of a handshake.
    pub(super) fn party(&self, user: &UserId) -> Option<Verified<Party>> {
        let user = self.directory.user(user)?;
        user.devices.iter().find_map(|device| self.directory.party(&device.cert().device_id))
    }

    /// Size, root, age and end of the grace.
    pub(super) fn status(&self, now: Time) -> DirectoryStatus {
        let signed = self.directory.head().map_or(0, Checkpoint::time_ms);
        let grace = self.directory.policy().map_or(0, |policy| u64::from(policy.grace_s) * 1000);
        DirectoryStatus {
            size: self.directory.size(),
            root: data_encoding::HEXLOWER.encode(&self.directory.root()),
            age: if signed == 0 { 0 } else { now.saturating_sub(signed) },
            valid_until: if signed == 0 { 0 } else { signed + grace },
            fault: (self.split || self.alarm.is_some()).then(|| ErrorCode::DirectoryFault.text().to_owned()),
        }
    }

    /// What Policy says and clients show.
    pub(super) fn policy(&self) -> Option<PolicyView> {
        self.directory.policy().map(|policy| PolicyView {
            lease_ttl_s: policy.lease_ttl_s,
            grace_s: policy.grace_s,
            file_max: policy.file_max,
            idle_lock_s: policy.idle_lock_s,
            contact_requests: if policy.contact_requests_allowed {
                ContactPolicy::Allow
            } else {
                ContactPolicy::Ask
            },
            relay: policy.relay,
            lan: policy.lan,
            export: policy.export,
        })
    }

    /// The ban in force of a user or of their listed device.
    pub(super) fn ban(&self, user: &UserId) -> Option<BanState> {
        let devices = self.directory.user(user).map(|user| user.devices.as_slice()).unwrap_or_default();
        self.directory.ban(&Target::User(*user)).or_else(|| {
            devices.iter().find_map(|device| self.directory.ban(&Target::Device(device.cert().device_id)))
        })
    }
}

impl<R: Read> Core<R> {
    /// The person's active device, as a party of a handshake.
    pub(super) fn party_of(&self, user: &UserId) -> Option<Verified<Party>> {
        self.log.party(user)
    }

    /// Asks the server for what is missing.
    pub(super) fn ask_leaves(&mut self, step: &mut Step<'_>) {
        self.log.incoming.clear();
        self.log.incoming_bytes = 0;
        if self.server.is_online() {
            let first = self.log.directory.size();
            let request = RequestId(self.pend(Pending::Leaves));
            step.soon(Effect::Ask { request, what: Ask::Leaves { first } });
        }
    }

    /// Leaves from the server.
    pub(super) fn on_server_leaves(
        &mut self,
        step: &mut Step<'_>,
        first: u64,
        leaves: Vec<Bytes>,
        checkpoint: &[u8],
    ) -> Result<(), Failure> {
        let held = self.log.directory.size() + self.log.incoming.len() as u64;
        if first > held {
            self.ask_leaves(step);
            return Ok(());
        }
        let known = usize::try_from(held - first).unwrap_or(usize::MAX);
        let new = leaves.into_iter().skip(known);
        for leaf in new {
            self.log.incoming_bytes += leaf.len();
            self.log.incoming.push(leaf);
        }
        if self.log.incoming_bytes > MOST_INCOMING {
            self.alarm(step, "the log has no signed head".to_owned());
            self.log.incoming.clear();
            self.log.incoming_bytes = 0;
            return Ok(());
        }
        if checkpoint.is_empty() {
            return Ok(());
        }
        self.strangers.settle();
        let leaves = std::mem::take(&mut self.log.incoming);
        self.log.incoming_bytes = 0;
        let adopted = self.adopt(step, &leaves, checkpoint)?;
        let behind = matches!(adopted, Err(HeadRefused::Shorter { .. }));
        // A head on its way while a colleague gave more leaves is shorter once, one that is so a minute later was shortened.
        let since = if behind { self.log.behind_since.unwrap_or(step.now) } else { step.now };
        self.log.behind_since = behind.then_some(since);
        // A colleague's leaves say nothing of the server; two directories stay two.
        if adopted.is_ok() && !self.log.split && self.log.alarm.take().is_some() {
            self.event(step, Event::DirectoryWhole {});
        }
        if let Err(refused) = adopted {
            let soon = behind && step.now < since.saturating_add(ASK_AGAIN);
            if !soon && !matches!(refused, HeadRefused::Early) {
                self.alarm(step, refused.to_string());
            }
            self.timers.set(Timer::Directory, step.now.saturating_add(ASK_AGAIN));
        }
        Ok(())
    }

    /// Leaves from a peer that has more: taken only if they complete a head signed by the server's key.
    pub(super) fn on_peer_leaves(&mut self, step: &mut Step<'_>, leaves: Leaves) -> Result<(), Failure> {
        let size = self.log.directory.size();
        if leaves.checkpoint.is_empty() || leaves.first > size {
            return Ok(());
        }
        let known = usize::try_from(size - leaves.first).unwrap_or(usize::MAX);
        let new: Vec<Bytes> = leaves.leaves.into_iter().skip(known).collect();
        // A peer may err or lie; only two heads that the server has signed are worth an alarm.
        if let Err(HeadRefused::SplitView(split)) = self.adopt(step, &new, &leaves.checkpoint)? {
            self.split_view(step, &split);
        }
        Ok(())
    }

    fn adopt(
        &mut self,
        step: &mut Step<'_>,
        leaves: &[Bytes],
        note: &[u8],
    ) -> Result<Result<(), HeadRefused>, Failure> {
        if self.log.split {
            return Ok(Ok(()));
        }
        let first = self.log.directory.size();
        let new: Vec<&[u8]> = leaves.iter().map(AsRef::as_ref).collect();
        let folded = match self.log.directory.adopt(&new, note, self.clock.judged()) {
            Ok(folded) => folded,
            Err(HeadRefused::SplitView(split)) => {
                self.split_view(step, &split);
                return Ok(Ok(()));
            }
            Err(refused) => return Ok(Err(refused)),
        };
        for (index, leaf) in (first..).zip(leaves) {
            step.put(Tree::Directory, Key::ordered(GROUP, index), leaf.to_vec().into());
        }
        step.put(Tree::Directory, name(b'H', &[]), note.to_vec().into());
        self.log.index();
        for change in folded {
            self.on_change(step, &change)?;
        }
        if !leaves.is_empty() {
            self.watch_own_keys(step);
        }
        Ok(Ok(()))
    }

    fn on_change(&mut self, step: &mut Step<'_>, folded: &Folded) -> Result<(), Failure> {
        match &folded.change {
            Change::UserAdded { user_id, .. } => {
                if *user_id != self.setup.user {
                    let gap = Gap::of(&self.conversation(user_id));
                    self.peers.entry(*user_id).or_default().gap = gap;
                }
                self.contact_changed(step, user_id, "added");
            }
            Change::Devices { user_id, removed, .. } if *user_id != self.setup.user => {
                for device in removed {
                    self.device_gone(step, user_id, device)?;
                }
                self.contact_changed(step, user_id, "device");
                if !removed.is_empty() {
                    self.device_changed(step, user_id)?;
                }
                self.pump(step, user_id)?;
            }
            Change::IdentityReset { user_id, old, removed, .. } if *user_id != self.setup.user => {
                for device in removed {
                    self.device_gone(step, user_id, device)?;
                }
                self.identity_changed(step, user_id, old)?;
            }
            Change::Banned { target, .. } => {
                if let Some(user) = self.target_user(target) {
                    self.close_all(step, &user)?;
                    self.contact_changed(step, &user, "banned");
                    self.tell_stopped(step, &user)?;
                }
            }
            Change::Unbanned { target, .. } => {
                if let Some(user) = self.target_user(target) {
                    self.contact_changed(step, &user, "unbanned");
                    self.pump(step, &user)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn target_user(&self, target: &Target) -> Option<UserId> {
        match target {
            Target::User(user) => Some(*user),
            Target::Device(device) => self.log.directory.device(device).map(|device| device.user_id),
        }
    }

    fn device_gone(&mut self, step: &mut Step<'_>, user: &UserId, device: &DeviceId) -> Result<(), Failure> {
        self.close_all(step, user)?;
        self.erase_sessions(step, user, device)
    }

    /// Events for what is stopped by a change of the directory.
    pub(super) fn tell_stopped(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        /// The rest shows its state when it is looked at.
        const MOST_TOLD: usize = 256;
        let waiting = self.peers.get(user).map(|peer| peer.outbox.oldest(MOST_TOLD)).unwrap_or_default();
        for id in waiting {
            self.tell_state(step, &id)?;
        }
        Ok(())
    }

    // My own account in the log must be what this computer made.
    fn watch_own_keys(&mut self, step: &mut Step<'_>) {
        let me = self.setup.device.party();
        let Some(user) = self.log.directory.user(&self.setup.user) else { return };
        let device = user.devices.iter().find(|device| device.cert().device_id == me.device_id);
        let wrong = if user.uik != me.uik {
            Some("another account key")
        } else if user.devices.is_empty() {
            None
        } else if user.devices.len() > 1 || device.is_none_or(|device| device.hash() != me.devcert_hash) {
            Some("another device")
        } else if user.open_reset.is_some() {
            Some("a reset was granted")
        } else {
            None
        };
        if let Some(details) = wrong {
            let code = ErrorCode::DirectoryOwnKeys.text().to_owned();
            self.event(step, Event::DirectoryAlarm { code, details: details.to_owned() });
        }
    }

    /// Two heads signed by the server that cannot both be true: kept, shown, and no new keys from now on.
    pub(super) fn split_view(&mut self, step: &mut Step<'_>, split: &SplitView) {
        if !std::mem::replace(&mut self.log.split, true) {
            let proof = format!("{}\n{}", split.mine.as_deref().unwrap_or_default(), split.theirs);
            step.put(Tree::Directory, name(b'S', &[]), proof.into_bytes().into());
        }
        self.alarm(step, format!("two different directories of {} leaves", split.size));
    }

    fn alarm(&mut self, step: &mut Step<'_>, details: String) {
        if self.log.alarm.as_ref() != Some(&details) {
            self.log.alarm = Some(details.clone());
            let code = ErrorCode::DirectoryFault.text().to_owned();
            self.event(step, Event::DirectoryAlarm { code, details });
        }
    }
}
