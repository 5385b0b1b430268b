//! `user erase --after`: closed at once, erased when it is due.

use std::time::{Duration, Instant};

use conclave_crypto::login::Factor;
use login_server::EnrolmentMode;

use crate::acts::ended;
use crate::person::Person;
use crate::rig::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_closed_at_once_and_its_records_go_when_they_are_due() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (mut alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let (_bob, _bobs_net, _bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    let sessions = rig.tool(&["session", "list", "--user", "alice"]).await.1;
    let traffic = |member: &str| sessions[0][member].as_u64().unwrap();
    assert!(
        traffic("rx_bytes") > 1_000 && traffic("tx_bytes") > 1_000,
        "an enrolment takes some: {sessions}"
    );
    let (key, pass) = (rig.admin_key.display().to_string(), rig.pass().display().to_string());
    let signed = ["--yes", "--key", &key, "--passphrase-file", &pass];
    let long = ["user", "erase", "alice", "--after", "3y"];
    assert_eq!(rig.tool(&[&long[..], &signed].concat()).await.0, 2);
    let tried = rig.signed(&["user", "erase", "alice", "--after", "1h", "--dry-run"]).await;
    assert_eq!(tried["dry_run"], true);
    assert_eq!(rig.tool(&["user", "show", "alice"]).await.1["state"], "active");

    let closed = rig.signed(&["user", "erase", "alice", "--after", "1h"]).await;
    assert_eq!(closed["sessions_closed"], 1);
    ended(&mut desk).await;
    let net = alice.device.connect(&rig).await;
    let code = alice.code();
    alice.log_in(&net, Factor::Totp, &code).await.refused();
    rig.restart().await;
    let shown = rig.tool(&["user", "show", "alice"]).await.1;
    assert_eq!((&shown["has_login"], &shown["erase_at"]), (&true.into(), &closed["erase_at"]));
    let out = rig.directory.path().join("alice.zip").display().to_string();
    assert_eq!(rig.tool(&["user", "export", "alice", "--out", &out]).await.0, 0, "a copy until then");

    // Another time takes the place of the first; it comes while the server is away.
    let again = rig.signed(&["user", "erase", "alice", "--after", "15s"]).await;
    assert_eq!(again["leaf"], serde_json::Value::Null, "the account is closed already");
    assert!(again["erase_at"].is_string(), "a command that takes longer than that erases at once: {again}");
    rig.halt().await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    rig.start_again(crate::rig::config(&rig.directory)).await.unwrap();
    // The line of the audit log comes last.
    let path = rig.directory.path().join("data/audit.jsonl");
    let audit = || std::fs::read_to_string(&path).unwrap().matches("\"user.erased\"").count();
    let deadline = Instant::now() + Duration::from_secs(60);
    while audit() == 0 {
        assert!(Instant::now() < deadline, "the records are still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let shown = rig.tool(&["user", "show", "alice"]).await.1;
    assert_eq!((&shown["erase_at"], &shown["state"]), (&serde_json::Value::Null, &"banned".into()));
    assert_eq!(shown["has_login"], false);
    assert_eq!(rig.tool(&["user", "show", "bob"]).await.1["has_login"], true, "nobody else's");
    assert_eq!(audit(), 1);
}
