//! What EDIT, DELETE and REACTION make of a message: the same in any order of arrival (PROTOCOL §2.5).
//!
//! ```text
//! operations ──join, in any order, any number of times──► Acts ──with the message itself──► what is shown
//! ```
//!
//! [`Acts`] is a join: taking an operation is commutative, associative and idempotent. Each author has
//!
//! * the [`MOST_EDITS`] edits of highest rank; the highest that is not late counts, the others are earlier versions;
//! * whether they deleted the message, which for its author is final and leaves nothing else;
//! * per emoji the operation of highest rank, the [`MOST_REACTIONS`] highest of all.
//!
//! Keeping the highest so many is itself independent of the order: what belongs to them is never outnumbered. Edits
//! and deletions by somebody who is not the author count for nothing, which may become clear only when the message
//! comes, so they are kept apart until then.

use std::cmp::Reverse;

use crate::model::Time;

/// Edits kept of a message: the versions that can be looked at.
pub(in crate::core) const MOST_EDITS: usize = 8;
/// Emojis that one person may have on a message; older ones fall away.
pub(in crate::core) const MOST_REACTIONS: usize = 32;
/// An edit written later than this after its message does not count, by the author's own clock (FEATURES M26).
pub(in crate::core) const EDIT_WITHIN: Time = 24 * 60 * 60 * 1000;

/// Where an operation stands in the conversation: the order of PROTOCOL §2.5.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, prost::Message)]
pub(in crate::core) struct Rank {
    #[prost(uint64, tag = "1")]
    pub(in crate::core) clock: u64,
    #[prost(bytes = "vec", tag = "2")]
    pub(in crate::core) device: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(in crate::core) id: Vec<u8>,
}

/// A person named in a text.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::core) struct MentionRecord {
    #[prost(bytes = "vec", tag = "1")]
    pub(in crate::core) user: Vec<u8>,
    #[prost(uint32, tag = "2")]
    pub(in crate::core) start: u32,
    #[prost(uint32, tag = "3")]
    pub(in crate::core) len: u32,
}

/// One EDIT.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::core) struct EditRecord {
    #[prost(message, required, tag = "1")]
    pub(in crate::core) rank: Rank,
    /// The author's clock.
    #[prost(uint64, tag = "2")]
    pub(in crate::core) time: u64,
    #[prost(string, tag = "3")]
    pub(in crate::core) text: String,
    #[prost(message, repeated, tag = "4")]
    pub(in crate::core) mentions: Vec<MentionRecord>,
    /// When the other computer confirmed it, for mine; no part of the join.
    #[prost(uint64, tag = "5")]
    pub(in crate::core) confirmed: u64,
}

/// One REACTION.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::core) struct ReactionRecord {
    #[prost(message, required, tag = "1")]
    pub(in crate::core) rank: Rank,
    #[prost(string, tag = "2")]
    pub(in crate::core) emoji: String,
    #[prost(bool, tag = "3")]
    pub(in crate::core) set: bool,
}

/// What one author did to a message.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::core) struct AuthorActs {
    /// Highest rank first.
    #[prost(message, repeated, tag = "1")]
    pub(in crate::core) edits: Vec<EditRecord>,
    /// When it was deleted, by the author's clock; 0 when it was not.
    #[prost(uint64, tag = "2")]
    pub(in crate::core) deleted: u64,
    /// Highest rank first, one per emoji.
    #[prost(message, repeated, tag = "3")]
    pub(in crate::core) reactions: Vec<ReactionRecord>,
}

/// What both people of a conversation did to a message. Its numbers keep it apart from a message, which lies beside it.
#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::core) struct Acts {
    #[prost(message, required, tag = "11")]
    mine: AuthorActs,
    #[prost(message, required, tag = "12")]
    theirs: AuthorActs,
}

/// One operation.
#[derive(Clone, PartialEq)]
pub(in crate::core) enum Operation {
    Edit(EditRecord),
    Delete { time: Time },
    React(ReactionRecord),
}

