//! A server that gives less than its whole service: read-only, or for administrators alone.

use conclave_proto::schema::request::Call;
use conclave_proto::schema::{PresenceStatus, SetPresence};
use conclave_proto::{ErrorCode, protocol};
use login_server::{EnrolmentMode, Service};

use crate::person::{Desk, Person};
use crate::rig::{Rig, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_server_lets_people_in_and_writes_nothing_for_them() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, _net, desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let invite = rig.invite("bob").await;
    let leaves = desk.directory.size() + 1;
    rig.halt().await;
    let mut read_only = config(&rig.directory);
    read_only.service = Service::ReadOnly;
    rig.start_again(read_only).await.unwrap();

    let net = alice.device.connect(&rig).await;
    assert!(!alice.log_in_now(&net).await.lease.is_empty(), "people log in");
    let mut desk = Desk::open(&net, &invite).await;
    desk.sync().await;
    assert_eq!(desk.directory.size(), leaves, "and read the log");
    let status = SetPresence { status: PresenceStatus::Away.into(), ..SetPresence::default() };
    desk.call(Call::SetPresence(status)).await;
    let list = alice.device_list(&desk.directory);
    assert_eq!(desk.append(list).await, Err(ErrorCode::ServerBusy), "no leaf");
    // No account, also with a good invite.
    let bob = Person::new(&invite, "bob", "a long password 2");
    let bobs = bob.device.connect(&rig).await;
    let mut wire = bobs.opened(protocol::LOGIN).await;
    let (_, request) =
        conclave_crypto::login::Registering::start(&bob.password, &mut crate::person::rng()).unwrap();
    let register = conclave_crypto::login::LoginFrame::Register { name: bob.name.clone(), request };
    crate::person::send(&mut wire, register).await;
    assert_eq!(wire.refusal().await.unwrap().code, ErrorCode::ServerBusy.number());
    // Administrators look, and change nothing.
    assert_eq!(rig.tool(&["status"]).await.1["service"], "read-only");
    for args in [
        &["user", "invite", "carol"][..],
        &["ban", "add", "alice", "--yes"],
        &["user", "reset", "alice", "--yes"],
    ] {
        assert_eq!(rig.command(args).await, 75, "{args:?}");
    }
    assert_eq!(rig.plain_command(&["session", "kick", "alice", "60"]).await, 75);
    assert_eq!(rig.rooted(&["key", "rotate", "directory"]).await.0, 75);
    assert_eq!(rig.tool(&["status"]).await.1["leaves"], leaves);

    // The whole service again: what was refused is done.
    rig.restart().await;
    let net = bob.device.connect(&rig).await;
    let mut bob = bob;
    bob.make_login(&net, invite.login_token().expose()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_maintenance_answers_administrators_only() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    rig.halt().await;
    let mut maintenance = config(&rig.directory);
    maintenance.service = Service::Maintenance;
    rig.start_again(maintenance).await.unwrap();
    for name in [protocol::LOGIN, protocol::DIRECTORY, protocol::DROPBOX] {
        let net = alice.device.connect(&rig).await;
        let mut wire = net.open(name).await.unwrap();
        assert_eq!(wire.refusal().await.unwrap().code, ErrorCode::ServerBusy.number(), "{name}");
    }
    assert_eq!(rig.tool(&["status"]).await.1["service"], "maintenance");
    assert_eq!(rig.command(&["ban", "add", "alice", "--yes"]).await, 0, "administrators go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_takes_is_shown_by_name() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (_bob, bobs, bobs_desk) = Person::enrol(&rig, "bob", "a long password 2").await;
    drop((bobs, bobs_desk));
    let (code, usage, said) = rig.tool(&["stats", "usage", "alice"]).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(usage.as_array().map(Vec::len), Some(1), "{usage}");
    assert_eq!((&usage[0]["user"], &usage[0]["parcels"]), (&"alice".into(), &0.into()));
    assert!(usage[0]["since"].is_string(), "{usage}");
    let top = rig.tool(&["stats", "top", "-n", "1"]).await.1;
    assert_eq!(top.as_array().map(Vec::len), Some(1), "{top}");
}
