//! What administrators do, with the real programs at both ends, as the people concerned notice it.

mod support;

use support::{Result, World, ensure, json, until};

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
