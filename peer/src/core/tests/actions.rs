//! Edits, deletions, reactions, replies: both sides see the same, whatever order the network makes of it.

use conclave_crypto::keys::MessageId;
use conclave_proto::ErrorCode;

use super::world::World;
use crate::core::Input;
use crate::model::{
    Answer, Call, Changed, DeleteFor, DeletedWhy, Event, FileList, FileSend, MarkRead, Message,
    MessageDelete, MessageEdit, MessageReact, MessageSend, OneMessage,
};

pub(super) fn pair(seed: u64) -> World {
    let mut world = World::new(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

pub(super) fn get(world: &mut World, at: usize, id: MessageId) -> Message {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => message,
        other => panic!("{other:?}"),
    }
}

pub(super) fn edit(id: MessageId, text: &str) -> Call {
    Call::MessageEdit(MessageEdit { id, text: text.into(), mentions: Vec::new() })
}

pub(super) fn delete(id: MessageId, whom: DeleteFor) -> Call {
    Call::MessageDelete(MessageDelete { id, whom })
}

pub(super) fn react(id: MessageId, emoji: &str, on: bool) -> Call {
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

#[test]
fn the_note_of_the_driver_is_a_durable_event() {
    let mut world = pair(110);
    let before = world.nodes[0].last_seq;
    world.input(0, Input::Note(Box::new(Event::VaultLocked { why: "call".into() })));
    world.run(100);
    assert_eq!(world.nodes[0].last_seq, before + 1);
    assert!(matches!(world.nodes[0].events.last(), Some(Event::VaultLocked { .. })));
}
