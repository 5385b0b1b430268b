//! The drop box between real programs that are never there together, with a server that is killed in between.

mod support;

use support::{Person, Result, World, ensure, json, until};

/// The parcels that wait, by user name.
fn waiting(world: &World) -> Result<Vec<(String, u64)>> {
    let rows = world.server.command(&["dropbox", "show"])?;
    let rows = rows.as_array().cloned().unwrap_or_default();
    Ok(rows
        .iter()
        .map(|row| {
            (row["user"].as_str().unwrap_or_default().to_owned(), row["parcels"].as_u64().unwrap_or(0))
        })
        .collect())
}

fn waits_for(world: &World, name: &str) -> Result<bool> {
    Ok(waiting(world)?.iter().any(|(user, parcels)| user == name && *parcels > 0))
}

fn knows(person: &mut Person, name: &str) -> Result<()> {
    until("the other is in the directory", || {
        Ok(person.contacts()?.iter().any(|contact| contact["name"] == name).then_some(()))
    })
}

#[test]
fn two_who_are_never_there_together_write_to_each_other_over_a_killed_server() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    ada.take()?.stop()?;
    let mut bob = world.person("bob", "Bob Stone")?;
    bob.take()?.stop()?;

    ada.start_unlocked()?;
    knows(&mut ada, "bob")?;
    let id = ada.say(&bob, "Left for you, canary 5e1f")?;
    let state = ada.reaches(&id, "inDropBox")?;
    ensure!(state["state"] == "inDropBox", "{state}");
    let custody = state["custody"].as_array().cloned().unwrap_or_default();
    ensure!(custody.len() == 2 && custody[1]["step"] == "inDropBox", "{state}");
    ensure!(custody[1]["until"].as_u64() > custody[1]["time"].as_u64(), "{state}");
    ensure!(waits_for(&world, "bob")? && !waits_for(&world, "ada")?, "{:?}", waiting(&world)?);
    ada.take()?.stop()?;

    world.server.kill()?;
    world.server.serve()?;
    ensure!(waits_for(&world, "bob")?, "what a receipt was given for is there after a kill");

    bob.start_unlocked()?;
    let heard = bob.hears(&id)?;
    ensure!(heard["text"] == "Left for you, canary 5e1f" && heard["author"] == ada.user.as_str(), "{heard}");
    until("collected is erased, and the receipt is left", || {
        Ok((!waits_for(&world, "bob")? && waits_for(&world, "ada")?).then_some(()))
    })?;
    bob.call("message.markRead", json!({ "conversation": ada.target(), "upTo": id }))?;
    until("the read receipt is left too", || {
        Ok(waiting(&world)?.iter().any(|(user, parcels)| user == "ada" && *parcels >= 2).then_some(()))
    })?;
    let answer = bob.say(&ada, "And this is for you")?;
    bob.reaches(&answer, "inDropBox")?;
    bob.take()?.stop()?;

    world.server.kill()?;
    world.server.serve()?;
    ada.start_unlocked()?;
    ada.reaches(&id, "read")?;
    ada.hears(&answer)?;
    until("the box is empty but for ada's receipt", || Ok((!waits_for(&world, "ada")?).then_some(())))?;
    until("her receipt waits for bob", || Ok(waits_for(&world, "bob")?.then_some(())))?;
    ada.take()?.stop()?;
    bob.start_unlocked()?;
    bob.reaches(&answer, "delivered")?;
    until("the box is empty", || Ok(waiting(&world)?.is_empty().then_some(())))?;
    ensure!(bob.events("message.received").len() == 1, "shown once");

    let log = std::fs::read_to_string(world.path().join("server/server.log")).unwrap_or_default();
    ensure!(!log.contains("canary 5e1f"), "the server's log shows a message");
    Ok(())
}

#[test]
fn a_file_reaches_somebody_who_is_never_there_at_the_same_time() -> Result<()> {
    /// Several chunks of a parcel, and no multiple of any.
    const BYTES: usize = 3 * 1024 * 1024 + 17;
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    ada.take()?.stop()?;
    let mut bob = world.person("bob", "Bob Stone")?;
    bob.take()?.stop()?;
    ada.start_unlocked()?;
    knows(&mut ada, "bob")?;
    let source = world.path().join("figures.bin");
    let bytes: Vec<u8> = (0..BYTES).map(|n| u8::try_from(n * 7919 % 251).unwrap_or(0)).collect();
    std::fs::write(&source, &bytes)?;
    let sent = ada.call("file.send", json!({ "to": bob.target(), "path": source, "caption": "figures" }))?;
    let id = support::client::message_id(&sent)?;
    ada.reaches(&id, "inDropBox")?;
    let parcels = waiting(&world)?;
    ensure!(parcels == [("bob".to_owned(), 2)], "the offer and what it offers: {parcels:?}");
    ada.take()?.stop()?;

    bob.start_unlocked()?;
    let message = bob.hears(&id)?;
    let file = support::text::text(&message, "/file/file")?.to_owned();
    bob.event("file.state", |event| {
        event["file"]["file"] == file.as_str() && event["file"]["state"] == "done"
    })?;
    let target = world.path().join("saved.bin");
    bob.call("file.save", json!({ "file": file, "path": target }))?;
    ensure!(std::fs::read(&target)? == bytes, "the saved file differs");
    until("what was collected is erased", || Ok((!waits_for(&world, "bob")?).then_some(())))?;
    Ok(())
}

#[test]
fn a_full_box_leaves_the_message_waiting_and_says_why() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    world.server.stop()?;
    std::fs::create_dir_all(world.path().join("server/conf.d"))?;
    std::fs::write(world.path().join("server/conf.d/small.toml"), "[disk]\ndropbox_total = \"4KiB\"\n")?;
    world.server.serve()?;
    bob.take()?.stop()?;
    until("the server is reached again", || {
        let status = ada.call("status", json!({}))?;
        Ok((status["server"]["state"] == "online").then_some(()))
    })?;

    let id = ada.say(&bob, "There is no room for this")?;
    let state =
        ada.event("message.state", |event| event["id"] == id.as_str() && event["error"].is_object())?;
    ensure!(state["state"] == "waiting" && state["error"]["code"] == "E-DROP-1", "{state}");
    ensure!(waiting(&world)?.is_empty(), "{:?}", waiting(&world)?);

    bob.start_unlocked()?;
    bob.hears(&id)?;
    ada.reaches(&id, "delivered")?;
    Ok(())
}

#[test]
fn the_administrator_purges_what_waits_and_nothing_is_lost() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    bob.take()?.stop()?;
    let id = ada.say(&bob, "soon to be purged")?;
    ada.reaches(&id, "inDropBox")?;
    let status = world.server.command(&["status"])?;
    ensure!(status["dropbox"]["parcels"] == 1 && status["dropbox"]["on"] == true, "{status}");
    let purged = world.server.command(&["dropbox", "purge", "bob", "--yes"])?;
    ensure!(purged["erased"] == 1, "{purged}");
    ensure!(waiting(&world)?.is_empty(), "{:?}", waiting(&world)?);
    // Nothing is lost: the sender keeps a message until it is acknowledged.
    bob.start_unlocked()?;
    bob.hears(&id)?;
    ada.reaches(&id, "delivered")?;
    Ok(())
}
