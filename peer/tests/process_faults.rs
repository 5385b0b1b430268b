//! What goes wrong around the programs: no server, no room on the disk. Each is told with its code and loses nothing.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use support::{Person, Result, World, ensure, json};

#[test]
fn without_the_server_it_is_said_and_history_opens() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let before = ada.say(&bob, "before")?;
    ada.reaches(&before, "delivered")?;
    ada.call("session.logout", json!({}))?;
    let mut newcomer = world.invite("zoe", "Zoe Lee")?;
    world.server.stop()?;

    let (code, password) = (ada.code(&mut world.secrets)?, ada.password.clone());
    let refused = ada.refused("session.login", json!({ "password": password, "totp": code }))?;
    ensure!(refused.code() == "E-SRV-1" && refused.0["data"]["retryable"] == true, "{refused}");
    ensure!(refused.0["message"].as_str().is_some_and(|words| words.contains("network")), "{refused}");
    let link = newcomer.link().to_owned();
    let refused = newcomer.refused("enrol.start", json!({ "link": link }))?;
    ensure!(refused.code() == "E-SRV-1", "{refused}");

    // The right password opens what is here, a wrong one does not, and what is written waits.
    ada.call("vault.lock", json!({}))?;
    let wrong = ada.refused("vault.unlock", json!({ "password": "not the password at all" }))?;
    ensure!(wrong.code() == "E-STORE-1", "{wrong}");
    ada.call("vault.unlock", json!({ "password": password }))?;
    ada.subscribe()?;
    let target = bob.target();
    let page = ada.call("message.list", json!({ "conversation": target, "limit": 10 }))?;
    ensure!(page["messages"][0]["id"] == before.as_str(), "{page}");
    let status = ada.call("status", json!({}))?;
    ensure!(status["loggedIn"] == false && status["locked"] == false, "{status}");
    let waiting = ada.say(&bob, "while nobody answers")?;

    world.server.serve()?;
    ada.login(&mut world.secrets)?;
    bob.hears(&waiting)?;
    ada.reaches(&waiting, "delivered")?;
    Ok(())
}

#[test]
fn on_a_full_disk_sending_is_refused_reading_goes_on_and_room_mends_it_without_a_loss() -> Result<()> {
    let mut world = World::new()?;
    let Some(Small { disk, mut ada, bob, before }) = small(&mut world)? else {
        println!("skipped: only root can mount a small file system");
        return Ok(());
    };
    let filler = disk.fill()?;
    let target = bob.target();
    // What the file system had set aside for the journal may still take a few.
    let mut kept = Vec::new();
    let refused = loop {
        let text = format!("{} {}", kept.len(), "long ".repeat(2000));
        let id = ada.send("message.send", json!({ "to": target, "text": text }))?;
        match ada.answer(id)? {
            Ok(answer) => kept.push(support::client::message_id(&answer)?),
            Err(refused) => break refused,
        }
        ensure!(kept.len() < 2000, "a full disk takes everything");
    };
    ensure!(refused.code() == "E-FILE-5", "{refused}");
    ensure!(refused.0["message"].as_str().is_some_and(|words| words.contains("room")), "{refused}");

    // Longer than it takes to try the disk again, so that reading is asked for in every state it passes through.
    let until = std::time::Instant::now() + Duration::from_secs(5);
    while std::time::Instant::now() < until {
        let page =
            ada.call("message.list", json!({ "conversation": target, "around": before, "limit": 3 }))?;
        ensure!(
            page["messages"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == before.as_str())),
            "{page}"
        );
        let people = ada.call("contact.list", json!({}))?;
        ensure!(people["contacts"].as_array().is_some_and(|all| !all.is_empty()), "{people}");
        let found = ada.call("message.search", json!({ "query": "before" }))?;
        ensure!(found["hits"][0]["message"]["id"] == before.as_str(), "{found}");
    }
    let refused = ada.refused("message.send", json!({ "to": target, "text": "still no room" }))?;
    ensure!(refused.code() == "E-FILE-5", "{refused}");

    std::fs::remove_file(filler)?;
    let after = support::until("writing works again", || {
        let id = ada.send("message.send", json!({ "to": target, "text": "after" }))?;
        ada.answer(id)?.ok().map(|answer| support::client::message_id(&answer)).transpose()
    })?;
    for id in kept.iter().chain([&after]) {
        bob.hears(id)?;
    }
    ada.reaches(&after, "delivered")?;
    let stopped = ada.take()?.stop();
    drop(disk);
    stopped
}

