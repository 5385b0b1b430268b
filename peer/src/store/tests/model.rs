//! The store against the simulator's map: random batches, reads at every stage, compactions and reopenings.

use std::sync::Arc;

use super::*;
use crate::record::MemoryRecords;
use crate::store::disk::Folder;

const TREES: [Tree; 3] = [Tree::State, Tree::History, Tree::Rooms];

fn key(dice: &mut Dice) -> Key {
    if dice.roll(3) == 0 {
        Key::named(vec![dice.roll(12) as u8])
    } else {
        Key::ordered([dice.roll(3) as u8; 16], dice.roll(40))
    }
}

fn compare(store: &Store, model: &MemoryRecords, dice: &mut Dice) {
    for _ in 0..20 {
        let tree = TREES[dice.roll(3) as usize];
        let key = key(dice);
        assert_eq!(store.get(tree, &key).unwrap(), model.get(tree, &key).unwrap(), "{key:?}");
        let from = dice.roll(40);
        let range = from..from + dice.roll(40);
        let group = [dice.roll(3) as u8; 16];
        let order = if dice.roll(2) == 0 { Order::Ascending } else { Order::Descending };
        let limit = dice.roll(12) as usize;
        let stored = store.scan(tree, &group, range.clone(), order, limit).unwrap();
        assert_eq!(
            stored,
            model.scan(tree, &group, range.clone(), order, limit).unwrap(),
            "{range:?} {order:?} {limit}"
        );
    }
}

#[test]
fn the_store_reads_like_the_map_that_simulations_use() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Folder::open(folder.path().join("journal")).unwrap();
    let parts = parts(Arc::new(disk), &folder.path().join("index"), 64 << 10);
    let mut model = MemoryRecords::new();
    let mut dice = Dice(42);
    let (mut store, mut receiver) = begin(&parts);
    for n in 1..=600 {
        let mut batch = Batch::new();
        for _ in 0..=dice.roll(5) {
            let (tree, key) = (TREES[dice.roll(3) as usize], key(&mut dice));
            if dice.roll(4) == 0 {
                batch.delete(tree, key);
            } else {
                batch.put(tree, key, vec![dice.roll(256) as u8; dice.roll(300) as usize]);
            }
        }
        model.apply(&batch);
        store.stage(batch, n).unwrap();
        compare(&store, &model, &mut dice);
        if n % 97 == 0 {
            wait_for(&receiver, n);
            store.compact().unwrap();
            compare(&store, &model, &mut dice);
        }
        if n % 149 == 0 {
            drop(store);
            let (again, recovery, reports) = reopen(&parts).unwrap();
            assert_eq!((recovery.damage, recovery.rebuilt, recovery.torn_bytes), (None, None, 0));
            (store, receiver) = (again, reports);
            compare(&store, &model, &mut dice);
        }
    }
    store.close();
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (store, recovery, _) = reopen(&parts).unwrap();
    assert_eq!((recovery.rebuilt, recovery.damage), (Some(Rebuilt::Missing), None));
    for (tree, key, value) in model.iter() {
        assert_eq!(store.get(tree, key).unwrap().unwrap().as_slice(), value);
    }
    assert_eq!(store.stats().live_records, model.len() as u64);
}
