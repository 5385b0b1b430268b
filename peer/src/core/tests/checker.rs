//! The checker stands outside the core: what a sender was promised against what a receiver was shown (BARS §3).

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::keys::MessageId;
use conclave_crypto::primitives::sha256;

use super::world::{Copy, World};
use crate::core::input::CallId;
use crate::model::{Answer, Event, Message, MessageState};

/// A message that a program wanted to send. Of its text only the hash is kept.
struct Sent {
    from: usize,
    to: usize,
    call: CallId,
    id: MessageId,
    body: [u8; 32],
    /// Its sender's computer went back to a copy that does not know it: nothing is promised any more.
    lost: bool,
}

/// A copy of a profile, and what its owner had been promised by then.
pub(super) struct Kept {
    at: usize,
    copy: Copy,
    promised: BTreeSet<MessageId>,
}

/// What senders did.
#[derive(Default)]
pub(super) struct Ledger {
    sent: Vec<Sent>,
    /// Computers that went back to an old copy: what is sent to them again comes late.
    restored: BTreeSet<usize>,
}

/// How two computers stand to each other.
fn between(world: &World, a: usize, b: usize) -> String {
    let one = |at: usize, with: usize| {
        let (node, user) = (&world.nodes[at], world.nodes[with].person.user);
        let line = |event: &&Event| matches!(event, Event::ConversationLine { .. });
        let lines: Vec<&Event> = node.events.iter().filter(line).collect();
        format!(
            "{at}: {}\n{lines:?}",
            node.core.as_ref().map(|core| core.delivery(&user)).unwrap_or_default()
        )
    };
    format!("{}\n{}", one(a, b), one(b, a))
}

fn promised(world: &World, sent: &Sent) -> bool {
    matches!(world.nodes[sent.from].replies.get(&sent.call), Some(Ok(Answer::Message { .. })))
}

impl Ledger {
    pub(super) fn record(&mut self, from: usize, to: usize, call: CallId, id: MessageId, text: &str) {
        let body = sha256(&[text.as_bytes()]);
        self.sent.push(Sent { from, to, call, id, body, lost: false });
    }

    /// Copies a profile.
    pub(super) fn copy(&self, world: &World, at: usize) -> Kept {
        let own = self.sent.iter().filter(|sent| sent.from == at && promised(world, sent));
        Kept { at, copy: world.copy(at), promised: own.map(|sent| sent.id).collect() }
    }

    /// Puts a copy back. Whatever its owner has sent since, this computer does not know.
    pub(super) fn restore(&mut self, world: &mut World, kept: &Kept) {
        for sent in self.sent.iter_mut().filter(|sent| sent.from == kept.at) {
            sent.lost |= !kept.promised.contains(&sent.id);
        }
        self.restored.insert(kept.at);
        world.restore(kept.at, &kept.copy);
    }

    /// Promised set = shown set, each once, with the same body; in the author's order when the network keeps order;
    /// the same conversation on both computers; every promised message known to be delivered.
    pub(super) fn check(&self, world: &mut World, in_order: bool) {
        let pairs: BTreeSet<(usize, usize)> = self.sent.iter().map(|sent| (sent.from, sent.to)).collect();
        for (from, to) in pairs {
            self.check_shown(world, from, to, in_order);
            self.check_histories(world, from, to);
        }
    }

    fn check_shown(&self, world: &World, from: usize, to: usize, in_order: bool) {
        let author = world.nodes[from].person.user;
        let mut shown: Vec<(MessageId, [u8; 32])> = Vec::new();
        for event in &world.nodes[to].events {
            if let Event::MessageReceived { message } = event
                && message.author == author
            {
                shown.push((message.id, sha256(&[message.text.as_bytes()])));
            }
        }
        let mine: Vec<&Sent> = self.sent.iter().filter(|sent| (sent.from, sent.to) == (from, to)).collect();
        let by_id: BTreeMap<MessageId, (usize, [u8; 32])> =
            mine.iter().enumerate().map(|(at, sent)| (sent.id, (at, sent.body))).collect();
        let mut times: BTreeMap<MessageId, u32> = BTreeMap::new();
        for (id, body) in &shown {
            *times.entry(*id).or_default() += 1;
            let wrote = by_id.get(id).map(|(_, body)| body);
            assert_eq!(wrote, Some(body), "{to} was shown what {from} never wrote");
        }
        assert!(times.values().all(|times| *times == 1), "{to} was shown a message of {from} twice");
        for (place, sent) in mine.iter().enumerate().filter(|(_, sent)| !sent.lost && promised(world, sent)) {
            let why = || between(world, from, to);
            assert!(
                times.contains_key(&sent.id),
                "{to} was never shown message {place} of {from}\n{}",
                why()
            );
        }
        if in_order && !self.restored.contains(&from) && !self.restored.contains(&to) {
            let places: Vec<usize> = shown.iter().map(|(id, _)| by_id[id].0).collect();
            assert!(places.is_sorted(), "{to} was shown messages of {from} out of order: {places:?}");
        }
    }

    fn check_histories(&self, world: &mut World, from: usize, to: usize) {
        let lost: BTreeSet<MessageId> =
            self.sent.iter().filter(|sent| sent.lost).map(|sent| sent.id).collect();
        let author = world.nodes[from].person.user;
        let here = world.history(from, to, 7);
        let there = world.history(to, from, 5);
        let line = |messages: &[Message]| -> Vec<(String, MessageId, [u8; 32])> {
            let kept = messages.iter().filter(|it| !lost.contains(&it.id));
            kept.map(|it| (it.position.clone(), it.id, sha256(&[it.text.as_bytes()]))).collect()
        };
        let (mine, theirs) = (line(&here), line(&there));
        let lack = |a: &[(String, MessageId, [u8; 32])], b: &[(String, MessageId, [u8; 32])]| {
            b.iter().filter(|it| !a.contains(it)).map(|it| it.0.clone()).collect::<Vec<_>>()
        };
        let (lacks, other) = (lack(&mine, &theirs), lack(&theirs, &mine));
        let restored = &self.restored;
        let why = || between(world, from, to);
        assert!(
            mine == theirs,
            "{from} lacks {lacks:?}, {to} lacks {other:?}; restored: {restored:?}\n{}",
            why()
        );
        for message in here.iter().filter(|message| message.author == author) {
            let done = matches!(message.state, MessageState::Delivered | MessageState::Read);
            let state = message.state;
            assert!(done, "{from} does not know that {to} has {:?}: {state:?}", message.text);
        }
    }
}
