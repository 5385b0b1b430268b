//! Collecting what was left for this device in the drop box (PROTOCOL §2.7).
//!
//! ```text
//! the server says that parcels wait ─► list ─► fetch a few at a time ─► open, prove the sender ─► the inbox
//!                                                                          │ every write durable
//!                     erase ◄── DELIVERED is in the box for them ◄─────────┘
//! ```
//!
//! A parcel that does not open, or whose sender is not proven, is erased. One whose bytes are not those that were
//! listed is fetched again later. One of somebody who is not in the log yet is
//! left for a day while leaves are asked for; one of a kind this version does not know is left for a later one. Objects of
//! files are taken as `parcels/objects` says, large ones when they may be of a file that is wanted ([`kept`]). If
//! anything stops half way, the next login lists it again: what was opened is known, and only acknowledged again.

mod kept;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use conclave_crypto::keys::{DeviceId, ItemId, UserId};
use conclave_crypto::parcel::{Parcel, ParcelKind};
use conclave_proto::ErrorCode;
use conclave_proto::limits::PARCELS_AT_ONCE;

use self::kept::Kept;
use super::effect::{Ask, Effect, RequestId};
use super::gate::Step;
use super::input::ListedParcel;
use super::receipts::ACKS_AT_ONCE;
use super::timers::Timer;
use super::{Core, Pending};
use crate::model::{Failure, FileId, Time};
use crate::record::Read;

/// Parcels asked for at once, and their bytes; one always is.
const FETCHING: usize = 8;
const FETCHING_BYTES: u64 = 4 << 20;
/// After something did not answer, or a sender was unknown, the box is looked into again.
const LOOK_AGAIN: Time = 600_000;
/// A request about the box without any answer is given up after this long.
const UNANSWERED: Time = 60_000;
/// No parcel has more bytes than this, whatever a list says.
const MOST_BYTES: u64 = 64 << 20;
/// Pages of the list read in one round, the rest in the next: twice what a box of the default size can fill. A server
/// that goes round in circles is not followed.
const MOST_PAGES: u32 = 256;
/// A parcel that answers no sooner is given up later by this: 16 KiB a second.
const BYTES_PER_MS: u64 = 16;
/// A parcel of a sender who is not in the log is held for so long (PROTOCOL §2.4, B on PREKEY).
const UNKNOWN_FOR: Time = 24 * 3_600_000;

/// The box as far as it was looked into since the server was last reached.
#[derive(Debug, Default)]
pub(super) struct Collecting {
    /// More may be there than was listed.
    wanted: bool,
    /// Since when a list is awaited.
    listing: Option<Time>,
    /// The list went on after this one.
    after: Option<ItemId>,
    /// Pages of the list in this round.
    pages: u32,
    queue: VecDeque<ListedParcel>,
    fetching: BTreeMap<ItemId, (ListedParcel, Time)>,
    /// When to look again, whatever the server says.
    again: Option<Time>,
    /// Dealt with and not erased yet, or left for later: not to be fetched again.
    seen: BTreeSet<ItemId>,
    /// Of those left for later, the objects of files.
    kept: Kept,
    /// Asked to be erased, and when.
    erasing: BTreeMap<ItemId, Time>,
    /// Opened; to be erased when their sender was told.
    opened: BTreeMap<UserId, Vec<ItemId>>,
}

/// What is to become of a parcel.
pub(super) enum Fate {
    Erase,
    From(UserId),
    Later,
    /// It holds the object of this file, which is not wanted at the moment.
    Kept(FileId),
    /// A job has it.
    UnderWay,
}

impl<R: Read> Core<R> {
    /// The clock was set back.
    pub(super) fn collecting_set_back(&mut self, by: Time) {
        let held = &mut self.collecting;
        let asked = held.fetching.values_mut().map(|(_, asked)| asked);
        let erasing = held.erasing.values_mut();
        for time in asked.chain(erasing).chain(held.listing.as_mut()).chain(held.again.as_mut()) {
            *time = time.saturating_sub(by);
        }
    }

    /// Parcels wait for this device.
    pub(super) fn on_parcels_waiting(&mut self, step: &mut Step<'_>, count: u32) {
        self.collecting.wanted |= count > 0;
        self.collect(step);
    }

    /// The session at the server has ended: requests died with it.
    pub(super) fn stop_collecting(&mut self) {
        self.collecting = Collecting::default();
        self.timers.clear(Timer::Collect);
    }

