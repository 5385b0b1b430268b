//! One computer and the program that uses it: what its core asks for is done here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::org::{Person, SimRng};
use super::disk::{Disk, Shown};
use super::{Happening, World};
use crate::core::input::{CallId, Token};
use crate::core::{Core, Effect, Input};
use crate::model::{Answer, Event, Failure, Notification};

/// One computer and the program that uses it.
pub(in crate::core::tests) struct Node {
    pub(in crate::core::tests) person: Person,
    pub(in crate::core::tests) core: Option<Core<Shown>>,
    pub(super) disk: Rc<RefCell<Disk>>,
    pub(super) life: u32,
    pub(super) rng: SimRng,
    /// Added to the world's clock.
    pub(in crate::core::tests) skew: i64,
    pub(in crate::core::tests) replies: BTreeMap<CallId, Result<Answer, Failure>>,
    pub(super) next_call: u64,
    /// Calls without an answer.
    pub(super) calls: BTreeSet<CallId>,
    /// When its program is to be woken, as the queue knows it.
    pub(super) alarm: Option<(u64, u64)>,
    /// Effects until the power fails.
    pub(super) doom: Option<u64>,
    pub(in crate::core::tests) last_seq: u64,
    /// Every durable event, once, in order.
    pub(in crate::core::tests) events: Vec<Event>,
    pub(in crate::core::tests) ephemeral: Vec<Event>,
    pub(super) online: bool,
    /// Objects in the blob store.
    pub(in crate::core::tests) blobs: BTreeSet<[u8; 32]>,
    /// Objects that are held back.
    pub(in crate::core::tests) withheld: BTreeSet<[u8; 32]>,
    /// Sizes of the files that were sealed here.
    pub(super) imported: Vec<u64>,
    /// Objects that a link was asked for.
    pub(in crate::core::tests) fetches: u64,
    pub(in crate::core::tests) dials: u64,
    /// Relay and local network, as last told.
    pub(in crate::core::tests) ways: (bool, bool),
}

impl Node {
    pub(super) fn new(person: Person, rng: SimRng) -> Self {
        Self {
            person,
            core: None,
            disk: Rc::default(),
            life: 0,
            rng,
            skew: 0,
            replies: BTreeMap::new(),
            next_call: 0,
            calls: BTreeSet::new(),
            alarm: None,
            doom: None,
            last_seq: 0,
            events: Vec::new(),
            ephemeral: Vec::new(),
            online: false,
            blobs: BTreeSet::new(),
            withheld: BTreeSet::new(),
            imported: Vec::new(),
            fetches: 0,
            dials: 0,
            ways: (false, false),
        }
    }
}

impl World {
    /// A write has reached the disk, and with it all before it; or the sync has failed, and nobody knows.
    pub(super) fn durable(&mut self, at: usize, token: Token) {
        if self.strikes(self.weather.disk_errors) {
            self.write_failed(at);
            return;
        }
        {
            let mut disk = self.nodes[at].disk.borrow_mut();
            while disk.staged.front().is_some_and(|(staged, _)| *staged <= token) {
                let (_, batch) = disk.staged.pop_front().unwrap();
                disk.durable.apply(&batch);
            }
        }
        self.input(at, Input::Durable(token));
    }

    pub(super) fn clock(&self, at: usize) -> u64 {
        self.now.saturating_add_signed(self.nodes[at].skew)
    }

    /// Opens a core from what is durable.
    pub(in crate::core::tests) fn start(&mut self, at: usize) {
        let now = self.clock(at);
        let setup = self.org.setup(&self.nodes[at].person);
        let node = &mut self.nodes[at];
        node.life += 1;
        node.online = false;
        node.withheld.clear();
        let (core, effects) = Core::open(setup, Shown(node.disk.clone()), now, &mut node.rng).unwrap();
        loop {
            let missed = core.events_after(node.last_seq, 500).unwrap();
            if missed.is_empty() {
                break;
            }
            for Notification { seq, event, .. } in missed {
                node.last_seq = seq.unwrap();
                node.events.push(event);
            }
        }
        node.core = Some(core);
        self.carry_out(at, effects);
        if self.server_up {
            self.log_in(at);
        }
    }

    /// A new computer: nothing on its disk.
    pub(in crate::core::tests) fn forget(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.disk = Rc::default();
        node.last_seq = 0;
        node.events.clear();
    }

    /// One input to one computer.
    pub(in crate::core::tests) fn input(&mut self, at: usize, input: Input) {
        let now = self.clock(at);
        let node = &mut self.nodes[at];
        let Some(core) = node.core.as_mut() else { return };
        let effects = core.handle(input, now, &mut node.rng);
        self.carry_out(at, effects);
    }

    pub(in crate::core::tests) fn carry_out(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            if self.nodes[at].core.is_none() || self.is_doomed(at) {
                return;
            }
            self.effect(at, effect);
        }
    }

    fn effect(&mut self, at: usize, effect: Effect) {
        let life = self.nodes[at].life;
        match effect {
            Effect::Persist { token, batch } => {
                self.trace.note(self.now, at, "persist", &batch.len().to_be_bytes());
                if self.disk_fails(at) {
                    self.write_failed(at);
                    return;
                }
                let mut disk = self.nodes[at].disk.borrow_mut();
                disk.shown.apply(&batch);
                disk.staged.push_back((token, batch));
                drop(disk);
                let delay = 1 + self.rng.below(8);
                self.later(delay, Happening::Durable(at, life, token));
            }
            Effect::Reply { call, result } => {
                self.trace.note(self.now, at, "reply", &call.0.to_be_bytes());
                self.nodes[at].calls.remove(&call);
                self.nodes[at].replies.insert(call, result);
            }
            Effect::Notify { seq: Some(seq), event, .. } => {
                self.trace.note(self.now, at, "event", format!("{event:?}").as_bytes());
                let node = &mut self.nodes[at];
                assert_eq!(seq, node.last_seq + 1, "durable events have no holes");
                node.last_seq = seq;
                node.events.push(*event);
            }
            Effect::Notify { seq: None, event, .. } => self.nodes[at].ephemeral.push(*event),
            Effect::Transmit { link, frame } => {
                self.trace.note(self.now, at, "transmit", &frame.body);
                self.transmit(at, link, frame);
            }
            Effect::Close(link) => self.drop_wire_of(at, link),
            Effect::Dial { peer, .. } => {
                self.nodes[at].dials += 1;
                let to = self.nodes.iter().position(|node| node.person.transport() == peer);
                let delay = 5 + self.rng.below(40);
                match to {
                    Some(to) => self.later(delay, Happening::Dialled(at, life, to)),
                    None => self.later(delay, Happening::DialFailed(at, life, at)),
                }
            }
            Effect::Ask { request, what } => self.ask(at, request, what),
            Effect::Wake(when) => {
                let delay = when.saturating_sub(self.clock(at)).max(1);
                self.wake_later(at, delay);
            }
            Effect::Job { job, what } => self.job(at, job, what),
            Effect::Ways { relay, lan } => self.nodes[at].ways = (relay, lan),
            Effect::Withhold { file, on: true } => {
                self.nodes[at].withheld.insert(file.0);
            }
            Effect::Withhold { file, on: false } => {
                self.nodes[at].withheld.remove(&file.0);
            }
            Effect::Authorise { .. } | Effect::CancelJob(_) | Effect::SessionOver => {}
        }
    }
}
