//! Paths that end without a word: a wire that is cut, another address, a router with other ports, a computer that sleeps.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{PUNCH, direct_pair, exchange, once_in_order, pair, path, proven, server_state, within};
use crate::rig::{Nat, Over, Rig};
use crate::say;
use crate::support::text::text;
use crate::support::{Result, World, ensure, json};

/// Packets between two people vanish without a word: noticed within 15 s, the message waits, and arrives once.
pub(super) fn half_open(programs: &Path) -> Result<()> {
    let rig = Rig::up(Nat::Cone, Over::Tcp)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = pair(&mut world, &rig, "pc")?;
    ada.linked(&bob)?;
    ensure!(
        path(&mut ada, &bob.user.clone())? == "lan",
        "on one network, but {}",
        path(&mut ada, &bob.user.clone())?
    );
    exchange(&mut ada, &mut bob, "before")?;
    // Nothing reaches Bob any more, from anywhere.
    rig.drop_into("pc", "")?;
    let cut = Instant::now();
    let id = ada.say(&bob, "into the void")?;
    let bob_id = bob.user.clone();
    within(
        Duration::from_secs(17),
        "the dead path is noticed",
        || Ok(path(&mut ada, &bob_id)? == "waiting"),
    )?;
    let noticed = cut.elapsed();
    ensure!(noticed <= Duration::from_secs(16), "noticed after {noticed:?}");
    let state = text(&ada.call("message.get", json!({ "id": id }))?, "/message/state")?.to_owned();
    ensure!(state == "waiting" || state == "saved", "the message is shown as {state}");
    proven(&format!(
        "the dead path is noticed after {:.1} s, and the message is “{state}”",
        noticed.as_secs_f64()
    ));
    rig.heal("pc")?;
    let healed = Instant::now();
    bob.hears(&id)?;
    proven(&format!("it arrives {:.1} s after the network is back", healed.elapsed().as_secs_f64()));
    once_in_order(&bob, &[id])
}

/// A computer gets another address in the middle of a talk.
pub(super) fn address(programs: &Path, over: Over, limit: Duration) -> Result<()> {
    let rig = Rig::up(Nat::Cone, over)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = pair(&mut world, &rig, "pc")?;
    ada.linked(&bob)?;
    exchange(&mut ada, &mut bob, "before")?;
    let mut sent = Vec::new();
    for (old, new) in [("10.1.0.2", "10.1.0.77"), ("10.1.0.77", "10.1.0.2")] {
        // Links that are a moment old may be crossing ones and are judged otherwise.
        std::thread::sleep(Duration::from_secs(11));
        rig.readdress("pa", old, new, "10.1.0.1")?;
        let begun = Instant::now();
        let id = ada.say(&bob, "from elsewhere")?;
        bob.hears(&id)?;
        let took = begun.elapsed();
        sent.push(id);
        ensure!(took <= limit, "{over:?}: it took {took:?}");
        proven(&format!(
            "{over:?}: a message sent just after the change arrives in {:.2} s",
            took.as_secs_f64()
        ));
        within(Duration::from_secs(60), "back at the server", || Ok(server_state(&mut ada)? == "online"))?;
    }
    once_in_order(&bob, &sent)
}

/// A router forgets its mappings and gives other ports (BARS F16). Neither computer is told, and the other router drops
/// what comes from a new port, so the old path is dead until what was said on it is missed.
pub(super) fn rebind(programs: &Path, over: Over, limit: Duration) -> Result<()> {
    let rig = Rig::up(Nat::Cone, over)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = direct_pair(&mut world, &rig)?;
    let (ada_id, bob_id) = (ada.user.clone(), bob.user.clone());
    exchange(&mut ada, &mut bob, "before")?;
    exchange(&mut bob, &mut ada, "before, too")?;
    // Links that are a moment old may be crossing ones and are judged otherwise.
    std::thread::sleep(Duration::from_secs(11));

    rig.rebind()?;
    let begun = Instant::now();
    let (mut hers, mut his) = (Vec::new(), Vec::new());
    for number in 0..10 {
        hers.push(ada.say(&bob, &format!("from behind the new port {number}"))?);
        his.push(bob.say(&ada, &format!("to the new port {number}"))?);
    }
    bob.hears(&hers[0])?;
    let out = begun.elapsed();
    ada.hears(&his[0])?;
    let back = begun.elapsed();
    for (id, other) in hers.iter().zip(&his) {
        bob.hears(id)?;
        ada.hears(other)?;
    }
    proven(&format!(
        "{over:?}: messages sent just after it arrive {:.1} s later, and {:.1} s later the other way, over “{}”",
        out.as_secs_f64(),
        back.as_secs_f64(),
        path(&mut ada, &bob_id)?
    ));
    once_in_order(&bob, &hers)?;
    once_in_order(&ada, &his)?;
    ensure!(out.max(back) <= limit, "{over:?}: it took {out:?} and {back:?}");
    let direct = within(PUNCH, "a direct path again", || {
        Ok(path(&mut ada, &bob_id)? == "internet" && path(&mut bob, &ada_id)? == "internet")
    });
    // The circuit carries everything meanwhile, so this is told and not demanded.
    say(&match direct {
        Ok(took) => format!("   direct on both sides again {:.1} s after that", took.as_secs_f64()),
        Err(_) => format!("   still relayed {} s after that", PUNCH.as_secs()),
    });
    Ok(())
}

/// A computer sleeps for a minute, ten times faster than in the bar.
pub(super) fn sleep(programs: &Path) -> Result<()> {
    const ASLEEP: Duration = Duration::from_secs(60);
    let rig = Rig::up(Nat::Cone, Over::Tcp)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = pair(&mut world, &rig, "pb")?;
    ada.linked(&bob)?;
    exchange(&mut ada, &mut bob, "before")?;
    bob.sleep(true)?;
    let mut sent = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < ASLEEP {
        sent.push(ada.say(&bob, &format!("message {}", sent.len()))?);
        std::thread::sleep(Duration::from_secs(2));
    }
    bob.sleep(false)?;
    let woken = Instant::now();
    for id in &sent {
        bob.hears(id)?;
    }
    let took = woken.elapsed();
    ensure!(took <= Duration::from_secs(5), "it took {took:?} after waking");
    once_in_order(&bob, &sent)?;
    proven(&format!(
        "{} messages sent meanwhile arrive {:.1} s after waking, each once",
        sent.len(),
        took.as_secs_f64()
    ));
    Ok(())
}
