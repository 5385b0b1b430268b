//! The simulated world: computers with a disk that loses power, a network that breaks, a login server, one clock.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use bytes::Bytes;
use conclave_crypto::keys::{DeviceId, MessageId};
use conclave_crypto::prekey::{OneTimeKey, SignedOneTime};
use conclave_proto::{ErrorCode, Frame};
use zeroize::Zeroizing;

use super::org::{Org, Person, START, SimRng};
use crate::core::effect::{Ask, Job, JobId, RequestId};
use crate::core::input::{CallId, JobNews, LinkId, PersonPresence, ServerNews, Token};
use crate::core::{Core, Effect, Input};
use crate::model::{
    Answer, Call, Event, Failure, Message, MessageList, MessageSend, Notification, Path, PresenceStatus,
    Target, TargetRef,
};
use crate::record::{Batch, Entry, Key, MemoryRecords, Order, Read, ReadError, Tree};

/// How bad the world is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    /// Chance that a frame breaks its link, per mille.
    pub(super) breaks: u64,
    /// Chance that a frame comes twice, per mille.
    pub(super) doubles: u64,
    /// Frames overtake each other, as on no real stream.
    pub(super) reorders: bool,
    /// Chance that a frame vanishes although its link stands, per mille.
    pub(super) swallows: u64,
}

/// A disk: what is durable, and what the store shows.
#[derive(Default)]
pub(super) struct Disk {
    durable: MemoryRecords,
    shown: MemoryRecords,
    staged: VecDeque<(Token, Batch)>,
}

#[derive(Clone)]
pub(super) struct Shown(Rc<RefCell<Disk>>);

impl Read for Shown {
    fn get(&self, tree: Tree, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        self.0.borrow().shown.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        group: &[u8; 16],
        range: Range<u64>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.0.borrow().shown.scan(tree, group, range, order, limit)
    }
}

/// One computer and the program that uses it.
pub(super) struct Node {
    pub(super) person: Person,
    pub(super) core: Option<Core<Shown>>,
    disk: Rc<RefCell<Disk>>,
    life: u32,
    rng: SimRng,
    /// Added to the world's clock.
    pub(super) skew: i64,
    pub(super) replies: BTreeMap<CallId, Result<Answer, Failure>>,
    next_call: u64,
    pub(super) last_seq: u64,
    /// Every durable event, once, in order.
    pub(super) events: Vec<Event>,
    pub(super) ephemeral: Vec<Event>,
    online: bool,
    /// Objects in the blob store.
    pub(super) blobs: BTreeSet<[u8; 32]>,
    imported: u64,
    pub(super) dials: u64,
}

struct Wire {
    ends: [(usize, LinkId); 2],
    next_at: [u64; 2],
}

enum Happening {
    Durable(usize, u32, Token),
    Arrive(u64, usize, Frame),
    Down(usize, u32, LinkId),
    Dialled(usize, u32, usize),
    DialFailed(usize, u32, usize),
    Wake(usize, u32),
    Server(usize, u32, ServerNews),
    Job(usize, u32, JobId, JobNews),
}

#[derive(Default)]
struct Prekeys {
    bundle: Vec<u8>,
    dh: VecDeque<Vec<u8>>,
    kem: VecDeque<Vec<u8>>,
}

/// Everything.
pub(super) struct World {
    pub(super) now: u64,
    pub(super) rng: SimRng,
    pub(super) org: Org,
    pub(super) nodes: Vec<Node>,
    pub(super) weather: Weather,
    queue: BTreeMap<(u64, u64), Happening>,
    order: u64,
    wires: BTreeMap<u64, Wire>,
    cut: BTreeSet<(usize, usize)>,
    pub(super) server_up: bool,
    prekeys: BTreeMap<DeviceId, Prekeys>,
    pub(super) frames: u64,
}

