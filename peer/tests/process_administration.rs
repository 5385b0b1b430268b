//! What administrators do, with the real programs at both ends, as the people concerned notice it.

mod support;

use std::fs;

use support::{Person, Result, World, ensure, json, until};

/// The arguments by which a command finds the root key and its passphrase.
fn root(world: &World) -> Vec<String> {
    let folder = world.path().join("server");
    let key = folder.join("data/keys/root.key").display().to_string();
    vec![
        "--root".into(),
        key,
        "--root-passphrase-file".into(),
        folder.join("passphrase").display().to_string(),
    ]
}

#[test]
fn a_new_server_key_is_taken_over_without_a_word_from_anybody() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let mark = ada.mark();

    let root = root(&world);
    let mut rotate = vec!["key", "rotate", "directory"];
    rotate.extend(root.iter().map(String::as_str));
    let done = world.server.command(&rotate)?;
    ensure!(done["former_until"].is_string() && done["leaf"].is_u64(), "{done}");
    let leaves = done["leaf"].as_u64().unwrap_or_default() + 1;

    // Those who are logged in follow at once, and go on.
    for person in [&mut ada, &mut bob] {
        until("the new head is adopted", || {
            let status = person.call("status", json!({}))?;
            Ok((status["directory"]["size"].as_u64() >= Some(leaves)).then_some(()))
        })?;
    }
    let acts = ada.call("directory.acts", json!({ "limit": 1 }))?;
    ensure!(acts["acts"][0]["what"] == "serverKey" && acts["next"] == done["leaf"], "{acts}");
    let message = ada.say(&bob, "by the new key")?;
    bob.hears(&message)?;
    ada.reaches(&message, "delivered")?;
    let alarms: Vec<_> =
        ada.lines().into_iter().skip(mark).filter(|line| line["method"] == "directory.alarm").collect();
    ensure!(alarms.is_empty(), "nobody is alarmed: {alarms:?}");

    // Whoever was away: a lease by the new key for a profile that knows the old one, and back to each other.
    ada.take()?.stop()?;
    world.server.stop()?;
    world.server.serve()?;
    ada.start()?;
    ada.login(&mut world.secrets)?;
    bob.linked(&ada)?;
    let message = bob.say(&ada, "after a restart of everything")?;
    ada.hears(&message)?;
    // And who is new sees both keys in the log.
    let mut eve = world.person("eve", "Eve Hill")?;
    let message = eve.say(&ada, "new here")?;
    ada.hears(&message)?;
    ensure!(ada.call("status", json!({}))?["loggedIn"] == true, "the login stays");
    Ok(())
}

fn leaves(person: &mut Person) -> Result<u64> {
    Ok(person.call("status", json!({}))?["directory"]["size"].as_u64().unwrap_or_default())
}

#[test]
fn a_server_that_lost_the_end_of_its_log_gets_it_back_from_a_client() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let folder = world.path().join("server");
    let (backup, pass) = (folder.join("early.backup").display().to_string(), world.server.passphrase());
    world.server.command(&["backup", "create", "--out", &backup, "--passphrase-file", &pass])?;
    let bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let held = leaves(&mut ada)?;

    world.server.stop()?;
    fs::rename(folder.join("data"), folder.join("lost"))?;
    world.server.command(&["backup", "restore", &backup, "--passphrase-file", &pass, "--yes"])?;
    // Keys of administrators are in no backup: they are brought from elsewhere.
    fs::rename(folder.join("lost/keys"), folder.join("data/keys"))?;
    world.server.serve()?;
    ada.login(&mut world.secrets)?;
    let missing = until("the server hears of a longer log", || {
        let status = world.server.command(&["status"])?;
        let (missing, has) = (status["clients_ahead"].as_u64(), status["leaves"].as_u64());
        Ok(missing.filter(|missing| *missing > 0).zip(has))
    })?;
    ensure!(missing.0 + missing.1 == held, "{missing:?} of {held}");
    ensure!(leaves(&mut ada)? == held, "she stays at her own log");

    let file = world.path().join("leaves.json");
    let export = json!({ "path": file });
    let saved = ada.call("directory.export", export.clone())?;
    ensure!(saved["bytes"].as_u64() == Some(fs::metadata(&file)?.len()), "{saved}");
    ensure!(ada.refused("directory.export", export)?.code() == "E-API-7", "an existing file stays");

    world.server.stop()?;
    let from = file.display().to_string();
    let done = world.server.command(&["directory", "import", "--from-client", &from])?;
    ensure!(done["leaves_before"].as_u64() == Some(missing.1) && done["leaves"] == held, "{done}");
    world.server.serve()?;
    ada.login(&mut world.secrets)?;
    let eve = world.person("eve", "Eve Hill")?;
    ada.linked(&eve)?;
    let message = ada.say(&eve, "the log goes on")?;
    eve.hears(&message)?;
    ensure!(leaves(&mut ada)? > held, "she takes over what the server adds");
    ensure!(world.server.command(&["status"])?["clients_ahead"] == 0, "nobody is ahead");
    Ok(())
}

#[test]
fn who_is_blocked_while_signed_in_reads_why_in_the_log() -> Result<()> {
    let mut world = World::new()?;
    let mut bob = world.person("bob", "Bob Stone")?;
    world.server.signed(&["ban", "add", "bob"])?;
    let ended = bob.event("session.ended", |_| true)?;
    ensure!(ended["code"] == "E-AUTH-4", "{ended}");
    // What was to be told came before the end: it is there at once, and the server tells nothing more.
    let acts = bob.call("directory.acts", json!({ "limit": 1 }))?;
    let act = &acts["acts"][0];
    ensure!(act["what"] == "blocked" && act["user"] == bob.user.as_str(), "{acts}");
    ensure!(act["reason"] == "removed", "{acts}");
    Ok(())
}