    /// The box is to be looked into again, or something was not answered.
    pub(super) fn collect_due(&mut self, step: &mut Step<'_>) {
        let now = step.now;
        let old = |asked: Time| now.saturating_sub(asked) >= UNANSWERED;
        let held = &mut self.collecting;
        let slow = |(parcel, asked): &(ListedParcel, Time)| {
            old(asked.saturating_add(parcel.length.min(MOST_BYTES) / BYTES_PER_MS))
        };
        let lost = held.listing.is_some_and(old) || held.fetching.values().any(slow);
        held.listing = held.listing.filter(|asked| !old(*asked));
        held.fetching.retain(|_, fetch| !slow(fetch));
        // Erased or not: a parcel that was left a second time has the same name.
        let mut unknown = false;
        for (item, _) in held.erasing.extract_if(.., |_, asked| old(*asked)) {
            held.seen.remove(&item);
            unknown = true;
        }
        let mut again = held.again.is_some_and(|at| at <= now);
        if again && (held.listing.is_some() || !held.fetching.is_empty()) {
            // What is under way is answered or given up by then.
            held.again = Some(now + UNANSWERED);
            again = false;
        } else if again {
            held.again = None;
            held.seen.clear();
        }
        held.wanted |= lost || unknown || again;
        if let Some(at) = held.again {
            self.timers.sooner(Timer::Collect, at);
        }
        let held = &self.collecting;
        if held.listing.is_some() || !held.fetching.is_empty() || !held.erasing.is_empty() {
            self.timers.sooner(Timer::Collect, now + UNANSWERED);
        }
        self.collect(step);
    }

    pub(super) fn look_again(&mut self, step: &Step<'_>) {
        let at = step.now + LOOK_AGAIN;
        let again = self.collecting.again.get_or_insert(at);
        *again = at.min(*again);
        self.timers.sooner(Timer::Collect, *again);
    }

    /// Moves the looking into the box on.
    pub(super) fn collect(&mut self, step: &mut Step<'_>) {
        if !self.server.is_online() || self.collecting.listing.is_some() {
            return;
        }
        while let Some(next) = self.collecting.queue.front() {
            let held: u64 = self.collecting.fetching.values().map(|(parcel, _)| parcel.length).sum();
            let count = self.collecting.fetching.len();
            if count >= FETCHING || (count > 0 && held.saturating_add(next.length) > FETCHING_BYTES) {
                return;
            }
            let Some(next) = self.collecting.queue.pop_front() else { return };
            if !self.is_to_be_fetched(&next) {
                self.collecting.seen.insert(next.item);
                self.collecting.kept.keep(next, None);
                continue;
            }
            self.fetch_parcel(step, next);
        }
        if !self.collecting.fetching.is_empty() {
            return;
        }
        let mut after = self.collecting.after.take();
        if after.is_none() {
            self.collecting.pages = 0;
        } else if self.collecting.pages >= MOST_PAGES {
            after = None;
            self.look_again(step);
        }
        if after.is_some() || std::mem::take(&mut self.collecting.wanted) {
            self.collecting.pages += 1;
            self.collecting.listing = Some(step.now);
            self.timers.sooner(Timer::Collect, step.now + UNANSWERED);
            let request = RequestId(self.pend(Pending::ListParcels));
            step.soon(Effect::Ask { request, what: Ask::ListParcels { after } });
        } else {
            self.settle_round(step);
            // What cannot be read is told of elsewhere; the parcel stays.
            if let Ok(Some(parcel)) = self.take_left_over(step) {
                self.fetch_parcel(step, parcel);
            }
        }
    }

    fn fetch_parcel(&mut self, step: &mut Step<'_>, parcel: ListedParcel) {
        let request = RequestId(self.pend(Pending::FetchParcel(parcel.item)));
        self.collecting.fetching.insert(parcel.item, (parcel, step.now));
        self.timers.sooner(Timer::Collect, step.now + UNANSWERED);
        step.soon(Effect::Ask { request, what: Ask::FetchParcel { item: parcel.item } });
    }

    /// The server lists what waits.
    pub(super) fn on_parcel_list(&mut self, step: &mut Step<'_>, listed: Vec<ListedParcel>, more: bool) {
        self.collecting.listing = None;
        self.collecting.after = listed.last().filter(|_| more).map(|parcel| parcel.item);
        let fresh = listed.into_iter().take(PARCELS_AT_ONCE);
        let seen = &self.collecting.seen;
        self.collecting.queue.extend(fresh.filter(|parcel| !seen.contains(&parcel.item)));
        self.collect(step);
    }

