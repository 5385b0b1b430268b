//! The cases. Times are checked as bounds of a healthy system, and printed.

mod loss;
mod moves;
mod punch;
mod server;

use std::path::Path;
use std::time::{Duration, Instant};

use self::loss::loss;
use self::moves::{address, half_open, rebind, sleep};
use self::punch::punch;
use self::server::{banned_address, blackhole, lan};
use crate::rig::{Nat, Over, Rig};
use crate::say;
use crate::support::text::text;
use crate::support::{Person, Result, World, ensure, json};

/// A case: the folder of the programs.
type Case = fn(&Path) -> Result<()>;

/// All cases, by name.
pub(crate) const CASES: [(&str, Case); 16] = [
    ("cone-tcp", |programs| punch(programs, Nat::Cone, Over::Tcp)),
    ("cone-quic", |programs| punch(programs, Nat::Cone, Over::Quic)),
    ("symmetric-tcp", |programs| punch(programs, Nat::Symmetric, Over::Tcp)),
    ("symmetric-quic", |programs| punch(programs, Nat::Symmetric, Over::Quic)),
    ("shift-tcp", |programs| punch(programs, Nat::Shift, Over::Tcp)),
    ("shift-quic", |programs| punch(programs, Nat::Shift, Over::Quic)),
    ("loss", loss),
    ("blackhole", blackhole),
    ("half-open", half_open),
    ("address-tcp", |programs| address(programs, Over::Tcp, Duration::from_secs(5))),
    ("address-quic", |programs| address(programs, Over::Quic, Duration::from_secs(2))),
    ("rebind-tcp", |programs| rebind(programs, Over::Tcp, Duration::from_secs(5))),
    ("rebind-quic", |programs| rebind(programs, Over::Quic, Duration::from_secs(2))),
    ("sleep", sleep),
    ("lan", lan),
    ("banned-address", banned_address),
];

/// A hole is punched, or given up, within this.
const PUNCH: Duration = Duration::from_secs(60);
/// How often a state is looked at.
const LOOK: Duration = Duration::from_millis(50);

fn proven(what: &str) {
    say(&format!("   ✓ {what}"));
}

/// Waits until it holds; how long that took.
fn within(limit: Duration, what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<Duration> {
    let begun = Instant::now();
    while !holds()? {
        ensure!(begun.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(LOOK);
    }
    Ok(begun.elapsed())
}

fn path(of: &mut Person, to: &str) -> Result<String> {
    Ok(text(&of.call("path.get", json!({ "user": to }))?, "/path")?.to_owned())
}

/// Sends a text and waits until the other side has it; how long that took.
fn exchange(from: &mut Person, to: &mut Person, words: &str) -> Result<Duration> {
    let begun = Instant::now();
    let id = from.say(to, words)?;
    to.hears(&id)?;
    Ok(begun.elapsed())
}

fn pair(world: &mut World, rig: &Rig, second: &str) -> Result<(Person, Person)> {
    let ada = world.person_at("ada", "Ada King", rig.person("pa"))?;
    let bob = world.person_at("bob", "Bob Stone", rig.person(second))?;
    Ok((ada, bob))
}

/// Two people behind two routers, with a direct path between them.
fn direct_pair(world: &mut World, rig: &Rig) -> Result<(Person, Person)> {
    let (mut ada, bob) = pair(world, rig, "pb")?;
    ada.linked(&bob)?;
    within(PUNCH, "a direct path", || Ok(path(&mut ada, &bob.user)? == "internet"))?;
    Ok((ada, bob))
}

/// Every message heard once, in order.
fn once_in_order(person: &Person, sent: &[String]) -> Result<()> {
    let heard: Vec<String> = person
        .events("message.received")
        .iter()
        .filter_map(|event| event["message"]["id"].as_str().map(str::to_owned))
        .filter(|id| sent.contains(id))
        .collect();
    ensure!(
        heard == sent,
        "{} sent, heard {} in this order: lost, doubled or moved",
        sent.len(),
        heard.len()
    );
    Ok(())
}

fn server_state(person: &mut Person) -> Result<String> {
    Ok(text(&person.call("status", json!({}))?, "/server/state")?.to_owned())
}