#[test]
fn on_a_full_disk_a_lock_is_told_and_the_password_opens_once_there_is_room() -> Result<()> {
    let mut world = World::new()?;
    let Some(Small { disk, mut ada, bob, before }) = small(&mut world)? else {
        println!("skipped: only root can mount a small file system");
        return Ok(());
    };
    let filler = disk.fill()?;
    let (target, text, password) = (bob.target(), "long ".repeat(8000), ada.password.clone());
    // What the file system had set aside may still take a few.
    let mut refused = None;
    for _ in 0..2000 {
        let id = ada.send("message.send", json!({ "to": target, "text": text }))?;
        if let Err(failure) = ada.answer(id)? {
            refused = Some(failure);
            break;
        }
    }
    ensure!(refused.is_some_and(|failure| failure.code() == "E-FILE-5"), "a full disk takes everything");

    ada.call("vault.lock", json!({}))?;
    ada.event("vault.locked", |_| true)?;
    let refused = ada.refused("message.list", json!({ "conversation": target, "limit": 1 }))?;
    ensure!(refused.code() == "E-API-4", "{refused}");

    // Nothing is damaged, and nobody is told to put a backup in the place of it.
    let refused = ada.refused("vault.unlock", json!({ "password": password }))?;
    ensure!(refused.code() == "E-FILE-5", "{refused}");
    std::fs::remove_file(filler)?;
    ada.call("vault.unlock", json!({ "password": password }))?;
    let page = ada.call("message.list", json!({ "conversation": target, "around": before, "limit": 3 }))?;
    ensure!(page.to_string().contains(&before), "{page}");
    let stopped = ada.take()?.stop();
    drop(disk);
    stopped
}

#[test]
fn a_disk_that_runs_full_again_and_again_is_never_told_as_damage() -> Result<()> {
    let mut world = World::new()?;
    let Some(Small { disk, mut ada, bob, .. }) = small(&mut world)? else {
        println!("skipped: only root can mount a small file system");
        return Ok(());
    };
    // More often than the index is made anew for damage.
    for round in 0..6 {
        // The index dies by itself of what it holds back: it writes that out twice a second.
        ada.say(&bob, "just before")?;
        let filler = disk.fill()?;
        if round % 2 == 1 {
            let id = ada.send("message.send", json!({ "to": bob.target(), "text": "without room" }))?;
            // What the file system had set aside may take it.
            if let Err(refused) = ada.answer(id)? {
                ensure!(refused.code() == "E-FILE-5", "{round}: {refused}");
            }
        }
        std::thread::sleep(Duration::from_secs(2));
        std::fs::remove_file(filler)?;
        let after = ada.say(&bob, &format!("after {round}"))?;
        ada.reaches(&after, "delivered")?;
    }
    let page = ada.call("message.list", json!({ "conversation": bob.target(), "limit": 100 }))?;
    let there = |round| page.to_string().contains(&format!("after {round}"));
    ensure!((0..6).all(there), "{page}");
    let stopped = ada.take()?.stop();
    drop(disk);
    stopped
}

/// Two people who have written to each other, the first of them on a small disk.
struct Small {
    disk: SmallDisk,
    ada: Person,
    bob: Person,
    /// What was delivered while there was room.
    before: String,
}

/// Nothing where no small disk can be had.
fn small(world: &mut World) -> Result<Option<Small>> {
    let profile = world.path().join("ada");
    let Some(disk) = SmallDisk::mount(&profile) else { return Ok(None) };
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let before = ada.say(&bob, "before")?;
    ada.reaches(&before, "delivered")?;
    Ok(Some(Small { disk, ada, bob, before }))
}

/// A file system of a few megabytes in memory, gone with this value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<Self> {
        std::fs::create_dir_all(folder).ok()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=96m,mode=700", "tmpfs"])
            .arg(folder)
            .status()
            .is_ok_and(|status| status.success());
        mounted.then(|| Self(folder.to_owned()))
    }

    /// Takes all the room that is left.
    fn fill(&self) -> Result<PathBuf> {
        let filler = self.0.join("filler");
        let mut file = std::fs::File::create(&filler)?;
        // It ends with "no space left".
        let _full = std::io::copy(&mut std::io::repeat(1), &mut file);
        Ok(filler)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
