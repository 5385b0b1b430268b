//! Streams that do not follow the protocol: an error, the stream closed, no state changed, and the server goes on.

use bytes::Bytes;
use conclave_crypto::keys::TransportSecret;
use conclave_crypto::login::{Factor, LoginFrame, LoginName, RecordChoice};
use conclave_crypto::prekey::Prekeys;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use conclave_proto::schema::{
    AppendLeaf, ClaimPrekeys, EndSession, GetLeaves, LookUpInvite, Opening, PresenceStatus, PublishPrekeys,
    PutUikBackup, Request, SetPresence,
};
use conclave_proto::{ErrorCode, Frame, FrameKind, limits, protocol};
use login_server::EnrolmentMode;

use crate::net::Net;
use crate::person::{Desk, Person, now, receive, rng, send};
use crate::rig::Rig;

async fn stranger(rig: &Rig) -> Net {
    let key = TransportSecret::generate(&mut rng());
    Net::connect(&key, rig.address(false), rig.bound.peer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_oversized_truncated_and_out_of_order_frames() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let over = |limit: usize| u32::try_from(limit + 1).unwrap().to_be_bytes().to_vec();
    for name in [protocol::LOGIN, protocol::DIRECTORY] {
        let limit = if name == protocol::LOGIN { limits::CONTROL_FRAME } else { limits::FRAME };
        let cases: Vec<(&str, Vec<u8>)> = vec![
            ("garbage", vec![0xA5; 300]),
            ("oversized", over(limit)),
            ("shorter than a header", vec![0, 0, 0, 1, 9]),
            ("unknown flags", vec![0, 0, 0, 3, 0, 16, 0x80]),
            ("unknown kind", vec![0, 0, 0, 3, 0x7F, 0xFF, 0]),
            ("opening twice", vec![0, 0, 0, 3, 0, 1, 0]),
            ("a response", vec![0, 0, 0, 3, 0, 33, 0]),
            ("empty login frame", vec![0, 0, 0, 3, 0, 16, 0]),
            ("empty request", vec![0, 0, 0, 3, 0, 32, 0]),
            ("request of garbage", vec![0, 0, 0, 6, 0, 32, 0, 0xFF, 0xFF, 0xFF]),
        ];
        for (what, bytes) in cases {
            let net = stranger(&rig).await;
            let mut wire = net.opened(name).await;
            wire.raw(&bytes).await;
            let refused = wire.refusal().await;
            assert!(refused.is_some(), "{name}: {what}");
        }
        // Truncated: the end comes inside a frame.
        let net = stranger(&rig).await;
        let mut wire = net.opened(name).await;
        wire.raw(&[0, 0, 1, 0, 0, 32]).await;
        wire.finish().await;
        assert!(wire.next().await.is_none());
        // Before OPENING.
        let mut wire = net.open(name).await.unwrap();
        wire.raw(&[0, 0, 0, 3, 0, 32, 0]).await;
        while wire.next().await.is_some_and(|frame| frame.kind == FrameKind::OPENING) {}
        assert!(wire.next().await.is_none());
        // Optional unknown kinds are skipped.
        let net = stranger(&rig).await;
        let mut wire = net.opened(name).await;
        wire.send(&Frame { kind: FrameKind(0x7FFF), optional: true, body: vec![1; 50].into() }).await;
        let call = Request {
            id: 9,
            call: Some(Call::LookUpInvite(LookUpInvite { login_token: vec![1; 16].into() })),
        };
        if name == protocol::DIRECTORY {
            wire.send(&Frame::message(FrameKind::REQUEST, &call)).await;
            assert_eq!(wire.next().await.unwrap().kind, FrameKind::RESPONSE);
        }
    }
    // Whatever was sent: nothing was written and an honest person still gets in.
    let status = rig.admin(serde_json::json!({ "op": "status" })).await;
    assert_eq!((&status["ok"]["leaves"], &status["ok"]["sessions"]), (&4.into(), &0.into()));
    rig.admin(serde_json::json!({ "op": "no_such_thing" })).await;
    Person::enrol(&rig, "alice", "a long password 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn login_frames_out_of_order_end_the_stream() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let name = LoginName::parse("alice").unwrap();
    let first = [
        LoginFrame::Record { upload: Box::new([1; 192]) },
        LoginFrame::Proof { ke3: [1; 64], sealed: vec![1; 100] },
        LoginFrame::Confirm { sealed: vec![1; 100] },
        LoginFrame::Result { sealed: vec![1; 100] },
        LoginFrame::Challenge { ke2: Box::new([1; 320]) },
        LoginFrame::Register { name: name.clone(), request: [0xFF; 32] },
    ];
    for frame in first {
        let net = stranger(&rig).await;
        let mut wire = net.opened(protocol::LOGIN).await;
        send(&mut wire, frame.clone()).await;
        assert!(wire.refusal().await.is_some(), "{frame:?}");
    }
    // A KE1 that is no point, and LOGIN again instead of PROOF.
    let net = stranger(&rig).await;
    let mut wire = net.opened(protocol::LOGIN).await;
    let login = LoginFrame::Login { name, record: RecordChoice::Stored, ke1: Box::new([0xFF; 96]) };
    send(&mut wire, login).await;
    assert_eq!(receive(&mut wire).await, Some(LoginFrame::Refused { code: 1, wait_ms: 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_told_so() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    for (oldest, newest) in [(2, 3), (0, 0)] {
        let net = stranger(&rig).await;
        let mut wire = net.open(protocol::LOGIN).await.unwrap();
        wire.send(&Frame::message(FrameKind::OPENING, &Opening { oldest, newest, clock_ms: 0 })).await;
        let refusal = wire.refusal().await.unwrap();
        assert_eq!(refusal.code, ErrorCode::ServerVersion.number());
        assert_eq!((refusal.oldest, refusal.newest), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_too_long_over_a_step_is_told_to_come_again() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    rig.halt().await;
    let mut config = crate::rig::config(&rig.directory);
    config.limits.handshake_timeout = std::time::Duration::from_millis(300);
    rig.start_again(config).await.unwrap();
    let net = stranger(&rig).await;
    let mut wire = net.opened(protocol::LOGIN).await;
    let refused = wire.refusal().await.expect("a reason");
    assert_eq!(ErrorCode::from_number(refused.code), Some(ErrorCode::ServerBusy));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_login_only_an_invite_is_looked_up_and_guessing_is_slowed() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let invite = rig.invite("alice").await;
    let net = stranger(&rig).await;
    let mut desk = Desk::open(&net, &invite).await;
    assert_eq!(desk.failure(Call::GetLeaves(GetLeaves { first: 0 })).await, ErrorCode::ApiLogin);
    let guess = |byte: u8| Call::LookUpInvite(LookUpInvite { login_token: vec![byte; 16].into() });
    for byte in 0..5 {
        assert_eq!(desk.failure(guess(byte)).await, ErrorCode::AccountInvite);
    }
    assert_eq!(desk.failure(guess(9)).await, ErrorCode::AuthThrottled);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_tries_are_followed_by_a_wait_but_not_for_the_known_device() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let attacker = stranger(&rig).await;
    let name = alice.name.clone();
    let mut waits = 0;
    for _ in 0..7 {
        let mut wire = attacker.opened(protocol::LOGIN).await;
        let (_, ke1) = conclave_crypto::login::LoggingIn::start(&alice.password, &mut rng()).unwrap();
        send(
            &mut wire,
            LoginFrame::Login { name: name.clone(), record: RecordChoice::Stored, ke1: Box::new(ke1) },
        )
        .await;
        match receive(&mut wire).await.unwrap() {
            LoginFrame::Challenge { .. } => {
                send(&mut wire, LoginFrame::Proof { ke3: [7; 64], sealed: vec![7; 160] }).await;
                assert_eq!(receive(&mut wire).await, Some(LoginFrame::Refused { code: 1, wait_ms: 0 }));
            }
            LoginFrame::Refused { code, wait_ms } => {
                assert_eq!(u32::from(code), ErrorCode::AuthThrottled.number());
                assert!((1..=1_000).contains(&wait_ms));
                waits += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits, 2);
    let code = alice.code();
    alice.log_in(&net, Factor::Totp, &code).await.unwrap();
}

/// A copy with one bit turned, somewhere.
fn flipped(bytes: &[u8], dice: usize) -> Vec<u8> {
    let bit = dice.wrapping_mul(0x9e37_79b9) % (bytes.len() * 8);
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_requests_with_hostile_fields_are_refused_and_change_nothing() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let huge = || Bytes::from(vec![0xA5; limits::FRAME - 100]);
    let some = |length: usize| Bytes::from(vec![7; length]);
    // Bob has a login and no account yet: his first leaf is the one that he may append.
    let invite = rig.invite("bob").await;
    let mut bob = Person::new(&invite, "bob", "a long password 2");
    let bobs_net = bob.device.connect(&rig).await;
    bob.make_login(&bobs_net, invite.login_token().expose()).await;
    let mut bobs = Desk::open(&bobs_net, &invite).await;
    bobs.sync().await;
    let leaf = bob.granted(&invite);
    let mut prekeys = Prekeys::new();
    let bundle = prekeys.rotate(&alice.org, alice.device.id, &alice.device.dik_s, now(), &mut rng()).encode();
    let (dh, _) = prekeys.one_time_pair(&alice.org, alice.device.id, &alice.device.dik_s, now(), &mut rng());
    let publish =
        |bundle: Vec<u8>, one_time| Call::PublishPrekeys(PublishPrekeys { bundle: bundle.into(), one_time });
    let presence = |status: i32, text: String, addresses| {
        Call::SetPresence(SetPresence {
            status,
            text,
            until_ms: u64::MAX,
            addresses,
            ..SetPresence::default()
        })
    };
    let away = PresenceStatus::Away.into();
    let long_name = format!("/dns4/{}/tcp/7", "x".repeat(60_000)).parse::<libp2p::Multiaddr>().unwrap();
    let mut cases = vec![
        (
            "an invite that is none",
            Call::LookUpInvite(LookUpInvite { login_token: some(16) }),
            ErrorCode::AccountInvite,
        ),
        ("no leaf", Call::AppendLeaf(AppendLeaf { leaf: some(0) }), ErrorCode::ApiParams),
        ("a leaf of garbage", Call::AppendLeaf(AppendLeaf { leaf: huge() }), ErrorCode::ApiParams),
        ("a bundle of garbage", publish(huge().to_vec(), Vec::new()), ErrorCode::ApiParams),
        ("one-time keys of garbage", publish(bundle.clone(), vec![some(70); 5]), ErrorCode::ApiParams),
        (
            "more one-time keys than are kept",
            publish(bundle.clone(), vec![Bytes::from(dh.encode()); 2 * limits::ONE_TIME_STOCK + 1]),
            ErrorCode::ApiParams,
        ),
        (
            "prekeys of half a device",
            Call::ClaimPrekeys(ClaimPrekeys { device_id: some(15) }),
            ErrorCode::ApiParams,
        ),
        (
            "prekeys of nobody",
            Call::ClaimPrekeys(ClaimPrekeys { device_id: some(16) }),
            ErrorCode::ApiNotFound,
        ),
        ("offline by wish", presence(0, String::new(), Vec::new()), ErrorCode::ApiParams),
        ("an unknown status", presence(99, String::new(), Vec::new()), ErrorCode::ApiParams),
        ("a negative status", presence(-1, String::new(), Vec::new()), ErrorCode::ApiParams),
        (
            "a long text",
            presence(away, "é".repeat(limits::STATUS_TEXT + 1), Vec::new()),
            ErrorCode::ApiParams,
        ),
        ("a huge text", presence(away, "x".repeat(1_000_000), Vec::new()), ErrorCode::ApiParams),
        (
            "many addresses",
            presence(away, String::new(), vec![some(0); limits::ADDRESSES + 1]),
            ErrorCode::ApiParams,
        ),
        ("an address of garbage", presence(away, String::new(), vec![some(9)]), ErrorCode::ApiParams),
        (
            "a huge address",
            presence(away, String::new(), vec![Bytes::from(long_name.to_vec())]),
            ErrorCode::ApiParams,
        ),
        (
            "the end of no session",
            Call::EndSession(EndSession { session_id: some(0) }),
            ErrorCode::ApiNotFound,
        ),
        (
            "the end of a huge session",
            Call::EndSession(EndSession { session_id: huge() }),
            ErrorCode::ApiNotFound,
        ),
        ("a short backup", Call::PutUikBackup(PutUikBackup { backup: some(87) }), ErrorCode::ApiParams),
        ("a huge backup", Call::PutUikBackup(PutUikBackup { backup: huge() }), ErrorCode::ApiParams),
    ];
    let flips = 64;
    cases.extend((0..flips).map(|dice| {
        ("a bundle with a bit turned", publish(flipped(&bundle, dice), Vec::new()), ErrorCode::ApiParams)
    }));
    let before = rig.admin(serde_json::json!({ "op": "status" })).await;
    desk.sync().await;
    let size = desk.directory.size();
    let mut wrong = Vec::new();
    for (what, call, code) in cases {
        match desk.call(call).await {
            Outcome::Failure(failure) if failure.code == code.number() => {}
            other => wrong.push(format!("{what}: {other:?}")),
        }
    }
    // What is wrong with it depends on the bit: its place, its time, a key, a signature.
    for dice in 0..flips {
        let code = bobs.append(flipped(&leaf, dice)).await.unwrap_err();
        if ![ErrorCode::ApiParams, ErrorCode::ApiState, ErrorCode::Clock].contains(&code) {
            wrong.push(format!("a leaf with a bit turned: {code}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Whole requests with bits turned: an answer, or the end of the connection.
    let mut request = bytes::BytesMut::new();
    let call = Request { id: 7, call: Some(Call::AppendLeaf(AppendLeaf { leaf: leaf.clone().into() })) };
    Frame::message(FrameKind::REQUEST, &call).encode(&mut request, limits::FRAME).unwrap();
    for dice in 0..flips {
        let net = alice.device.connect(&rig).await;
        let mut wire = net.opened(protocol::DIRECTORY).await;
        // A bit of the length or of the header, too.
        let bit = if dice < 24 { dice } else { dice * 131 % (request.len() * 8) };
        let mut bytes = request.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        wire.raw(&bytes).await;
        wire.finish().await;
        while wire.next().await.is_some() {}
    }
    desk.sync().await;
    let after = rig.admin(serde_json::json!({ "op": "status" })).await;
    assert_eq!(
        (&before["ok"]["leaves"], &before["ok"]["users"]),
        (&after["ok"]["leaves"], &after["ok"]["users"])
    );
    assert_eq!(desk.directory.size(), size, "no leaf was taken");
    // The same leaf and bundle with every bit in its place are good.
    bobs.append(leaf).await.unwrap();
    assert!(matches!(desk.call(publish(bundle, Vec::new())).await, Outcome::PrekeyStock(_)));
}
