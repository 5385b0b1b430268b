//! Bad input at the core (BARS, Bad input): every kind of frame a colleague may send and every kind of news a server may,
//! as garbage, empty, cut short, too long and out of order. The link is closed or the words are let lie; no record
//! changes, nothing is told, and everybody goes on afterwards.

use bytes::Bytes;
use conclave_crypto::keys::{DeviceId, ItemId, UserId};
use conclave_crypto::lease::Lease;
use conclave_proto::schema::{Leaves, LeavesRequest, PrekeyReply};
use conclave_proto::{ErrorCode, Frame, FrameKind};

use super::org::SimRng;
use super::world::World;
use crate::core::effect::RequestId;
use crate::core::input::{LinkId, ListedParcel, PersonPresence, ServerNews};
use crate::core::{Effect, Input};
use crate::model::{Answer, Call, MessageState, Path, PresenceStatus};

/// Every kind of the wire, and one that nobody knows.
const KINDS: [FrameKind; 19] = [
    FrameKind::OPENING,
    FrameKind::REFUSAL,
    FrameKind::LOGIN,
    FrameKind::REQUEST,
    FrameKind::RESPONSE,
    FrameKind::PUSH,
    FrameKind::HELLO,
    FrameKind::ENVELOPE,
    FrameKind::PREKEY_REQUEST,
    FrameKind::PREKEY_REPLY,
    FrameKind::LEAVES_REQUEST,
    FrameKind::LEAVES,
    FrameKind::RESEND,
    FrameKind::FILE_REQUEST,
    FrameKind::FILE_ANSWER,
    FrameKind::DATA,
    FrameKind::BOX_REQUEST,
    FrameKind::BOX_RESPONSE,
    FrameKind(9_000),
];

/// Bodies that are none: noise, zeros, a field cut short, half a field, and a long one.
fn bodies() -> [Vec<u8>; 5] {
    [vec![0xff; 64], vec![0; 40], vec![0x0a, 0xff, 0xff, 0xff, 0x0f], vec![7], vec![0x5a; 60_000]]
}

/// Alice and Bob with the network between them cut: what comes to Alice is what a test gives her.
fn apart(seed: u64) -> World {
    let mut world = World::with_drop_box(seed, &["alice", "bob"]);
    world.run(5_000);
    world.send(0, 1, "before");
    world.run(5_000);
    world.cut(0, 1);
    world.run(30_000);
    world
}

/// What Alice's core does about an input; nothing of it is carried out.
fn take(world: &mut World, input: Input) -> Vec<Effect> {
    let now = world.now;
    world.nodes[0].core.as_mut().unwrap().handle(input, now, &mut SimRng::new(9))
}

/// Nothing is written, and nothing told that would have to be.
fn unchanged(effects: &[Effect]) -> bool {
    let changes = |effect: &Effect| {
        matches!(effect, Effect::Persist { .. } | Effect::Notify { seq: Some(_), .. } | Effect::SessionOver)
    };
    !effects.iter().any(changes)
}

fn closes(effects: &[Effect], link: LinkId) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Close(closed) if *closed == link))
}

fn up(world: &World, of: usize, link: LinkId) -> Input {
    Input::LinkUp { link, peer: world.nodes[of].person.transport(), path: Path::Lan }
}

/// A link of Bob's that Alice has accepted.
fn accepted(world: &mut World, number: u64) -> LinkId {
    let link = LinkId(number);
    let (now, to_alice) = (world.now, up(world, 0, link));
    let bob = world.nodes[1].core.as_mut().unwrap();
    let said = bob.handle(to_alice, now, &mut SimRng::new(number));
    bob.handle(Input::LinkDown { link }, now, &mut SimRng::new(number));
    let hello = said.into_iter().find_map(|effect| match effect {
        Effect::Transmit { frame, .. } => Some(frame),
        _ => None,
    });
    let from_bob = up(world, 1, link);
    world.input(0, from_bob);
    world.input(0, Input::Frame { link, frame: hello.expect("a Hello") });
    world.run(100);
    let bob = world.nodes[1].person.user;
    assert_eq!(world.nodes[0].core.as_ref().unwrap().link_to(&bob), Some(link));
    link
}

