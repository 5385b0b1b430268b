//! Which ways are used, what is told of a path, and how a core comes back after a change of networks or a sleep.

use super::world::World;
use crate::core::Input;
use crate::core::input::LinkId;
use crate::model::{
    Answer, Call, Event, OneUser, Path, PresenceSet, PresenceStatus, SettingsSet, Time, UserRef,
};

fn pair(seed: u64) -> World {
    let mut world = World::new(seed, &["alice", "bob"]);
    world.run(10_000);
    world
}

fn path(world: &mut World) -> (Path, Option<String>, Option<u64>) {
    let user = UserRef::Id(world.nodes[1].person.user);
    match world.answer(0, Call::PathGet(OneUser { user })) {
        Ok(Answer::Path { path, reason, rtt_ms, .. }) => (path, reason, rtt_ms),
        other => panic!("{other:?}"),
    }
}

/// What was told of paths since a mark.
fn told(world: &World, since: usize) -> Vec<(Path, Option<String>)> {
    let paths = |event: &Event| match event {
        Event::PathChanged { path, reason, .. } => Some((*path, reason.clone())),
        _ => None,
    };
    world.nodes[0].ephemeral[since..].iter().filter_map(paths).collect()
}

/// The presence told last since a mark.
fn seen(world: &World, since: usize) -> Option<PresenceStatus> {
    let shown = |event: &Event| match event {
        Event::PresenceChanged { presence, .. } => Some(*presence),
        _ => None,
    };
    world.nodes[0].ephemeral[since..].iter().rev().find_map(shown)
}

fn link(world: &World) -> LinkId {
    world.links(0)[0]
}

#[test]
fn a_link_that_moves_is_not_told_as_lost() {
    let mut world = pair(71);
    let (was, mark) = (link(&world), world.nodes[0].ephemeral.len());
    let peer = world.nodes[1].person.transport();
    let before = path(&mut world);
    world.input(0, Input::LinkDown { link: was });
    assert_eq!(path(&mut world), before, "gone for a moment only");
    world.input(0, Input::LinkUp { link: LinkId(9_999), peer, path: Path::Internet });
    world.run(300);
    assert_eq!(told(&world, mark), [], "nothing yet: the new link has not said Hello");
}

#[test]
fn a_link_that_is_lost_is_told_once_and_dialled_again_whatever_the_server_says() {
    let mut world = pair(72);
    world.server(false);
    world.run(2_000);
    let (mark, dials) = (world.nodes[0].ephemeral.len(), world.nodes[0].dials + world.nodes[1].dials);
    world.cut(0, 1);
    world.run(3_000);
    let told = told(&world, mark);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, Path::Waiting);
    assert_eq!(seen(&world, mark), Some(PresenceStatus::Offline), "nobody else says that they are there");
    world.heal();
    world.run(60_000);
    assert_ne!(path(&mut world).0, Path::Waiting);
    assert_eq!(seen(&world, mark), Some(PresenceStatus::Available));
    assert!(world.nodes[0].dials + world.nodes[1].dials > dials);
}

#[test]
fn a_round_trip_is_shown_with_the_path() {
    let mut world = pair(73);
    let link = link(&world);
    world.input(0, Input::Measured { link, rtt_ms: 17 });
    assert_eq!(path(&mut world).2, Some(17));
}

#[test]
fn the_relay_is_used_with_the_server_and_the_local_network_is_searched_without_it() {
    let mut world = pair(74);
    assert_eq!(world.nodes[0].ways, (true, false));
    world.server(false);
    world.run(5_000);
    assert_eq!(world.nodes[0].ways, (false, false), "it may be back in a moment");
    world.run(10_000);
    assert_eq!(world.nodes[0].ways, (false, true));
    world.server(true);
    world.run(60_000);
    assert_eq!(world.nodes[0].ways, (true, false));
    // Unless the person wants it at all times, which is kept.
    let wanted = SettingsSet { lan_discovery: Some(true), ..SettingsSet::default() };
    world.answer(0, Call::SettingsSet(wanted)).unwrap();
    assert_eq!(world.nodes[0].ways, (true, true));
    world.run(1_000);
    world.kill(0);
    world.start(0);
    world.run(10_000);
    assert_eq!(world.nodes[0].ways, (true, true));
}