impl World {
    pub(super) fn new(seed: u64, names: &[&str]) -> Self {
        let mut org = Org::new(seed);
        let people: Vec<Person> = names.iter().map(|name| org.join(name)).collect();
        let mut world = Self {
            now: START + 1000,
            rng: SimRng::new(seed ^ 0xabcd),
            org,
            nodes: Vec::new(),
            weather: Weather::default(),
            queue: BTreeMap::new(),
            order: 0,
            wires: BTreeMap::new(),
            cut: BTreeSet::new(),
            server_up: true,
            prekeys: BTreeMap::new(),
            frames: 0,
        };
        for (at, person) in people.into_iter().enumerate() {
            world.nodes.push(Node {
                person,
                core: None,
                disk: Rc::default(),
                life: 0,
                rng: SimRng::new(seed ^ (at as u64 + 77)),
                skew: 0,
                replies: BTreeMap::new(),
                next_call: 0,
                last_seq: 0,
                events: Vec::new(),
                ephemeral: Vec::new(),
                online: false,
                blobs: BTreeSet::new(),
                imported: 0,
                dials: 0,
            });
            world.start(at);
        }
        world
    }

    fn clock(&self, at: usize) -> u64 {
        self.now.saturating_add_signed(self.nodes[at].skew)
    }

    fn later(&mut self, delay: u64, happening: Happening) {
        self.order += 1;
        self.queue.insert((self.now + delay, self.order), happening);
    }

