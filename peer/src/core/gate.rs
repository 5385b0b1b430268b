//! The gate between a write and what depends on it (DESIGN §3, Order of effects).
//!
//! ```text
//! input ─► Step ─► writes ──────────────► Persist{token}
//!                  after ─► queue(token) ─── Durable(token) ──► Reply, Notify, Transmit, …
//!                  soon  ─────────────────────────────────────► Wake, Dial, Ask, …
//! ```
//!
//! Whatever one input leads to is collected in a [`Step`]. Its writes become one batch; its gated effects wait for
//! that batch and for every earlier one, so effects leave in the order in which they arose. A step without writes
//! waits too while an earlier batch is not durable: an answer never shows what a power cut could still take back.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;

use conclave_crypto::keys::{ItemId, UserId};
use conclave_crypto::plain::Ack;
use rand_core::CryptoRng;
use serde_json::Value;
use zeroize::Zeroizing;

use super::effect::Effect;
use super::input::Token;
use crate::model::Time;
use crate::record::{Batch, Key, Tree};

/// What is let through once a batch is durable.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are effects")]
pub(super) enum Gated {
    /// Hand this to the driver.
    Effect(Effect),
    /// This message of theirs is durable here: acknowledge it.
    Acknowledge(UserId, Ack),
    /// The batch that held a message of theirs and its acknowledgement is durable.
    Acknowledged(UserId),
    /// What these items of the drop box have brought from a person is durable.
    Collected(UserId, Vec<ItemId>),
}

/// Writes of a step that are not a batch yet; reads look here first.
#[derive(Default)]
pub(super) struct Staged(BTreeMap<(Tree, Key), Option<Zeroizing<Vec<u8>>>>);

impl Staged {
    /// What is staged for a record: `Some(None)` for a delete.
    pub(super) fn record(&self, tree: Tree, key: &Key) -> Option<Option<&Zeroizing<Vec<u8>>>> {
        self.0.get(&(tree, key.clone())).map(Option::as_ref)
    }

    /// What is staged in an ordered group.
    pub(super) fn group(
        &self,
        tree: Tree,
        group: &[u8; 16],
    ) -> impl Iterator<Item = (u64, Option<&Zeroizing<Vec<u8>>>)> {
        let from = (tree, Key::ordered(*group, 0));
        let to = (tree, Key::ordered(*group, u64::MAX));
        self.0.range(from..=to).filter_map(|((_, key), value)| match key {
            Key::Ordered { seq, .. } => Some((*seq, value.as_ref())),
            Key::Named(_) => None,
        })
    }
}

/// Everything that one input leads to.
pub(super) struct Step<'a> {
    pub(super) now: Time,
    pub(super) rng: &'a mut dyn CryptoRng,
    pub(super) cause: Option<Value>,
    staged: Staged,
    after: Vec<Gated>,
    soon: Vec<Effect>,
    released: Vec<Gated>,
}

impl<'a> Step<'a> {
    pub(super) fn new(now: Time, rng: &'a mut dyn CryptoRng) -> Self {
        Self {
            now,
            rng,
            cause: None,
            staged: Staged::default(),
            after: Vec::new(),
            soon: Vec::new(),
            released: Vec::new(),
        }
    }

    /// Stages a put.
    pub(super) fn put(&mut self, tree: Tree, key: Key, value: Zeroizing<Vec<u8>>) {
        self.staged.0.insert((tree, key), Some(value));
    }

    /// Stages a delete.
    pub(super) fn delete(&mut self, tree: Tree, key: Key) {
        self.staged.0.insert((tree, key), None);
    }

    /// Whether anything is staged.
    pub(super) fn writes(&self) -> bool {
        !self.staged.0.is_empty()
    }

    /// An effect that waits for the writes of this step.
    pub(super) fn after(&mut self, effect: Effect) {
        self.after.push(Gated::Effect(effect));
    }

    /// The answer to the call of this step: before the events that it causes.
    pub(super) fn answer_first(&mut self, effect: Effect) {
        self.after.insert(0, Gated::Effect(effect));
    }

    /// Acknowledge a message once the writes of this step are durable.
    pub(super) fn acknowledge(&mut self, user: UserId, ack: Ack) {
        self.after.push(Gated::Acknowledge(user, ack));
    }

