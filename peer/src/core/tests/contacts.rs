//! Contacts, blocking, bans, changed keys, safety numbers, the log.

use conclave_proto::ErrorCode;

use super::world::World;
use crate::model::{
    Answer, Call, ContactList, Event, Failure, MessageState, OneMessage, OneUser, PresenceStatus,
    SafetyLevel, SafetyVerify, UserRef,
};

fn who(name: &str) -> OneUser {
    OneUser { user: UserRef::Name(name.into()) }
}

fn world(seed: u64) -> World {
    let mut world = World::new(seed, &["zoe", "bob", "carol"]);
    world.run(5_000);
    world
}

fn state(world: &mut World, at: usize, id: crate::model::MessageId) -> (MessageState, Option<String>) {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => (message.state, message.error.map(|error| error.code)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn contacts_are_listed_online_first_each_by_name() {
    let mut world = world(11);
    world.kill(1);
    world.run(1_000);
    let Ok(Answer::Contacts { contacts }) = world.answer(2, Call::ContactList(ContactList { filter: None }))
    else {
        panic!()
    };
    let listed: Vec<(&str, PresenceStatus)> =
        contacts.iter().map(|it| (it.name.as_str(), it.presence)).collect();
    assert_eq!(listed, [("zoe", PresenceStatus::Available), ("bob", PresenceStatus::Offline)]);
    let filter = ContactList { filter: Some("bo".into()) };
    let Ok(Answer::Contacts { contacts }) = world.answer(2, Call::ContactList(filter)) else { panic!() };
    assert_eq!(contacts.len(), 1);
}

#[test]
fn who_is_blocked_reaches_nobody_until_unblocked() {
    let mut world = world(12);
    world.send(0, 1, "before");
    world.run(2_000);
    world.answer(1, Call::ContactBlock(who("zoe"))).unwrap();
    let call = world.text(0, "no", None);
    assert_eq!(world.answer(1, call).unwrap_err().code, ErrorCode::Blocked);
    let sent = world.send(0, 1, "blocked");
    world.run(30_000);
    assert_eq!(world.history(1, 0, 10).len(), 1);
    world.answer(1, Call::ContactUnblock(who("zoe"))).unwrap();
    world.run(200_000);
    assert_eq!(state(&mut world, 0, sent.id).0, MessageState::Delivered);
}

#[test]
fn a_banned_person_is_cut_off_at_once() {
    let mut world = world(13);
    world.send(0, 1, "before");
    world.run(2_000);
    let user = world.nodes[1].person.user;
    world.org.ban(user);
    world.push_leaves();
    world.run(1_000);
    let call = world.text(1, "after", None);
    assert_eq!(world.answer(0, call).unwrap_err().code, ErrorCode::AuthBanned);
    assert!(world.nodes[0].core.as_ref().unwrap().link_to(&user).is_none());
    let told = world.nodes[0]
        .events
        .iter()
        .any(|event| matches!(event, Event::ContactChanged { what, .. } if what == "banned"));
    assert!(told);
    world.run(60_000);
    assert!(world.nodes[0].core.as_ref().unwrap().link_to(&user).is_none(), "and does not come back");
}

#[test]
fn a_changed_account_key_blocks_sending_until_it_is_accepted() {
    let mut world = world(14);
    world.send(0, 1, "before");
    world.run(2_000);
    world.kill(1);
    world.run(1_000);
    let queued = world.send(0, 1, "queued for the old key");
    let renewed = world.org.reset(&world.nodes[1].person);
    let first = world.org.log.size() - 3;
    assert!(first > 0);
    world.nodes[1].person = renewed;
    world.push_leaves();
    world.run(2_000);
    assert_eq!(state(&mut world, 0, queued.id), (MessageState::Failed, Some("E-KEY-1".to_owned())));
    let call = world.text(1, "refused", None);
    assert_eq!(world.answer(0, call).unwrap_err().code, ErrorCode::KeyChanged);
    assert!(world.nodes[0].events.iter().any(|event| matches!(event, Event::SafetyChanged { .. })));
    let Ok(Answer::Safety { change, .. }) = world.answer(0, Call::SafetyGet(who("bob"))) else { panic!() };
    assert!(change.is_some());
    world.answer(0, Call::SafetyAccept(who("bob"))).unwrap();
    // Bob's new computer begins with an empty profile.
    world.forget(1);
    world.start(1);
    world.run(60_000);
    assert_eq!(state(&mut world, 0, queued.id).0, MessageState::Delivered);
    let there: Vec<String> = world.history(1, 0, 10).into_iter().map(|message| message.text).collect();
    assert_eq!(there, ["queued for the old key"]);
}

#[test]
fn both_sides_compute_the_same_number_and_comparing_it_counts() {
    let mut world = world(15);
    let get = |world: &mut World, at, name| match world.answer(at, Call::SafetyGet(who(name))) {
        Ok(Answer::Safety { digits, qr, level, .. }) => (digits, qr, level),
        other => panic!("{other:?}"),
    };
    let (mine, _, level) = get(&mut world, 0, "bob");
    let (theirs, qr, _) = get(&mut world, 1, "zoe");
    assert_eq!(mine, theirs);
    assert_eq!(mine.split(' ').count(), 12);
    assert_eq!(level, SafetyLevel::Directory);
    let verify = |digits: Option<String>, qr: Option<String>| {
        Call::SafetyVerify(SafetyVerify { user: UserRef::Name("bob".into()), digits, qr })
    };
    let wrong = mine.replace('1', "2").replace('3', "4");
    assert!(matches!(world.answer(0, verify(Some(wrong), None)), Ok(Answer::Match { matches: false })));
    assert_eq!(get(&mut world, 0, "bob").2, SafetyLevel::Directory);
    assert!(matches!(world.answer(0, verify(None, Some(qr))), Ok(Answer::Match { matches: true })));
    assert_eq!(get(&mut world, 0, "bob").2, SafetyLevel::Compared);
    world.answer(0, Call::SafetyUnverify(who("bob"))).unwrap();
    assert_eq!(get(&mut world, 0, "bob").2, SafetyLevel::Directory);
}

#[test]
fn a_ban_travels_from_peer_to_peer_without_the_server() {
    let mut world = world(16);
    world.server(false);
    world.cut(0, 1);
    world.cut(0, 2);
    world.cut(1, 2);
    world.run(1_000);
    let carol = world.nodes[2].person.user;
    world.org.ban(carol);
    // Only zoe hears of it from the server.
    world.server_up = true;
    world.kill(0);
    world.start(0);
    world.run(1_000);
    world.server_up = false;
    world.heal();
    world.send(0, 1, "hello");
    world.run(60_000);
    let status = world.answer(1, Call::Status).unwrap();
    let Answer::Status(status) = status else { panic!() };
    assert_eq!(status.directory.size, world.org.log.size());
    assert!(world.nodes[1].core.as_ref().unwrap().link_to(&carol).is_none());
}

#[test]
fn somebody_who_has_just_enrolled_is_found_at_the_server() {
    let mut world = World::new(33, &["alice", "bob"]);
    world.run(5_000);
    world.org.join("carol");
    let get = |name: &str| Call::ContactGet(OneUser { user: UserRef::Name(name.to_owned()) });
    // Nobody has pushed the leaf.
    assert!(
        matches!(world.answer(0, get("carol")), Ok(Answer::Contact { contact }) if contact.name == "carol")
    );
    let unknown = |result: Result<Answer, Failure>| result.err().map(|failure| failure.code);
    assert_eq!(unknown(world.answer(0, get("dave"))), Some(ErrorCode::ApiNotFound));
    world.server(false);
    world.org.join("erin");
    assert_eq!(unknown(world.answer(0, get("erin"))), Some(ErrorCode::ApiNotFound), "nobody to ask");
    world.server(true);
    assert!(world.answer(1, get("erin")).is_ok());
}