    /// Opens a core from what is durable.
    pub(super) fn start(&mut self, at: usize) {
        let now = self.clock(at);
        let setup = self.org.setup(&self.nodes[at].person);
        let node = &mut self.nodes[at];
        node.life += 1;
        node.online = false;
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

    /// Power fails: what was not durable is gone, but a little of it may have reached the disk unnoticed.
    pub(super) fn kill(&mut self, at: usize) {
        let reached = self.rng.below(3);
        let node = &mut self.nodes[at];
        node.core = None;
        node.life += 1;
        {
            let mut disk = node.disk.borrow_mut();
            for _ in 0..reached {
                if let Some((_, batch)) = disk.staged.pop_front() {
                    disk.durable.apply(&batch);
                }
            }
            disk.staged.clear();
            disk.shown = disk.durable.clone();
        }
        self.drop_wires(|wire| wire.ends.iter().any(|(node, _)| *node == at));
        self.log_out(at);
    }

    /// A new computer: nothing on its disk.
    pub(super) fn forget(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.disk = Rc::default();
        node.last_seq = 0;
        node.events.clear();
    }

    fn drop_wires(&mut self, which: impl Fn(&Wire) -> bool) {
        let gone: Vec<u64> = self.wires.iter().filter(|(_, wire)| which(wire)).map(|(id, _)| *id).collect();
        for id in gone {
            if let Some(wire) = self.wires.remove(&id) {
                for (node, link) in wire.ends {
                    let life = self.nodes[node].life;
                    self.later(1, Happening::Down(node, life, link));
                }
            }
        }
    }

    /// Two computers cannot reach each other.
    pub(super) fn cut(&mut self, a: usize, b: usize) {
        self.cut.insert((a.min(b), a.max(b)));
        self.drop_wires(|wire| {
            wire.ends.map(|(node, _)| node) == [a, b] || wire.ends.map(|(node, _)| node) == [b, a]
        });
    }

    /// Every cut heals.
    pub(super) fn heal(&mut self) {
        self.cut.clear();
    }

    pub(super) fn server(&mut self, up: bool) {
        if self.server_up == up {
            return;
        }
        self.server_up = up;
        for at in 0..self.nodes.len() {
            if up {
                self.log_in(at);
            } else {
                self.nodes[at].online = false;
                self.input(at, Input::Server(ServerNews::Offline { next_try_at: None }));
            }
        }
    }

    fn log_in(&mut self, at: usize) {
        if self.nodes[at].core.is_none() {
            return;
        }
        self.nodes[at].online = true;
        let lease = self.org.lease(&self.nodes[at].person, self.now);
        let skew = -self.nodes[at].skew;
        self.input(at, Input::Server(ServerNews::Online { lease, clock_skew_ms: skew }));
        let people = (0..self.nodes.len()).map(|other| self.presence(other)).collect();
        self.input(at, Input::Server(ServerNews::Presence { snapshot: true, people }));
        self.announce(at);
    }

    fn log_out(&mut self, at: usize) {
        if self.nodes[at].online {
            self.nodes[at].online = false;
            self.announce(at);
        }
    }

    fn announce(&mut self, at: usize) {
        let person = self.presence(at);
        for other in 0..self.nodes.len() {
            if other != at && self.nodes[other].online {
                let life = self.nodes[other].life;
                let news = ServerNews::Presence { snapshot: false, people: vec![person.clone()] };
                self.later(20, Happening::Server(other, life, news));
            }
        }
    }

    fn presence(&self, at: usize) -> PersonPresence {
        let node = &self.nodes[at];
        PersonPresence {
            user: node.person.user,
            device: Some(node.person.device),
            status: if node.online { PresenceStatus::Available } else { PresenceStatus::Offline },
            text: String::new(),
            last_seen: self.now,
            addresses: vec![vec![at as u8]],
        }
    }

    /// The server's log has grown.
    pub(super) fn push_leaves(&mut self) {
        for at in 0..self.nodes.len() {
            if self.nodes[at].online {
                let news = self.leaves(self.org.log.size().saturating_sub(3));
                self.input(at, Input::Server(news));
            }
        }
    }

    fn leaves(&self, first: u64) -> ServerNews {
        let leaves = self.org.log.leaves_from(first).map(Bytes::copy_from_slice).collect();
        ServerNews::Leaves { first, leaves, checkpoint: self.org.note(self.now).into() }
    }

    /// One input to one computer.
    pub(super) fn input(&mut self, at: usize, input: Input) {
        let now = self.clock(at);
        let node = &mut self.nodes[at];
        let Some(core) = node.core.as_mut() else { return };
        let effects = core.handle(input, now, &mut node.rng);
        self.carry_out(at, effects);
    }

    fn carry_out(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            let life = self.nodes[at].life;
            match effect {
                Effect::Persist { token, batch } => {
                    let mut disk = self.nodes[at].disk.borrow_mut();
                    disk.shown.apply(&batch);
                    disk.staged.push_back((token, batch));
                    drop(disk);
                    let delay = 1 + self.rng.below(8);
                    self.later(delay, Happening::Durable(at, life, token));
                }
                Effect::Reply { call, result } => {
                    self.nodes[at].replies.insert(call, result);
                }
                Effect::Notify { seq: Some(seq), event, .. } => {
                    let node = &mut self.nodes[at];
                    assert_eq!(seq, node.last_seq + 1, "durable events have no holes");
                    node.last_seq = seq;
                    node.events.push(*event);
                }
                Effect::Notify { seq: None, event, .. } => self.nodes[at].ephemeral.push(*event),
                Effect::Transmit { link, frame } => self.transmit(at, link, frame),
                Effect::Close(link) => {
                    self.drop_wires(|wire| wire.ends.contains(&(at, link)));
                }
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
                    self.later(delay, Happening::Wake(at, life));
                }
                Effect::Job { job, what } => self.job(at, job, what),
                Effect::Authorise { .. } | Effect::CancelJob(_) | Effect::SessionOver => {}
            }
        }
    }

    fn transmit(&mut self, at: usize, link: LinkId, frame: Frame) {
        self.frames += 1;
        let Some((id, side)) = self.wires.iter().find_map(|(id, wire)| {
            wire.ends.iter().position(|end| *end == (at, link)).map(|side| (*id, side))
        }) else {
            return;
        };
        if self.rng.chance(self.weather.breaks) {
            self.drop_wires(|wire| wire.ends.contains(&(at, link)));
            return;
        }
        let hello = frame.kind == conclave_proto::FrameKind::HELLO;
        if !hello && self.rng.chance(self.weather.swallows) {
            return;
        }
        let double = !hello && self.rng.chance(self.weather.doubles);
        let copies = if double { 2 } else { 1 };
        for _ in 0..copies {
            let mut when = self.now + 1 + self.rng.below(30);
            if let Some(wire) = self.wires.get_mut(&id) {
                if !self.weather.reorders || hello {
                    when = when.max(wire.next_at[side]);
                }
                if !self.weather.reorders || hello {
                    wire.next_at[side] = when;
                } else {
                    when = when.max(wire.next_at[side].min(self.now + 200));
                }
            }
            let delay = when - self.now;
            self.later(delay, Happening::Arrive(id, 1 - side, frame.clone()));
        }
    }

    fn ask(&mut self, at: usize, request: RequestId, what: Ask) {
        if !self.nodes[at].online {
            return;
        }
        let device = self.nodes[at].person.device;
        let news = match what {
            Ask::Leaves { first } => self.leaves(first),
            Ask::Lease => ServerNews::Lease(self.org.lease(&self.nodes[at].person, self.now)),
            Ask::Presence { .. } => ServerNews::Done(request),
            Ask::PublishPrekeys { bundle, one_time } => {
                let org = *self.org.log.org();
                let kept = self.prekeys.entry(device).or_default();
                kept.bundle = bundle;
                for one in one_time {
                    match SignedOneTime::decode(&org, &one).unwrap().unverified().key {
                        OneTimeKey::Dh(_) => kept.dh.push_back(one),
                        OneTimeKey::Kem(_) => kept.kem.push_back(one),
                    }
                }
                ServerNews::PrekeyStock { dh: kept.dh.len() as u32, kem: kept.kem.len() as u32 }
            }
            Ask::Prekeys { device } => match self.prekeys.get_mut(&device) {
                Some(kept) if !kept.bundle.is_empty() => ServerNews::Prekeys {
                    request,
                    bundle: kept.bundle.clone().into(),
                    one_time_dh: kept.dh.pop_front().unwrap_or_default().into(),
                    one_time_kem: kept.kem.pop_front().unwrap_or_default().into(),
                },
                _ => ServerNews::Failed { request, code: ErrorCode::ApiNotFound },
            },
        };
        let life = self.nodes[at].life;
        self.later(10, Happening::Server(at, life, news));
    }

    fn job(&mut self, at: usize, job: JobId, what: Job) {
        let life = self.nodes[at].life;
        let content =
            |bytes: &[u8]| crate::core::profiles::file_ref(bytes).map(|file| *file.content_id()).unwrap();
        match what {
            Job::Import { path, .. } => {
                self.nodes[at].imported += 1;
                let size: u64 = path.to_string_lossy().parse().unwrap_or(1000);
                let file_ref = super::files::reference(at as u64, self.nodes[at].imported, size);
                self.nodes[at].blobs.insert(content(&file_ref));
                self.later(5, Happening::Job(at, life, job, JobNews::Imported { file_ref }));
            }
            Job::Fetch { peer, file_ref, .. } => {
                let id = content(&file_ref);
                let me = self.nodes[at].person.transport();
                let from = self.nodes.iter().position(|node| node.person.transport() == peer).unwrap();
                let linked = self.wires.values().any(|wire| {
                    let ends = wire.ends.map(|(node, _)| node);
                    ends == [at, from] || ends == [from, at]
                });
                let granted = self.nodes[from].blobs.contains(&id)
                    && self.nodes[from]
                        .core
                        .as_ref()
                        .and_then(|core| core.object_for(&me, &crate::model::FileId(id)))
                        .is_some();
                if linked && granted {
                    let progress = JobNews::Progress { groups: vec![(0, 1)], done: 10 };
                    self.later(300, Happening::Job(at, life, job, progress));
                    self.nodes[at].blobs.insert(id);
                    self.later(600, Happening::Job(at, life, job, JobNews::Fetched));
                } else {
                    let code = if linked { ErrorCode::FileGone } else { ErrorCode::FileStopped };
                    let failed = JobNews::Failed { code, details: serde_json::Map::new() };
                    self.later(50, Happening::Job(at, life, job, failed));
                }
            }
            Job::Save { .. } => self.later(5, Happening::Job(at, life, job, JobNews::Saved { bytes: 7 })),
            Job::Read { .. } => {
                let news = JobNews::Read { bytes: vec![1, 2, 3], eof: true };
                self.later(5, Happening::Job(at, life, job, news));
            }
            Job::Delete { .. } => {}
        }
    }

    fn happen(&mut self, happening: Happening) {
        let lives = |world: &Self, at: usize, life: u32| {
            world.nodes[at].life == life && world.nodes[at].core.is_some()
        };
        match happening {
            Happening::Durable(at, life, token) if lives(self, at, life) => {
                {
                    let mut disk = self.nodes[at].disk.borrow_mut();
                    while disk.staged.front().is_some_and(|(staged, _)| *staged <= token) {
                        let (_, batch) = disk.staged.pop_front().unwrap();
                        disk.durable.apply(&batch);
                    }
                }
                self.input(at, Input::Durable(token));
            }
            Happening::Arrive(id, side, frame) => {
                if let Some(wire) = self.wires.get(&id) {
                    let (at, link) = wire.ends[side];
                    self.input(at, Input::Frame { link, frame });
                }
            }
            Happening::Down(at, life, link) if lives(self, at, life) => {
                self.input(at, Input::LinkDown { link })
            }
            Happening::Dialled(at, life, to) if lives(self, at, life) => {
                let reachable =
                    self.nodes[to].core.is_some() && !self.cut.contains(&(at.min(to), at.max(to)));
                if !reachable {
                    self.happen(Happening::DialFailed(at, life, to));
                    return;
                }
                self.order += 1;
                let (id, mine, theirs) = (self.order, LinkId(self.order * 2), LinkId(self.order * 2 + 1));
                self.wires.insert(id, Wire { ends: [(at, mine), (to, theirs)], next_at: [0; 2] });
                let (me, them) = (self.nodes[at].person.transport(), self.nodes[to].person.transport());
                self.input(at, Input::LinkUp { link: mine, peer: them, path: Path::Lan });
                self.input(to, Input::LinkUp { link: theirs, peer: me, path: Path::Lan });
            }
            Happening::DialFailed(at, life, to) if lives(self, at, life) => {
                let peer = self.nodes[to].person.transport();
                self.input(at, Input::DialFailed { peer, why: "noPath".to_owned() });
            }
            Happening::Wake(at, life) if lives(self, at, life) => self.input(at, Input::Timer),
            Happening::Server(at, life, news) if lives(self, at, life) && self.nodes[at].online => {
                self.input(at, Input::Server(news));
            }
            Happening::Job(at, life, job, news) if lives(self, at, life) => {
                self.input(at, Input::Job { job, news })
            }
            _ => {}
        }
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, span: u64) {
        let end = self.now + span;
        let mut steps = 0_u64;
        while let Some((at, happening)) = self.queue.pop_first() {
            if at.0 > end {
                self.queue.insert(at, happening);
                break;
            }
            self.now = self.now.max(at.0);
            self.happen(happening);
            steps += 1;
            assert!(steps < 2_000_000, "the world does not come to rest");
        }
        self.now = end;
    }

    /// A call, not awaited.
    pub(super) fn call(&mut self, at: usize, what: Call) -> CallId {
        let node = &mut self.nodes[at];
        node.next_call += 1;
        let call = CallId(node.next_call);
        self.input(at, Input::Call { call, cause: None, what });
        call
    }

    /// A call and its answer.
    pub(super) fn answer(&mut self, at: usize, what: Call) -> Result<Answer, Failure> {
        let call = self.call(at, what);
        for _ in 0..200 {
            if let Some(result) = self.nodes[at].replies.get(&call) {
                return result.clone();
            }
            self.run(10);
        }
        panic!("a call was not answered");
    }

    pub(super) fn target(&self, to: usize) -> TargetRef {
        TargetRef::Id(Target::User(self.nodes[to].person.user))
    }

    pub(super) fn text(&self, to: usize, text: &str, id: Option<MessageId>) -> Call {
        Call::MessageSend(MessageSend { to: self.target(to), text: text.to_owned(), id, reply_to: None })
    }

    /// Sends and awaits the answer.
    pub(super) fn send(&mut self, at: usize, to: usize, text: &str) -> Message {
        let call = self.text(to, text, None);
        match self.answer(at, call) {
            Ok(Answer::Message { message }) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The whole conversation, by pages of `page`.
    pub(super) fn history(&mut self, at: usize, with: usize, page: u32) -> Vec<Message> {
        let mut all: Vec<Message> = Vec::new();
        loop {
            let list = MessageList {
                conversation: self.target(with),
                before: all.first().map(|message| message.id),
                after: None,
                around: None,
                limit: page,
            };
            let Ok(Answer::Messages { messages, more }) = self.answer(at, Call::MessageList(list)) else {
                panic!("no list");
            };
            all.splice(0..0, messages);
            if !more {
                return all;
            }
        }
    }
}
