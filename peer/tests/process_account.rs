//! Accounts with the real programs: enrolment, login, and what is refused on the way.

mod support;

use support::{Client, Result, World, bail, ensure, json, until};

#[test]
fn enrols_logs_in_and_refuses_a_wrong_code() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.invite("ada", "Ada King")?;
    let before = ada.call("status", json!({}))?;
    ensure!(before["locked"] == true && before["loggedIn"] == false, "{before}");
    ada.enrol(&mut world.secrets)?;

    let wrong = ada.login_with_wrong_code()?;
    ensure!(wrong.code() == "E-AUTH-1", "{wrong}");
    ensure!(wrong.0["code"] == -32000 && wrong.0["data"]["retryable"] == true, "{wrong}");
    ensure!(wrong.0["message"].as_str().is_some_and(|words| words.contains("wrong")), "{wrong}");

    // The wait after a wrong try is told, and is short.
    std::thread::sleep(std::time::Duration::from_millis(
        wrong.0["data"]["retryAfterMs"].as_u64().unwrap_or(0),
    ));
    let login = ada.login(&mut world.secrets)?;
    ensure!(login["leaseUntil"].as_u64().is_some_and(|until| until > 0), "{login}");
    let after = ada.call("status", json!({}))?;
    ensure!(after["locked"] == false && after["loggedIn"] == true && after["me"]["name"] == "ada", "{after}");
    let sessions = ada.call("session.list", json!({}))?;
    ensure!(sessions["sessions"].as_array().is_some_and(|list| list.len() == 1), "{sessions}");

    ada.call("session.logout", json!({}))?;
    ensure!(ada.refused("conversation.list", json!({}))?.code() == "E-API-4");
    ada.take()?.stop()
}

#[test]
fn signing_out_ends_the_session_at_the_server_although_no_connection_stands() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    ada.take()?.stop()?;
    ada.start_unlocked()?;
    until("the session of before", || Ok(ada.call("session.list", json!({})).ok()))?;
    ada.take()?.stop()?;

    ada.start()?;
    let password = ada.password.clone();
    ada.call("vault.unlock", json!({ "password": password }))?;
    ada.call("session.logout", json!({}))?;
    ada.call("vault.unlock", json!({ "password": password }))?;
    // Longer than it took to come back before.
    for _ in 0..40 {
        let refused = ada.refused("session.list", json!({}))?;
        ensure!(refused.code() == "E-API-5", "{refused}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    ada.login(&mut world.secrets)?;

    // A server that cannot be asked keeps the session, and nobody is told that it has ended; the messages close.
    world.server.kill()?;
    let untold = ada.refused("session.logout", json!({}))?;
    ensure!(untold.code() == "E-SRV-1", "{untold}");
    ensure!(ada.refused("conversation.list", json!({}))?.code() == "E-API-4");
    ensure!(ada.refused("session.logout", json!({}))?.code() == "E-API-4", "what would end it is sealed");
    Ok(())
}

#[test]
fn a_mistyped_first_code_is_forgiven_and_the_codes_may_be_written_down_in_peace() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.invite("ada", "Ada King")?;
    ada.enrol_mistyping(&mut world.secrets, 2)?;
    let status = ada.call("status", json!({}))?;
    ensure!(status["enrolled"] == true && status["locked"] == false, "{status}");
    Ok(())
}

