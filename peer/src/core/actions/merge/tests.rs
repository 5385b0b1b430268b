//! Every order of arrival leads to the same.

use super::*;
use crate::core::tests::org::SimRng;

fn rank(clock: u64, id: u8) -> Rank {
    Rank { clock, device: vec![7; 16], id: vec![id; 16] }
}

fn edit(clock: u64, time: Time, text: &str) -> Operation {
    let rank = rank(clock, clock as u8);
    Operation::Edit(EditRecord { rank, time, text: text.to_owned(), mentions: Vec::new(), confirmed: 0 })
}

fn react(clock: u64, emoji: &str, set: bool) -> Operation {
    Operation::React(ReactionRecord { rank: rank(clock, clock as u8), emoji: emoji.to_owned(), set })
}

/// What is shown of a message that I wrote at 1000, and what stays in the store.
fn outcome(acts: &Acts) -> String {
    let mut acts = acts.clone();
    acts.settle(true);
    format!(
        "{:?} {:?} {:?} {} {acts:?}",
        acts.deleted(true),
        acts.edit(true, 1000).map(|edit| &edit.text),
        acts.reactions(),
        acts.has_late(true, 1000),
    )
}

// Takes the operations in an order; the message itself comes as number `target`, as in `Core`.
fn in_order(operations: &[(bool, Operation)], order: &[usize], target: usize) -> String {
    let mut acts = Acts::default();
    for (at, next) in order.iter().enumerate() {
        if at == target {
            acts.settle(true);
        }
        let (mine, operation) = operations[*next].clone();
        let counts = matches!(operation, Operation::React(_)) || mine;
        let gone = acts.deleted(true).is_some() && !matches!(operation, Operation::Delete { .. });
        if at >= target && (gone || !counts) {
            continue;
        }
        acts.take(mine, operation);
        if at >= target {
            acts.settle(true);
        }
    }
    outcome(&acts)
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(count - 1) {
        for place in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            all.push(longer);
        }
    }
    all
}

fn same_in_every_order(operations: &[(bool, Operation)]) -> String {
    let orders = permutations(operations.len());
    let first = in_order(operations, &orders[0], operations.len());
    for order in &orders {
        for target in 0..=operations.len() {
            assert_eq!(in_order(operations, order, target), first, "{order:?}, message at {target}");
        }
    }
    first
}

#[test]
fn edits_reactions_and_acts_of_others_end_the_same_in_every_order() {
    let operations = [
        (true, edit(5, 2000, "second")),
        (true, edit(3, 1500, "first")),
        (false, edit(9, 2500, "not mine to edit")),
        (false, Operation::Delete { time: 2600 }),
        (false, react(4, "👍", true)),
        (false, react(8, "👍", false)),
    ];
    let end = same_in_every_order(&operations);
    assert!(end.starts_with("None Some(\"second\") [] false"), "{end}");
    assert!(!end.contains("not mine"), "{end}");
}

#[test]
fn a_late_edit_counts_for_nothing_in_every_order() {
    let late = 1000 + EDIT_WITHIN + 1;
    let operations = [
        (true, edit(5, late, "late")),
        (true, edit(4, 1000 + EDIT_WITHIN, "in time")),
        (true, edit(3, 1200, "early")),
        (true, react(6, "🎉", true)),
        (false, react(6, "🎉", true)),
    ];
    let end = same_in_every_order(&operations);
    assert!(end.starts_with("None Some(\"in time\") [(\"🎉\", true, true)] true"), "{end}");
}

#[test]
fn deletion_is_final_and_leaves_nothing_in_every_order() {
    let operations = [
        (true, edit(5, 2000, "secret")),
        (true, Operation::Delete { time: 3000 }),
        (true, edit(7, 4000, "after")),
        (false, react(4, "👍", true)),
        (true, Operation::Delete { time: 2900 }),
        (true, react(9, "🎉", true)),
    ];
    let end = same_in_every_order(&operations);
    assert!(end.starts_with("Some("), "{end}");
    assert!(!end.contains("secret") && !end.contains("after") && !end.contains('👍'), "{end}");
}

#[test]
fn random_acts_in_random_orders_with_repetitions_end_the_same() {
    let mut rng = SimRng::new(77);
    for round in 0..200 {
        let count = 1 + rng.below(60) as usize;
        let operations: Vec<(bool, Operation)> = (0..count)
            .map(|n| {
                let clock = 1 + rng.below(40);
                let id = n as u8;
                let time = 1000 + rng.below(2 * EDIT_WITHIN);
                let operation = match rng.below(10) {
                    0..4 => Operation::Edit(EditRecord {
                        rank: rank(clock, id),
                        time,
                        text: format!("{round} {n}"),
                        mentions: Vec::new(),
                        confirmed: 0,
                    }),
                    _ => {
                        let emoji = char::from_u32(0x1f600 + rng.below(50) as u32).unwrap().to_string();
                        let set = rng.chance(600);
                        Operation::React(ReactionRecord { rank: rank(clock, id), emoji, set })
                    }
                };
                (rng.chance(500), operation)
            })
            .collect();
        let straight: Vec<usize> = (0..count).collect();
        let first = in_order(&operations, &straight, count);
        for _ in 0..20 {
            let mut order = straight.clone();
            for at in (1..order.len()).rev() {
                order.swap(at, rng.below(at as u64 + 1) as usize);
            }
            for _ in 0..rng.below(10) {
                order.push(rng.below(count as u64) as usize);
            }
            let target = rng.below(order.len() as u64 + 1) as usize;
            assert_eq!(in_order(&operations, &order, target), first, "{order:?}, message at {target}");
        }
    }
}

#[test]
fn ten_thousand_reactions_and_edits_stay_few() {
    let mut acts = Acts::default();
    for n in 0..10_000_u32 {
        let emoji = char::from_u32(0x4e00 + n).unwrap().to_string();
        acts.take(false, react(u64::from(n) + 1, &emoji, true));
        acts.take(false, edit(u64::from(n) + 1, 1500, "again"));
    }
    assert_eq!(acts.of(false).reactions.len(), MOST_REACTIONS);
    assert_eq!(acts.of(false).edits.len(), MOST_EDITS);
    assert_eq!(acts.of(false).reactions[0].rank.clock, 10_000, "the newest stay");
}
