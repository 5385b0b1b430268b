//! Files between real programs, compared byte for byte.

mod support;

use std::fs;

use support::{Result, World, ensure, json};

/// Larger than what is fetched at once, and no multiple of any chunk.
const BYTES: usize = 3 * 1024 * 1024 + 17;

#[test]
fn a_file_arrives_whole_and_is_saved_where_asked() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let source = world.path().join("figures 2026.bin");
    let bytes: Vec<u8> = (0..BYTES).map(|n| u8::try_from(n * 7919 % 251).unwrap_or(0)).collect();
    fs::write(&source, &bytes)?;

    let sent =
        ada.call("file.send", json!({ "to": bob.target(), "path": source, "caption": "the figures" }))?;
    let id = support::client::message_id(&sent)?;
    let message = bob.hears(&id)?;
    ensure!(message["text"] == "the figures" && message["file"]["name"] == "figures 2026.bin", "{message}");
    ensure!(message["file"]["size"] == BYTES, "{message}");
    let file = support::text::text(&message, "/file/file")?.to_owned();
    if message["file"]["state"] == "offered" {
        bob.call("file.accept", json!({ "file": file }))?;
    }
    bob.event("file.state", |event| {
        event["file"]["file"] == file.as_str() && event["file"]["state"] == "done"
    })?;

    let target = world.path().join("saved.bin");
    let saved = bob.call("file.save", json!({ "file": file, "path": target }))?;
    ensure!(saved["bytes"] == BYTES && fs::read(&target)? == bytes, "the saved file differs");
    // What is there is not replaced unless asked.
    fs::write(&target, b"mine")?;
    bob.refused("file.save", json!({ "file": file, "path": target }))?;
    ensure!(fs::read(&target)? == b"mine");
    bob.call("file.save", json!({ "file": file, "path": target, "overwrite": true }))?;
    ensure!(fs::read(&target)? == bytes);

    let middle = bob.call("file.read", json!({ "file": file, "offset": 1_000_000, "length": 1000 }))?;
    let read = data_encoding::BASE64.decode(support::text::text(&middle, "/base64")?.as_bytes())?;
    ensure!(read == bytes[1_000_000..1_001_000] && middle["eof"] == false);
    let long = bob.refused("file.read", json!({ "file": file, "offset": 0, "length": 262_145 }))?;
    ensure!(long.code() == "E-API-3", "{long}");
    Ok(())
}

#[test]
fn a_file_that_is_not_there_is_refused_with_its_code() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    let gone =
        ada.refused("file.send", json!({ "to": bob.target(), "path": world.path().join("no such file") }))?;
    ensure!(gone.code() == "E-FILE-2", "{gone}");
    Ok(())
}
