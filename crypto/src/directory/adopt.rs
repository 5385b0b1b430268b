//! Taking over a newer head, and comparing heads with a peer's (PROTOCOL §2.3 A bad leaf, Split view).

use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointRefused};
use super::fold::CLOCK_TOLERANCE;
use super::leaf::Leaf;
use super::refused::LeafRefused;
use super::state::State;
use super::{Directory, Folded};
use crate::error::DecodeError;

/// Why a head was not adopted; the directory is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeadRefused {
    /// The note does not count.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointRefused),
    /// The note is dated more than 5 minutes ahead.
    #[error("the log head is dated more than 5 minutes in the future")]
    Early,
    /// The head has fewer leaves than are here.
    #[error("the log head has {theirs} leaves, fewer than the {mine} here")]
    Shorter {
        /// Leaves here.
        mine: u64,
        /// Leaves of the head.
        theirs: u64,
    },
    /// The leaves given do not lead to the size of the head.
    #[error("the log head has {head} leaves, but {given} were given")]
    Size {
        /// Leaves of the head.
        head: u64,
        /// Leaves here and given.
        given: u64,
    },
    /// A leaf does not fold.
    #[error("leaf {index} does not fold: {refused}")]
    Leaf {
        /// Its index.
        index: u64,
        /// Why.
        refused: LeafRefused,
    },
    /// The leaves given do not have the root of the head, or the head does not extend this log.
    #[error("the tree of the log head does not extend this log")]
    Root,
    /// The server signed another tree of a size that is here: proof of two directories.
    #[error("the server has signed two different directories")]
    SplitView(Box<SplitView>),
}

/// Two heads signed by the server that cannot both be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitView {
    /// The newest head adopted here, as sent; none before the first one.
    pub mine: Option<String>,
    /// The other head, as sent.
    pub theirs: String,
    /// Its size.
    pub size: u64,
    /// The root here of that many leaves.
    pub my_root: [u8; 32],
}

/// How a peer's head compares with this log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadView {
    /// It is this log or the beginning of it.
    Agrees,
    /// The peer has more leaves; it compares, and this side may fetch the log. Its signature is not verified yet.
    Ahead {
        /// Leaves of the peer.
        size: u64,
    },
    /// Two different directories: store, show and pass on the proof; accept no new keys.
    Split(Box<SplitView>),
}

impl From<DecodeError> for HeadRefused {
    fn from(error: DecodeError) -> Self {
        Self::Checkpoint(error.into())
    }
}

impl Directory {
    /// Takes over the head in `note` with the `leaves` that lead to it from here: all or nothing. With no leaves it
    /// renews the head of the same tree.
    ///
    /// Give `leaves` from [`size`](Self::size) on. On an error the caller stays at its last good size, raises the
    /// alarm and tries later heads.
    ///
    /// # Errors
    /// [`HeadRefused`]; nothing has changed then.
    pub fn adopt(&mut self, leaves: &[&[u8]], note: &[u8], now: u64) -> Result<Vec<Folded>, HeadRefused> {
        let checkpoint = Checkpoint::parse(self.org(), note)?;
        if checkpoint.time_ms() > now.saturating_add(CLOCK_TOLERANCE) {
            return Err(HeadRefused::Early);
        }
        let mine = self.size();
        let theirs = checkpoint.head().size;
        if theirs <= mine {
            self.state.verify(&checkpoint)?;
            if let Some(split) = self.split(&checkpoint) {
                return Err(HeadRefused::SplitView(split));
            }
            if theirs < mine {
                return Err(HeadRefused::Shorter { mine, theirs });
            }
        }
        let given = mine.saturating_add(leaves.len() as u64);
        if given != theirs {
            return Err(HeadRefused::Size { head: theirs, given });
        }
        if leaves.is_empty() {
            if self.head.as_ref().is_none_or(|head| head.time() <= checkpoint.time()) {
                self.head = Some(checkpoint);
            }
            return Ok(Vec::new());
        }
        // The fold is tried on a copy, the tree in place and cut back: one copy per head, none per leaf.
        let mut state = self.state.clone();
        let folded = Self::fold_all(&mut state, mine, leaves, now)?;
        let at = self.merkle.size();
        for leaf in leaves {
            self.merkle.append(leaf);
        }
        let refused = if self.merkle.root() == checkpoint.head().root {
            state.verify(&checkpoint).err().map(HeadRefused::Checkpoint)
        } else {
            Some(HeadRefused::Root)
        };
        if let Some(refused) = refused {
            self.merkle.truncate(at);
            return Err(refused);
        }
        self.state = state;
        self.leaves.extend(leaves.iter().map(|leaf| Box::from(*leaf)));
        self.head = Some(checkpoint);
        Ok(folded)
    }

    /// Compares the head of a peer's Hello with this log.
    ///
    /// # Errors
    /// [`CheckpointRefused`]: the note is not one of the server's.
    pub fn compare(&self, note: &[u8]) -> Result<HeadView, CheckpointRefused> {
        let checkpoint = Checkpoint::parse(self.org(), note)?;
        let size = checkpoint.head().size;
        if size > self.size() {
            return Ok(HeadView::Ahead { size });
        }
        self.state.verify(&checkpoint)?;
        Ok(self.split(&checkpoint).map_or(HeadView::Agrees, HeadView::Split))
    }

    fn split(&self, checkpoint: &Checkpoint) -> Option<Box<SplitView>> {
        let head = checkpoint.head();
        let my_root = self.root_at(head.size)?;
        (my_root != head.root).then(|| {
            Box::new(SplitView {
                mine: self.head.as_ref().map(|head| head.text().to_owned()),
                theirs: checkpoint.text().to_owned(),
                size: head.size,
                my_root,
            })
        })
    }

    fn fold_all(
        state: &mut State,
        from: u64,
        leaves: &[&[u8]],
        now: u64,
    ) -> Result<Vec<Folded>, HeadRefused> {
        let mut folded = Vec::with_capacity(leaves.len());
        for (index, leaf) in (from..).zip(leaves) {
            let refused = |refused| HeadRefused::Leaf { index, refused };
            let parsed = Leaf::parse(leaf, &state.org).map_err(|error| refused(error.into()))?;
            let step = state.judge(&parsed, now).map_err(refused)?;
            let change = state.apply(step, &parsed, index.saturating_add(1));
            folded.push(Folded { index, at: parsed.object.at(), change });
        }
        Ok(folded)
    }
}

impl State {
    /// Verifies a note under a directory key that was valid in the second it names.
    fn verify(&self, checkpoint: &Checkpoint) -> Result<(), CheckpointRefused> {
        let from = checkpoint.time_ms();
        let to = from.saturating_add(999);
        let mut refused = CheckpointRefused::Key;
        for key in self.server_keys.iter().filter(|key| key.nbf <= to && from <= key.naf) {
            match checkpoint.verify(&self.org, &key.key) {
                Ok(()) => return Ok(()),
                Err(CheckpointRefused::Key) => {}
                Err(other) => refused = other,
            }
        }
        Err(refused)
    }
}
