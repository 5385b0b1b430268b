//! Full sessions: presence, leaves and ends that are pushed, prekeys, one device one session.

use std::time::{Duration, Instant};

use bytes::Bytes;
use conclave_crypto::login::{Factor, RecordChoice};
use conclave_crypto::password::Password;
use conclave_crypto::prekey::Prekeys;
use conclave_proto::schema::push::News;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use conclave_proto::schema::{
    ClaimPrekeys, EndSession, GetUikBackup, Goodbye, ListSessions, PresenceStatus, PublishPrekeys,
    PutUikBackup, SetPresence,
};
use conclave_proto::{ErrorCode, protocol};
use login_server::EnrolmentMode;

use crate::person::{Desk, Device, Person, now, rng};
use crate::rig::Rig;

fn status_of(news: &News, person: &Person) -> Option<PresenceStatus> {
    let News::Presence(changed) = news else { return None };
    changed.people.iter().find(|one| one.user_id == person.user.as_bytes().as_slice()).map(|one| one.status())
}

fn set(status: PresenceStatus, addresses: Vec<Bytes>) -> Call {
    Call::SetPresence(SetPresence {
        status: status.into(),
        text: "at my desk".into(),
        addresses,
        ..SetPresence::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_and_leaves_are_pushed() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let first = desk
        .wait(|news| match news {
            News::Presence(changed) => Some(changed.clone()),
            _ => None,
        })
        .await;
    assert!(first.snapshot);
    let (bob, bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    // Bob's leaves come before his presence. A push may begin with leaves that the client has already.
    while desk.directory.active(&bob.device.id).is_none() {
        let size = desk.directory.size();
        let pushed = desk
            .wait(|news| match news {
                News::Leaves(leaves) if leaves.size > size => Some(leaves.clone()),
                _ => None,
            })
            .await;
        let known = usize::try_from(size - pushed.first).unwrap();
        let leaves: Vec<&[u8]> = pushed.leaves.iter().skip(known).map(AsRef::as_ref).collect();
        desk.directory.adopt(&leaves, &pushed.checkpoint, now()).unwrap();
    }
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Available)).await;

    let address: libp2p::Multiaddr = "/ip4/10.1.2.3/tcp/7000".parse().unwrap();
    let seen: libp2p::Multiaddr = "/ip4/127.0.0.1/tcp/7000".parse().unwrap();
    assert!(matches!(
        bobs.call(set(PresenceStatus::Away, vec![Bytes::from(address.to_vec())])).await,
        Outcome::Done(_)
    ));
    let shown = desk
        .wait(|news| match news {
            News::Presence(changed) => {
                changed.people.iter().find(|one| one.status() == PresenceStatus::Away).cloned()
            }
            _ => None,
        })
        .await;
    assert_eq!(shown.text, "at my desk");
    assert_eq!(shown.addresses, [Bytes::from(address.to_vec()), Bytes::from(seen.to_vec())]);

    bobs.call(set(PresenceStatus::Invisible, Vec::new())).await;
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Offline)).await;
    bobs.call(set(PresenceStatus::Available, Vec::new())).await;
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Available)).await;
    let started = Instant::now();
    bobs.call(Call::Goodbye(Goodbye {})).await;
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Offline)).await;
    assert!(started.elapsed() < Duration::from_secs(1));
    bobs_net.closed().await;
    // Text over the limit and nonsense are refused.
    let long = SetPresence { status: 1, text: "x".repeat(81), ..SetPresence::default() };
    assert_eq!(desk.failure(Call::SetPresence(long)).await, ErrorCode::ApiParams);
    for system in ["x".repeat(33), "Lin\nux".to_owned()] {
        let named = SetPresence { status: 1, system, ..SetPresence::default() };
        assert_eq!(desk.failure(Call::SetPresence(named)).await, ErrorCode::ApiParams);
    }
    assert_eq!(desk.failure(set(PresenceStatus::Offline, Vec::new())).await, ErrorCode::ApiParams);
    assert_eq!(
        desk.failure(set(PresenceStatus::Away, vec![Bytes::from_static(b"\xFF\xFF")])).await,
        ErrorCode::ApiParams
    );
    drop(alice);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ban_ends_sessions_within_a_second_and_is_pushed() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (bob, bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    desk.sync().await;
    desk.news.clear();
    bobs.sync().await;
    bobs.news.clear();
    let started = Instant::now();
    let reply = rig.admin(serde_json::json!({ "op": "ban", "name": "bob", "leaf": null, "until": 0 })).await;
    assert_eq!(reply["ok"]["sessions_closed"], 1, "{reply}");
    // The log tells who is banned and why before the session ends: afterwards nobody tells it.
    let size = bobs.directory.size();
    let before = bobs
        .wait(|news| match news {
            News::Leaves(leaves) if leaves.size > size => Some(Some(leaves.clone())),
            News::SessionEnded(_) => Some(None),
            _ => None,
        })
        .await;
    let before = before.expect("the ban before the end");
    let known = usize::try_from(size - before.first).unwrap();
    let leaves: Vec<&[u8]> = before.leaves.iter().skip(known).map(AsRef::as_ref).collect();
    bobs.directory.adopt(&leaves, &before.checkpoint, now()).unwrap();
    assert!(bobs.directory.user_by_name("bob").unwrap().banned.is_some());
    let code = bobs
        .wait(|news| match news {
            News::SessionEnded(ended) => Some(ended.code),
            _ => None,
        })
        .await;
    assert_eq!(ErrorCode::from_number(code), Some(ErrorCode::AuthBanned));
    bobs_net.closed().await;
    assert!(started.elapsed() < Duration::from_secs(1));
    desk.wait(|news| matches!(news, News::Leaves(leaves) if !leaves.leaves.is_empty()).then_some(())).await;
    desk.sync().await;
    assert!(desk.directory.active(&bob.device.id).is_none());
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Offline)).await;

    // Lifted and banned anew, both by the admin key.
    assert_eq!(rig.command(&["ban", "lift", "bob"]).await, 0);
    assert_eq!(rig.command(&["ban", "lift", "bob"]).await, 4, "not banned");
    desk.sync().await;
    assert!(desk.directory.active(&bob.device.id).is_some());
    assert_eq!(rig.command(&["ban", "add", "bob", "--for", "30d", "--yes"]).await, 0);
    assert_eq!(rig.command(&["ban", "add", "bob", "--yes"]).await, 6, "banned already");
    assert_eq!(rig.command(&["ban", "add", "bob", "bbo", "--yes"]).await, 6);
    desk.sync().await;
    let ban = desk.directory.user_by_name("bob").unwrap().banned.unwrap();
    assert!(ban.by.is_some() && ban.until > now());
}