impl AuthorActs {
    fn take(&mut self, operation: Operation) {
        match operation {
            Operation::Edit(edit) => {
                if self.deleted == 0 && self.edits.iter().all(|other| other.rank != edit.rank) {
                    self.edits.push(edit);
                    self.edits.sort_by(|a, b| b.rank.cmp(&a.rank));
                    self.edits.truncate(MOST_EDITS);
                }
            }
            Operation::Delete { time } => {
                let time = time.max(1);
                self.deleted = if self.deleted == 0 { time } else { self.deleted.min(time) };
                self.edits.clear();
            }
            Operation::React(reaction) => {
                match self.reactions.iter_mut().find(|other| other.emoji == reaction.emoji) {
                    Some(other) if other.rank >= reaction.rank => return,
                    Some(other) => *other = reaction,
                    None => self.reactions.push(reaction),
                }
                self.reactions.sort_by_key(|reaction| Reverse(reaction.rank.clone()));
                self.reactions.truncate(MOST_REACTIONS);
            }
        }
    }
}

impl Acts {
    /// What one of the two did.
    pub(in crate::core) const fn of(&self, mine: bool) -> &AuthorActs {
        if mine { &self.mine } else { &self.theirs }
    }

    /// The same, to be changed.
    pub(in crate::core) const fn of_mut(&mut self, mine: bool) -> &mut AuthorActs {
        if mine { &mut self.mine } else { &mut self.theirs }
    }

    /// Takes an operation; says whether it changed anything.
    pub(in crate::core) fn take(&mut self, mine: bool, operation: Operation) -> bool {
        let before = self.of(mine).clone();
        self.of_mut(mine).take(operation);
        *self.of(mine) != before
    }

    /// The message is there and this is its author: what the other one edited or deleted counts for nothing, and a
    /// deletion by the author leaves nothing else.
    pub(in crate::core) fn settle(&mut self, by_me: bool) {
        let other = self.of_mut(!by_me);
        other.edits.clear();
        other.deleted = 0;
        if self.of(by_me).deleted != 0 {
            self.mine.reactions.clear();
            self.theirs.reactions.clear();
        }
    }

    /// When its author deleted it.
    pub(in crate::core) const fn deleted(&self, by_me: bool) -> Option<Time> {
        let deleted = self.of(by_me).deleted;
        if deleted == 0 { None } else { Some(deleted) }
    }

    /// The edit that counts for a message its author wrote at this time.
    pub(in crate::core) fn edit(&self, by_me: bool, written: Time) -> Option<&EditRecord> {
        self.versions(by_me, written).next()
    }

    /// The edits that were in time, newest first.
    pub(in crate::core) fn versions(&self, by_me: bool, written: Time) -> impl Iterator<Item = &EditRecord> {
        self.of(by_me).edits.iter().filter(move |edit| !is_late(edit.time, written))
    }

    /// Whether an edit came too late to count.
    pub(in crate::core) fn has_late(&self, by_me: bool, written: Time) -> bool {
        self.of(by_me).edits.iter().any(|edit| is_late(edit.time, written))
    }

    /// Emojis in order, with whether I, whether they have it on the message.
    pub(in crate::core) fn reactions(&self) -> Vec<(&str, bool, bool)> {
        let mut all: Vec<(&str, bool, bool)> = Vec::new();
        for mine in [true, false] {
            for reaction in self.of(mine).reactions.iter().filter(|reaction| reaction.set) {
                match all.iter_mut().find(|(emoji, _, _)| *emoji == reaction.emoji) {
                    Some(found) if mine => found.1 = true,
                    Some(found) => found.2 = true,
                    None => all.push((&reaction.emoji, mine, !mine)),
                }
            }
        }
        all.sort_unstable();
        all
    }

    /// Whether there is nothing in it.
    pub(in crate::core) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether an edit of this time is too late for a message of that time, both by its author's clock.
pub(in crate::core) const fn is_late(edited: Time, written: Time) -> bool {
    edited > written.saturating_add(EDIT_WITHIN)
}

#[cfg(test)]
mod tests;
