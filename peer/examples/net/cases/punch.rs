//! Holes punched through two routers, with a file on its way over the relay.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::{PUNCH, once_in_order, pair, path, proven, within};
use crate::rig::{Nat, Over, Rig};
use crate::support::text::text;
use crate::support::{Person, Result, World, bail, ensure, json};

/// The file that is on its way while the path changes: several seconds at the relay's rate.
const FILE: usize = 48 << 20;
/// The relay's rate in these tests, bytes per second: slower than in earnest, so that the change comes in mid-file.
const RATE: &str = "1MiB/s";
/// What must have gone through the relay before a direct path is allowed: the file is on its way then.
const BEGUN: u64 = 1 << 20;

/// Two routers: a circuit, a file begun on it, the change to a direct path where the routers allow it, and messages all
/// the while.
pub(super) fn punch(programs: &Path, nat: Nat, over: Over) -> Result<()> {
    let rig = Rig::up(nat, over)?;
    let mut world = World::at(programs, &rig.server())?;
    world.server.stop()?;
    world.server.set("relay.per_user_rate", RATE);
    world.server.serve()?;
    // No hole until the file is on its way.
    rig.drop_through("nata", "ip daddr 100.64.0.12")?;
    let (mut ada, mut bob) = pair(&mut world, &rig, "pb")?;
    let began = Instant::now();
    let mut sent = vec![ada.say(&bob, "first")?];
    bob.hears(&sent[0])?;
    let first = path(&mut ada, &bob.user.clone())?;
    ensure!(first == "relayed", "the first path is {first}");
    proven(&format!("the first message arrives {:.1} s after login, {first}", began.elapsed().as_secs_f64()));
    let reached = relay_row(&world)?;
    proven(&format!("the circuit was used: {reached}"));

    let source = world.path().join("plans.bin");
    let bytes: Vec<u8> = (0..FILE).map(|n| u8::try_from(n * 7919 % 251).unwrap_or(0)).collect();
    fs::write(&source, &bytes)?;
    let offered = ada.call("file.send", json!({ "to": bob.target(), "path": source }))?;
    let message = crate::support::client::message_id(&offered)?;
    let file = text(&bob.hears(&message)?, "/file/file")?.to_owned();
    bob.call("file.accept", json!({ "file": file }))?;
    within(PUNCH, "the file on its way", || Ok(relayed_bytes(&world)? >= BEGUN))?;
    rig.heal("nata")?;

    let (ada_id, bob_id) = (ada.user.clone(), bob.user.clone());
    let mut number = 0;
    let mut talk = |ada: &mut Person, bob: &mut Person| -> Result<()> {
        number += 1;
        let id = ada.say(bob, &format!("message {number}"))?;
        bob.hears(&id)?;
        sent.push(id);
        Ok(())
    };
    let direct = within(PUNCH, "a direct path", || {
        talk(&mut ada, &mut bob)?;
        Ok(path(&mut ada, &bob_id)? == "internet" && path(&mut bob, &ada_id)? == "internet")
    });
    match (nat.can_be_punched(), direct) {
        (true, took) => proven(&format!("direct on both sides {:.1} s later", took?.as_secs_f64())),
        (false, Ok(_)) => bail!("a path that these routers do not allow"),
        (false, Err(_)) => {
            ensure!(
                path(&mut ada, &bob_id)? == "relayed",
                "the circuit has gone: {}",
                path(&mut ada, &bob_id)?
            );
            proven("these routers allow no direct path, and the circuit stays");
        }
    }
    for _ in 0..20 {
        talk(&mut ada, &mut bob)?;
    }
    bob.event("file.state", |event| {
        event["file"]["file"] == file.as_str() && event["file"]["state"] == "done"
    })?;
    let target = world.path().join("saved.bin");
    bob.call("file.save", json!({ "file": file, "path": target }))?;
    ensure!(fs::read(&target)? == bytes, "the file differs");
    let carried = relayed_bytes(&world)?;
    if nat.can_be_punched() {
        ensure!(carried < FILE as u64, "the whole file went through the relay: {carried} bytes");
        proven(&format!(
            "a file of {FILE} bytes is whole; {carried} bytes in all went through the relay before the change"
        ));
    } else {
        ensure!(carried >= FILE as u64, "the file did not go through the relay: {carried} bytes");
        proven(&format!("a file of {FILE} bytes is whole, through the relay"));
    }
    once_in_order(&bob, &sent)?;
    proven(&format!("{} messages, each once and in order", sent.len()));
    Ok(())
}

fn relayed_bytes(world: &World) -> Result<u64> {
    Ok(world.server.command(&["relay", "show"])?["bytes"].as_u64().unwrap_or_default())
}

fn relay_row(world: &World) -> Result<String> {
    let shown = world.server.command(&["relay", "show"])?;
    let rows = shown["devices"].as_array().cloned().unwrap_or_default();
    ensure!(shown["reservations"] == 2 && rows.len() == 2, "two reservations expected: {shown}");
    Ok(format!(
        "{} reservations, {} circuits, {} bytes",
        shown["reservations"], shown["circuits"], shown["bytes"]
    ))
}
