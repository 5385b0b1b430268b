//! What the store costs: printed, and asserted only where a bar is no matter of the machine.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::store::disk::Folder;
use crate::store::writer::SLACK;

fn folder_parts(profile: &Path, segment: u64) -> Parts {
    parts(Arc::new(Folder::open(profile.join("journal")).unwrap()), &profile.join("index"), segment)
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { size(&path) } else { path.metadata().unwrap().len() }).sum()
}

#[test]
fn a_burst_shares_its_syncs_and_a_hundred_thousand_messages_open_soon() {
    const MESSAGES: u64 = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = begin(&folder_parts(folder.path(), SEGMENT));
    let start = Instant::now();
    for n in 1..=MESSAGES {
        let mut batch = Batch::new();
        batch.put(Tree::History, Key::ordered([(n % 50) as u8; 16], n), vec![n as u8; 300]);
        store.stage(batch, n).unwrap();
    }
    let staged = start.elapsed();
    wait_for(&receiver, MESSAGES);
    let durable = start.elapsed();
    store.close();
    let closed = start.elapsed();
    let stats = store.stats();
    let syncs = stats.syncs as f64 / stats.batches as f64;
    println!(
        "{MESSAGES} batches of one 300-byte put: staged {staged:?}, durable {durable:?}, closed {closed:?}"
    );
    println!(
        "{:.0} batches/s durable, {syncs:.4} syncs a batch, {stats:?}",
        MESSAGES as f64 / durable.as_secs_f64()
    );
    println!("disk: {} KiB for {} KiB live", size(folder.path()) >> 10, stats.live_bytes >> 10);
    assert!(syncs <= 0.1, "{syncs}");

    let start = Instant::now();
    let (store, recovery, _) = reopen(&folder_parts(folder.path(), SEGMENT)).unwrap();
    println!("reopened in {:?}, {recovery:?}", start.elapsed());
    let start = Instant::now();
    let last = store.scan(Tree::History, &[7; 16], 0..u64::MAX, Order::Descending, 50).unwrap();
    println!("newest 50 of a chat in {:?}", start.elapsed());
    assert_eq!(last.len(), 50);
    store.close();
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let start = Instant::now();
    let (store, recovery, _) = reopen(&folder_parts(folder.path(), SEGMENT)).unwrap();
    println!("without its index in {:?}, {recovery:?}", start.elapsed());
    assert_eq!(store.stats().live_records, MESSAGES);
}

#[test]
fn overwriting_is_cleared_away() {
    const KEYS: u64 = 1000;
    let writes = times(60_000, 200_000);
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = begin(&folder_parts(folder.path(), 4 << 20));
    for n in 1..=writes {
        let mut batch = Batch::new();
        batch.put(Tree::State, Key::named((n % KEYS).to_be_bytes()), vec![n as u8; 400]);
        store.stage(batch, n).unwrap();
    }
    wait_for(&receiver, writes);
    // A barrier: orders are answered after what is staged.
    store.scrub().unwrap();
    let stats = store.stats();
    let journal = size(&folder.path().join("journal"));
    println!(
        "{writes} overwrites: journal {} KiB, index {} KiB, {stats:?}",
        journal >> 10,
        size(&folder.path().join("index")) >> 10
    );
    assert!(journal <= 2 * stats.live_bytes + SLACK + (1 << 20), "cleared by itself");
    store.compact().unwrap();
    let (all, live) = (size(folder.path()), store.stats().live_bytes);
    println!("compacted: {} KiB in all for {} KiB live", all >> 10, live >> 10);
    assert!(all <= 2 * live + SLACK);
    assert_eq!(store.stats().live_records, KEYS);
    for n in writes - KEYS + 1..=writes {
        let found = store.get(Tree::State, &Key::named((n % KEYS).to_be_bytes())).unwrap().unwrap();
        assert_eq!(found.as_slice(), vec![n as u8; 400]);
    }
}
