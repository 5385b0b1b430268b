//! Edits, deletions and reactions in any order of arrival: the same store, or nothing.

use conclave_crypto::keys::MessageId;
use conclave_crypto::plain::{Body, Delete, Edit, Format, Kind, Plain, Reaction, Text};

use super::actions::{delete, edit, get, pair, react};
use super::world::World;
use crate::model::{Answer, Call, DeleteFor, DeletedWhy, Event, Message};

/// Hands plaintexts of node 0 to the core of node 1 in this order, as if each had been opened.
fn open(world: &mut World, plains: &[Plain]) {
    let user = world.nodes[0].person.user;
    for plain in plains {
        let now = world.now;
        let mut rng = super::org::SimRng::new(plain.clock);
        let core = world.nodes[1].core.as_mut().unwrap();
        let effects = core.open_for_test(&user, plain, now, &mut rng);
        world.carry_out(1, effects);
        world.run(20);
    }
}

fn plain(world: &World, clock: u64, id: u8, kind: u8, body: Vec<u8>) -> Plain {
    let (a, b) = (world.nodes[0].person.user, world.nodes[1].person.user);
    let conv_id = conclave_crypto::keys::ConversationId::between(world.org.log.org(), &a, &b);
    Plain {
        kind,
        msg_id: MessageId::new([id; 16]),
        conv_id,
        clock,
        sent_at: world.now,
        own_list_ver: 0,
        peer_list_ver: 0,
        body,
    }
}

fn known(world: &World, clock: u64, id: u8, body: &Body) -> Plain {
    plain(world, clock, id, body.kind(), body.encode())
}

fn text(text: &str) -> Body {
    let text = text.to_owned();
    Body::Text(Text { format: Format::Plain, reply_to: None, timer_s: 0, mentions: Vec::new(), text })
}

#[test]
fn acts_and_their_message_in_every_order_leave_the_same_store() {
    let target = MessageId::new([1; 16]);
    let script = |world: &World| {
        let edit = |text: &str| {
            Body::Edit(Edit { target, format: Format::Plain, mentions: Vec::new(), text: text.into() })
        };
        let react = |set| Body::Reaction(Reaction { target, set, emoji: "👍".into() });
        vec![
            known(world, 1, 1, &text("first")),
            known(world, 2, 2, &edit("second")),
            known(world, 3, 3, &edit("third")),
            known(world, 4, 4, &react(true)),
            known(world, 5, 5, &react(false)),
        ]
    };
    let mut ends = std::collections::BTreeSet::new();
    for with_deletion in [false, true] {
        ends.clear();
        for round in 0..24_u64 {
            let mut world = pair(200);
            let mut plains = script(&world);
            if with_deletion {
                plains.push(known(&world, 6, 6, &Body::Delete(Delete { target })));
            }
            let mut lot = super::org::SimRng::new(round);
            for at in (1..plains.len()).rev() {
                plains.swap(at, lot.below(at as u64 + 1) as usize);
            }
            open(&mut world, &plains);
            let message = get(&mut world, 1, target);
            ends.insert(format!(
                "{:?} {:?} {:?} {:?} {}",
                message.text,
                message.edited.is_some(),
                message.reactions,
                message.deleted.map(|deleted| deleted.why),
                world.disk_holds(1, b"second"),
            ));
            assert_eq!(world.history(1, 0, 10).len(), 1);
        }
        assert_eq!(ends.len(), 1, "{ends:?}");
    }
    assert!(ends.first().unwrap().ends_with("Some(Everyone) false"), "{ends:?}");
}