/// Passes bytes on until it is told to hold still; then the connection looks alive and nothing moves.
async fn stalling(to: std::net::SocketAddr) -> (std::net::SocketAddr, tokio::sync::watch::Sender<bool>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stall, stalled) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = tokio::net::TcpStream::connect(to).await.unwrap();
        let mut told = stalled.clone();
        let still = async { told.wait_for(|stall| *stall).await.map(|_| ()) };
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut client, &mut server) => return,
            _ = still => {}
        }
        // Both sockets stay open.
        std::future::pending::<()>().await;
    });
    (address, stall)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_connection_is_noticed_within_fifteen_seconds() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (mut bob, direct, bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    drop((bobs, direct));
    let port = rig.address(false).to_string().rsplit('/').next().unwrap().parse::<u16>().unwrap();
    let (through, stall) = stalling(([127, 0, 0, 1], port).into()).await;
    let address = format!("/ip4/127.0.0.1/tcp/{}", through.port()).parse().unwrap();
    let net = crate::net::Net::connect(&bob.device.tpk, &address, rig.bound.peer).await;
    bob.log_in_now(&net).await;
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Offline)).await;
    let invite = rig.invite("carol").await;
    let _bobs = Desk::open(&net, &invite).await;
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Available)).await;
    stall.send_replace(true);
    let started = Instant::now();
    desk.wait(|news| status_of(news, &bob).filter(|status| *status == PresenceStatus::Offline)).await;
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_computer_takes_over_and_the_first_is_told() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let invite = rig.invite("bob").await;
    alice.device = Device::new();
    let second = alice.device.connect(&rig).await;
    let result = alice.log_in_now(&second).await;
    assert_eq!(result.user, alice.user);
    assert!(result.lease.is_empty(), "not listed yet");
    let mut new = Desk::open(&second, &invite).await;
    new.sync().await;
    // Both are there until the list says otherwise.
    let Outcome::Sessions(both) = desk.call(Call::ListSessions(ListSessions {})).await else { panic!() };
    assert_eq!(both.sessions.len(), 2);
    new.append(alice.device_list(&new.directory)).await.unwrap();
    let ended = desk
        .wait(|news| match news {
            News::SessionEnded(ended) => Some(ended.clone()),
            _ => None,
        })
        .await;
    assert_eq!(ErrorCode::from_number(ended.code), Some(ErrorCode::SessionElsewhere));
    assert_eq!(ended.device_id, alice.device.id.as_bytes().as_slice());
    net.closed().await;
    let Outcome::Sessions(left) = new.call(Call::ListSessions(ListSessions {})).await else { panic!() };
    assert_eq!(left.sessions.len(), 1);
    let id = left.sessions[0].session_id.clone();
    new.call(Call::EndSession(EndSession { session_id: id })).await;
    second.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_change_needs_the_session_and_a_code() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let fresh = alice.code();
    alice.password = Password::new("another password 1");
    // From a connection that is not logged in: refused, whatever the code.
    let keep = std::mem::replace(&mut alice.device, Device::new());
    let stranger = alice.device.connect(&rig).await;
    let mut wire = stranger.opened(protocol::LOGIN).await;
    alice.register(&mut wire).await;
    let channel = alice.prove(&mut wire, RecordChoice::Fresh, Factor::Totp, &fresh).await;
    Person::answer(&mut wire, channel).await.refused();
    alice.device = keep;
    // From the session: the code was not used up by the stranger.
    let mut wire = net.opened(protocol::LOGIN).await;
    alice.register(&mut wire).await;
    let channel = alice.prove(&mut wire, RecordChoice::Fresh, Factor::Totp, &fresh).await;
    Person::answer(&mut wire, channel).await.unwrap();
    let recovery = alice.codes[0].clone();
    let new = alice.device.connect(&rig).await;
    alice.log_in(&new, Factor::RecoveryCode, &recovery).await.unwrap();
    alice.password = Password::new("a long password 1");
    let recovery = alice.codes[1].clone();
    alice.log_in(&new, Factor::RecoveryCode, &recovery).await.refused();
}

