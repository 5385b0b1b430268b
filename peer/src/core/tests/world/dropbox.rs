//! The drop box as the computers see it: what a server does that keeps to the rules.

use std::collections::BTreeMap;

use conclave_crypto::keys::{DeviceId, ItemId};
use conclave_crypto::parcel::{BoxReceipt, Parcel};
use conclave_proto::ErrorCode;

use super::{Happening, World};
use crate::core::effect::{Ask, RequestId};
use crate::core::input::{ListedParcel, ServerNews};
use crate::record::{Batch, Key, MemoryRecords, Tree};

/// A day, milliseconds.
const DAY: u64 = 86_400_000;

struct Held {
    parcel: Parcel,
    stored: u64,
    expires: u64,
}

/// What the server holds.
#[derive(Default)]
pub(in crate::core::tests) struct DropBox {
    held: BTreeMap<DeviceId, Vec<Held>>,
    /// Every parcel that was ever taken.
    pub(in crate::core::tests) taken: u64,
    /// Bytes that were handed out.
    pub(in crate::core::tests) given: usize,
    /// No room for anything more.
    pub(in crate::core::tests) full: bool,
    /// Answers get lost after the server has done what was asked, per mille.
    pub(in crate::core::tests) silent: u64,
    /// Lists what it should, and hands out other bytes.
    pub(in crate::core::tests) damaged: bool,
    /// Signs receipts for something else.
    pub(in crate::core::tests) lies: bool,
}

impl DropBox {
    /// How many parcels wait for a device.
    pub(in crate::core::tests) fn count(&self, device: &DeviceId) -> usize {
        self.held.get(device).map_or(0, Vec::len)
    }

    /// How many parcels wait.
    pub(in crate::core::tests) fn total(&self) -> usize {
        self.held.values().map(Vec::len).sum()
    }

    /// Leaves a parcel as if somebody had brought it.
    pub(in crate::core::tests) fn put(&mut self, parcel: Parcel, stored: u64) {
        let held = Held { stored, expires: stored + 14 * DAY, parcel };
        self.held.entry(held.parcel.to()).or_default().push(held);
    }
}

impl World {
    /// Tells a computer what waits for it.
    pub(super) fn tell_parcels(&mut self, at: usize) {
        let count = self.dropbox.count(&self.nodes[at].person.device) as u32;
        if count > 0 && self.nodes[at].online {
            let life = self.nodes[at].life;
            self.later(20, Happening::Server(at, life, ServerNews::ParcelsWaiting { count }));
        }
    }

    pub(super) fn ask_drop_box(&mut self, at: usize, request: RequestId, what: Ask) {
        let now = self.now;
        for held in self.dropbox.held.values_mut() {
            held.retain(|held| held.expires > now);
        }
        let device = self.nodes[at].person.device;
        let news = match what {
            Ask::Deposit { parcel } => self.deposit(request, parcel),
            Ask::ListParcels { after } => {
                let held = self.dropbox.held.get(&device).map(Vec::as_slice).unwrap_or_default();
                let from = after
                    .and_then(|after| held.iter().position(|held| held.parcel.item_id() == after))
                    .map_or(0, |at| at + 1);
                // Short pages, so that there are several.
                let page = &held[from..held.len().min(from + 20)];
                let listed = page.iter().map(|held| ListedParcel {
                    item: held.parcel.item_id(),
                    length: held.parcel.bytes().len() as u64,
                    stored: held.stored,
                });
                ServerNews::Parcels { request, listed: listed.collect(), more: held.len() > from + 20 }
            }
            Ask::FetchParcel { item } => {
                let held = self.dropbox.held.get(&device).map(Vec::as_slice).unwrap_or_default();
                match held.iter().find(|held| held.parcel.item_id() == item) {
                    Some(held) => {
                        let mut bytes = held.parcel.bytes().to_vec();
                        self.dropbox.given += bytes.len();
                        if self.dropbox.damaged {
                            bytes[100] ^= 1;
                        }
                        ServerNews::Parcel { request, bytes }
                    }
                    None => ServerNews::Failed { request, code: ErrorCode::ApiNotFound },
                }
            }
            Ask::EraseParcels { items } => {
                let held = self.dropbox.held.entry(device).or_default();
                held.retain(|held| !items.contains(&held.parcel.item_id()));
                ServerNews::Done(request)
            }
            other => panic!("{other:?} is not for the drop box"),
        };
        if self.rng.chance(self.dropbox.silent) {
            return;
        }
        let life = self.nodes[at].life;
        self.later(10, Happening::Server(at, life, news));
    }