#[test]
fn hostile_acts_change_nothing_and_stay_few() {
    let mut world = pair(201);
    let mine = world.send(1, 0, "bob's own");
    world.run(2_000);
    let theirs = world.send(0, 1, "alice's");
    world.run(2_000);
    let edit = |target, text: &str| {
        Body::Edit(Edit { target, format: Format::Plain, mentions: Vec::new(), text: text.into() })
    };
    let mut plains = vec![
        known(&world, 20, 20, &edit(mine.id, "forged")),
        known(&world, 21, 21, &Body::Delete(Delete { target: mine.id })),
        known(&world, 22, 22, &edit(MessageId::new([99; 16]), "of nothing")),
        known(
            &world,
            23,
            23,
            &Body::Reaction(Reaction { target: theirs.id, set: true, emoji: "abc".into() }),
        ),
        known(&world, 24, 24, &Body::Delete(Delete { target: MessageId::new([20; 16]) })),
    ];
    for (n, kind) in
        [Kind::EDIT, Kind::DELETE, Kind::REACTION, Kind::CONTACT_REQ, Kind::CONTACT_ANS].iter().enumerate()
    {
        for (m, body) in [vec![], vec![0xff; 15], vec![0xff; 40], vec![0; 60_000]].into_iter().enumerate() {
            let id = 30 + (n * 4 + m) as u8;
            plains.push(plain(&world, u64::from(id), id, *kind, body));
        }
    }
    let events = world.nodes[1].events.len();
    open(&mut world, &plains);
    let missing = |event: &Event| matches!(event, Event::MessageMissing { count: 1, .. });
    assert_eq!(world.nodes[1].events.iter().filter(|event| missing(event)).count(), 1);
    assert_eq!(world.nodes[1].events.len(), events + 1, "nothing else was told");
    assert_eq!(get(&mut world, 1, mine.id).text, "bob's own");
    assert!(get(&mut world, 1, theirs.id).reactions.is_empty());
    assert_eq!(world.history(1, 0, 50).len(), 2);
    // A body of a shown kind that does not read is kept as one that needs a newer version.
    let bad =
        vec![plain(&world, 90, 90, Kind::TEXT, vec![0xff; 30]), plain(&world, 91, 91, Kind::TIMER, vec![1])];
    open(&mut world, &bad);
    let shown = world.history(1, 0, 50);
    assert_eq!(shown.iter().filter(|message| message.unknown_kind.is_some()).count(), 2);
    // Ten thousand reactions to one message.
    let before = world.disk_bytes(1);
    let many: Vec<Plain> = (0..300_u32)
        .map(|n| {
            let emoji = char::from_u32(0x1f300 + n).unwrap().to_string();
            let mut plain = known(
                &world,
                100 + u64::from(n),
                0,
                &Body::Reaction(Reaction { target: theirs.id, set: true, emoji }),
            );
            plain.msg_id = MessageId::new([u8::MAX; 16].map(|_| (n % 251) as u8 ^ (n / 251) as u8 | 0x80));
            let mut id = *plain.msg_id.as_bytes();
            id[..4].copy_from_slice(&n.to_be_bytes());
            plain.msg_id = MessageId::new(id);
            plain
        })
        .collect();
    open(&mut world, &many);
    assert_eq!(get(&mut world, 1, theirs.id).reactions.len(), 32);
    // What stays of each is its id; the events that told of it go when they are acknowledged.
    assert!(world.disk_bytes(1) - before < 300 * 400, "{}", world.disk_bytes(1) - before);
}

/// What both see of a message: id, text, when edited, why and when deleted, reactions.
type Line = (MessageId, String, Option<u64>, Option<(DeletedWhy, u64)>, Vec<crate::model::Reaction>);

#[test]
fn under_loss_and_disorder_both_sides_end_with_the_same() {
    for seed in 300..306 {
        let mut world = World::new(seed, &["alice", "bob"]);
        world.run(5_000);
        world.weather.breaks = 20;
        world.weather.doubles = 50;
        world.weather.swallows = 20;
        world.weather.reorders = true;
        let mut ids = Vec::new();
        let mut lot = super::org::SimRng::new(seed);
        for n in 0..60 {
            let at = lot.below(2) as usize;
            if ids.len() < 4 || lot.chance(200) {
                ids.push(world.send(at, 1 - at, &format!("message {n}")).id);
            } else {
                let id = ids[lot.below(ids.len() as u64) as usize];
                let call = match lot.below(6) {
                    0 => delete(id, DeleteFor::Everyone),
                    1 | 2 => edit(id, &format!("edited {n}")),
                    _ => react(id, ["👍", "🎉", "❤️"][lot.below(3) as usize], lot.chance(600)),
                };
                // Not mine, not here yet, gone: refused, and that is fine.
                let _refused = world.answer(at, call);
            }
            world.run(lot.below(400));
        }
        world.weather = super::world::Weather::default();
        world.run(300_000);
        let line = |message: &Message| -> Line {
            let edited = message.edited.map(|change| change.time);
            let deleted = message.deleted.map(|deleted| (deleted.why, deleted.time));
            (message.id, message.text.clone(), edited, deleted, message.reactions.clone())
        };
        let (here, there) = (world.history(0, 1, 200), world.history(1, 0, 200));
        let (here, there): (Vec<_>, Vec<_>) =
            (here.iter().map(line).collect(), there.iter().map(line).collect());
        // What was withdrawn before it came leaves nothing at its reader, and a mark at its author.
        let kept =
            |lines: &[Line]| lines.iter().filter(|line| line.3.is_none()).cloned().collect::<Vec<Line>>();
        assert_eq!(kept(&here), kept(&there), "seed {seed}");
        for line in here.iter().chain(&there).filter(|line| line.3.is_some()) {
            let known = |lines: &[Line]| {
                lines.iter().find(|other| other.0 == line.0).is_none_or(|other| other == line)
            };
            assert!(known(&here) && known(&there), "seed {seed}: {line:?}");
        }
        for at in [0, 1] {
            let status = world.answer(at, Call::Status).unwrap();
            assert!(matches!(status, Answer::Status(status) if status.waiting_messages == 0), "seed {seed}");
        }
    }
}
