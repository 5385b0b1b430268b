//! Objects that stay in the box until their file is wanted (PROTOCOL §2.7, kind 3).
//!
//! ```text
//! listed, large ─► of the length of a file that is wanted? ──no──► kept unseen ──accepted, link lost──► fetched
//!                                  │ yes                                                              │
//!                               fetched ─► of a file that is not wanted ─► kept, and known from then on
//! ```
//!
//! A parcel names no file: only who has fetched it knows. So nothing large is fetched for a file that it cannot hold, and
//! nothing twice, as long as the session at the server lasts. One that can only be left over from a file that a link has
//! brought is fetched too: it would take the room of others to the end of its time in the box, and is not erased on a guess.

use std::collections::BTreeMap;

use conclave_crypto::keys::ItemId;

use crate::core::Core;
use crate::core::gate::{Staged, Step};
use crate::core::input::ListedParcel;
use crate::model::{Failure, FileId, USUAL_ACCEPT};
use crate::record::Read;

/// What tags, padding and seal add to a file of the usual limit at most; every message is shorter than that.
const AROUND: u64 = (1 << 18) + (1 << 10);

/// Whether a parcel of so many bytes can only hold a file, and one that is not fetched unasked or was offered before: it
/// is left in the box until that file is wanted.
const fn is_large(length: u64, accept_up_to: u64) -> bool {
    let unseen = if accept_up_to < USUAL_ACCEPT { accept_up_to } else { USUAL_ACCEPT };
    length > unseen + AROUND
}

/// Objects left in the box, and of which file they are, where that is known.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<ItemId, (ListedParcel, Option<FileId>)>);

impl Kept {
    /// One more; what is known of it stays known.
    pub(super) fn keep(&mut self, parcel: ListedParcel, file: Option<FileId>) {
        let held = self.0.entry(parcel.item).or_insert((parcel, file));
        held.1 = held.1.or(file);
    }

    /// They are not there any more.
    pub(super) fn forget(&mut self, items: &[ItemId]) {
        for item in items {
            self.0.remove(item);
        }
    }

    /// Whether a parcel may hold a file whose parcel has this length.
    fn may_hold(&self, parcel: &ListedParcel, file: &FileId, length: u64) -> bool {
        self.file_of(parcel).map_or(parcel.length == length, |known| known == *file)
    }

    fn file_of(&self, parcel: &ListedParcel) -> Option<FileId> {
        self.0.get(&parcel.item).and_then(|(_, file)| *file)
    }
}

impl<R: Read> Core<R> {
    /// Whether a parcel of so many bytes is left in the box until its file is wanted.
    pub(in crate::core) fn is_left(&self, length: u64) -> bool {
        is_large(length, self.settings.accept_up_to)
    }

    /// Whether a parcel is to be fetched before anybody asks for what it may hold.
    pub(super) fn is_to_be_fetched(&self, parcel: &ListedParcel) -> bool {
        match self.collecting.kept.file_of(parcel) {
            Some(file) => self.awaits(&file),
            None => !self.is_left(parcel.length) || self.awaits_length(parcel.length),
        }
    }

    /// Takes out a parcel that, of all files that are known, can only hold one that is here already. The box is at rest,
    /// so the offers in it are known too.
    pub(super) fn take_left_over(&mut self, step: &Staged) -> Result<Option<ListedParcel>, Failure> {
        let unknown = || self.collecting.kept.0.values().filter(|(_, file)| file.is_none());
        if unknown().next().is_none() {
            return Ok(None);
        }
        let superfluous = self.superfluous_lengths(step)?;
        let found = unknown().map(|(parcel, _)| *parcel).find(|parcel| superfluous.contains(&parcel.length));
        if let Some(parcel) = found {
            self.collecting.kept.forget(&[parcel.item]);
        }
        Ok(found)
    }

    /// Whether a wanted file may be in a parcel that is on its way: no link is asked for it meanwhile.
    pub(in crate::core) fn comes_by_the_box(&self, id: &FileId) -> bool {
        let Some(length) = self.parcel_of(id) else { return false };
        let held = &self.collecting;
        let mut coming = held.queue.iter().chain(held.fetching.values().map(|(parcel, _)| parcel));
        coming.any(|parcel| held.kept.may_hold(parcel, id, length))
    }

    /// A file is wanted: if its object may be among those kept, it is fetched.
    pub(in crate::core) fn look_for_object(&mut self, step: &mut Step<'_>, id: &FileId) {
        let Some(length) = self.parcel_of(id).filter(|_| self.awaits(id) && !self.comes_by_the_box(id))
        else {
            return;
        };
        let held = &mut self.collecting;
        let kept = held.kept.0.values().map(|(parcel, _)| *parcel);
        let found: Vec<ListedParcel> = kept.filter(|parcel| held.kept.may_hold(parcel, id, length)).collect();
        held.queue.extend(found);
        self.collect(step);
    }

    /// A file needs nothing from the box any more.
    pub(in crate::core) fn erase_kept(&mut self, step: &mut Step<'_>, id: &FileId) {
        let kept = self.collecting.kept.0.iter();
        let items = kept.filter(|(_, (_, file))| *file == Some(*id)).map(|(item, _)| *item).collect();
        self.erase_items(step, items);
    }
}

#[cfg(test)]
mod tests {
    use conclave_crypto::file::object_len;
    use conclave_crypto::parcel::Parcel;

    use super::*;

    #[test]
    fn what_is_fetched_unasked_fits_into_a_parcel_that_is_not_large() {
        let parcel = |file: u64| Parcel::len_of(object_len(file) as usize) as u64;
        for limit in [1 << 10, 1 << 20, USUAL_ACCEPT] {
            assert!(!is_large(parcel(limit), limit));
            assert!(is_large(parcel(limit + (1 << 19)), limit));
        }
        assert!(
            is_large(parcel(USUAL_ACCEPT + (1 << 19)), u64::MAX),
            "its offer says first that it is wanted"
        );
    }

    #[test]
    fn a_message_is_never_left() {
        let around = 64;
        assert!(!is_large(Parcel::len_of(conclave_crypto::session::MAX_WIRE + around) as u64, 0));
    }
}
