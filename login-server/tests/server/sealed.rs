//! A store key: what is sealed with it, and how an organisation that had none gets one.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use conclave_crypto::login::Factor;
use login_server::{EnrolmentMode, Exit, Server};

use crate::person::Person;
use crate::rig::{Rig, config};

/// The files under a directory that hold these bytes.
fn holding(directory: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, bytes));
        } else if let Ok(content) = std::fs::read(&path)
            && content.windows(bytes.len()).any(|part| part == bytes)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_without_a_store_key_gets_one_and_people_go_on() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let data = rig.directory.path().join("data");
    let (mut alice, _net, _desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    rig.halt().await;
    assert!(!holding(&data, &alice.totp).is_empty(), "the search finds what is in the clear");
    let keys = std::fs::read_to_string(data.join("server.keys")).unwrap();
    let secret = |name: &str| {
        serde_json::from_str::<serde_json::Value>(&keys).unwrap()[name].as_str().unwrap().to_owned()
    };

    let (path, bare) = (rig.directory.path().join("store.key"), config(&rig.directory));
    let key_file = |text: &str| {
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut config = bare.clone();
        config.server.store_key_file = Some(path.clone());
        config
    };
    // A sealing that was killed before the keys were sealed counts for nothing.
    std::fs::create_dir(data.join("store.sealed")).unwrap();
    std::fs::write(data.join("store.sealed/db"), b"half").unwrap();
    let right = key_file("a key from another machine\n");
    rig.start_again(right.clone()).await.unwrap();
    let net = alice.device.connect(&rig).await;
    assert!(!alice.log_in_now(&net).await.lease.is_empty(), "the same password and phone");
    rig.halt().await;
    assert_eq!(holding(&data, &alice.totp), Vec::<String>::new());
    for name in ["transport", "directory", "enrol", "opaque"] {
        assert_eq!(holding(&data, secret(name).as_bytes()), Vec::<String>::new(), "{name}");
    }
    assert!(!data.join("store.sealed").exists());

    // Without the key, and with another one, it does not start and nothing is changed.
    let sealed = std::fs::read(data.join("server.keys")).unwrap();
    for (key, words) in [
        (None, "no store key was given"),
        (Some("a key from another planet\n"), "does not open"),
        (Some("too short\n"), "at least 16 bytes"),
    ] {
        let error = Server::start(key.map_or(bare.clone(), &key_file)).await.err().unwrap();
        assert_eq!(error.failure().exit, Exit::Refused);
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(std::fs::read(data.join("server.keys")).unwrap(), sealed);
    let right = key_file("a key from another machine\n");
    // A sealing that was killed after the keys were sealed, before the old store went, is ended by the next start.
    std::fs::rename(data.join("store"), data.join("store.sealed")).unwrap();
    std::fs::create_dir(data.join("store")).unwrap();
    rig.start_again(right).await.unwrap();
    let net = alice.device.connect(&rig).await;
    // The phone's codes of this half minute are spent by now.
    let recovery = alice.codes[0].clone();
    assert!(!alice.log_in(&net, Factor::RecoveryCode, &recovery).await.unwrap().lease.is_empty());
}
