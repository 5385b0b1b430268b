//! Random worlds with a drop box: people who are mostly apart, a server that comes and goes, a box that is full, silent
//! or both. `CONCLAVE_WORLD_SEEDS` and `CONCLAVE_WORLD_SEED` as for the other seeds.

use conclave_crypto::keys::MessageId;

use super::checker::Ledger;
use super::world::World;

const NAMES: [&str; 3] = ["alice", "bob", "carol"];
/// Fewer than of the other seeds: each is longer.
const SEEDS: u64 = 12;

fn world_of(seed: u64) {
    let mut world = World::with_drop_box(seed, &NAMES);
    let mut ledger = Ledger::default();
    for pair in [(0, 1), (1, 2), (0, 2)] {
        world.cut(pair.0, pair.1);
    }
    for round in 0..24_u64 {
        for _ in 0..1 + world.rng.below(3) {
            let from = world.rng.below(3) as usize;
            let to = (from + 1 + world.rng.below(2) as usize) % 3;
            if world.nodes[from].core.is_none() {
                continue;
            }
            let text = format!("{round} from {from} to {to} é 漢 😀");
            let id = MessageId::random(&mut world.rng);
            let call = world.text(to, &text, Some(id));
            let call = world.call(from, call);
            ledger.record(from, to, call, id, &text);
        }
        let at = world.rng.below(3) as usize;
        match world.rng.below(12) {
            0..=3 => {
                if world.nodes[at].core.is_some() {
                    world.kill(at);
                } else {
                    world.start(at);
                }
            }
            4 => world.dropbox.full = !world.dropbox.full,
            5 => world.dropbox.silent = if world.dropbox.silent == 0 { 300 } else { 0 },
            6 => world.server(false),
            7 | 8 => world.server(true),
            9 => world.heal(),
            10 => world.cut(at, (at + 1) % 3),
            _ => world.push_leaves(),
        }
        let pause = world.rng.below(25_000);
        world.run(pause);
    }
    world.dropbox.full = false;
    world.dropbox.silent = 0;
    world.server(true);
    world.heal();
    for at in 0..3 {
        if world.nodes[at].core.is_none() {
            world.start(at);
        }
    }
    world.run(1_800_000);
    ledger.check(&mut world, false);
    let left: Vec<String> = world
        .nodes
        .iter()
        .filter(|node| world.dropbox.count(&node.person.device) > 0)
        .filter_map(|node| node.core.as_ref())
        .map(|core| core.box_state())
        .collect();
    assert_eq!(world.dropbox.total(), 0, "what was delivered does not lie in the box: {left:#?}");
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Links that come while a receipt is on its way to the box, requests about it that die, a parcel left twice.
#[test]
fn nothing_that_was_delivered_stays_in_the_box() {
    for seed in [3, 13, 20, 31, 87, 257] {
        world_of(seed);
    }
}

/// Two calls of one person waited for the same leaves.
#[test]
fn calls_that_waited_together_are_carried_out_one_after_the_other() {
    world_of(237);
}

#[test]
fn people_who_are_mostly_apart_lose_and_double_nothing() {
    let seeds: Vec<u64> = match setting("CONCLAVE_WORLD_SEED") {
        Some(seed) => vec![seed],
        None => (0..setting("CONCLAVE_WORLD_SEEDS").map_or(SEEDS, |all| all / 4)).collect(),
    };
    for seed in seeds {
        let run = std::panic::catch_unwind(|| world_of(seed));
        assert!(run.is_ok(), "seed {seed} failed: CONCLAVE_WORLD_SEED={seed} runs it alone");
    }
}
