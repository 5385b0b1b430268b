//! What is in the box, in memory: rows by device in the order of their coming. Pure; the files are elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::keys::{DeviceId, ItemId};

/// What a parcel counts at least, in bytes: a file takes a block of the disk, however short it is.
const BLOCK: u64 = 4096;

/// What a parcel of this length counts against the limits.
pub(super) const fn cost(length: u64) -> u64 {
    if length < BLOCK { BLOCK } else { length }
}

/// A parcel in the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    /// For whom.
    pub(crate) device: DeviceId,
    /// Its id.
    pub(crate) item: ItemId,
    /// Since when, milliseconds UTC.
    pub(crate) stored: u64,
    /// Until when, milliseconds UTC.
    pub(crate) expires: u64,
    /// Its bytes.
    pub(crate) length: u64,
}

/// What waits for one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    /// For whom.
    pub(crate) device: DeviceId,
    /// How many parcels.
    pub(crate) parcels: usize,
    /// Their bytes, as they count against the limits.
    pub(crate) bytes: u64,
    /// When the oldest was left, milliseconds UTC.
    pub(crate) oldest: u64,
    /// When the next one expires, milliseconds UTC.
    pub(crate) expires: u64,
}

/// Where an item is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is being written.
    Writing,
    /// It is on the disk.
    Held(Kept),
}

#[derive(Debug, Default)]
struct Box {
    rows: BTreeMap<(u64, ItemId), Row>,
    bytes: u64,
}

#[derive(Debug)]
struct Row {
    kept: Kept,
    held: bool,
}

/// All rows.
#[derive(Debug, Default)]
pub(super) struct Index {
    boxes: BTreeMap<DeviceId, Box>,
    items: BTreeMap<ItemId, (DeviceId, u64)>,
    bytes: u64,
}

impl Index {
    /// The rows of the files found at the start.
    pub(super) fn of(kept: Vec<Kept>) -> Self {
        let mut index = Self::default();
        for kept in kept {
            index.reserve(kept);
            index.hold(&kept.item);
        }
        index
    }

    pub(super) fn find(&self, item: &ItemId) -> Option<Place> {
        let (device, stored) = self.items.get(item)?;
        let row = self.boxes.get(device)?.rows.get(&(*stored, *item))?;
        Some(if row.held { Place::Held(row.kept) } else { Place::Writing })
    }

    pub(super) fn has_room(&self, device: &DeviceId, length: u64, person: u64, total: u64) -> bool {
        let cost = cost(length);
        let held = self.boxes.get(device).map_or(0, |of| of.bytes);
        held.saturating_add(cost) <= person && self.bytes.saturating_add(cost) <= total
    }

    /// Sets room aside for a parcel that is not there yet.
    pub(super) fn reserve(&mut self, kept: Kept) {
        if self.items.insert(kept.item, (kept.device, kept.stored)).is_some() {
            return;
        }
        let of = self.boxes.entry(kept.device).or_default();
        of.rows.insert((kept.stored, kept.item), Row { kept, held: false });
        of.bytes = of.bytes.saturating_add(cost(kept.length));
        self.bytes = self.bytes.saturating_add(cost(kept.length));
    }

    /// The parcel is on the disk.
    pub(super) fn hold(&mut self, item: &ItemId) {
        if let Some((device, stored)) = self.items.get(item)
            && let Some(row) = self.boxes.get_mut(device).and_then(|of| of.rows.get_mut(&(*stored, *item)))
        {
            row.held = true;
        }
    }

    /// Forgets a parcel.
    pub(super) fn remove(&mut self, item: &ItemId) {
        let Some((device, stored)) = self.items.remove(item) else { return };
        let Some(of) = self.boxes.get_mut(&device) else { return };
        if let Some(row) = of.rows.remove(&(stored, *item)) {
            of.bytes = of.bytes.saturating_sub(cost(row.kept.length));
            self.bytes = self.bytes.saturating_sub(cost(row.kept.length));
        }
        if of.rows.is_empty() {
            self.boxes.remove(&device);
        }
    }

    pub(super) fn list(
        &self,
        device: &DeviceId,
        after: Option<&ItemId>,
        limit: usize,
        now: u64,
    ) -> (Vec<Kept>, bool) {
        let Some(of) = self.boxes.get(device) else { return (Vec::new(), false) };
        let from = after
            .and_then(|item| Some((self.items.get(item)?, item)))
            .filter(|((owner, _), _)| owner == device)
            .map_or((0, ItemId::new([0; 16])), |((_, stored), item)| (*stored, *item));
        let mut rows = of
            .rows
            .range(from..)
            .map(|(_, row)| row)
            .filter(|row| row.held && row.kept.expires > now && Some(&row.kept.item) != after);
        let listed = rows.by_ref().take(limit).map(|row| row.kept).collect();
        (listed, rows.next().is_some())
    }

    pub(super) fn count(&self, device: &DeviceId) -> usize {
        self.boxes.get(device).map_or(0, |of| of.rows.values().filter(|row| row.held).count())
    }

    pub(super) fn all_of(&self, device: &DeviceId) -> Vec<Kept> {
        self.boxes.get(device).map_or_else(Vec::new, |of| held(of).collect())
    }

    /// What has expired or is for a device that is not listed.
    pub(super) fn stale(&self, listed: &BTreeSet<DeviceId>, now: u64) -> Vec<Kept> {
        let stale = |kept: &Kept| kept.expires <= now || !listed.contains(&kept.device);
        self.boxes.values().flat_map(held).filter(stale).collect()
    }

    pub(super) fn figures(&self) -> Vec<Figures> {
        self.boxes
            .iter()
            .map(|(device, of)| Figures {
                device: *device,
                parcels: of.rows.len(),
                bytes: of.bytes,
                oldest: of.rows.keys().next().map_or(0, |(stored, _)| *stored),
                expires: of.rows.values().map(|row| row.kept.expires).min().unwrap_or(0),
            })
            .collect()
    }
}

fn held(of: &Box) -> impl Iterator<Item = Kept> {
    of.rows.values().filter(|row| row.held).map(|row| row.kept)
}
