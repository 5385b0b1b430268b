//! The simulated world: computers with a disk that loses power, a network that breaks, a login server, one clock.
//!
//! One seed decides everything that happens, so a run that fails can be had again.

mod disk;
mod dropbox;
mod fault;
mod jobs;
mod network;
mod node;
mod program;
mod server;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::keys::DeviceId;
use conclave_proto::Frame;

use self::dropbox::DropBox;
pub(super) use self::fault::Copy;
use self::network::Wire;
use self::node::Node;
use self::server::Prekeys;
pub(super) use self::trace::Trace;
use super::org::{Org, Person, START, SimRng};
use crate::core::Input;
use crate::core::effect::JobId;
use crate::core::input::{JobNews, LinkId, ServerNews, Token};
use crate::model::WaitReason;

/// How bad the world is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    /// Everything below is so many times rarer than it says, if this is not 0. Chances are per frame and per write, and
    /// where many people meet, one that starts again makes so many of both that the next one falls, and none ever rests.
    pub(super) rarer: u64,
    /// Chance that a frame breaks its link, per mille.
    pub(super) breaks: u64,
    /// Chance that a frame comes twice, per mille.
    pub(super) doubles: u64,
    /// Frames overtake each other, as on no real stream.
    pub(super) reorders: bool,
    /// Chance that a frame vanishes although its link stands, per mille.
    pub(super) swallows: u64,
    /// Chance that a write or a sync fails, per mille.
    pub(super) disk_errors: u64,
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
    Start(usize, u32),
    Silent(u64),
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
    wire_of: BTreeMap<(usize, LinkId), (u64, usize)>,
    /// Ways from one computer to another on which nothing gets through.
    shut: BTreeSet<(usize, usize)>,
    pub(super) server_up: bool,
    prekeys: BTreeMap<DeviceId, Prekeys>,
    /// The drop box of the server; empty as long as Policy has none.
    pub(super) dropbox: DropBox,
    pub(super) frames: u64,
    pub(super) trace: Trace,
}

impl World {
    pub(super) fn new(seed: u64, names: &[&str]) -> Self {
        Self::in_org(seed, Org::new(seed), names)
    }

    /// A world whose Policy has a drop box.
    pub(super) fn with_drop_box(seed: u64, names: &[&str]) -> Self {
        let mut org = Org::new(seed);
        org.set_policy(|policy| policy.box_days = 14);
        Self::in_org(seed, org, names)
    }

    /// A world where people ask before they write to each other.
    pub(super) fn asking(seed: u64, names: &[&str]) -> Self {
        let mut org = Org::new(seed);
        org.set_policy(|policy| policy.contact_requests_allowed = false);
        Self::in_org(seed, org, names)
    }

    fn in_org(seed: u64, mut org: Org, names: &[&str]) -> Self {
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
            wire_of: BTreeMap::new(),
            shut: BTreeSet::new(),
            server_up: true,
            prekeys: BTreeMap::new(),
            dropbox: DropBox::default(),
            frames: 0,
            trace: Trace::default(),
        };
        for (at, person) in people.into_iter().enumerate() {
            world.nodes.push(Node::new(person, SimRng::new(seed ^ (at as u64 + 77))));
            world.start(at);
        }
        world
    }

    /// Whether something of the weather's happens that has this chance, per mille.
    fn strikes(&mut self, per_mille: u64) -> bool {
        let rarer = self.weather.rarer;
        self.rng.chance(per_mille) && (rarer == 0 || self.rng.below(rarer) == 0)
    }

    fn later(&mut self, delay: u64, happening: Happening) {
        self.order += 1;
        self.queue.insert((self.now + delay, self.order), happening);
    }

    /// Sets a computer's one alarm in place of the last one, as the driver does.
    fn wake_later(&mut self, at: usize, delay: u64) {
        if let Some(last) = self.nodes[at].alarm.take() {
            self.queue.remove(&last);
        }
        let life = self.nodes[at].life;
        self.later(delay, Happening::Wake(at, life));
        self.nodes[at].alarm = Some((self.now + delay, self.order));
    }

    fn happen(&mut self, happening: Happening) {
        let lives = |world: &Self, at: usize, life: u32| {
            world.nodes[at].life == life && world.nodes[at].core.is_some()
        };
        match happening {
            Happening::Durable(at, life, token) if lives(self, at, life) => self.durable(at, token),
            Happening::Arrive(id, side, frame) => {
                if let Some(wire) = self.wires.get(&id) {
                    let (at, link) = wire.ends[side];
                    self.input(at, Input::Frame { link, frame });
                }
            }
            Happening::Down(at, life, link) if lives(self, at, life) => {
                self.input(at, Input::LinkDown { link })
            }
            Happening::Dialled(at, life, to) if lives(self, at, life) => self.dialled(at, life, to),
            Happening::DialFailed(at, life, to) if lives(self, at, life) => {
                let peer = self.nodes[to].person.transport();
                self.input(at, Input::DialFailed { peer, why: WaitReason::Unreachable });
            }
            Happening::Wake(at, life) if lives(self, at, life) => {
                self.nodes[at].alarm = None;
                self.input(at, Input::Timer);
            }
            Happening::Server(at, life, news) if lives(self, at, life) && self.nodes[at].online => {
                self.input(at, Input::Server(news));
            }
            Happening::Start(at, life) if self.nodes[at].life == life && self.nodes[at].core.is_none() => {
                self.start(at);
            }
            Happening::Silent(id) => self.silent(id),
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
            assert!(steps < 50_000_000, "the world does not come to rest");
        }
        self.now = end;
    }
}