/// Both meet again, and what is written then arrives.
fn go_on(world: &mut World) {
    world.heal();
    world.run(120_000);
    let sent = world.send(0, 1, "after");
    let back = world.send(1, 0, "and back");
    world.run(120_000);
    for (at, message) in [(0, sent), (1, back)] {
        let kept = world.history(at, 1 - at, 50).into_iter().find(|kept| kept.id == message.id);
        assert_eq!(kept.map(|kept| kept.state), Some(MessageState::Delivered));
    }
}

#[test]
fn before_a_hello_every_other_frame_closes_the_link_and_changes_nothing() {
    let mut world = apart(601);
    let mut number = 50_000;
    for kind in KINDS {
        for body in bodies().into_iter().chain([Vec::new()]) {
            number += 1;
            let link = LinkId(number);
            let begun = up(&world, 1, link);
            assert!(unchanged(&take(&mut world, begun)));
            let effects = take(&mut world, Input::Frame { link, frame: Frame::raw(kind, body.clone()) });
            assert!(closes(&effects, link) && unchanged(&effects), "{kind:?} {:.8?}: {effects:?}", body);
            // What comes on a link that is gone is nobody's.
            let late = take(&mut world, Input::Frame { link, frame: Frame::raw(kind, body) });
            assert!(unchanged(&late) && !closes(&late, link));
        }
    }
    go_on(&mut world);
}

#[test]
fn after_a_hello_every_frame_that_is_none_closes_the_link_and_changes_nothing() {
    let mut world = apart(602);
    let mut number = 60_000;
    for kind in KINDS {
        for body in bodies() {
            number += 1;
            let link = accepted(&mut world, number);
            let effects = take(&mut world, Input::Frame { link, frame: Frame::raw(kind, body.clone()) });
            assert!(closes(&effects, link) && unchanged(&effects), "{kind:?} {:.8?}: {effects:?}", body);
        }
    }
    // Unknown and marked optional: skipped.
    let link = accepted(&mut world, number + 1);
    let later = Frame { kind: FrameKind(9_000), optional: true, body: Bytes::from_static(&[0xff; 9]) };
    let effects = take(&mut world, Input::Frame { link, frame: later });
    assert!(!closes(&effects, link) && unchanged(&effects));
    world.input(0, Input::LinkDown { link });
    go_on(&mut world);
}

#[test]
fn well_formed_frames_out_of_order_or_out_of_bounds_change_nothing() {
    let mut world = apart(603);
    let (size, root) = {
        let log = &world.nodes[0].core.as_ref().unwrap().log.directory;
        (log.size(), log.root())
    };
    let noise = |length: usize| Bytes::from(vec![0x5a; length]);
    let leaves = |first, count, checkpoint: &[u8]| {
        let leaves = Leaves {
            first,
            leaves: vec![noise(100); count],
            checkpoint: Bytes::copy_from_slice(checkpoint),
            size: u64::MAX,
        };
        Frame::message(FrameKind::LEAVES, &leaves)
    };
    let note = world.org.note(world.now);
    let frames = [
        Frame::message(FrameKind::PREKEY_REPLY, &PrekeyReply::default()),
        Frame::message(
            FrameKind::PREKEY_REPLY,
            &PrekeyReply { bundle: noise(1_700), one_time_dh: noise(120), one_time_kem: noise(1_700) },
        ),
        Frame::message(FrameKind::LEAVES_REQUEST, &LeavesRequest { first: u64::MAX }),
        leaves(0, 0, b""),
        leaves(u64::MAX, 3, b"no note"),
        leaves(size, 3, b"no note"),
        leaves(size, 3, &note),
        leaves(0, 2_000, &note),
        leaves(size - 1, 5, b""),
    ];
    for (number, frame) in (70_000..).zip(frames) {
        let link = accepted(&mut world, number);
        let effects = take(&mut world, Input::Frame { link, frame: frame.clone() });
        assert!(unchanged(&effects), "{frame:.200?}: {effects:?}");
        world.input(0, Input::LinkDown { link });
    }
    let log = &world.nodes[0].core.as_ref().unwrap().log.directory;
    assert_eq!((log.size(), log.root()), (size, root));
    go_on(&mut world);
}

