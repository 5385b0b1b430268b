//! The checker stands outside the core: what a sender was promised against what a receiver was shown (BARS §3).

use std::collections::BTreeMap;

use conclave_crypto::keys::MessageId;

use super::world::World;
use crate::core::input::CallId;
use crate::model::{Answer, Event, MessageState};

/// What senders did.
#[derive(Default)]
pub(super) struct Ledger {
    sent: Vec<(usize, usize, CallId, MessageId, String)>,
}

impl Ledger {
    pub(super) fn record(&mut self, from: usize, to: usize, call: CallId, id: MessageId, text: String) {
        self.sent.push((from, to, call, id, text));
    }

    /// Promised set = shown set, each once; in the author's order when the network keeps order; the same
    /// conversation on both computers; every promised message known to be delivered.
    pub(super) fn check(&self, world: &mut World, in_order: bool) {
        let count = world.nodes.len();
        for from in 0..count {
            for to in 0..count {
                if from == to {
                    continue;
                }
                let author = world.nodes[from].person.user;
                let mut shown: Vec<(MessageId, String)> = Vec::new();
                for event in &world.nodes[to].events {
                    if let Event::MessageReceived { message } = event
                        && message.author == author
                    {
                        shown.push((message.id, message.text.clone()));
                    }
                }
                let mine: Vec<_> = self.sent.iter().filter(|sent| (sent.0, sent.1) == (from, to)).collect();
                let by_id: BTreeMap<MessageId, &String> = mine.iter().map(|sent| (sent.3, &sent.4)).collect();
                let mut times: BTreeMap<MessageId, u32> = BTreeMap::new();
                for (id, text) in &shown {
                    *times.entry(*id).or_default() += 1;
                    assert_eq!(by_id.get(id).copied(), Some(text), "{to} was shown what {from} never wrote");
                }
                assert!(times.values().all(|times| *times == 1), "{to} was shown a message of {from} twice");
                for (_, _, call, id, text) in &mine {
                    if matches!(world.nodes[from].replies.get(call), Some(Ok(Answer::Message { .. }))) {
                        let stuck = || {
                            let (a, b) = (&world.nodes[from], &world.nodes[to]);
                            let (a, b) = (
                                a.core.as_ref().unwrap().delivery(&b.person.user),
                                b.core.as_ref().unwrap().delivery(&author),
                            );
                            format!("{to} was never shown {text:?} of {from}\n{a}\n{b}")
                        };
                        assert!(times.contains_key(id), "{}", stuck());
                    }
                }
                if in_order {
                    let order: BTreeMap<MessageId, usize> =
                        mine.iter().enumerate().map(|(at, sent)| (sent.3, at)).collect();
                    let places: Vec<usize> = shown.iter().map(|(id, _)| order[id]).collect();
                    assert!(places.is_sorted(), "{to} was shown messages of {from} out of order: {places:?}");
                }
                let here = world.history(from, to, 7);
                let there = world.history(to, from, 5);
                let line = |messages: &[crate::model::Message]| -> Vec<(String, MessageId, String)> {
                    messages.iter().map(|it| (it.position.clone(), it.id, it.text.clone())).collect()
                };
                assert_eq!(line(&here), line(&there), "{from} and {to} see different conversations");
                for message in here.iter().filter(|message| message.author == author) {
                    let done = matches!(message.state, MessageState::Delivered | MessageState::Read);
                    assert!(
                        done,
                        "{from} does not know that {to} has {:?}: {:?}",
                        message.text, message.state
                    );
                }
            }
        }
    }
}
