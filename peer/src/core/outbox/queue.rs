//! The queue of one person: what waits, in the order it was written, and how much of it is sealed.

use std::collections::BTreeMap;

use conclave_crypto::keys::MessageId;

use super::{WINDOW, WINDOW_BYTES};
use crate::core::input::LinkId;
use crate::model::Time;

/// One message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core) struct Waiting {
    pub(in crate::core) id: MessageId,
    pub(in crate::core) digest: [u8; 16],
    pub(super) size: usize,
    pub(super) sealed: bool,
    pub(super) on: Option<LinkId>,
    /// It may have left this computer, under this session or an earlier one.
    pub(super) left: bool,
    /// Subscribers know that it is on its way.
    pub(super) told: bool,
}

/// What waits for one person, in the order it was written.
#[derive(Debug, Default)]
pub(in crate::core) struct Outbox {
    pub(super) entries: BTreeMap<u64, Waiting>,
    by_id: BTreeMap<MessageId, u64>,
    pub(super) next: u64,
    pub(super) sealed: usize,
    pub(super) sealed_bytes: usize,
    /// When the window last moved: an acknowledgement, or the first transmission into an empty one.
    pub(super) moved: Time,
    /// Everything before this entry was put on this link.
    pub(super) cursor: Option<(LinkId, u64)>,
}

impl Outbox {
    pub(in crate::core) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(in crate::core) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(in crate::core) fn get(&self, id: &MessageId) -> Option<(u64, &Waiting)> {
        let seq = *self.by_id.get(id)?;
        Some((seq, self.entries.get(&seq)?))
    }

    pub(super) fn insert(&mut self, seq: u64, waiting: Waiting) {
        self.next = self.next.max(seq + 1);
        if waiting.sealed {
            self.sealed += 1;
            self.sealed_bytes += waiting.size;
        }
        self.by_id.insert(waiting.id, seq);
        self.entries.insert(seq, waiting);
    }

    pub(in crate::core) fn remove(&mut self, seq: u64) {
        if let Some(waiting) = self.entries.remove(&seq) {
            self.by_id.remove(&waiting.id);
            if waiting.sealed {
                self.sealed -= 1;
                self.sealed_bytes -= waiting.size;
            }
        }
    }

    /// An entry's ciphertext exists from now on.
    pub(super) fn mark_sealed(&mut self, seq: u64, now: Time) {
        let Some(waiting) = self.entries.get_mut(&seq).filter(|waiting| !waiting.sealed) else { return };
        waiting.sealed = true;
        waiting.left = true;
        if self.sealed == 0 {
            self.moved = now;
        }
        self.sealed += 1;
        self.sealed_bytes += waiting.size;
    }

    /// The messages from an entry on, in order.
    pub(in crate::core) fn from(&self, seq: u64) -> impl Iterator<Item = (u64, MessageId)> {
        self.entries.range(seq..).map(|(seq, waiting)| (*seq, waiting.id))
    }

    /// The message of an entry.
    pub(in crate::core) fn id_of(&self, seq: u64) -> Option<MessageId> {
        self.entries.get(&seq).map(|waiting| waiting.id)
    }

    /// The clock was set back.
    pub(in crate::core) fn set_back(&mut self, by: Time) {
        self.moved = self.moved.saturating_sub(by);
    }

    pub(super) fn has_room(&self, size: usize) -> bool {
        self.sealed == 0 || (self.sealed < WINDOW && self.sealed_bytes + size <= WINDOW_BYTES)
    }

    /// The oldest messages, at most `limit`.
    pub(in crate::core) fn oldest(&self, limit: usize) -> Vec<MessageId> {
        self.entries.values().take(limit).map(|waiting| waiting.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(byte: u8, size: usize) -> Waiting {
        let id = MessageId::new([byte; 16]);
        Waiting { id, digest: [byte; 16], size, sealed: true, on: None, left: true, told: false }
    }

    #[test]
    fn the_window_counts_messages_and_bytes_and_never_starves() {
        let mut outbox = Outbox::default();
        assert!(outbox.has_room(WINDOW_BYTES * 2), "one message always fits");
        outbox.insert(1, waiting(1, WINDOW_BYTES - 10));
        assert!(outbox.has_room(10) && !outbox.has_room(11));
        outbox.remove(1);
        assert!(outbox.is_empty() && outbox.sealed_bytes == 0);
        for seq in 0..WINDOW {
            outbox.insert(seq as u64 + 1, waiting(seq as u8, 1));
        }
        assert!(!outbox.has_room(1));
        outbox.remove(1);
        assert!(outbox.has_room(1));
    }
}
