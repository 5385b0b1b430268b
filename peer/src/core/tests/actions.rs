//! Edits, deletions, reactions, replies: both sides see the same, whatever order the network makes of it.

use conclave_crypto::keys::MessageId;
use conclave_crypto::plain::{Body, Delete, Edit, Format, Kind, Plain, Reaction, Text};
use conclave_proto::ErrorCode;

use super::world::World;
use crate::core::Input;
use crate::model::{
    Answer, Call, Changed, DeleteFor, DeletedWhy, Event, FileList, FileSend, MarkRead, Message,
    MessageDelete, MessageEdit, MessageReact, MessageSend, OneMessage,
};

fn pair(seed: u64) -> World {
    let mut world = World::new(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

fn get(world: &mut World, at: usize, id: MessageId) -> Message {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => message,
        other => panic!("{other:?}"),
    }
}

fn edit(id: MessageId, text: &str) -> Call {
    Call::MessageEdit(MessageEdit { id, text: text.into(), mentions: Vec::new() })
}

fn delete(id: MessageId, whom: DeleteFor) -> Call {
    Call::MessageDelete(MessageDelete { id, whom })
}

fn react(id: MessageId, emoji: &str, on: bool) -> Call {
    Call::MessageReact(MessageReact { id, emoji: emoji.into(), on })
}

fn changes(world: &World, at: usize, id: MessageId) -> Vec<Changed> {
    let one = |event: &Event| match event {
        Event::MessageChanged { message, what } if message.id == id => Some(*what),
        _ => None,
    };
    world.nodes[at].events.iter().filter_map(one).collect()
}

fn code(world: &mut World, at: usize, call: Call) -> (ErrorCode, String) {
    let failure = world.answer(at, call).unwrap_err();
    let state = failure.details.get("state").or_else(|| failure.details.get("field"));
    (failure.code, state.and_then(|state| state.as_str()).unwrap_or_default().to_owned())
}

#[test]
fn an_edit_is_shown_on_both_sides_with_its_earlier_texts_and_confirmed() {
    let mut world = pair(101);
    let sent = world.send(0, 1, "Bord at nine");
    world.run(2_000);
    let Ok(Answer::Message { message }) = world.answer(0, edit(sent.id, "Board at nine")) else { panic!() };
    assert_eq!(
        (message.text.as_str(), message.edited.map(|it| it.confirmed_at)),
        ("Board at nine", Some(None))
    );
    world.run(2_000);
    world.answer(0, edit(sent.id, "Board at ten")).unwrap();
    world.run(2_000);
    for at in [0, 1] {
        let message = get(&mut world, at, sent.id);
        assert_eq!(message.text, "Board at ten");
        let versions: Vec<&str> = message.versions.iter().map(|version| version.text.as_str()).collect();
        assert_eq!(versions, ["Bord at nine", "Board at nine"]);
        assert!(changes(&world, at, sent.id).iter().all(|what| *what == Changed::Edited));
        let listed = world.history(at, 1 - at, 10);
        assert_eq!((listed.len(), listed[0].text.as_str()), (1, "Board at ten"), "an edit is no message");
    }
    assert!(get(&mut world, 0, sent.id).edited.unwrap().confirmed_at.is_some());
    assert_eq!(changes(&world, 1, sent.id).len(), 2);
}

#[test]
fn only_the_author_edits_and_only_for_a_day_and_only_what_is_there() {
    let mut world = pair(102);
    let sent = world.send(0, 1, "mine");
    world.run(2_000);
    assert_eq!(code(&mut world, 1, edit(sent.id, "x")), (ErrorCode::ApiState, "received".into()));
    let all = delete(sent.id, DeleteFor::Everyone);
    assert_eq!(code(&mut world, 1, all), (ErrorCode::ApiState, "received".into()));
    assert_eq!(code(&mut world, 0, edit(sent.id, "")), (ErrorCode::ApiParams, "text".into()));
    let nothing = MessageId::new([9; 16]);
    for call in [edit(nothing, "x"), delete(nothing, DeleteFor::Me), react(nothing, "👍", true)] {
        assert_eq!(code(&mut world, 0, call).0, ErrorCode::ApiNotFound);
    }
    assert_eq!(code(&mut world, 0, edit(sent.id, &"x".repeat(70_000))).0, ErrorCode::MessageTooLong);
    for bad in ["", "ok", "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", "👍 "] {
        assert_eq!(
            code(&mut world, 0, react(sent.id, bad, true)),
            (ErrorCode::ApiParams, "emoji".into()),
            "{bad}"
        );
    }
    world.now += 24 * 3_600_000 + 60_000;
    assert_eq!(code(&mut world, 0, edit(sent.id, "late")), (ErrorCode::ApiState, "late".into()));
}

#[test]
fn what_is_withdrawn_is_gone_from_both_disks_and_the_answer_is_shown() {
    let mut world = pair(103);
    let sent = world.send(0, 1, "canary-one");
    let other = world.send(0, 1, "stays");
    world.run(2_000);
    world.answer(0, edit(sent.id, "canary-two")).unwrap();
    world.answer(1, react(sent.id, "🦜", true)).unwrap();
    world.run(2_000);
    for at in [0, 1] {
        for canary in ["canary-one", "canary-two", "🦜"] {
            assert!(world.disk_holds(at, canary.as_bytes()), "{canary} on {at}");
        }
    }
    let quoting = MessageSend {
        to: world.target(0),
        text: "about that".into(),
        id: None,
        reply_to: Some(sent.id),
        mentions: Vec::new(),
    };
    let Ok(Answer::Message { message: reply }) = world.answer(1, Call::MessageSend(quoting)) else {
        panic!()
    };
    assert_eq!(reply.quote.as_ref().map(|quote| quote.text.as_str()), Some("canary-two"));
    world.run(2_000);
    assert_eq!(get(&mut world, 0, reply.id).quote.map(|quote| quote.author), Some(sent.author));
    world.answer(0, delete(sent.id, DeleteFor::Everyone)).unwrap();
    world.run(2_000);
    for at in [0, 1] {
        let gone = get(&mut world, at, sent.id);
        assert_eq!((gone.text.as_str(), gone.reactions.len(), gone.edited), ("", 0, None));
        assert_eq!(gone.deleted.map(|deleted| deleted.why), Some(DeletedWhy::Everyone));
        assert_eq!(get(&mut world, at, reply.id).quote, None, "what is gone is not quoted either");
        assert_eq!(get(&mut world, at, other.id).text, "stays");
        for canary in ["canary-one", "canary-two", "🦜"] {
            assert!(!world.disk_holds(at, canary.as_bytes()), "{canary} stays on {at}");
        }
        assert_eq!(world.history(at, 1 - at, 10).len(), 3, "a tombstone keeps its place");
        assert_eq!(changes(&world, at, sent.id).last(), Some(&Changed::Deleted));
    }
    assert!(get(&mut world, 0, sent.id).deleted.unwrap().confirmed_at.is_some());
    // Nothing comes back after a restart, or by another act.
    world.kill(1);
    world.start(1);
    world.run(5_000);
    assert_eq!(get(&mut world, 1, sent.id).text, "");
    assert_eq!(code(&mut world, 1, react(sent.id, "👍", true)), (ErrorCode::ApiState, "deleted".into()));
    assert_eq!(code(&mut world, 0, edit(sent.id, "again")), (ErrorCode::ApiState, "deleted".into()));
}

#[test]
fn deleted_here_it_stays_there() {
    let mut world = pair(104);
    let sent = world.send(0, 1, "canary-here");
    world.run(2_000);
    world.answer(1, delete(sent.id, DeleteFor::Me)).unwrap();
    world.run(1_000);
    assert!(world.history(1, 0, 10).is_empty());
    assert!(!world.disk_holds(1, b"canary-here"));
    assert_eq!(world.history(0, 1, 10)[0].text, "canary-here");
    // What the author does to it later brings nothing back.
    world.answer(0, edit(sent.id, "canary-later")).unwrap();
    world.run(2_000);
    assert!(world.history(1, 0, 10).is_empty() && !world.disk_holds(1, b"canary-later"));
    let Ok(Answer::Conversations { conversations }) = world.answer(1, Call::ConversationList) else {
        panic!()
    };
    assert_eq!((conversations[0].unread, conversations[0].last.is_none()), (0, true));
}

#[test]
fn a_deleted_file_goes_with_its_object_and_its_name() {
    let mut world = pair(105);
    let file = FileSend {
        to: world.target(1),
        path: "5000".into(),
        name: None,
        caption: Some("canary-caption".into()),
        id: None,
    };
    let Ok(Answer::Sent { message, file }) = world.answer(0, Call::FileSend(file)) else { panic!() };
    world.run(5_000);
    assert!(world.nodes[1].blobs.contains(&file.file.0) && world.disk_holds(1, b"plan.pdf"));
    world.answer(0, delete(message.id, DeleteFor::Everyone)).unwrap();
    world.run(3_000);
    for at in [0, 1] {
        assert!(!world.nodes[at].blobs.contains(&file.file.0), "the object stays on {at}");
        assert!(!world.disk_holds(at, b"canary-caption") && !world.disk_holds(at, b"plan.pdf"));
        let list = Call::FileList(FileList { conversation: None, kind: None, active: None });
        assert!(matches!(world.answer(at, list), Ok(Answer::Files { files }) if files.is_empty()));
        // The events that told of it are read again without it.
        let core = world.nodes[at].core.as_ref().unwrap();
        assert_eq!(core.events_after(0, 1000).unwrap().len() as u64, world.nodes[at].last_seq);
    }
}

#[test]
fn nothing_that_left_can_be_cancelled_and_what_did_not_leave_is_gone() {
    let mut world = pair(106);
    world.kill(1);
    world.run(1_000);
    let first = world.send(0, 1, "canary-cancelled");
    let second = world.send(0, 1, "goes");
    let withdrawn = world.send(0, 1, "canary-withdrawn");
    let cancel = |id| Call::MessageCancel(OneMessage { id });
    assert_eq!(world.answer(0, cancel(first.id)), Ok(Answer::Cancelled { cancelled: true }));
    assert_eq!(world.answer(0, cancel(first.id)), Ok(Answer::Cancelled { cancelled: false }));
    world.answer(0, delete(withdrawn.id, DeleteFor::Everyone)).unwrap();
    world.run(1_000);
    assert!(!world.disk_holds(0, b"canary-cancelled") && !world.disk_holds(0, b"canary-withdrawn"));
    world.start(1);
    world.run(10_000);
    let there: Vec<String> = world.history(1, 0, 10).into_iter().map(|message| message.text).collect();
    assert_eq!(there, ["goes"]);
    assert_eq!(world.history(0, 1, 10).len(), 1);
    assert_eq!(world.answer(0, cancel(second.id)), Ok(Answer::Cancelled { cancelled: false }));
    assert_eq!(code(&mut world, 1, cancel(second.id)).0, ErrorCode::ApiState);
    let again = world.text(1, "canary-cancelled", Some(first.id));
    assert_eq!(world.answer(0, again).unwrap_err().code, ErrorCode::ApiConflict, "an id is used once");
}

#[test]
fn reactions_of_both_are_shown_and_changed() {
    let mut world = pair(107);
    let sent = world.send(0, 1, "well?");
    world.run(2_000);
    world.answer(1, react(sent.id, "👍", true)).unwrap();
    world.answer(0, react(sent.id, "👍", true)).unwrap();
    world.answer(1, react(sent.id, "🎉", true)).unwrap();
    world.run(2_000);
    let shown = |message: &Message| -> Vec<(String, usize)> {
        message.reactions.iter().map(|one| (one.emoji.clone(), one.users.len())).collect()
    };
    for at in [0, 1] {
        let message = get(&mut world, at, sent.id);
        assert_eq!(shown(&message), [("🎉".to_owned(), 1), ("👍".to_owned(), 2)]);
    }
    let before = changes(&world, 0, sent.id).len();
    world.answer(1, react(sent.id, "👍", true)).unwrap();
    world.answer(1, react(sent.id, "👍", false)).unwrap();
    world.run(2_000);
    assert_eq!(changes(&world, 0, sent.id).len(), before + 1, "the same reaction twice is one");
    assert_eq!(shown(&get(&mut world, 0, sent.id)), [("🎉".to_owned(), 1), ("👍".to_owned(), 1)]);
}

#[test]
fn a_mention_is_a_piece_of_the_text_and_of_a_colleague() {
    let mut world = pair(108);
    let bob = world.nodes[1].person.user;
    let send = |world: &mut World, text: &str, user, start, len| {
        let mentions = vec![crate::model::Mention { user, start, len }];
        let call = MessageSend { to: world.target(1), text: text.into(), id: None, reply_to: None, mentions };
        world.answer(0, Call::MessageSend(call))
    };
    let Ok(Answer::Message { message }) = send(&mut world, "Ask @bob, été", bob, 4, 4) else { panic!() };
    world.run(2_000);
    assert_eq!(get(&mut world, 1, message.id).mentions, message.mentions);
    let stranger = conclave_crypto::keys::UserId::new([1; 16]);
    for (user, start, len) in [(bob, 4, 40), (bob, 11, 1), (bob, u32::MAX, u32::MAX), (stranger, 4, 4)] {
        let failure = send(&mut world, "Ask @bob, été", user, start, len).unwrap_err();
        assert_eq!(
            (failure.code, failure.details["field"].as_str()),
            (ErrorCode::ApiParams, Some("mentions"))
        );
    }
    let unknown = MessageSend {
        to: world.target(1),
        text: "re".into(),
        id: None,
        reply_to: Some(MessageId::new([3; 16])),
        mentions: Vec::new(),
    };
    assert_eq!(code(&mut world, 0, Call::MessageSend(unknown)).0, ErrorCode::ApiNotFound);
}

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

#[test]
fn unread_marks_and_counts_follow_reading_and_deleting() {
    let mut world = pair(109);
    let first = world.send(0, 1, "one");
    let second = world.send(0, 1, "two");
    world.run(2_000);
    let unread = |world: &mut World| match world.answer(1, Call::ConversationList) {
        Ok(Answer::Conversations { conversations }) => conversations[0].unread,
        other => panic!("{other:?}"),
    };
    assert_eq!(unread(&mut world), 2);
    world.answer(0, delete(first.id, DeleteFor::Everyone)).unwrap();
    world.run(2_000);
    assert_eq!(unread(&mut world), 1);
    let read = Call::MarkRead(MarkRead { conversation: world.target(0), up_to: second.id });
    world.answer(1, read.clone()).unwrap();
    assert_eq!(unread(&mut world), 0);
    let mark = crate::model::ConversationSet {
        conversation: world.target(0),
        pinned: None,
        muted: None,
        unread: Some(true),
    };
    world.answer(1, Call::ConversationSet(mark)).unwrap();
    assert_eq!(unread(&mut world), 1);
    world.kill(1);
    world.start(1);
    world.answer(1, read).unwrap();
    assert_eq!(unread(&mut world), 0);
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

#[test]
fn the_note_of_the_driver_is_a_durable_event() {
    let mut world = pair(110);
    let before = world.nodes[0].last_seq;
    world.input(0, Input::Note(Box::new(Event::VaultLocked { why: "call".into() })));
    world.run(100);
    assert_eq!(world.nodes[0].last_seq, before + 1);
    assert!(matches!(world.nodes[0].events.last(), Some(Event::VaultLocked { .. })));
}
