//! The drop box, rule by rule: what is left, what it proves, and what happens when the two are never there together.

use conclave_crypto::keys::MessageId;

use super::world::World;
use crate::model::{Answer, Call, CustodyKind, Event, MarkRead, Message, MessageState, OneMessage};

const DAY: u64 = 86_400_000;

pub(super) fn pair(seed: u64) -> World {
    let mut world = World::with_drop_box(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

/// Two people who have published their prekeys and have never met.
fn strangers(seed: u64) -> World {
    let mut world = World::with_drop_box(seed, &["alice", "bob"]);
    world.cut(0, 1);
    world.run(10_000);
    for at in [0, 1] {
        assert!(world.nodes[at].core.as_ref().unwrap().link_to(&world.nodes[1 - at].person.user).is_none());
    }
    world
}

pub(super) fn leave(world: &mut World, at: usize) {
    world.kill(at);
    world.run(1_000);
}

pub(super) fn message(world: &mut World, at: usize, id: MessageId) -> Message {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => message,
        other => panic!("{other:?}"),
    }
}

pub(super) fn steps(message: &Message) -> Vec<CustodyKind> {
    message.custody.iter().map(|step| step.step).collect()
}

pub(super) fn texts(world: &mut World, at: usize, with: usize) -> Vec<String> {
    world.history(at, with, 200).into_iter().map(|message| message.text).collect()
}

pub(super) fn received(world: &World, at: usize) -> usize {
    world.nodes[at].events.iter().filter(|event| matches!(event, Event::MessageReceived { .. })).count()
}

#[test]
fn a_message_to_somebody_away_goes_by_the_box_and_the_line_says_where_it_is() {
    let mut world = pair(40);
    leave(&mut world, 1);
    let sent = world.send(0, 1, "Bis morgen");
    assert_eq!(sent.state, MessageState::Waiting);
    world.run(2_000);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::Waiting, "a link would be given time");
    world.run(5_000);
    let now = message(&mut world, 0, sent.id);
    assert_eq!(
        (now.state, steps(&now)),
        (MessageState::InDropBox, vec![CustodyKind::Saved, CustodyKind::InDropBox])
    );
    let until = now.custody[1].until.unwrap();
    assert!(until.abs_diff(world.now + 14 * DAY) < 60_000);
    leave(&mut world, 0);
    world.start(1);
    world.run(10_000);
    assert_eq!(texts(&mut world, 1, 0), ["Bis morgen"]);
    assert_eq!(world.dropbox.count(&world.nodes[1].person.device), 0, "collected is erased");
    leave(&mut world, 1);
    world.start(0);
    world.run(10_000);
    let now = message(&mut world, 0, sent.id);
    assert_eq!(now.state, MessageState::Delivered);
    assert_eq!(steps(&now), [CustodyKind::Saved, CustodyKind::InDropBox, CustodyKind::Delivered]);
    assert_eq!(world.dropbox.total(), 0);
}

#[test]
fn two_who_never_met_and_are_never_there_together_write_to_each_other() {
    let mut world = strangers(41);
    leave(&mut world, 1);
    let first = world.send(0, 1, "Hello, I am new");
    let second = world.send(0, 1, "Do you read this?");
    world.run(20_000);
    assert_eq!(message(&mut world, 0, first.id).state, MessageState::InDropBox);
    leave(&mut world, 0);
    for _ in 0..3 {
        world.start(1);
        world.run(20_000);
        assert_eq!(texts(&mut world, 1, 0)[..2], ["Hello, I am new", "Do you read this?"]);
        world.send(1, 0, "Welcome");
        world.run(20_000);
        leave(&mut world, 1);
        world.start(0);
        world.run(20_000);
        for id in [first.id, second.id] {
            assert_eq!(message(&mut world, 0, id).state, MessageState::Delivered);
        }
        leave(&mut world, 0);
    }
    world.start(0);
    world.run(10_000);
    assert_eq!(texts(&mut world, 0, 1).len(), 5);
    assert_eq!((received(&world, 0), received(&world, 1)), (3, 2));
}

#[test]
fn read_receipts_travel_by_the_box_too() {
    let mut world = pair(42);
    leave(&mut world, 1);
    let sent = world.send(0, 1, "read me");
    world.run(10_000);
    leave(&mut world, 0);
    world.start(1);
    world.run(10_000);
    let read = MarkRead { conversation: world.target(0), up_to: sent.id };
    world.answer(1, Call::MarkRead(read)).unwrap();
    world.run(10_000);
    leave(&mut world, 1);
    world.start(0);
    world.run(10_000);
    let now = message(&mut world, 0, sent.id);
    assert_eq!(now.state, MessageState::Read);
    assert_eq!(
        steps(&now),
        [CustodyKind::Saved, CustodyKind::InDropBox, CustodyKind::Delivered, CustodyKind::Read]
    );
}

#[test]
fn what_comes_by_the_box_and_directly_is_shown_once() {
    let mut world = pair(43);
    leave(&mut world, 1);
    for n in 0..30 {
        world.send(0, 1, &format!("{n}"));
    }
    world.run(30_000);
    assert!(world.dropbox.count(&world.nodes[1].person.device) >= 30);
    world.start(1);
    world.run(60_000);
    let want: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    assert_eq!(texts(&mut world, 1, 0), want);
    assert_eq!(received(&world, 1), 30);
    assert_eq!(world.dropbox.total(), 0, "the copies in the box are erased too");
}