    fn deposit(&mut self, request: RequestId, parcel: Vec<u8>) -> ServerNews {
        let failed = |code| ServerNews::Failed { request, code };
        let policy = self.org.log.policy().unwrap();
        let (days, most) = (u64::from(policy.box_days), policy.box_parcel_max as usize);
        let parcel = Parcel::decode(parcel).unwrap();
        let to = parcel.to();
        if days == 0 {
            return failed(ErrorCode::ApiState);
        }
        if parcel.bytes().len() > most || self.org.log.active(&to).is_none() {
            return failed(ErrorCode::ApiNotFound);
        }
        let item = parcel.item_id();
        let there = self.dropbox.held.get(&to).and_then(|held| {
            held.iter().find(|held| held.parcel.item_id() == item).map(|held| (held.stored, held.expires))
        });
        if there.is_none() && self.dropbox.full {
            return failed(ErrorCode::DropBoxFull);
        }
        let (stored, expires) = there.unwrap_or((self.now, self.now + days * DAY));
        if there.is_none() {
            self.dropbox.taken += 1;
            self.dropbox.held.entry(to).or_default().push(Held { parcel, stored, expires });
            if let Some(of) = self.nodes.iter().position(|node| node.person.device == to) {
                self.tell_parcels(of);
            }
        }
        let item_id = if self.dropbox.lies { ItemId::new([7; 16]) } else { item };
        let receipt = self.org.box_receipt(BoxReceipt { item_id, stored, expires });
        ServerNews::Deposited { request, receipt: receipt.into() }
    }
}

/// What a disk held, and what its program had been told.
pub(in crate::core::tests) struct Copy {
    records: MemoryRecords,
    last_seq: u64,
    events: usize,
}

impl World {
    /// A copy of the disk of a computer that is off.
    pub(in crate::core::tests) fn copy_disk(&self, at: usize) -> Copy {
        let node = &self.nodes[at];
        assert!(node.core.is_none());
        Copy {
            records: node.disk.borrow().durable.clone(),
            last_seq: node.last_seq,
            events: node.events.len(),
        }
    }

    /// An older copy takes the place of a disk.
    pub(in crate::core::tests) fn put_disk(&mut self, at: usize, copy: Copy) {
        let node = &mut self.nodes[at];
        assert!(node.core.is_none());
        node.last_seq = copy.last_seq;
        node.events.truncate(copy.events);
        let mut disk = node.disk.borrow_mut();
        disk.shown = copy.records.clone();
        disk.durable = copy.records;
    }

    /// The sessions of a computer that is off are gone from its disk; all else is there.
    pub(in crate::core::tests) fn lose_sessions(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        assert!(node.core.is_none());
        let mut disk = node.disk.borrow_mut();
        let mut batch = Batch::new();
        for (tree, key, _) in disk.durable.iter() {
            if tree == Tree::State && matches!(key, Key::Ordered { .. }) {
                batch.delete(tree, key.clone());
            }
        }
        disk.durable.apply(&batch);
        disk.shown = disk.durable.clone();
    }

    /// The server has no prekeys of anybody any more.
    pub(in crate::core::tests) fn forget_prekeys(&mut self) {
        self.prekeys.clear();
    }
}
