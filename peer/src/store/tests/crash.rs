//! F3: a thousand cuts of the power, at every kind of moment; nothing acknowledged is lost, and batches are whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::disk::{Event, Loss, SimDisk};
use super::*;
use crate::store::journal::replay;
use crate::store::operations::{Operations, split};
use crate::store::sealing::Sealing;

const BATCHES: u64 = 400;
const GROUP: [u8; 16] = [5; 16];

/// Batch `n`: a new message, an overwritten state that names `n`, and now and then a delete.
fn batch(n: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(Tree::History, Key::ordered(GROUP, n), format!("message {n}").into_bytes());
    batch.put(Tree::State, Key::named(*b"session"), n.to_be_bytes().to_vec());
    if n.is_multiple_of(3) {
        batch.delete(Tree::History, Key::ordered(GROUP, n / 3));
    }
    batch.put(Tree::Outbox, Key::named(vec![(n % 7) as u8]), vec![n as u8; (n % 900) as usize]);
    batch
}

fn sealed_state(sealing: &Sealing, n: u64) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut state = BTreeMap::new();
    for n in 1..=n {
        for write in batch(n) {
            match write {
                crate::record::Write::Put { tree, key, value } => {
                    state.insert(operations::place(tree, &sealing.record_key(tree, &key)), value.to_vec());
                }
                crate::record::Write::Delete { tree, key } => {
                    state.remove(&operations::place(tree, &sealing.record_key(tree, &key)));
                }
            }
        }
    }
    state
}

/// Runs the work load with two compactions and gives back every event of the disk.
fn workload() -> Vec<Event> {
    let disk = SimDisk::default();
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(Arc::new(disk.clone()), &folder.path().join("index"), 8 << 10);
    let (index, journal) = recover::begin(&parts).unwrap();
    let seen = disk.clone();
    let (inner, receiver) = reports();
    let report: OnDurable = Box::new(move |durable| {
        if let Durable::UpTo(token) = &durable {
            seen.note(Event::Acknowledged(*token));
        }
        inner(durable);
    });
    let store = Store::start(parts, None, index, journal, report).unwrap();
    for n in 1..=BATCHES {
        store.stage(batch(n), n).unwrap();
        if n % 5 == 0 {
            wait_for(&receiver, n);
        }
        if n == BATCHES / 3 || n == BATCHES * 2 / 3 {
            store.compact().unwrap();
        }
    }
    store.close();
    disk.events()
}

fn acknowledged(events: &[Event]) -> u64 {
    let tokens = events.iter().filter_map(|event| match event {
        Event::Acknowledged(token) => Some(*token),
        _ => None,
    });
    tokens.max().unwrap_or(0)
}

#[test]
fn a_thousand_power_cuts_lose_nothing_acknowledged_and_split_no_batch() {
    let events = workload();
    let sealing = Sealing::new(keys());
    let session = operations::place(Tree::State, &sealing.record_key(Tree::State, &Key::named(*b"session")));
    let mut between = 0;
    for seed in 0..1000 {
        let mut dice = Dice(seed);
        let cut = 3 + dice.roll(events.len() as u64 - 3) as usize;
        let loss = match dice.roll(4) {
            0 => Loss::All,
            1 => Loss::Prefix,
            2 => Loss::Torn(512),
            _ => Loss::Torn(4096),
        };
        let disk = SimDisk::after_cut(&events[..cut], loss, &mut dice);
        let mut state = BTreeMap::new();
        let outcome = replay::<std::io::Error>(&disk, &sealing, None, u64::MAX, &mut |found, _| {
            if let Operations::Writes(changes) | Operations::Part(changes) = found {
                for (place, value) in changes {
                    match value {
                        Some(value) => drop(state.insert(place, value)),
                        None => drop(state.remove(&place)),
                    }
                }
            }
            Ok(())
        })
        .unwrap();
        assert_eq!((outcome.lost, outcome.breaks), (0, 0), "seed {seed}, cut {cut}, {loss:?}");
        assert!(outcome.complete || outcome.records == 0, "seed {seed}, cut {cut}");
        let open = |place: &Vec<u8>, value: &Vec<u8>| {
            let (tree, key) = split(place).unwrap();
            sealing.open(tree, key, value).unwrap().to_vec()
        };
        let state: BTreeMap<_, _> =
            state.iter().map(|(place, value)| (place.clone(), open(place, value))).collect();
        let reached = state.get(&session).map_or(0, |n| u64::from_be_bytes(n.as_slice().try_into().unwrap()));
        let acked = acknowledged(&events[..cut]);
        assert!(reached >= acked, "seed {seed}, cut {cut}: {acked} acknowledged, {reached} there");
        assert!(
            state == sealed_state(&sealing, reached),
            "seed {seed}, cut {cut}: a batch is split at {reached}"
        );
        between += u64::from(reached > 0 && reached < BATCHES);
    }
    assert!(between > 800, "most cuts fall into the middle: {between}");
}

#[test]
fn a_store_opens_after_a_cut_and_goes_on() {
    let events = workload();
    for seed in 0..40 {
        let mut dice = Dice(1_000_000 + seed);
        let cut = 3 + dice.roll(events.len() as u64 - 3) as usize;
        let disk = SimDisk::after_cut(&events[..cut], Loss::Torn(512), &mut dice);
        let acked = acknowledged(&events[..cut]);
        let folder = tempfile::tempdir().unwrap();
        let parts = parts(Arc::new(disk), &folder.path().join("index"), 8 << 10);
        let (store, recovery, receiver) = reopen(&parts).unwrap();
        assert_eq!(recovery.damage, None, "seed {seed}");
        let session = |store: &Store| {
            let value = store.get(Tree::State, &Key::named(*b"session")).unwrap();
            value.map_or(0, |n| u64::from_be_bytes(n.as_slice().try_into().unwrap()))
        };
        let reached = session(&store);
        assert!(reached >= acked, "seed {seed}");
        store.stage(batch(reached + 1), 1).unwrap();
        wait_for(&receiver, 1);
        store.close();
        let (store, recovery, _) = reopen(&parts).unwrap();
        assert_eq!((recovery.damage, recovery.torn_bytes), (None, 0), "seed {seed}");
        assert_eq!(session(&store), reached + 1, "seed {seed}");
    }
}