/// News that a hostile server may make up, each out of order, for none of it was asked for.
fn news(world: &World) -> Vec<ServerNews> {
    let nobody = RequestId(u64::MAX);
    let noise = |length: usize| Bytes::from(vec![0x5a; length]);
    let me = &world.nodes[0].person;
    let lease = |user_id, device_id, issued, not_after| {
        let lease = Lease { user_id, device_id, devcert_hash: [7; 32], issued, not_after };
        ServerNews::Lease(world.org.sign_lease(lease))
    };
    let (user, device) = (UserId::new([9; 16]), DeviceId::new([9; 16]));
    let listed = ListedParcel { item: ItemId::new([3; 16]), length: u64::MAX, stored: u64::MAX };
    vec![
        ServerNews::Lease(Vec::new()),
        ServerNews::Lease(vec![0x5a; 161]),
        ServerNews::Lease(vec![0; 100_000]),
        lease(user, me.device, 0, u64::MAX),
        lease(me.user, device, u64::MAX, 0),
        ServerNews::Prekeys {
            request: nobody,
            bundle: noise(1_700),
            one_time_dh: noise(99),
            one_time_kem: noise(9),
        },
        ServerNews::Deposited { request: nobody, receipt: noise(113) },
        ServerNews::Parcels { request: nobody, listed: vec![listed; 1_000], more: true },
        ServerNews::Parcel { request: nobody, bytes: vec![0x5a; 1 << 20] },
        ServerNews::ParcelsWaiting { count: 0 },
        ServerNews::Done(nobody),
        ServerNews::Failed { request: nobody, code: ErrorCode::Bug },
        ServerNews::Notice { text: "\u{202e}".repeat(10_000), stops_at: u64::MAX },
        ServerNews::Presence { snapshot: false, people: Vec::new() },
        ServerNews::Presence {
            snapshot: false,
            people: vec![PersonPresence {
                user: me.user,
                device: Some(device),
                status: PresenceStatus::Offline,
                text: "x".repeat(100_000),
                last_seen: u64::MAX,
                addresses: vec![vec![0xff; 60_000]; 99],
            }],
        },
        ServerNews::Connecting,
    ]
}

#[test]
fn news_that_the_server_makes_up_changes_nothing() {
    let mut world = apart(604);
    for (place, news) in news(&world).into_iter().enumerate() {
        let effects = take(&mut world, Input::Server(news));
        assert!(unchanged(&effects), "{place}: {effects:?}");
    }
    world.server(false);
    world.server(true);
    go_on(&mut world);
}

#[test]
fn leaves_that_the_server_makes_up_raise_an_alarm_and_are_not_taken() {
    let mut world = apart(605);
    let held = |world: &World| {
        let log = &world.nodes[0].core.as_ref().unwrap().log.directory;
        (log.size(), log.root())
    };
    let before = held(&world);
    let note = world.org.note(world.now);
    for (first, leaf, checkpoint) in [
        (before.0, vec![0x5a; 300], note.as_slice()),
        (before.0, Vec::new(), note.as_slice()),
        (before.0, vec![0xff; 60_000], b"no note".as_slice()),
        (0, vec![0x5a; 300], note.as_slice()),
        (u64::MAX, vec![0x5a; 300], note.as_slice()),
    ] {
        let leaves = vec![Bytes::from(leaf); 3];
        let checkpoint = Bytes::copy_from_slice(checkpoint);
        world.input(0, Input::Server(ServerNews::Leaves { first, leaves, checkpoint }));
        world.run(100);
        assert_eq!(held(&world), before);
    }
    let alarmed = |event: &crate::model::Event| matches!(event, crate::model::Event::DirectoryAlarm { .. });
    assert!(world.nodes[0].events.iter().any(alarmed));
    go_on(&mut world);
}