    /// A parcel came.
    pub(super) fn on_parcel(
        &mut self,
        step: &mut Step<'_>,
        item: ItemId,
        bytes: Vec<u8>,
    ) -> Result<(), Failure> {
        let Some((listed, _)) = self.collecting.fetching.remove(&item) else { return Ok(()) };
        self.collecting.seen.insert(item);
        match self.open_parcel(step, &listed, bytes)? {
            Fate::Erase => self.erase_items(step, vec![item]),
            Fate::From(user) => {
                let opened = self.collecting.opened.entry(user).or_default();
                opened.push(item);
                if opened.len() >= ACKS_AT_ONCE {
                    self.settle_round(step);
                }
            }
            Fate::Later => self.look_again(step),
            Fate::Kept(file) => self.collecting.kept.keep(listed, Some(file)),
            Fate::UnderWay => {}
        }
        self.collect(step);
        Ok(())
    }

    /// A request about the box failed.
    pub(super) fn on_collect_failed(&mut self, step: &mut Step<'_>, item: Option<ItemId>, code: ErrorCode) {
        match item {
            None => self.collecting.listing = None,
            Some(item) => {
                self.collecting.fetching.remove(&item);
            }
        }
        // What is gone needs no second look.
        if code != ErrorCode::ApiNotFound {
            self.look_again(step);
        }
        self.collect(step);
    }

    /// Items are off the server's disk, or will be asked for again.
    pub(super) fn on_erased(&mut self, step: &Step<'_>, items: &[ItemId], erased: bool) {
        for item in items {
            self.collecting.erasing.remove(item);
            if erased {
                self.collecting.seen.remove(item);
            }
        }
        if !erased {
            self.look_again(step);
        }
    }

    /// Has items erased once what this step and those before it have written is durable.
    pub(super) fn erase_items(&mut self, step: &mut Step<'_>, items: Vec<ItemId>) {
        if !self.server.is_online() {
            return;
        }
        self.collecting.kept.forget(&items);
        self.collecting.erasing.extend(items.iter().map(|item| (*item, step.now)));
        if !items.is_empty() {
            self.timers.sooner(Timer::Collect, step.now + UNANSWERED);
        }
        for some in items.chunks(PARCELS_AT_ONCE) {
            let request = RequestId(self.pend(Pending::EraseParcels(some.to_vec())));
            step.after(Effect::Ask { request, what: Ask::EraseParcels { items: some.to_vec() } });
        }
    }

    // What was opened so far is acknowledged together, when all of it is durable.
    fn settle_round(&mut self, step: &mut Step<'_>) {
        for (user, items) in std::mem::take(&mut self.collecting.opened) {
            step.collected(user, items);
        }
    }

    fn open_parcel(
        &mut self,
        step: &mut Step<'_>,
        listed: &ListedParcel,
        bytes: Vec<u8>,
    ) -> Result<Fate, Failure> {
        // Bytes that are not the item's are the server's fault: the parcel itself may still be whole.
        let parcel = Parcel::decode(bytes).ok().filter(|parcel| parcel.item_id() == listed.item);
        let Some(parcel) = parcel else { return Ok(Fate::Later) };
        let Ok(unsealed) = parcel.unseal(&self.setup.device) else { return Ok(Fate::Erase) };
        let sender: DeviceId = unsealed.sender();
        let Some(party) = self.log.directory.party(&sender) else {
            if step.now.saturating_sub(listed.stored) >= UNKNOWN_FOR {
                return Ok(Fate::Erase);
            }
            self.ask_leaves(step);
            return Ok(Fate::Later);
        };
        let user = party.user_id;
        if user == self.setup.user {
            return Ok(Fate::Erase);
        }
        let Ok(opened) = unsealed.authenticate(&self.setup.device, &party) else { return Ok(Fate::Erase) };
        match opened.kind {
            ParcelKind::Envelope => {
                self.peers.entry(user).or_default().unopened = false;
                // A malformed one is its sender's fault and is let lie.
                let _ = self.on_envelope(step, &user, &opened.payload)?;
                // When the session may not be restarted yet, the message is the reason to do it later.
                let restarts = |peer: &super::peer::Peer| !peer.unopened || peer.asking.is_some();
                let done = self.peers.get(&user).is_none_or(restarts);
                Ok(if done { Fate::From(user) } else { Fate::Later })
            }
            ParcelKind::FileObject => {
                let old = step.now.saturating_sub(listed.stored) >= UNKNOWN_FOR;
                self.take_object(step, &user, (listed.item, old), opened.payload)
            }
            ParcelKind::RoomEntry => Ok(Fate::Later),
        }
    }
}
