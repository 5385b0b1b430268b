//! Old copies of a profile, new computers, clocks: sessions are renewed by themselves and nothing is lost.

use conclave_proto::ErrorCode;

use super::world::World;
use crate::core::Input;
use crate::core::input::ServerNews;
use crate::model::{Answer, Call, Event, MessageId, MessageState, OneMessage};

const HOUR: u64 = 3_600_000;

fn pair(seed: u64) -> World {
    let mut world = World::new(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

fn state(world: &mut World, at: usize, id: MessageId) -> MessageState {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => message.state,
        other => panic!("{other:?}"),
    }
}

fn texts(world: &mut World, at: usize, with: usize) -> Vec<String> {
    world.history(at, with, 50).into_iter().map(|message| message.text).collect()
}

fn delivered(world: &mut World, at: usize, id: MessageId) {
    let stands = state(world, at, id);
    let other = world.nodes[1 - at].person.user;
    let me = world.nodes[at].person.user;
    let why = || {
        let (a, b) = (&world.nodes[at].core, &world.nodes[1 - at].core);
        format!("{}\n{}", a.as_ref().unwrap().delivery(&other), b.as_ref().unwrap().delivery(&me))
    };
    assert_eq!(stands, MessageState::Delivered, "{}", why());
}

/// Kinds of the lines that a computer shows.
fn lines(world: &World, at: usize) -> Vec<String> {
    let line = |event: &Event| match event {
        Event::ConversationLine { kind, .. } => Some(kind.clone()),
        _ => None,
    };
    world.nodes[at].events.iter().filter_map(line).collect()
}

fn talk(world: &mut World, from: u64, to: u64) {
    for n in from..to {
        world.send((n % 2) as usize, 1 - (n % 2) as usize, &format!("{n}"));
        world.run(500);
    }
    world.run(2_000);
}

#[test]
fn an_old_copy_is_noticed_at_once_and_gets_what_it_lacks_with_one_line() {
    let mut world = pair(51);
    talk(&mut world, 0, 10);
    let copy = world.copy(1);
    talk(&mut world, 10, 20);
    world.restore(1, &copy);
    world.run(60_000);
    // Nobody has written anything since: what alice had sent comes again by itself.
    let have = texts(&mut world, 1, 0);
    let want: Vec<String> = (0..20).filter(|n| *n < 10 || n % 2 == 0).map(|n| n.to_string()).collect();
    assert_eq!(have, want);
    for at in [0, 1] {
        let lines = lines(&world, at);
        assert!(
            matches!(lines.as_slice(), [kind] if ["sentAgain", "sessionRestarted", "restoredBackup"].contains(&kind.as_str())),
            "{at}: {lines:?}"
        );
    }
    // And both go on.
    let ids = [world.send(0, 1, "on").id, world.send(1, 0, "and on").id];
    world.run(2 * HOUR);
    for (at, id) in ids.into_iter().enumerate() {
        delivered(&mut world, at, id);
    }
    assert_eq!(
        texts(&mut world, 1, 0).last().map(String::as_str),
        texts(&mut world, 0, 1).last().map(String::as_str)
    );
}

#[test]
fn a_copy_from_before_the_directory_came_gets_what_it_lacks() {
    let mut world = World::new(59, &["alice", "bob"]);
    let copy = world.copy(1);
    world.run(5_000);
    talk(&mut world, 0, 10);
    world.restore(1, &copy);
    assert_eq!(world.nodes[1].core.as_ref().unwrap().log.directory.size(), 0, "older than the log");
    world.run(HOUR);
    assert_eq!(texts(&mut world, 1, 0), ["0", "2", "4", "6", "8"]);
}

#[test]
fn an_old_copy_that_writes_first_heals_too() {
    let mut world = pair(52);
    talk(&mut world, 0, 6);
    let copy = world.copy(1);
    talk(&mut world, 6, 16);
    world.cut(0, 1);
    world.restore(1, &copy);
    let written: Vec<MessageId> = (0..3).map(|n| world.send(1, 0, &format!("again {n}")).id).collect();
    world.heal();
    world.run(3 * HOUR);
    for id in written {
        delivered(&mut world, 1, id);
    }
    let have = texts(&mut world, 1, 0);
    for n in (0..16).filter(|n| *n < 6 || n % 2 == 0) {
        assert_eq!(have.iter().filter(|text| **text == n.to_string()).count(), 1, "{n} of {have:?}");
    }
    let there = texts(&mut world, 0, 1);
    assert_eq!(there.len(), 19, "{there:?}");
}

#[test]
fn what_is_on_its_way_again_is_asked_for_once_more_when_its_author_forgets_that() {
    let mut world = pair(57);
    let old = world.copy(1);
    for n in 0..20 {
        world.send(0, 1, &format!("{n}"));
    }
    world.run(60_000);
    let have = |world: &mut World| {
        let texts = world.history(1, 0, 200).into_iter().map(|message| message.text);
        let mut have: Vec<u32> = texts.map(|text| text.parse().unwrap()).collect();
        have.sort_unstable();
        have
    };
    assert_eq!(have(&mut world).len(), 20);
    world.cut(0, 1);
    world.restore(1, &old);
    // More than fits the window: what comes again waits behind it, while the answer does not.
    for n in 20..620 {
        world.send(0, 1, &format!("{n}"));
    }
    world.run(1_000);
    let delivered = world.copy(0);
    world.heal();
    while have(&mut world).len() < 260 {
        world.run(1);
    }
    world.cut(0, 1);
    let now = have(&mut world);
    assert_eq!(now.first(), Some(&20), "{}", now.len());
    world.restore(0, &delivered);
    world.heal();
    world.run(3 * HOUR);
    assert_eq!(have(&mut world), (0..620).collect::<Vec<_>>());
}

#[test]
fn a_new_computer_gets_what_is_unacknowledged_and_colleagues_see_one_line() {
    let mut world = pair(53);
    talk(&mut world, 0, 6);
    world.kill(1);
    world.run(1_000);
    let waiting = world.send(0, 1, "for whichever computer");
    world.nodes[1].person = world.org.move_to_new_device(&world.nodes[1].person);
    world.forget(1);
    world.push_leaves();
    world.start(1);
    world.run(60_000);
    delivered(&mut world, 0, waiting.id);
    assert_eq!(texts(&mut world, 1, 0), ["for whichever computer"]);
    assert_eq!(lines(&world, 0), ["deviceChanged"]);
    assert!(lines(&world, 1).is_empty());
    let back = world.send(1, 0, "from the new one");
    world.run(60_000);
    delivered(&mut world, 1, back.id);
    assert!(!world.nodes[0].events.iter().any(|event| matches!(event, Event::SafetyChanged { .. })));
}

#[test]
fn what_a_colleague_says_before_the_leaves_that_name_it_is_not_lost() {
    // One message, and more than is kept meanwhile.
    for (seed, messages) in [(60, 1), (61, 100)] {
        let mut world = pair(seed);
        talk(&mut world, 0, 4);
        for at in [0, 1] {
            world.kill(at);
        }
        // Bob comes back without the server and has not seen alice's new computer in the log.
        world.nodes[0].person = world.org.move_to_new_device(&world.nodes[0].person);
        world.forget(0);
        world.start(0);
        world.run(2_000);
        let sent: Vec<_> = (0..messages).map(|n| world.send(0, 1, &format!("{n}")).id).collect();
        world.server(false);
        world.start(1);
        let sizes =
            |world: &World| [0, 1].map(|at| world.nodes[at].core.as_ref().unwrap().log.directory.size());
        let [hers, his] = sizes(&world);
        assert!(hers > his);
        world.run(2_500);
        assert_eq!(sizes(&world), [hers; 2], "told by alice");
        for id in sent {
            delivered(&mut world, 0, id);
        }
    }
}

#[test]
fn a_computer_with_new_keys_keeps_history_and_outbox_and_asks_for_what_it_lacks() {
    let mut world = pair(58);
    talk(&mut world, 0, 6);
    world.cut(0, 1);
    let mine = world.send(1, 0, "sealed under the last keys");
    world.run(1_000);
    let copy = world.copy(1);
    world.heal();
    world.run(5_000);
    let theirs = world.send(0, 1, "after the copy");
    world.run(5_000);
    delivered(&mut world, 0, theirs.id);
    // The copy is put back, and its computer listed under other keys before it meets anybody.
    world.cut(0, 1);
    world.restore(1, &copy);
    world.kill(1);
    world.nodes[1].person = world.org.move_to_new_device(&world.nodes[1].person);
    world.push_leaves();
    world.start(1);
    world.heal();
    world.run(60_000);
    delivered(&mut world, 1, mine.id);
    let have = texts(&mut world, 1, 0);
    assert_eq!(have.iter().filter(|text| *text == "after the copy").count(), 1, "{have:?}");
    assert_eq!(have.len(), 8, "{have:?}");
    assert_eq!(texts(&mut world, 0, 1).len(), 8);
    assert_eq!(lines(&world, 0), ["deviceChanged"]);
    let ids = [world.send(0, 1, "on").id, world.send(1, 0, "and on").id];
    world.run(5_000);
    for (at, id) in ids.into_iter().enumerate() {
        delivered(&mut world, at, id);
    }
}

#[test]
fn the_old_computer_keeps_its_outbox_when_another_takes_over() {
    let mut world = pair(54);
    talk(&mut world, 0, 4);
    world.cut(0, 1);
    let waiting = world.send(1, 0, "written before the other computer took over");
    let device = world.nodes[1].person.device;
    let _new = world.org.move_to_new_device(&world.nodes[1].person);
    world.push_leaves();
    let code = ErrorCode::SessionElsewhere;
    world.input(1, Input::Server(ServerNews::SessionEnded { code, until: 0, device: Some(device) }));
    world.run(60_000);
    let told = world.nodes[1].events.iter().any(
        |event| matches!(event, Event::SessionEnded { code, device: Some(_), .. } if code == "E-SESS-1"),
    );
    assert!(told);
    assert_eq!(state(&mut world, 1, waiting.id), MessageState::Waiting);
    world.kill(1);
    world.start(1);
    world.run(60_000);
    assert_eq!(state(&mut world, 1, waiting.id), MessageState::Waiting, "also after a restart");
}

#[test]
fn bar_f13_a_clock_a_day_behind_loses_nothing_also_across_a_restart() {
    let mut world = pair(55);
    talk(&mut world, 0, 4);
    world.nodes[1].skew = -24 * 3_600_000;
    let id = world.send(0, 1, "the clock went back").id;
    world.run(60_000);
    delivered(&mut world, 0, id);
    world.kill(1);
    world.run(1_000);
    world.start(1);
    let ids = [world.send(0, 1, "and again").id, world.send(1, 0, "in order").id];
    world.run(120_000);
    for (at, id) in ids.into_iter().enumerate() {
        delivered(&mut world, at, id);
    }
    // Leap second, ten minutes, 2038: order stays the author's.
    for skew in [1_000, -1_000, 600_000, -600_000, 364_000_000_000, 0] {
        world.nodes[1].skew = skew;
        let sent = world.send(1, 0, &format!("{skew}"));
        world.run(120_000);
        world.nodes[1].skew = 0;
        world.run(HOUR);
        delivered(&mut world, 1, sent.id);
    }
    let mine: Vec<String> = texts(&mut world, 0, 1).into_iter().rev().take(6).collect();
    assert_eq!(mine, ["0", "364000000000", "-600000", "600000", "-1000", "1000"]);
}

#[test]
fn a_clock_set_back_does_not_lengthen_the_grace_also_across_a_restart() {
    let mut world = pair(56);
    talk(&mut world, 0, 4);
    world.server(false);
    world.kill(0);
    world.run(80 * HOUR);
    // Bob has seen that the grace is over and writes it down with the next thing he does.
    let sent = world.send(1, 0, "nobody is believed any more");
    world.run(5_000);
    world.kill(1);
    for at in [0, 1] {
        world.nodes[at].skew = -79 * 3_600_000;
    }
    world.start(1);
    world.start(0);
    world.run(HOUR);
    assert_eq!(state(&mut world, 1, sent.id), MessageState::Waiting);
    let alice = world.nodes[0].person.user;
    assert!(world.nodes[1].core.as_ref().unwrap().link_to(&alice).is_none());
    world.server(true);
    world.run(HOUR);
    delivered(&mut world, 1, sent.id);
}
