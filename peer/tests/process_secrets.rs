//! The canary test: after a run that uses everything, no password, code, key, link or message is found in any file
//! it leaves, logs at their most talkative included, nor in the arguments and environments of its processes.

mod support;

use support::{Result, World, ensure, json};

const TEXT: &str = "canary-7f3a9 the merger is signed on Tuesday";
const TEXT_CHINESE: &str = "金丝雀四八二一 并购周二签署";
const PROFILE: &str = "canary-c41d8 chairs the audit committee";
const FILE_NAME: &str = "canary-55e02-balance.txt";
const FILE_CONTENT: &str = "canary-90bb1 the content of a file that is sealed on both computers";

#[test]
fn no_secret_is_left_in_files_arguments_or_environments() -> Result<()> {
    // The libraries too: what they say of bytes and frames counts as well.
    support::log_at("trace");
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;

    let source = world.path().join("outside").join(FILE_NAME);
    std::fs::create_dir_all(world.path().join("outside"))?;
    std::fs::write(&source, FILE_CONTENT.repeat(40))?;
    for text in [TEXT, TEXT_CHINESE] {
        let id = ada.say(&bob, text)?;
        bob.hears(&id)?;
        ada.reaches(&id, "delivered")?;
    }
    ada.call("profile.set", json!({ "description": PROFILE }))?;
    let user = ada.user.clone();
    bob.call("profile.request", json!({ "user": user }))?;
    bob.event("profile.changed", |event| event["profile"]["description"] == PROFILE)?;
    let sent = ada.call("file.send", json!({ "to": bob.target(), "path": source }))?;
    let message = bob.hears(&support::client::message_id(&sent)?)?;
    let file = support::text::text(&message, "/file/file")?.to_owned();
    if message["file"]["state"] == "offered" {
        bob.call("file.accept", json!({ "file": file }))?;
    }
    bob.event("file.state", |event| {
        event["file"]["file"] == file.as_str() && event["file"]["state"] == "done"
    })?;
    // Refusals must not repeat what they refuse, neither in answers nor in logs.
    let wrong = "canary-b00b5 a wrong password";
    ada.refused("vault.unlock", json!({ "password": [wrong] }))?;
    ada.raw(format!("{{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"session.login\",\"params\":{{\"password\":\"{wrong}\"").as_bytes())?;
    ada.call("rpc.version", json!({}))?;
    ensure!(ada.lines().iter().all(|line| !line.to_string().contains(wrong)), "an answer repeats a secret");
    ada.say(&bob, "canary-d1d1d left in the outbox")?;

    let secrets = &mut world.secrets;
    for (name, text) in [
        ("a message", TEXT),
        ("a Chinese message", TEXT_CHINESE),
        ("a profile", PROFILE),
        ("a file's name", FILE_NAME),
        ("a file's content", FILE_CONTENT),
        ("a wrong password", wrong),
        ("a waiting message", "canary-d1d1d left in the outbox"),
    ] {
        secrets.keep(name, text);
    }

    for id in [ada.id(), bob.id(), world.server.id().unwrap_or_default()] {
        let hits = world.secrets.scan_process(id)?;
        ensure!(hits.is_empty(), "in a running process: {hits:?}");
    }
    bob.kill()?;
    ada.take()?.stop()?;
    world.server.stop()?;
    std::fs::remove_dir_all(world.path().join("outside"))?;

    let (files, hits) = world.secrets.scan_files(world.path())?;
    ensure!(files > 10 && world.secrets.len() > 30, "{files} files, {} secrets", world.secrets.len());
    ensure!(hits.is_empty(), "{} hits:\n{hits:#?}", hits.len());
    // Both programs did log what there is.
    for log in ["ada.log", "server/server.log"] {
        let log = std::fs::read_to_string(world.path().join(log))?;
        ensure!(log.contains("TRACE"), "no trace in a log of {} bytes", log.len());
    }
    Ok(())
}

/// The scan itself: it finds what is there, in each form.
#[test]
fn the_scan_finds_a_secret_in_every_form() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut secrets = support::Secrets::default();
    secrets.keep("one", "swordfish-4711");
    for (name, bytes) in [
        ("plain", b"xx swordfish-4711 yy".to_vec()),
        ("utf16", "swordfish-4711".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("hex", data_encoding::HEXLOWER.encode(b"swordfish-4711").into_bytes()),
        ("base64", data_encoding::BASE64.encode(b"swordfish-4711").into_bytes()),
        ("nothing", b"swordfish-471".to_vec()),
    ] {
        std::fs::write(folder.path().join(name), bytes)?;
    }
    let (files, hits) = secrets.scan_files(folder.path())?;
    ensure!(files == 5);
    let places: std::collections::BTreeSet<_> =
        hits.iter().map(|hit| hit.place.rsplit('/').next().unwrap_or_default().to_owned()).collect();
    ensure!(places.into_iter().collect::<Vec<_>>() == ["base64", "hex", "plain", "utf16"], "{hits:?}");
    Ok(())
}
