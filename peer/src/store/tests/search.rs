//! The search index follows the records through every change, restart, compaction and rebuild, and tells the disk nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::search::{Cursor, Document, DocumentKind, Filter, Query};
use crate::store::disk::Folder;

/// A record of these tests: time kept ‖ time written ‖ author ‖ text; other content is no document.
fn documents(tree: Tree, value: &[u8]) -> Option<Document> {
    let (at, rest) = value.split_first_chunk::<8>()?;
    let (time, rest) = rest.split_first_chunk::<8>()?;
    let (author, text) = rest.split_first()?;
    (tree == Tree::History && *author != 0).then(|| Document {
        conversation: [*author; 16],
        author: [*author; 16],
        kind: if text.starts_with(b"file") { DocumentKind::Media } else { DocumentKind::Text },
        links: false,
        at: u64::from_be_bytes(*at),
        time: u64::from_be_bytes(*time),
        text: String::from_utf8_lossy(text).into_owned(),
        file_name: String::new(),
    })
}

fn message(at: u64, author: u8, text: &str) -> Vec<u8> {
    let time = at.saturating_sub(3);
    [at.to_be_bytes().as_slice(), &time.to_be_bytes(), &[author], text.as_bytes()].concat()
}

fn folder_parts(profile: &Path) -> Parts {
    let disk = Folder::open(profile.join("journal")).unwrap();
    let mut parts = parts(Arc::new(disk), &profile.join("index"), 1 << 20);
    parts.format.documents = documents;
    parts
}

fn query(text: &str) -> Query {
    Query::parse(text, Filter::default()).unwrap()
}

/// Every hit, page by page.
fn all(store: &Store, query: &Query, page: usize) -> Vec<u64> {
    let (mut seqs, mut after): (Vec<u64>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let found = store.search(query, after, page).unwrap();
        assert!(found.hits.len() <= page);
        seqs.extend(found.hits.iter().map(|hit| hit.seq));
        match found.cursor {
            Some(cursor) => after = Some(cursor.to_string().parse().unwrap()),
            None => return seqs,
        }
    }
}

/// What a plain look at every message finds, newest first.
fn expected(model: &BTreeMap<u64, Vec<u8>>, store: &Store, query: &Query) -> Vec<u64> {
    let mut hits: Vec<(u64, Vec<u8>, u64)> = model
        .iter()
        .filter_map(|(seq, value)| {
            let document = documents(Tree::History, value)?;
            query.matches(&document)?;
            let key = store.parts.sealing.record_key(Tree::History, &key(*seq));
            Some((document.at, key, *seq))
        })
        .collect();
    hits.sort_by(|a, b| b.cmp(a));
    hits.into_iter().map(|(_, _, seq)| seq).collect()
}

fn key(seq: u64) -> Key {
    Key::ordered([(seq % 5) as u8; 16], seq)
}

const WORDS: [&str; 12] = [
    "board",
    "Budget",
    "café",
    "dawn",
    "été",
    "figures",
    "Genève",
    "harbour",
    "会議",
    "東京都",
    "invoice",
    "file",
];

fn some_text(dice: &mut Dice) -> String {
    (0..=dice.roll(6)).map(|_| WORDS[dice.roll(12) as usize]).collect::<Vec<_>>().join(" ")
}

fn check(store: &Store, model: &BTreeMap<u64, Vec<u8>>, what: &str) {
    for text in ["board", "cafe ", "BUDGET daw", "ete", "京", "東京 figures", "nothing"] {
        let query = query(text);
        let wanted = expected(model, store, &query);
        for page in [1000, 7] {
            assert_eq!(all(store, &query, page), wanted, "{what}: {text:?} in pages of {page}");
        }
    }
    for (author, kind) in [
        (Some([2; 16]), None),
        (None, Some(DocumentKind::Media)),
        (Some([3; 16]), Some(DocumentKind::File)),
        (Some([3; 16]), Some(DocumentKind::Link)),
    ] {
        let query = Query::parse("", Filter { author, kind, ..Filter::default() }).unwrap();
        let wanted = expected(model, store, &query).len() as u64;
        assert_eq!(store.count(&query).unwrap(), wanted, "{what}: counted");
    }
    let filtered = Filter { author: Some([2; 16]), since: Some(50), until: Some(400), ..Filter::default() };
    for query in [Query::parse("boar", filtered.clone()).unwrap(), Query::parse("", filtered).unwrap()] {
        assert_eq!(all(store, &query, 50), expected(model, store, &query), "{what}: filtered");
    }
}

