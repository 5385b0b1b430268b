//! Enrolment and login, and that wrong answers cannot be told apart.

use conclave_crypto::keys::{TransportPublic, UikSecret};
use conclave_crypto::lease::Lease;
use conclave_crypto::login::{Confirm, Factor, LoginFrame, LoginResult, RecordChoice};
use conclave_proto::schema::request::Call;
use conclave_proto::schema::{GetLeaves, RenewLease, response::Outcome};
use conclave_proto::{ErrorCode, protocol};
use login_server::EnrolmentMode;
use zeroize::Zeroizing;

use crate::net::Net;
use crate::person::{Answer, Desk, Person, code, look_up, now, receive, rng, send};
use crate::rig::Rig;

fn check_lease(person: &Person, desk: &Desk, bytes: &[u8]) {
    let lease = Lease::parse(&person.org, bytes).unwrap();
    let key = desk.directory.server_keys()[0].key;
    lease.verify(&key).unwrap();
    assert_eq!(lease.lease().device_id, person.device.id);
    assert_eq!(lease.lease().devcert_hash, person.device.hash);
    assert_eq!(lease.lease().not_after - lease.lease().issued, 86_400_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_enrols_logs_in_and_outlives_a_restart() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let user = desk.directory.user_by_name("alice").unwrap();
    assert_eq!(user.id, alice.user);
    assert!(desk.directory.active(&alice.device.id).is_some());
    let Outcome::Lease(granted) = desk.call(Call::RenewLease(RenewLease {})).await else {
        panic!("no lease")
    };
    check_lease(&alice, &desk, &granted.lease);
    drop((net, desk));

    rig.restart().await;
    let net = Net::connect(&alice.device.tpk, rig.address(true), rig.bound.peer).await;
    let result = alice.log_in_now(&net).await;
    assert_eq!(result.user, alice.user);
    assert!(result.now.abs_diff(now()) < 60_000);
    assert!(result.codes.is_empty() && result.totp_secret.is_empty());
    let invite = rig.invite("bob").await;
    let mut desk = Desk::open(&net, &invite).await;
    desk.sync().await;
    check_lease(&alice, &desk, &result.lease);

    // A recovery code works once.
    let recovery = alice.codes[4].clone();
    let spent = alice.log_in(&net, Factor::RecoveryCode, &recovery).await.unwrap();
    assert_eq!(spent.user, alice.user);
    alice.log_in(&net, Factor::RecoveryCode, &recovery).await.refused();
    rig.halt().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_wrong_and_banned_are_the_same_bytes() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (mut mallory, banned_net, _) = Person::enrol(&rig, "mallory", "a long password 2").await;
    let invite = rig.invite("carol").await;

    let mut answers = Vec::new();
    let stranger = Person::new(&invite, "nobody", "a long password 3");
    let other = stranger.device.connect(&rig).await;
    answers.push(stranger.log_in(&other, Factor::Totp, b"123456").await.refused());
    let used = alice.last_step;
    answers.push(alice.log_in(&net, Factor::Totp, &code(&alice.totp, used)).await.refused());
    answers.push(alice.log_in(&net, Factor::Totp, b"00000x").await.refused());
    answers.push(alice.log_in(&net, Factor::RecoveryCode, b"0000000000").await.refused());
    let right =
        std::mem::replace(&mut alice.password, conclave_crypto::password::Password::new("wrong password"));
    answers.push(alice.log_in(&net, Factor::Totp, b"123456").await.refused());
    alice.password = right;
    drop(banned_net);
    let reply =
        rig.admin(serde_json::json!({ "op": "ban", "name": "mallory", "leaf": null, "until": 0 })).await;
    assert!(reply.get("ok").is_some(), "{reply}");
    let banned_net = mallory.device.connect(&rig).await;
    let fresh = mallory.code();
    answers.push(mallory.log_in(&banned_net, Factor::Totp, &fresh).await.refused());
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
    let expected = LoginFrame::Refused { code: 1, wait_ms: 0 };
    assert_eq!(LoginFrame::decode(&answers[0]).unwrap(), expected);
    // And the right code still works: nothing was used up by the wrong tries.
    alice.log_in_now(&net).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_enrolment_leaves_nothing_and_the_invite_open() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let invite = rig.invite("alice").await;
    let token = invite.login_token();
    let mut first = Person::new(&invite, "alice", "a long password 1");
    let net = first.device.connect(&rig).await;

    // Gone after the secret was shown.
    let mut wire = net.opened(protocol::LOGIN).await;
    first.register(&mut wire).await;
    first.prove(&mut wire, RecordChoice::Fresh, Factor::LoginToken, token.expose()).await.unwrap();
    assert!(matches!(receive(&mut wire).await, Some(LoginFrame::Result { .. })));
    wire.finish().await;
    drop(wire);

    // A wrong first code: refused, and the secret stays the same on this connection.
    let mut secrets = Vec::new();
    for right in [false, true] {
        let mut wire = net.opened(protocol::LOGIN).await;
        let channel =
            first.prove(&mut wire, RecordChoice::Fresh, Factor::LoginToken, token.expose()).await.unwrap();
        let Some(LoginFrame::Result { sealed }) = receive(&mut wire).await else { panic!("no RESULT") };
        let result: LoginResult = channel.open(&sealed).unwrap();
        first.totp = result.totp_secret.to_vec();
        secrets.push(first.totp.clone());
        let totp = if right { first.code() } else { b"not it".to_vec() };
        let sealed = channel.seal(&Confirm { totp: Zeroizing::new(totp) }, &mut rng());
        send(&mut wire, LoginFrame::Confirm { sealed }).await;
        let answer = Person::answer(&mut wire, Some(channel)).await;
        match answer {
            Answer::In(result) => assert!(right && result.codes.len() == 10),
            Answer::Refused(_) => assert!(!right),
        }
    }
    assert_eq!(secrets[0], secrets[1]);

    // The invite is spent now, and the name taken.
    let second = Person::new(&invite, "alice", "a long password 2");
    let net = second.device.connect(&rig).await;
    let mut wire = net.opened(protocol::LOGIN).await;
    second.register(&mut wire).await;
    let channel = second.prove(&mut wire, RecordChoice::Fresh, Factor::LoginToken, token.expose()).await;
    Person::answer(&mut wire, channel).await.refused();
    let mut desk = Desk::open(&net, &invite).await;
    assert_eq!(desk.failure(Call::LookUpInvite(look_up(&invite))).await, ErrorCode::AccountInvite);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_admits_its_name_only_and_only_with_a_fresh_record() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let invite = rig.invite("alice").await;
    let token = invite.login_token();
    let other = Person::new(&invite, "mallory", "a long password 1");
    let net = other.device.connect(&rig).await;
    let mut wire = net.opened(protocol::LOGIN).await;
    other.register(&mut wire).await;
    let channel = other.prove(&mut wire, RecordChoice::Fresh, Factor::LoginToken, token.expose()).await;
    Person::answer(&mut wire, channel).await.refused();
    // A fresh record and no token: a stranger cannot put a password on an account.
    let mut wire = net.opened(protocol::LOGIN).await;
    let channel = other.prove(&mut wire, RecordChoice::Fresh, Factor::Totp, b"123456").await;
    Person::answer(&mut wire, channel).await.refused();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_appends_only_its_own_account_and_device() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let invite = rig.invite("bob").await;
    let mut bob = Person::new(&invite, "bob", "a long password 2");
    let net = bob.device.connect(&rig).await;
    let mut bobs = Desk::open(&net, &invite).await;
    assert_eq!(bobs.append(bob.granted(&invite)).await, Err(ErrorCode::ApiLogin), "before login");
    bob.make_login(&net, invite.login_token().expose()).await;
    assert_eq!(bobs.append(bob.unadmitted()).await, Err(ErrorCode::AccountInvite));
    // Alice cannot hand in Bob's account, nor a ban.
    assert_eq!(desk.append(bob.granted(&invite)).await, Err(ErrorCode::ApiState));
    assert_eq!(
        desk.append(crate::rig::forged_ban(&alice, alice.user, now())).await,
        Err(ErrorCode::ApiState)
    );
    assert_eq!(desk.append(b"garbage".to_vec()).await, Err(ErrorCode::ApiParams));
    assert_eq!(bobs.failure(Call::RenewLease(RenewLease {})).await, ErrorCode::ApiState, "not full yet");
    bobs.append(bob.granted(&invite)).await.unwrap();
    bobs.sync().await;
    let list = bob.device_list(&bobs.directory);
    // The list is Bob's and the connection Alice's.
    assert_eq!(desk.append(list.clone()).await, Err(ErrorCode::ApiState));
    // The same keys under a list that another account's key has signed.
    let signed = std::mem::replace(&mut bob.uik, UikSecret::generate(&mut rng()));
    let foreign = bob.device_list(&bobs.directory);
    assert_eq!(bobs.append(foreign).await, Err(ErrorCode::ApiState));
    bob.uik = signed;
    let list = bob.device_list(&bobs.directory);
    bobs.append(list).await.unwrap();
    bobs.sync().await;
    assert!(bobs.directory.active(&bob.device.id).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_signs_and_manual_waits() {
    let rig = Rig::start(EnrolmentMode::Auto).await;
    let invite = rig.invite("alice").await;
    let mut alice = Person::new(&invite, "alice", "a long password 1");
    let net = alice.device.connect(&rig).await;
    alice.make_login(&net, invite.login_token().expose()).await;
    let mut desk = Desk::open(&net, &invite).await;
    desk.append(alice.unadmitted()).await.unwrap();
    desk.sync().await;
    desk.append(alice.device_list(&desk.directory)).await.unwrap();

    let rig = Rig::start(EnrolmentMode::Manual).await;
    let invite = rig.invite("bob").await;
    let mut bob = Person::new(&invite, "bob", "a long password 2");
    let net = bob.device.connect(&rig).await;
    bob.make_login(&net, invite.login_token().expose()).await;
    let mut desk = Desk::open(&net, &invite).await;
    assert_eq!(desk.append(bob.unadmitted()).await, Err(ErrorCode::AccountPending));
    let reply = rig.admin(serde_json::json!({ "op": "pending_show", "name": "bob" })).await;
    let digits = conclave_crypto::safety_number::HalfNumber::of(&bob.uik.public(), &bob.user);
    assert_eq!(reply["ok"]["fingerprint"], digits.digits());
    let Outcome::Leaves(leaves) = desk.call(Call::GetLeaves(GetLeaves { first: 0 })).await else {
        panic!("no leaves")
    };
    assert_eq!(leaves.size, 4, "nothing was appended");
    let wrong: String = digits.digits().chars().rev().collect();
    assert_eq!(rig.command(&["user", "approve", "bob", "--fingerprint", &wrong]).await, 5);
    assert_eq!(rig.command(&["user", "approve", "bob", "--fingerprint", &digits.to_string()]).await, 0);
    desk.sync().await;
    desk.append(bob.device_list(&desk.directory)).await.unwrap();
    desk.sync().await;
    assert!(desk.directory.active(&bob.device.id).is_some());
}

#[test]
fn a_peer_id_is_the_transport_key() {
    // The server reads the key out of the PeerId; this is the other direction.
    let key = conclave_crypto::keys::TransportSecret::generate(&mut rng());
    let keypair = libp2p::identity::Keypair::ed25519_from_bytes(*key.seed().expose()).unwrap();
    let public = keypair.public().try_into_ed25519().unwrap().to_bytes();
    assert_eq!(TransportPublic::from_bytes(public).unwrap(), key.public());
}