#[test]
fn a_server_that_stays_behind_raises_an_alarm_and_one_late_answer_does_not() {
    let mut world = apart(607);
    let size = world.nodes[0].core.as_ref().unwrap().log.directory.size();
    // Only what is given here is heard of the server.
    world.server(false);
    let hear = |world: &mut World, checkpoint: Vec<u8>, later: u64| {
        let news =
            ServerNews::Leaves { first: size, leaves: Vec::new(), checkpoint: Bytes::from(checkpoint) };
        world.input(0, Input::Server(news));
        world.run(later);
        assert_eq!(world.nodes[0].core.as_ref().unwrap().log.directory.size(), size);
        let alarmed =
            |event: &&crate::model::Event| matches!(event, crate::model::Event::DirectoryAlarm { .. });
        world.nodes[0].events.iter().filter(alarmed).count()
    };
    let early = |world: &World| world.org.early_note(size - 1, world.now);
    for later in [100, 61_000] {
        let note = early(&world);
        assert_eq!(hear(&mut world, note, later), 0, "it was on its way");
    }
    let whole = world.org.note(world.now);
    assert_eq!(hear(&mut world, whole, 61_000), 0);
    for (later, alarms) in [(61_000, 0), (61_000, 1), (100, 1)] {
        let note = early(&world);
        assert_eq!(hear(&mut world, note, later), alarms, "told once, after a minute");
    }
    let fault = |world: &mut World| match world.answer(0, Call::Status) {
        Ok(Answer::Status(status)) => status.directory.fault,
        other => panic!("{other:?}"),
    };
    let over = |world: &World| {
        let whole = |event: &&crate::model::Event| matches!(event, crate::model::Event::DirectoryWhole {});
        world.nodes[0].events.iter().filter(whole).count()
    };
    assert_eq!((fault(&mut world).as_deref(), over(&world)), (Some("E-DIR-1"), 0));
    for _ in 0..2 {
        let note = world.org.note(world.now);
        assert_eq!(hear(&mut world, note, 100), 1);
    }
    assert_eq!((fault(&mut world), over(&world)), (None, 1), "told once that it is over");
    world.server(true);
    go_on(&mut world);
}

#[test]
fn times_at_the_ends_of_the_clock_overflow_nothing() {
    let mut world = apart(606);
    let me = (world.nodes[0].person.user, world.nodes[0].person.device);
    for issued in [0, 1, i64::MAX as u64, 1 << 63, u64::MAX - 1, u64::MAX] {
        for not_after in [0, 1 << 63, u64::MAX] {
            let (user_id, device_id) = me;
            let lease = Lease { user_id, device_id, devcert_hash: [7; 32], issued, not_after };
            let lease = world.org.sign_lease(lease);
            take(&mut world, Input::Server(ServerNews::Lease(lease)));
        }
    }
    for clock_skew_ms in [i64::MIN, i64::MAX] {
        take(&mut world, Input::Server(ServerNews::Online { lease: vec![1], clock_skew_ms }));
    }
    for until in [0, u64::MAX] {
        let ended = ServerNews::SessionEnded { code: ErrorCode::SessionEnded, until, device: None };
        take(&mut world, Input::Server(ended));
    }
    // None of it was carried out: the computer starts from its disk.
    world.kill(0);
    world.start(0);
    go_on(&mut world);
}
