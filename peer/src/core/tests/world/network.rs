//! The network: links that break, frames that are lost, doubled and overtake each other, ways that are closed in one
//! direction or both.

use conclave_proto::Frame;

use super::{Happening, World};
use crate::core::Input;
use crate::core::input::LinkId;
use crate::model::Path;

/// A link on which one side hears nothing is given up after this long, as by the pings of the real network.
const SILENCE: u64 = 12_000;

pub(super) struct Wire {
    pub(super) ends: [(usize, LinkId); 2],
    pub(super) next_at: [u64; 2],
    /// Frames that wait for a way to open again, as TCP keeps them; they go with the link if it does not.
    held: [Vec<Frame>; 2],
}

impl World {
    /// The links of a node that stand.
    pub(in crate::core::tests) fn links(&self, at: usize) -> Vec<LinkId> {
        let ends = self.wires.values().flat_map(|wire| wire.ends);
        ends.filter(|(node, _)| *node == at).map(|(_, link)| link).collect()
    }

    /// A dial has come through, if the other computer can be reached at all.
    pub(super) fn dialled(&mut self, at: usize, life: u32, to: usize) {
        let open = !self.shut.contains(&(at, to)) && !self.shut.contains(&(to, at));
        let reachable = self.nodes[to].core.is_some() && open;
        if !reachable {
            self.happen(Happening::DialFailed(at, life, to));
            return;
        }
        self.order += 1;
        let (id, mine, theirs) = (self.order, LinkId(self.order * 2), LinkId(self.order * 2 + 1));
        self.wires
            .insert(id, Wire { ends: [(at, mine), (to, theirs)], next_at: [0; 2], held: Default::default() });
        self.wire_of.insert((at, mine), (id, 0));
        self.wire_of.insert((to, theirs), (id, 1));
        let (me, them) = (self.nodes[at].person.transport(), self.nodes[to].person.transport());
        self.input(at, Input::LinkUp { link: mine, peer: them, path: Path::Lan });
        self.input(to, Input::LinkUp { link: theirs, peer: me, path: Path::Lan });
    }

    pub(super) fn drop_wires(&mut self, which: impl Fn(&Wire) -> bool) {
        let gone: Vec<u64> = self.wires.iter().filter(|(_, wire)| which(wire)).map(|(id, _)| *id).collect();
        for id in gone {
            self.drop_wire(id);
        }
    }

    fn drop_wire(&mut self, id: u64) {
        let Some(wire) = self.wires.remove(&id) else { return };
        for (node, link) in wire.ends {
            self.wire_of.remove(&(node, link));
            let life = self.nodes[node].life;
            self.later(1, Happening::Down(node, life, link));
        }
    }

    pub(super) fn drop_wire_of(&mut self, at: usize, link: LinkId) {
        if let Some((id, _)) = self.wire_of.get(&(at, link)) {
            self.drop_wire(*id);
        }
    }

    /// Two computers cannot reach each other.
    pub(in crate::core::tests) fn cut(&mut self, a: usize, b: usize) {
        self.shut.extend([(a, b), (b, a)]);
        self.drop_wires(|wire| {
            wire.ends.map(|(node, _)| node) == [a, b] || wire.ends.map(|(node, _)| node) == [b, a]
        });
    }

    /// Nothing gets through from one computer to the other, and nobody says so: links stand until silence is noticed.
    pub(in crate::core::tests) fn mute(&mut self, from: usize, to: usize) {
        self.shut.insert((from, to));
    }

    /// Every way is open again.
    pub(in crate::core::tests) fn heal(&mut self) {
        self.shut.clear();
        let ids: Vec<u64> = self.wires.keys().copied().collect();
        for (id, side) in ids.into_iter().flat_map(|id| [(id, 0), (id, 1)]) {
            let held = self.wires.get_mut(&id).map(|wire| std::mem::take(&mut wire.held[side]));
            for frame in held.unwrap_or_default() {
                self.carry(id, side, frame);
            }
        }
    }

    /// The silence of a link has lasted long enough.
    pub(super) fn silent(&mut self, id: u64) {
        let shut = self.wires.get(&id).is_some_and(|wire| {
            let [(a, _), (b, _)] = wire.ends;
            self.shut.contains(&(a, b)) || self.shut.contains(&(b, a))
        });
        if shut {
            self.drop_wire(id);
        }
    }

    pub(super) fn transmit(&mut self, at: usize, link: LinkId, frame: Frame) {
        self.frames += 1;
        let Some((id, side)) = self.wire_of.get(&(at, link)).copied() else { return };
        if self.strikes(self.weather.breaks) {
            self.drop_wire(id);
            return;
        }
        let other = self.wires.get(&id).map_or(at, |wire| wire.ends[1 - side].0);
        if self.shut.contains(&(at, other)) {
            self.later(SILENCE, Happening::Silent(id));
            if let Some(wire) = self.wires.get_mut(&id) {
                wire.held[side].push(frame);
            }
            return;
        }
        self.carry(id, side, frame);
    }

    fn carry(&mut self, id: u64, side: usize, frame: Frame) {
        let hello = frame.kind == conclave_proto::FrameKind::HELLO;
        if !hello && self.strikes(self.weather.swallows) {
            return;
        }
        let double = !hello && self.strikes(self.weather.doubles);
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
}
