//! One person, several computers, one after the other: the real programs move the account, end what was before, and lose
//! nothing.

mod support;

use support::{Person, Result, Value, World, bail, ensure, json, until};

fn sessions(world: &World, name: &str) -> Result<Vec<Value>> {
    let listed = world.server.command(&["session", "list", "--user", name])?;
    let sessions = listed.get("sessions").unwrap_or(&listed);
    Ok(sessions.as_array().cloned().unwrap_or_default())
}

fn kinds(person: &Person) -> Vec<String> {
    let lines = person.events("conversation.line");
    lines.iter().filter_map(|line| line["kind"].as_str().map(str::to_owned)).collect()
}

/// The device of this computer, once it is the one that its directory lists.
fn device(person: &mut Person) -> Result<String> {
    until("this computer is listed, alone", || {
        let listed = person.call("device.list", json!({}))?;
        Ok(match listed["devices"].as_array().map(Vec::as_slice) {
            Some([device]) if device["current"] == true => device["id"].as_str().map(str::to_owned),
            _ => None,
        })
    })
}

fn online(person: &mut Person) -> Result<bool> {
    Ok(person.call("status", json!({}))?["loggedIn"] == true)
}

#[test]
fn a_new_computer_takes_over_and_the_old_one_comes_back_with_its_outbox() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    let first = ada.say(&bob, "to the first computer")?;
    bob.hears(&first)?;
    ada.reaches(&first, "delivered")?;
    bob.kill()?;
    let waiting = ada.say(&bob, "for whichever computer")?;

    let mut new = bob.another_computer()?;
    let mut wrong = new.joining()?;
    wrong["recoveryKey"] = "0000-0000".into();
    ensure!(new.refused("enrol.device", wrong)?.code() == "E-STORE-1");
    let joining = new.joining()?;
    let done = new.call("enrol.device", joining)?;
    ensure!(done["state"] == "ready" && done["userId"] == bob.user.as_str(), "{done}");
    new.subscribe()?;
    new.hears(&waiting)?;
    ada.reaches(&waiting, "delivered")?;
    let back = new.say(&ada, "from the new one")?;
    ada.hears(&back)?;
    new.reaches(&back, "delivered")?;
    ensure!(kinds(&ada) == ["deviceChanged"], "{:?}", kinds(&ada));
    ensure!(ada.events("safety.changed").is_empty(), "the account key is the same");
    let page = new.call("message.list", json!({ "conversation": ada.target(), "limit": 50 }))?;
    ensure!(page["messages"].as_array().is_some_and(|all| all.len() == 2), "no history: {page}");
    let new_device = device(&mut new)?;
    ensure!(done["deviceId"] == new_device.as_str());

    // The old computer is used again: what it had written goes, and the new one is told.
    bob.start_unlocked()?;
    let kept = bob.say(&ada, "written on the old one")?;
    let login = bob.by_recovery_code()?;
    let login = bob.call("session.login", login)?;
    ensure!(login["endedOther"]["device"] == new_device.as_str(), "{login}");
    let ended = new.event("session.ended", |_| true)?;
    ensure!(ended["code"] == "E-SESS-1" && ended["time"].as_u64() > Some(0), "{ended}");
    ensure!(ended["device"] == device(&mut bob)?.as_str(), "{ended}");
    ada.hears(&kept)?;
    bob.reaches(&kept, "delivered")?;
    let answer = ada.say(&bob, "to the old one again")?;
    bob.hears(&answer)?;
    ensure!(sessions(&world, "bob")?.len() == 1);
    ensure!(online(&mut bob)? && !online(&mut new)?);
    Ok(())
}

#[test]
fn sessions_are_ended_and_devices_removed_by_their_owner() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let session = until("the server knows what this computer runs on", || {
        let listed = ada.call("session.list", json!({}))?;
        let session = listed["sessions"][0].clone();
        Ok(Some(session).filter(|session| session["system"] == "Linux"))
    })?;
    let devices = ada.call("device.list", json!({}))?;
    let known = devices["devices"][0].clone();
    ensure!(
        known["id"] == session["device"] && known["current"] == true && known["active"] == true,
        "{devices}"
    );
    ensure!(known["created"].as_u64() > Some(0), "{devices}");
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
    ensure!(known["name"] == name.trim(), "{devices}");
    ensure!(known["fingerprint"].as_str().is_some_and(|print| print.len() == 64), "{devices}");

    ensure!(ada.refused("session.end", json!({ "id": "zz" }))?.code() == "E-API-3");
    let nobody = "00000000000000000000000000000000";
    ensure!(ada.refused("session.end", json!({ "id": nobody }))?.code() == "E-API-6");
    let (right, wrong) = (ada.password.clone(), "not the right one at all");
    let other = json!({ "id": nobody, "password": right });
    ensure!(ada.refused("device.remove", other)?.code() == "E-API-6");
    let guess = json!({ "id": known["id"], "password": wrong });
    ensure!(ada.refused("device.remove", guess)?.code() == "E-STORE-1");
    ensure!(ada.events("session.ended").is_empty() && online(&mut ada)?);

    ada.call("session.end", json!({ "id": session["id"] }))?;
    let ended = ada.event("session.ended", |_| true)?;
    ensure!(ended["code"] == "E-SESS-2" && ended["time"].as_u64() > Some(0), "{ended}");
    ensure!(ada.refused("session.list", json!({}))?.code() == "E-API-5");
    let login = ada.by_recovery_code()?;
    ada.call("session.login", login)?;
    ensure!(device(&mut ada)? == known["id"].as_str().unwrap_or_default(), "the same device");

    let mark = ada.mark();
    ada.call("device.remove", json!({ "id": known["id"], "password": right }))?;
    ada.event_after(mark, "session.ended", |event| event["code"] == "E-SESS-2")?;
    until("the server has no session", || Ok(sessions(&world, "ada")?.is_empty().then_some(())))?;
    // The same computer comes back with other keys.
    let login = ada.by_recovery_code()?;
    ada.call("session.login", login)?;
    let renewed = device(&mut ada)?;
    ensure!(renewed != known["id"].as_str().unwrap_or_default(), "{renewed}");
    ensure!(online(&mut ada)? && sessions(&world, "ada")?.len() == 1);
    Ok(())
}