#[test]
fn every_change_is_found_and_nothing_else_through_restarts_compactions_and_rebuilds() {
    let folder = tempfile::tempdir().unwrap();
    let mut model: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let mut dice = Dice(7);
    let (mut store, mut receiver) = begin(&folder_parts(folder.path()));
    let mut token = 0;
    // Some parts, and changes in all of them.
    for round in 0..12_u64 {
        let mut batch = Batch::new();
        for n in 0..100 {
            let seq = round * 100 + n;
            // Times go back now and then, and some are equal.
            let at = if dice.roll(20) == 0 { dice.roll(600) } else { seq / 2 };
            let value = message(at, 1 + (seq % 3) as u8, &some_text(&mut dice));
            model.insert(seq, value.clone());
            batch.put(Tree::History, key(seq), value);
        }
        for _ in 0..20 {
            let seq = dice.roll(round * 100 + 1);
            if let Some(value) = model.get(&seq).filter(|_| dice.roll(2) == 0) {
                let at = u64::from_be_bytes(*value.first_chunk().unwrap());
                let value = message(at, value[16], &some_text(&mut dice));
                model.insert(seq, value.clone());
                batch.put(Tree::History, key(seq), value);
            } else {
                model.remove(&seq);
                batch.delete(Tree::History, key(seq));
            }
        }
        // What is no document, and what stops being one.
        batch.put(Tree::History, Key::ordered([9; 16], round), b"board".to_vec());
        batch.put(Tree::Outbox, key(round), message(1, 1, "board"));
        token += 1;
        store.stage(batch, token).unwrap();
        match round {
            3 => check(&store, &model, "fresh"),
            5 | 9 => {
                wait_for(&receiver, token);
                store.close();
                if round == 9 {
                    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
                }
                let (again, recovery, reports) = reopen(&folder_parts(folder.path())).unwrap();
                assert_eq!((recovery.damage, recovery.rebuilt.is_some()), (None, round == 9));
                (store, receiver) = (again, reports);
                check(&store, &model, "opened again");
            }
            7 => {
                store.compact().unwrap();
                check(&store, &model, "compacted");
            }
            _ => {}
        }
    }
    check(&store, &model, "at the end");
    let mut batch = Batch::new();
    for seq in model.keys() {
        batch.delete(Tree::History, key(*seq));
    }
    store.stage(batch, token + 1).unwrap();
    check(&store, &BTreeMap::new(), "emptied");
    assert_eq!(store.stats().rebuilds, 0, "nothing of this is damage");
}

#[test]
fn what_was_just_staged_is_found_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _receiver) = begin(&folder_parts(folder.path()));
    for n in 0..200 {
        let mut batch = Batch::new();
        batch.put(Tree::History, key(n), message(n, 1, &format!("word{n}")));
        store.stage(batch, n + 1).unwrap();
        assert_eq!(all(&store, &query(&format!("word{n} ")), 5), [n]);
    }
}

#[test]
fn no_word_lies_readable_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = begin(&folder_parts(folder.path()));
    let canary = "zyzzyvacanary";
    for n in 0..1000_u64 {
        let mut batch = Batch::new();
        batch.put(Tree::History, key(n), message(n, 1, &format!("{canary} {canary}{} plain", n % 40)));
        store.stage(batch, n + 1).unwrap();
    }
    wait_for(&receiver, 1000);
    assert_eq!(all(&store, &query(&format!("{canary} ")), 10_000).len(), 1000);
    let folded = [canary.as_bytes(), b"yzzyvac", &canary.as_bytes()[..9]];
    let look = |when: &str| {
        let mut files = 0;
        for path in super::damage::files(folder.path()) {
            let bytes = std::fs::read(&path).unwrap();
            files += 1;
            for piece in folded {
                let there = bytes.windows(piece.len()).any(|window| window == piece);
                assert!(!there, "{when}: {} in {}", String::from_utf8_lossy(piece), path.display());
            }
        }
        assert!(files >= 3, "there is something to look at");
    };
    look("open");
    store.compact().unwrap();
    store.close();
    look("closed");
}

#[test]
fn a_lost_row_of_the_search_is_noticed_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = begin(&folder_parts(folder.path()));
    for n in 0..700_u64 {
        let mut batch = Batch::new();
        batch.put(Tree::History, key(n), message(n, 1, "harbour"));
        store.stage(batch, n + 1).unwrap();
    }
    wait_for(&receiver, 700);
    store.close();
    // sled itself takes one row of the search away, as damage does.
    let sled = bare_index(folder.path());
    let (row, _) = sled.range([0x80_u8].as_slice()..).nth(3).unwrap().unwrap();
    sled.remove(row).unwrap();
    sled.flush().unwrap();
    drop(sled);
    let (store, recovery, _) = reopen(&folder_parts(folder.path())).unwrap();
    assert_eq!(recovery.damage, None);
    assert_eq!(all(&store, &query("harbour"), 10_000).len(), 700);
    assert!(recovery.rebuilt.is_some() || store.stats().rebuilds == 1);
}
