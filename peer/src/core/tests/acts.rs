//! The acts of administrators, as every member reads them.

use conclave_proto::ErrorCode;

use super::world::World;
use crate::model::{ActKind, Answer, Call, DirectoryAct, DirectoryActs};

fn page(world: &mut World, before: Option<u64>, limit: Option<u32>) -> (Vec<DirectoryAct>, Option<u64>) {
    match world.answer(0, Call::DirectoryActs(DirectoryActs { before, limit })) {
        Ok(Answer::DirectoryActs { acts, next }) => (acts, next),
        other => panic!("{other:?}"),
    }
}

#[test]
fn acts_are_listed_newest_first_with_who_and_whom() {
    let mut world = World::new(41, &["zoe", "bob", "carol"]);
    world.run(5_000);
    let (bob, carol) = (world.nodes[1].person.user, world.nodes[2].person.user);
    world.org.ban(carol);
    world.push_leaves();
    world.run(1_000);
    let (acts, next) = page(&mut world, None, None);
    assert_eq!(next, None, "the log is short");
    let first = &acts[0];
    assert_eq!((first.what, first.user, first.until), (ActKind::Blocked, Some(carol), None));
    assert!(first.time.is_some() && first.by.len() == 1 && first.reason.is_some(), "{first:?}");
    assert!(acts.iter().any(|act| act.what == ActKind::UserAdded && act.user == Some(bob)), "{acts:?}");
    assert_eq!(acts.last().map(|act| (act.leaf, act.what, act.by.len())), Some((0, ActKind::Policy, 0)));
    assert!(acts.is_sorted_by(|newer, older| newer.leaf > older.leaf), "newest first: {acts:?}");
}

#[test]
fn pages_of_any_size_make_the_same_list() {
    let mut world = World::new(42, &["zoe", "bob"]);
    world.run(5_000);
    let (whole, _) = page(&mut world, None, Some(200));
    for size in 1..=whole.len() as u32 {
        let (mut all, mut before) = (Vec::new(), None);
        for _ in 0..=whole.len() {
            let (acts, next) = page(&mut world, before, Some(size));
            assert!(acts.len() <= size as usize);
            all.extend(acts);
            before = next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(all, whole, "{size} at once");
    }
    assert_eq!(page(&mut world, Some(0), None), (Vec::new(), None));
    let call = Call::DirectoryActs(DirectoryActs { before: Some(u64::MAX), limit: None });
    let failure = world.answer(0, call).unwrap_err();
    assert_eq!(failure.details["field"], "before", "the log is not so long");
}

#[test]
fn a_page_has_its_bounds() {
    let mut world = World::new(43, &["zoe", "bob"]);
    for limit in [0, 201, u32::MAX] {
        let call = Call::DirectoryActs(DirectoryActs { before: None, limit: Some(limit) });
        let failure = world.answer(0, call).unwrap_err();
        assert_eq!((failure.code, failure.details["field"].as_str()), (ErrorCode::ApiParams, Some("limit")));
    }
}