#[test]
fn a_used_or_damaged_link_and_a_weak_password_are_refused() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.invite("ada", "Ada King")?;
    let mut thief = world.invite("eve", "Eve")?;
    ensure!(
        ada.refused("enrol.start", json!({ "link": "conclave://127.0.0.1:1/AAAA" }))?.code() == "E-ACC-4"
    );
    ensure!(ada.refused("enrol.start", json!({ "link": "hello" }))?.code() == "E-ACC-4");
    let weak = ada.call("enrol.check", json!({ "userName": "ada", "password": "ada" }))?;
    ensure!(
        weak["ok"] == false && weak["reasons"].as_array().is_some_and(|reasons| reasons.len() == 3),
        "{weak}"
    );
    ada.enrol(&mut world.secrets)?;
    let link = ada.link().to_owned();
    ensure!(ada.refused("enrol.start", json!({ "link": link }))?.code() == "E-API-9");
    // Somebody else with the same link: the server says so at the first step that asks it.
    let password = thief.password.clone();
    let start = thief.send("enrol.start", json!({ "link": link }))?;
    let refused = match thief.answer(start)? {
        Err(refused) => refused,
        Ok(_) => thief.refused("enrol.account", json!({ "userName": "ada", "password": password }))?,
    };
    ensure!(refused.code() == "E-ACC-4", "{refused}");
    Ok(())
}

#[test]
fn one_process_per_profile_and_the_wrong_password_opens_nothing() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;

    let second: Client = ada.another_client()?;
    ensure!(second.exit_code()? == 11, "a second process on the profile is refused with exit code 11");

    ada.call("vault.lock", json!({}))?;
    let wrong = ada.refused("vault.unlock", json!({ "password": "not the right one" }))?;
    ensure!(wrong.code() == "E-STORE-1", "{wrong}");
    ensure!(ada.refused("contact.list", json!({}))?.code() == "E-API-4");
    let password = ada.password.clone();
    ada.call("vault.unlock", json!({ "password": password }))?;
    ada.contacts()?;
    // Who asks while it is open learns no more than who asks while it is closed.
    let wrong = ada.refused("vault.unlock", json!({ "password": "not the right one" }))?;
    ensure!(wrong.code() == "E-STORE-1", "{wrong}");
    ada.call("vault.unlock", json!({ "password": password }))?;
    ada.contacts()?;
    Ok(())
}

#[test]
fn a_damaged_vault_header_is_said_and_nothing_is_overwritten() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    ada.take()?.stop()?;
    let headers: Vec<_> = std::fs::read_dir(&ada.profile)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vault")))
        .collect();
    ensure!(!headers.is_empty(), "the profile has a vault header");
    let mut damaged = Vec::new();
    for path in &headers {
        let mut bytes = std::fs::read(path)?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x40;
        std::fs::write(path, &bytes)?;
        damaged.push(bytes);
    }
    let mut client = ada.another_client()?;
    let password = ada.password.clone();
    match client.send("vault.unlock", json!({ "password": password })).and_then(|id| client.answer(id)) {
        Ok(Ok(_)) => bail!("a damaged vault was opened"),
        Ok(Err(refused)) => {
            let code = refused.code();
            ensure!(["E-STORE-1", "E-STORE-3"].contains(&code), "{refused}");
        }
        Err(_) => ensure!(client.exit_code()? == 12, "a damaged vault is refused with exit code 12"),
    }
    for (path, bytes) in headers.iter().zip(&damaged) {
        ensure!(&std::fs::read(path)? == bytes, "{} was written to", path.display());
    }
    Ok(())
}

#[test]
fn the_password_is_changed_at_the_server_and_in_the_vault() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let (old, new) = (ada.password.clone(), "copper lantern tide 93 moss".to_owned());
    world.secrets.keep("the new password", &new);

    let code = ada.code(&mut world.secrets)?;
    let weak = ada.refused("password.change", json!({ "old": old, "new": "ada ada ada", "totp": code }))?;
    ensure!(weak.code() == "E-ACC-3" && weak.0.pointer("/data/details/reasons/0/code").is_some(), "{weak}");
    ada.call("password.change", json!({ "old": old, "new": new, "totp": code }))?;

    ada.call("session.logout", json!({}))?;
    ensure!(ada.refused("vault.unlock", json!({ "password": old }))?.code() == "E-STORE-1");
    ada.password = new;
    ada.login(&mut world.secrets)?;
    Ok(())
}