#[test]
fn a_restored_profile_is_a_new_device_that_gets_what_came_after_the_backup() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    let first = ada.say(&bob, "before the backup")?;
    bob.hears(&first)?;
    ada.reaches(&first, "delivered")?;
    let before = device(&mut bob)?;
    ada.kill()?;
    let waiting = bob.say(&ada, "waits since before the backup")?;
    let (path, passphrase) = (world.path().join("backup"), "a passphrase of a backup");
    let backup = json!({ "path": path, "passphrase": passphrase });
    bob.call("backup.create", backup.clone())?;
    ada.start_unlocked()?;
    let after = ada.say(&bob, "after the backup")?;
    bob.hears(&after)?;
    ada.reaches(&after, "delivered")?;
    bob.kill()?;

    let mut new = bob.another_computer()?;
    new.call("backup.restore", backup)?;
    let login = new.by_recovery_code()?;
    new.call("session.login", login)?;
    new.subscribe()?;
    ensure!(device(&mut new)? != before, "device keys of the backup are used no more");
    new.hears(&after)?;
    ada.hears(&waiting)?;
    new.reaches(&waiting, "delivered")?;
    ensure!(kinds(&ada) == ["deviceChanged"], "{:?}", kinds(&ada));
    for (person, with) in [(&mut ada, "@bob"), (&mut new, "@ada")] {
        let page = person.call("message.list", json!({ "conversation": with, "limit": 50 }))?;
        ensure!(page["messages"].as_array().is_some_and(|all| all.len() == 3), "each once: {page}");
    }
    // And it comes back by itself after the next unlock.
    new.take()?.stop()?;
    new.start_unlocked()?;
    until("the restored profile is online by itself", || Ok(online(&mut new)?.then_some(())))
}

/// Races of two computers of one account; recovery codes allow so many.
const RACES: usize = 3;

#[test]
fn bar_f19_of_two_computers_that_log_in_at_once_one_stays_and_both_are_told() -> Result<()> {
    let races = if std::env::var_os("CONCLAVE_FULL").is_some() { 200 } else { RACES };
    let mut world = World::new()?;
    let ada = world.person("ada", "Ada King")?;
    for account in 0..races.div_ceil(RACES) {
        let name = format!("bob-{account}");
        let mut one = world.invite(&name, "Bob Stone")?;
        one.enrol(&mut world.secrets)?;
        one.subscribe()?;
        let mut two = one.another_computer()?;
        let joining = two.joining()?;
        two.call("enrol.device", joining)?;
        two.subscribe()?;
        one.event("session.ended", |event| event["code"] == "E-SESS-1")?;
        // Nothing leaves: what both have written must be there in the end.
        let kept = [one.say(&ada, "from one")?, two.say(&ada, "from the other")?];
        for race in 0..RACES {
            let marks = [one.mark(), two.mark()];
            let calls = [one.by_recovery_code()?, two.by_recovery_code()?];
            let [first, second] = calls;
            let calls = [one.send("session.login", first)?, two.send("session.login", second)?];
            let answers = [one.answer(calls[0])?, two.answer(calls[1])?];
            until("exactly one session", || {
                let there = [online(&mut one)?, online(&mut two)?];
                Ok((sessions(&world, &name)?.len() == 1 && there[0] != there[1]).then_some(()))
            })?;
            let winner = usize::from(online(&mut two)?);
            let loser = [&one, &two][1 - winner];
            match &answers[1 - winner] {
                // It was in first, and then told that it is no more.
                Ok(_) => {
                    let elsewhere = |event: &Value| event["code"] == "E-SESS-1";
                    loser.event_after(marks[1 - winner], "session.ended", elsewhere)?;
                }
                Err(refused) => ensure!(refused.code() == "E-SESS-1", "race {race}: {refused}"),
            }
            match &answers[winner] {
                Ok(told) => ensure!(told["endedOther"]["device"].is_string(), "race {race}: {told}"),
                Err(refused) => bail!("race {race}: nobody was let in: {refused}"),
            }
        }
        for (person, message) in [(&mut one, &kept[0]), (&mut two, &kept[1])] {
            if !online(person)? {
                let code = person.by_recovery_code()?;
                person.call("session.login", code)?;
            }
            ada.hears(message)?;
            person.reaches(message, "delivered")?;
        }
    }
    Ok(())
}
