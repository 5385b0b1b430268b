//! People whose login server is silent, or lets them in no more.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{PUNCH, direct_pair, exchange, once_in_order, pair, path, proven, server_state, within};
use crate::rig::{Nat, Over, Rig};
use crate::support::{Result, World, ensure};

/// The server falls silent for a minute, ten times faster than in the bar; chat goes on; it comes back.
pub(super) fn blackhole(programs: &Path) -> Result<()> {
    const SILENT: Duration = Duration::from_secs(60);
    let rig = Rig::up(Nat::Cone, Over::Tcp)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = direct_pair(&mut world, &rig)?;
    rig.drop_into("server", "")?;
    let begun = Instant::now();
    let noticed = within(Duration::from_secs(20), "the silent server is noticed", || {
        Ok(server_state(&mut ada)? != "online" && server_state(&mut bob)? != "online")
    })?;
    proven(&format!("both notice the silent server after {:.1} s", noticed.as_secs_f64()));
    let (mut sent, mut longest) = (Vec::new(), Duration::ZERO);
    while begun.elapsed() < SILENT {
        let at = Instant::now();
        let id = ada.say(&bob, &format!("message {}", sent.len()))?;
        bob.hears(&id)?;
        longest = longest.max(at.elapsed());
        sent.push(id);
        std::thread::sleep(Duration::from_millis(500));
    }
    once_in_order(&bob, &sent)?;
    proven(&format!("{} messages meanwhile, the slowest {} ms", sent.len(), longest.as_millis()));
    rig.heal("server")?;
    let back = within(Duration::from_secs(60), "both are back", || {
        Ok(server_state(&mut ada)? == "online" && server_state(&mut bob)? == "online")
    })?;
    proven(&format!("both are back at the server {:.1} s after it", back.as_secs_f64()));
    Ok(())
}

/// Two on one network whose addresses nobody can tell: the server is away and both have moved.
pub(super) fn lan(programs: &Path) -> Result<()> {
    let rig = Rig::up(Nat::Cone, Over::Tcp)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = pair(&mut world, &rig, "pc")?;
    ada.linked(&bob)?;
    exchange(&mut ada, &mut bob, "before")?;
    rig.drop_into("server", "")?;
    for (person, port) in [(&mut ada, 7101), (&mut bob, 7102)] {
        person.kill()?;
        person.place.listen = vec![Over::Tcp.address("0.0.0.0", port)];
        person.start_unlocked()?;
    }
    let took = exchange(&mut ada, &mut bob, "found you")?;
    let found = path(&mut ada, &bob.user.clone())?;
    ensure!(found == "lan", "the path is {found}");
    proven(&format!("found without a server, on new ports, {:.1} s after the start", took.as_secs_f64()));
    Ok(())
}

/// An address that an administrator keeps out: who is behind it is cut off from the server and from nobody else, also
/// with the right code, and comes back when it is let in.
pub(super) fn banned_address(programs: &Path) -> Result<()> {
    const OUT: &str = "100.64.0.11";
    let rig = Rig::up(Nat::Cone, Over::Tcp)?;
    let mut world = World::at(programs, &rig.server())?;
    let (mut ada, mut bob) = direct_pair(&mut world, &rig)?;
    let added = world.server.command(&["ban", "add", "--address", OUT, "--reason", "noise", "--yes"])?;
    ensure!(added["sessions_closed"] == 1, "one person is behind it: {added}");
    let cut = within(Duration::from_secs(10), "cut off", || Ok(server_state(&mut ada)? != "online"))?;
    proven(&format!("her session at the server ends {:.1} s later", cut.as_secs_f64()));
    ensure!(ada.login(&mut world.secrets).is_err(), "she is let in from an address that is kept out");
    ensure!(
        server_state(&mut ada)? != "online" && server_state(&mut bob)? == "online",
        "the wrong one is out"
    );
    proven("the right password and code do not let her in, and the other address is not concerned");
    let words = exchange(&mut ada, &mut bob, "beside the server")?;
    proven(&format!("a message to a colleague takes {} ms without the server", words.as_millis()));
    world.server.command(&["ban", "lift", OUT])?;
    let back = within(PUNCH, "let in again", || {
        Ok(ada.login(&mut world.secrets).is_ok() || server_state(&mut ada)? == "online")
    })?;
    proven(&format!("she is in again {:.1} s after it is lifted", back.as_secs_f64()));
    Ok(())
}
