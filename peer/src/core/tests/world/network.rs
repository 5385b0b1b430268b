//! The network: links that break, frames that are lost, doubled and overtake each other.

use conclave_proto::Frame;

use super::{Happening, World};
use crate::core::Input;
use crate::core::input::LinkId;
use crate::model::Path;

pub(super) struct Wire {
    pub(super) ends: [(usize, LinkId); 2],
    pub(super) next_at: [u64; 2],
}

impl World {
    /// The links of a node that stand.
    pub(in crate::core::tests) fn links(&self, at: usize) -> Vec<LinkId> {
        let ends = self.wires.values().flat_map(|wire| wire.ends);
        ends.filter(|(node, _)| *node == at).map(|(_, link)| link).collect()
    }

    /// A dial has come through, if the other computer can be reached at all.
    pub(super) fn dialled(&mut self, at: usize, life: u32, to: usize) {
        let reachable = self.nodes[to].core.is_some() && !self.cut.contains(&(at.min(to), at.max(to)));
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

    pub(super) fn drop_wires(&mut self, which: impl Fn(&Wire) -> bool) {
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
    pub(in crate::core::tests) fn cut(&mut self, a: usize, b: usize) {
        self.cut.insert((a.min(b), a.max(b)));
        self.drop_wires(|wire| {
            wire.ends.map(|(node, _)| node) == [a, b] || wire.ends.map(|(node, _)| node) == [b, a]
        });
    }

    /// Every cut heals.
    pub(in crate::core::tests) fn heal(&mut self) {
        self.cut.clear();
    }

    pub(super) fn transmit(&mut self, at: usize, link: LinkId, frame: Frame) {
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
}