    /// Note when the acknowledgement in this step's batch has left.
    pub(super) fn acknowledged(&mut self, user: UserId) {
        self.after.push(Gated::Acknowledged(user));
    }

    /// Everything that items brought from a person is in this step and those before it.
    pub(super) fn collected(&mut self, user: UserId, items: Vec<ItemId>) {
        self.after.push(Gated::Collected(user, items));
    }

    /// Lets through what had waited for an earlier step.
    pub(super) fn again(&mut self, gated: Gated) {
        self.released.push(gated);
    }

    /// Drops what was staged and led to: the call has failed.
    pub(super) fn forget(&mut self) {
        self.staged.0.clear();
        self.after.clear();
        self.soon.clear();
    }

    /// An effect that depends on no write.
    pub(super) fn soon(&mut self, effect: Effect) {
        self.soon.push(effect);
    }
}

impl Deref for Step<'_> {
    type Target = Staged;

    fn deref(&self) -> &Staged {
        &self.staged
    }
}

/// The queue of gated effects.
#[derive(Debug, Default)]
pub(super) struct Gate {
    last: Token,
    queue: VecDeque<(Token, Vec<Gated>)>,
}

impl Gate {
    /// Ends a step: what the driver gets now.
    pub(super) fn close(&mut self, step: Step<'_>) -> (Vec<Effect>, Vec<Gated>) {
        let Step { staged: Staged(staged), after, soon, mut released, .. } = step;
        let mut effects = soon;
        if !staged.is_empty() {
            self.last = Token(self.last.0 + 1);
            let mut batch = Batch::new();
            for ((tree, key), value) in staged {
                match value {
                    Some(value) => batch.put(tree, key, value),
                    None => batch.delete(tree, key),
                };
            }
            effects.push(Effect::Persist { token: self.last, batch });
            self.queue.push_back((self.last, after));
            return (effects, released);
        }
        match self.queue.back_mut() {
            Some((_, waiting)) => {
                waiting.extend(after);
                (effects, released)
            }
            None => {
                released.extend(after);
                (effects, released)
            }
        }
    }

    /// What the durability of `token` lets through.
    pub(super) fn open(&mut self, token: Token) -> Vec<Gated> {
        let mut through = Vec::new();
        while self.queue.front().is_some_and(|(first, _)| *first <= token) {
            if let Some((_, gated)) = self.queue.pop_front() {
                through.extend(gated);
            }
        }
        through
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::input::LinkId;

    struct NoRandomness;

    impl rand_core::TryRng for NoRandomness {
        type Error = core::convert::Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(0)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(0)
        }
        fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Self::Error> {
            dst.fill(0);
            Ok(())
        }
    }

    impl rand_core::TryCryptoRng for NoRandomness {}

    fn links(gated: &[Gated]) -> Vec<u64> {
        gated
            .iter()
            .filter_map(|gated| match gated {
                Gated::Effect(Effect::Close(link)) => Some(link.0),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn effects_wait_for_their_write_and_keep_their_order() {
        let mut gate = Gate::default();
        let mut rng = NoRandomness;
        let mut writing = |gate: &mut Gate, link| {
            let mut step = Step::new(0, &mut rng);
            step.put(Tree::State, Key::named(*b"k"), Zeroizing::new(vec![1]));
            step.after(Effect::Close(LinkId(link)));
            gate.close(step)
        };
        let (effects, now) = writing(&mut gate, 1);
        assert!(matches!(effects.as_slice(), [Effect::Persist { token: Token(1), .. }]) && now.is_empty());
        let (_, now) = writing(&mut gate, 2);
        assert!(now.is_empty());
        let mut rng = NoRandomness;
        let mut reading = Step::new(0, &mut rng);
        reading.after(Effect::Close(LinkId(3)));
        let (effects, now) = gate.close(reading);
        assert!(effects.is_empty() && now.is_empty(), "a later answer waits for earlier writes");
        assert_eq!(links(&gate.open(Token(1))), [1]);
        assert_eq!(links(&gate.open(Token(2))), [2, 3]);
        assert!(gate.open(Token(2)).is_empty());
    }
}