#[test]
fn a_colleague_in_the_local_network_is_dialled_and_a_stranger_is_not() {
    let mut world = World::new(75, &["alice", "bob"]);
    world.run(10_000);
    world.server(false);
    world.cut(0, 1);
    // Long enough that nobody tries any more.
    world.run(400_000);
    let dials = world.nodes[0].dials;
    let (peer, me) = (world.nodes[1].person.transport(), world.nodes[0].person.transport());
    let somewhere = || vec![vec![4, 10, 0, 0, 7, 6, 0, 80]];
    world.input(0, Input::Nearby { peer: me, addresses: somewhere() });
    world.run(100);
    assert_eq!(world.nodes[0].dials, dials, "not myself");
    world.heal();
    world.input(0, Input::Nearby { peer, addresses: somewhere() });
    world.run(5_000);
    assert!(world.nodes[0].dials > dials);
    assert_ne!(path(&mut world).0, Path::Waiting);
    world.input(0, Input::Nearby { peer, addresses: Vec::new() });
}

/// A node that cannot dial at all backs off to a minute; a change of networks ends the wait.
#[test]
fn after_a_change_of_networks_or_a_sleep_people_are_dialled_at_once() {
    let mut world = pair(76);
    let dialled_within = |world: &mut World, span: Time| {
        let before = world.nodes[0].dials;
        world.run(span);
        world.nodes[0].dials - before
    };
    world.send(0, 1, "keeps it trying");
    world.cut(0, 1);
    world.send(0, 1, "this too");
    world.run(300_000);
    // Backed off: there is a second in which nothing is dialled.
    while dialled_within(&mut world, 2_000) > 0 {}
    world.input(0, Input::NetworkChanged);
    assert!(dialled_within(&mut world, 2_000) > 0);
}

#[test]
fn neither_way_is_used_when_policy_forbids_it_and_the_core_rests() {
    let mut world = pair(77);
    world.org.set_policy(|policy| {
        policy.relay = false;
        policy.lan = false;
    });
    world.push_leaves();
    world.run(5_000);
    assert_eq!(world.nodes[0].ways, (false, false));
    world.server(false);
    // A timer that came again and again would be more than the world bears.
    world.run(3_000_000);
    assert_eq!(world.nodes[0].ways, (false, false));
}

#[test]
fn two_clocks_that_differ_are_told_with_their_minutes() {
    let mut world = pair(79);
    // A hundred hours ahead, a lease and a head of today look long over.
    world.server(false);
    world.kill(1);
    world.nodes[1].skew = 100 * 3_600_000;
    world.start(1);
    world.run(30_000);
    let user = UserRef::Id(world.nodes[0].person.user);
    let answer = world.answer(1, Call::PathGet(OneUser { user }));
    let Ok(Answer::Path { reason, clock_minutes, .. }) = answer else { panic!("{answer:?}") };
    assert_eq!((reason.as_deref(), clock_minutes), (Some("clock"), Some(6_000)));
}

#[test]
fn what_i_show_of_myself_is_told_again_after_a_restart_until_it_ends() {
    let mut world = pair(80);
    let mine = |world: &mut World| match world.answer(0, Call::PresenceGet) {
        Ok(Answer::OwnPresence { status, text, until }) => (status, text, until),
        other => panic!("{other:?}"),
    };
    assert_eq!(mine(&mut world), (PresenceStatus::Available, None, None));
    let until = world.now + 60_000;
    let (status, text) = (PresenceStatus::Dnd, Some("in a meeting".to_owned()));
    let set = PresenceSet { status, text: text.clone(), until: Some(until) };
    world.answer(0, Call::PresenceSet(set)).unwrap();
    world.run(1_000);
    world.kill(0);
    world.start(0);
    assert_eq!(mine(&mut world), (status, text, Some(until)));
    world.run(60_000);
    assert_eq!(mine(&mut world), (PresenceStatus::Available, None, None));
}