#[test]
fn a_direct_delivery_wins_and_nothing_is_left() {
    let mut world = pair(44);
    for n in 0..20 {
        world.send(0, 1, &format!("{n}"));
        world.run(1_000);
    }
    world.run(60_000);
    assert_eq!(world.dropbox.taken, 0);
}

#[test]
fn a_parcel_that_nobody_collects_goes_back_to_waiting_and_says_so() {
    let mut world = pair(45);
    leave(&mut world, 1);
    let sent = world.send(0, 1, "too long on holiday");
    world.run(10_000);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::InDropBox);
    world.run(15 * DAY);
    let now = message(&mut world, 0, sent.id);
    assert_eq!(now.state, MessageState::Waiting);
    assert_eq!(steps(&now), [CustodyKind::Saved, CustodyKind::InDropBox, CustodyKind::DropBoxExpired]);
    assert_eq!(world.dropbox.taken, 1, "it is not left again by itself");
    leave(&mut world, 0);
    world.start(0);
    world.run(60_000);
    assert_eq!((message(&mut world, 0, sent.id).state, world.dropbox.taken), (MessageState::Waiting, 1));
    world.answer(0, Call::MessageRetry(OneMessage { id: sent.id })).unwrap();
    world.run(10_000);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::InDropBox, "but when it is told to");
    world.start(1);
    world.run(20_000);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::Delivered);
}

#[test]
fn a_full_box_leaves_the_message_waiting_with_the_reason() {
    let mut world = pair(46);
    leave(&mut world, 1);
    world.dropbox.full = true;
    let sent = world.send(0, 1, "no room");
    world.run(20_000);
    let now = message(&mut world, 0, sent.id);
    assert_eq!(now.state, MessageState::Waiting);
    assert_eq!(now.error.map(|error| error.code).as_deref(), Some("E-DROP-1"));
    let told = world.nodes[0]
        .events
        .iter()
        .any(|event| matches!(event, Event::MessageState { id, error: Some(_), .. } if *id == sent.id));
    assert!(told);
    world.dropbox.full = false;
    world.run(700_000);
    let now = message(&mut world, 0, sent.id);
    assert_eq!((now.state, now.error), (MessageState::InDropBox, None), "it is tried again by itself");
}

#[test]
fn without_a_drop_box_in_policy_nothing_is_ever_left() {
    let mut world = World::new(47, &["alice", "bob"]);
    world.run(5_000);
    leave(&mut world, 1);
    let sent = world.send(0, 1, "waits here");
    world.run(DAY);
    assert_eq!((message(&mut world, 0, sent.id).state, world.dropbox.taken), (MessageState::Waiting, 0));
    world.org.set_policy(|policy| policy.box_days = 3);
    world.push_leaves();
    world.run(DAY);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::InDropBox, "until Policy has one");
    world.org.set_policy(|policy| policy.box_days = 0);
    world.push_leaves();
    let next = world.send(0, 1, "waits again");
    world.run(DAY);
    assert_eq!((message(&mut world, 0, next.id).state, world.dropbox.taken), (MessageState::Waiting, 1));
}

#[test]
fn a_pair_that_only_has_the_box_heals_a_lost_session() {
    let mut world = pair(52);
    world.send(0, 1, "before");
    world.run(3_000);
    leave(&mut world, 1);
    leave(&mut world, 0);
    // Bob's disk is an older copy of itself: what was sent since cannot be opened.
    let copy = world.copy_disk(1);
    world.start(0);
    world.start(1);
    world.run(5_000);
    for n in 0..3 {
        world.send(0, 1, &format!("lost {n}"));
        world.send(1, 0, &format!("turn {n}"));
        world.run(3_000);
    }
    leave(&mut world, 1);
    world.put_disk(1, copy);
    let sent = world.send(0, 1, "after the restore");
    world.run(20_000);
    leave(&mut world, 0);
    for _ in 0..4 {
        world.start(1);
        world.run(60_000);
        leave(&mut world, 1);
        world.start(0);
        world.run(60_000);
        leave(&mut world, 0);
    }
    world.start(1);
    world.run(30_000);
    assert!(texts(&mut world, 1, 0).contains(&"after the restore".to_owned()));
    leave(&mut world, 1);
    world.start(0);
    world.run(10_000);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::Delivered);
}

#[test]
fn the_last_bundle_opens_a_session_when_nobody_gives_prekeys() {
    let mut world = strangers(54);
    leave(&mut world, 1);
    world.send(0, 1, "first");
    world.run(20_000);
    leave(&mut world, 0);
    world.start(1);
    world.run(20_000);
    leave(&mut world, 1);
    world.start(0);
    world.run(20_000);
    leave(&mut world, 0);
    // The server forgets everything, and the session is lost: what was verified is still good.
    world.lose_sessions(0);
    world.start(0);
    world.run(5_000);
    world.forget_prekeys();
    let sent = world.send(0, 1, "by the last resort");
    world.run(60_000);
    assert_eq!(message(&mut world, 0, sent.id).state, MessageState::InDropBox);
    leave(&mut world, 0);
    world.start(1);
    world.run(20_000);
    assert!(texts(&mut world, 1, 0).contains(&"by the last resort".to_owned()));
}