#[tokio::test(flavor = "multi_thread")]
async fn prekeys_are_checked_given_once_and_asked_for_again() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (bob, _bobs_net, mut bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    let claim =
        || Call::ClaimPrekeys(ClaimPrekeys { device_id: Bytes::copy_from_slice(alice.device.id.as_bytes()) });
    assert_eq!(bobs.failure(claim()).await, ErrorCode::ApiNotFound);

    let mut prekeys = Prekeys::new();
    let bundle = prekeys.rotate(&alice.org, alice.device.id, &alice.device.dik_s, now(), &mut rng());
    let pairs: Vec<_> = (0..2)
        .flat_map(|_| {
            let (dh, kem) =
                prekeys.one_time_pair(&alice.org, alice.device.id, &alice.device.dik_s, now(), &mut rng());
            [Bytes::from(dh.encode()), Bytes::from(kem.encode())]
        })
        .collect();
    let publish =
        || Call::PublishPrekeys(PublishPrekeys { bundle: bundle.encode().into(), one_time: pairs.clone() });
    // Bob cannot publish for Alice, and a changed byte is noticed.
    assert_eq!(bobs.failure(publish()).await, ErrorCode::ApiParams);
    let mut flipped = bundle.encode();
    flipped[30] ^= 1;
    let bad = PublishPrekeys { bundle: flipped.into(), one_time: Vec::new() };
    assert_eq!(desk.failure(Call::PublishPrekeys(bad)).await, ErrorCode::ApiParams);
    let Outcome::PrekeyStock(stock) = desk.call(publish()).await else { panic!("not published") };
    assert_eq!((stock.dh, stock.kem), (2, 2));

    desk.news.clear();
    let mut given = Vec::new();
    for expected in [true, true, false, false, false] {
        let Outcome::Prekeys(claimed) = bobs.call(claim()).await else { panic!("not claimed") };
        assert_eq!(claimed.bundle, bundle.encode());
        assert_eq!(!claimed.one_time_dh.is_empty(), expected);
        assert_eq!(!claimed.one_time_kem.is_empty(), expected);
        given.push(claimed.one_time_dh);
    }
    assert_ne!(given[0], given[1]);
    assert_eq!(bobs.failure(claim()).await, ErrorCode::AuthThrottled);
    desk.wait(|news| matches!(news, News::PrekeyStock(stock) if stock.dh < 20).then_some(())).await;

    let backup = Bytes::from(vec![9; 88]);
    desk.call(Call::PutUikBackup(PutUikBackup { backup: backup.clone() })).await;
    let Outcome::UikBackup(found) = desk.call(Call::GetUikBackup(GetUikBackup {})).await else { panic!() };
    assert_eq!(found.backup, backup);
    let Outcome::UikBackup(none) = bobs.call(Call::GetUikBackup(GetUikBackup {})).await else { panic!() };
    assert!(none.backup.is_empty());
    drop(bob);
}
