//! `doctor.run`, `doctor.report` and `conclave doctor` on real programs.

mod support;

use std::fs;

use support::{Result, Value, World, ensure, json, until};

fn check(checks: &Value, id: &str) -> Value {
    let all = checks["checks"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|check| check["id"] == id).unwrap_or_default()
}

#[test]
fn the_doctor_says_what_works_and_what_to_do() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    until("a reservation", || {
        let found = ada.call("doctor.run", json!({ "user": "@bob" }))?;
        Ok((check(&found, "relay")["ok"] == true).then_some(()))
    })?;
    let well = ada.call("doctor.run", json!({ "user": "@bob" }))?;
    for id in
        ["server", "clock", "directory", "lease", "ports", "router", "relay", "lan", "disk", "store", "path"]
    {
        let found = check(&well, id);
        ensure!(
            found["ok"] == true && found["meaning"].as_str().is_some_and(|said| said.len() > 10),
            "{id}: {found}"
        );
        ensure!(found.get("todo").is_none(), "{id}: {found}");
    }
    let stranger = ada.refused("doctor.run", json!({ "user": "@nobody" }))?;
    ensure!(stranger.code() == "E-API-6", "{stranger}");

    let plain = world.path().join("report.txt");
    ada.call("doctor.report", json!({ "path": plain }))?;
    let said = fs::read_to_string(&plain)?;
    ensure!(!said.contains("ada") && !said.contains("127.0.0.1") && said.contains("server"), "{said}");
    let again = ada.refused("doctor.report", json!({ "path": plain }))?;
    ensure!(again.code() == "E-API-3", "{again}");
    let full = world.path().join("full.txt");
    ada.call("doctor.report", json!({ "path": full, "include": ["names", "addresses"] }))?;
    let said = fs::read_to_string(&full)?;
    ensure!(said.contains("ada") && said.contains("127.0.0.1"), "{said}");

    world.server.kill()?;
    until("the missing server", || {
        let found = ada.call("doctor.run", json!({}))?;
        let server = check(&found, "server");
        Ok((server["ok"] == false && server["todo"].is_string()).then_some(()))
    })
}

#[test]
fn a_path_is_told_without_an_address() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    bob.kill()?;
    let user = bob.user.clone();
    let told =
        ada.event("path.changed", |event| event["user"] == user.as_str() && event["path"] == "waiting")?;
    let reason = told["reason"].as_str().unwrap_or_default().to_owned();
    ensure!(!reason.is_empty() && reason.chars().all(|c| c.is_ascii_alphabetic()), "{told}");
    for event in ada.events("path.changed") {
        ensure!(!event.to_string().contains("/ip4/") && !event.to_string().contains("127.0.0.1"), "{event}");
    }
    Ok(())
}
