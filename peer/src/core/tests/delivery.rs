//! Sending and receiving, rule by rule.

use conclave_crypto::keys::MessageId;
use conclave_proto::{ErrorCode, Frame, FrameKind};

use super::world::World;
use crate::core::Input;
use crate::core::input::LinkId;
use crate::model::{
    Answer, Call, CustodyKind, Event, EventsAck, MarkRead, MessageSend, MessageState, OneMessage, Path,
    StatsGet,
};

fn pair(seed: u64) -> World {
    let mut world = World::new(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

fn state(world: &mut World, at: usize, id: MessageId) -> (MessageState, Vec<CustodyKind>) {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => {
            (message.state, message.custody.iter().map(|step| step.step).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_is_saved_delivered_and_read_and_each_step_is_told() {
    let mut world = pair(1);
    let sent = world.send(0, 1, "Bonjour 漢字 😀");
    assert!(matches!(sent.state, MessageState::Sending | MessageState::Waiting));
    world.run(2_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
    let there = world.history(1, 0, 10);
    assert_eq!(
        (there.len(), there[0].text.as_str(), there[0].state),
        (1, "Bonjour 漢字 😀", MessageState::Received)
    );
    let Ok(Answer::Conversations { conversations }) = world.answer(1, Call::ConversationList) else {
        panic!()
    };
    assert_eq!((conversations.len(), conversations[0].unread), (1, 1));
    let read = MarkRead { conversation: world.target(0), up_to: sent.id };
    world.answer(1, Call::MarkRead(read)).unwrap();
    world.run(2_000);
    let (last, custody) = state(&mut world, 0, sent.id);
    assert_eq!(
        (last, custody),
        (MessageState::Read, vec![CustodyKind::Saved, CustodyKind::Delivered, CustodyKind::Read])
    );
    let told: Vec<MessageState> = world.nodes[0]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::MessageState { id, state, .. } if *id == sent.id => Some(*state),
            _ => None,
        })
        .collect();
    assert!(told.is_sorted(), "states only go forward: {told:?}");
    assert_eq!(told.last(), Some(&MessageState::Read));
    let Ok(Answer::Stats(stats)) = world.answer(0, Call::StatsGet(StatsGet { conversation: None })) else {
        panic!()
    };
    assert_eq!((stats.messages.sent, stats.bytes.text), (1, "Bonjour 漢字 😀".len() as u64));
}

#[test]
fn the_same_id_is_sent_once_and_other_content_is_a_conflict() {
    let mut world = pair(2);
    let id = MessageId::new([5; 16]);
    for _ in 0..3 {
        let call = world.text(1, "once", Some(id));
        assert!(matches!(world.answer(0, call), Ok(Answer::Message { message }) if message.id == id));
    }
    let call = world.text(1, "other", Some(id));
    assert_eq!(world.answer(0, call).unwrap_err().code, ErrorCode::ApiConflict);
    world.run(2_000);
    assert_eq!(world.history(1, 0, 10).len(), 1);
    let received =
        world.nodes[1].events.iter().filter(|event| matches!(event, Event::MessageReceived { .. }));
    assert_eq!(received.count(), 1);
}

#[test]
fn a_message_to_an_absent_colleague_waits_and_arrives() {
    let mut world = pair(3);
    world.kill(1);
    world.run(1_000);
    let sent = world.send(0, 1, "for later");
    assert_eq!(sent.state, MessageState::Waiting);
    world.run(600_000);
    assert!(world.nodes[0].dials < 100, "dialling backs off: {}", world.nodes[0].dials);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Waiting, "never said to be sent");
    world.start(1);
    world.run(5_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
}

#[test]
fn bar_f7_people_who_know_each_other_go_on_without_the_server() {
    let mut world = pair(4);
    world.send(0, 1, "before");
    world.run(2_000);
    world.server(false);
    for at in [0, 1] {
        world.kill(at);
    }
    world.run(1_000);
    for at in [0, 1] {
        world.start(at);
    }
    let sent = world.send(0, 1, "without the server");
    let back = world.send(1, 0, "same here");
    world.run(120_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
    assert_eq!(state(&mut world, 1, back.id).0, MessageState::Delivered);
    // The lease has run out after a day; the grace holds for three.
    world.kill(1);
    world.now += 30 * 3_600_000;
    world.start(1);
    let sent = world.send(0, 1, "a day later");
    world.run(120_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
    world.kill(1);
    world.now += 60 * 3_600_000;
    world.start(1);
    let sent = world.send(0, 1, "too old a directory");
    world.run(120_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Waiting, "after the grace nobody is believed");
    world.server(true);
    world.run(120_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
}

#[test]
fn a_burst_far_beyond_the_window_arrives_whole_and_in_order() {
    let mut world = pair(5);
    world.kill(1);
    world.run(100);
    for n in 0..700 {
        let call = world.text(1, &format!("{n}"), None);
        world.call(0, call);
    }
    world.run(5_000);
    world.start(1);
    world.run(60_000);
    let texts: Vec<String> = world.history(1, 0, 200).into_iter().map(|message| message.text).collect();
    let want: Vec<String> = (0..700).map(|n| n.to_string()).collect();
    assert_eq!(texts, want);
}

#[test]
fn a_peer_may_say_nothing_before_its_hello_and_nothing_that_is_unknown() {
    let mut world = pair(6);
    let peer = world.nodes[1].person.transport();
    let before = world.nodes[0].events.len();
    for (link, frame) in [
        (LinkId(900_001), Frame::raw(FrameKind::ENVELOPE, vec![0; 3000])),
        (LinkId(900_003), Frame::raw(FrameKind::HELLO, vec![1; 40])),
        (LinkId(900_005), Frame::raw(FrameKind(4242), vec![])),
    ] {
        // One of the two links a device may have is in use.
        let now = world.now;
        let node = &mut world.nodes[0];
        let (core, rng) = (node.core.as_mut().unwrap(), &mut super::org::SimRng::new(9));
        core.handle(Input::LinkUp { link, peer, path: Path::Lan }, now, rng);
        let effects = core.handle(Input::Frame { link, frame }, now, rng);
        let closed = effects
            .iter()
            .any(|effect| matches!(effect, crate::core::Effect::Close(closed) if *closed == link));
        assert!(closed, "{effects:?}");
    }
    assert_eq!(world.nodes[0].events.len(), before);
}

#[test]
fn a_call_that_waits_for_leaves_is_carried_out_when_a_colleague_brings_them() {
    let mut world = World::new(10, &["alice", "bob"]);
    world.run(5_000);
    world.kill(0);
    world.forget(0);
    world.cut(0, 1);
    world.server(false);
    world.start(0);
    let texts = ["first", "second", "third"];
    let waiting = texts[..2].iter().map(|text| world.text(1, text, None)).collect::<Vec<_>>();
    let mut calls: Vec<_> = waiting.into_iter().map(|call| world.call(0, call)).collect();
    world.run(1_000);
    assert!(world.nodes[0].replies.is_empty(), "nobody is known yet");
    world.heal();
    let known = |world: &World| world.nodes[0].core.as_ref().unwrap().log.directory.size() > 0;
    for _ in 0..3_500 {
        if known(&world) {
            break;
        }
        world.run(1);
    }
    assert!(known(&world), "by the link");
    let third = world.text(1, texts[2], None);
    calls.push(world.call(0, third));
    world.run(30_000);
    for call in calls {
        assert!(matches!(world.nodes[0].replies.get(&call), Some(Ok(Answer::Message { .. }))));
    }
    let shown: Vec<String> = world.history(1, 0, 10).into_iter().map(|message| message.text).collect();
    assert_eq!(shown, texts);
}

#[test]
fn bar_f12_altered_and_garbage_envelopes_change_nothing() {
    let mut world = pair(7);
    world.send(0, 1, "first");
    world.run(2_000);
    let link = world.nodes[1].core.as_ref().unwrap().link_to(&world.nodes[0].person.user).unwrap();
    for length in [0, 10, 28, 2700] {
        let frame = Frame::raw(FrameKind::ENVELOPE, vec![7; length]);
        let now = world.now;
        let node = &mut world.nodes[1];
        let core = node.core.as_mut().unwrap();
        let effects = core.handle(Input::Frame { link, frame }, now, &mut super::org::SimRng::new(9));
        assert!(
            !effects.iter().any(|effect| matches!(effect, crate::core::Effect::Persist { .. })),
            "{length}: {effects:?}"
        );
    }
    // The garbage closed the link in the core; the network notices and both meet again.
    world.cut(0, 1);
    world.heal();
    world.run(30_000);
    let sent = world.send(0, 1, "second");
    world.run(5_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
}

#[test]
fn events_come_again_until_they_are_acknowledged() {
    let mut world = pair(8);
    for n in 0..5 {
        world.send(0, 1, &format!("{n}"));
    }
    world.run(3_000);
    let core = world.nodes[1].core.as_ref().unwrap();
    let all = core.events_after(0, 1000).unwrap();
    assert_eq!(all.len() as u64, world.nodes[1].last_seq);
    let seqs: Vec<u64> = all.iter().filter_map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=world.nodes[1].last_seq).collect::<Vec<_>>());
    assert_eq!(all.iter().map(|event| event.event.clone()).collect::<Vec<_>>(), world.nodes[1].events);
    let upto = world.nodes[1].last_seq - 2;
    world.answer(1, Call::EventsAck(EventsAck { seq: upto })).unwrap();
    world.run(100);
    world.kill(1);
    world.start(1);
    let core = world.nodes[1].core.as_ref().unwrap();
    let left: Vec<u64> = core.events_after(0, 1000).unwrap().iter().filter_map(|event| event.seq).collect();
    assert_eq!(left.first(), Some(&(upto + 1)));
}

#[test]
fn empty_too_long_and_own_targets_are_refused() {
    let mut world = pair(9);
    let code = |world: &mut World, call| world.answer(0, call).unwrap_err().code;
    let call = world.text(1, "", None);
    assert_eq!(code(&mut world, call), ErrorCode::ApiParams);
    let call = world.text(1, &"x".repeat(70_000), None);
    assert_eq!(code(&mut world, call), ErrorCode::MessageTooLong);
    let call = world.text(0, "me", None);
    assert_eq!(code(&mut world, call), ErrorCode::ApiParams);
    let to = crate::model::TargetRef::UserName("nobody".into());
    let call = Call::MessageSend(MessageSend {
        to,
        text: "x".into(),
        id: None,
        reply_to: None,
        mentions: Vec::new(),
    });
    assert_eq!(code(&mut world, call), ErrorCode::ApiNotFound);
    let longest = "y".repeat(crate::core::compose::MOST_TEXT);
    let sent = world.send(0, 1, &longest);
    world.run(3_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
}
