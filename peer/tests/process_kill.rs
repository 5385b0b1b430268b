//! SIGKILL in the middle of a flow of numbered messages. A checker outside the program compares what was
//! acknowledged with what is there: every message once, and each author's in order.
//!
//! The short form runs with all tests. `CONCLAVE_FULL=1` is BARS F1: 10,000 messages each way, 50 kills a side, and
//! every twentieth packet between the two lost, each way; that needs root, and without it says that nothing was lost.

#[path = "../examples/net/rig.rs"]
#[allow(dead_code, reason = "one network of it is enough here")]
mod rig;
mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rig::{Nat, Over, Rig};
use support::{Person, Result, Value, World, anyhow, ensure, json, until};

/// Messages that may be on their way in one client: below the bound of waiting calls.
const WINDOW: usize = 40;

/// Packets of a hundred that do not reach either of the two.
const LOSS: u32 = 5;

/// One side of the flow: what it wants to say, and what the program has acknowledged.
struct Side {
    person: Person,
    /// Message ids by number; chosen here, so that repeating is safe.
    ids: Vec<String>,
    acknowledged: BTreeSet<usize>,
    /// Messages seen in events, over all lives of the process, and in which order for the first time.
    heard: BTreeSet<String>,
    heard_order: Vec<String>,
    /// Lines of the present life that are taken down.
    mark: usize,
    kills: usize,
}

impl Side {
    fn new(person: Person, tag: u8, count: usize) -> Self {
        let ids = (0..count).map(|n| format!("{tag:02x}{:030x}", n + 1)).collect();
        Self {
            person,
            ids,
            acknowledged: BTreeSet::new(),
            heard: BTreeSet::new(),
            heard_order: Vec::new(),
            mark: 0,
            kills: 0,
        }
    }

    /// Numbers up to a limit that are not acknowledged, oldest first, as many as may be on their way.
    fn open(&self, limit: usize) -> Vec<usize> {
        (0..limit).filter(|number| !self.acknowledged.contains(number)).take(WINDOW).collect()
    }

    /// Sends some messages without waiting. A client that was killed meanwhile is no error here.
    fn send(&mut self, to: &str, numbers: &[usize]) -> Vec<(usize, u64)> {
        let mut calls = Vec::new();
        for number in numbers {
            let params = json!({ "to": to, "text": number.to_string(), "id": self.ids[*number] });
            match self.person.send("message.send", params) {
                Ok(call) => calls.push((*number, call)),
                Err(_) => break,
            }
        }
        calls
    }

    /// Takes down which calls the lines answer, and what they tell of the other's messages.
    fn note(&mut self, lines: &[Value], calls: &[(usize, u64)]) -> Result<()> {
        for line in lines {
            if let Some((number, _)) = calls.iter().find(|(_, call)| line["id"] == *call) {
                ensure!(line.get("error").is_none(), "message {number} was refused: {line}");
                self.acknowledged.insert(*number);
            }
            let told =
                line["params"]["message"]["id"].as_str().filter(|_| line["method"] == "message.received");
            if let Some(id) = told.filter(|id| self.heard.insert((*id).to_owned())) {
                self.heard_order.push(id.to_owned());
            }
        }
        Ok(())
    }

    /// Takes down what came since the last look.
    fn look(&mut self, calls: &[(usize, u64)]) -> Result<()> {
        let lines = self.person.lines_after(self.mark);
        self.mark += lines.len();
        self.note(&lines, calls)
    }

    /// SIGKILL; what was acknowledged until then counts. Then the same person comes back.
    fn kill_and_return(&mut self, calls: &[(usize, u64)]) -> Result<()> {
        let lines = self.person.kill()?;
        self.kills += 1;
        self.note(lines.get(self.mark..).unwrap_or_default(), calls)?;
        self.mark = 0;
        self.person.start_unlocked()
    }

    /// Waits for all answers.
    fn settle(&mut self, calls: &[(usize, u64)]) -> Result<()> {
        for (number, call) in calls {
            self.person.answer(*call)?.map_err(|refused| anyhow!("message {number}: {refused}"))?;
        }
        self.look(calls)
    }

    /// The ids of everything that is acknowledged.
    fn owed(&self) -> Vec<String> {
        self.acknowledged.iter().map(|number| self.ids[*number].clone()).collect()
    }

    /// The whole conversation, oldest first, through the pages of the API.
    fn history(&mut self, with: &str) -> Result<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let mut params = json!({ "conversation": with, "limit": 200 });
            if let Some(oldest) = all.first() {
                params["before"] = oldest["id"].clone();
            }
            let page = self.person.call("message.list", params)?;
            let mut messages = page["messages"].as_array().cloned().unwrap_or_default();
            ensure!(!messages.is_empty() || page["more"] == false, "an empty page says that there is more");
            messages.extend(all);
            all = messages;
            if page["more"] == false {
                return Ok(all);
            }
        }
    }
}

/// The two people, on this machine or in networks of their own.
fn company(networks: bool) -> Result<(World, Person, Person, Option<Rig>)> {
    if !networks {
        let mut world = World::new()?;
        let ada = world.person("ada", "Ada King")?;
        let bob = world.person("bob", "Bob Stone")?;
        return Ok((world, ada, bob, None));
    }
    let rig = Rig::up(Nat::Cone, Over::Tcp)?;
    let mut world = World::at(&support::programs()?, &rig.server())?;
    let ada = world.person_at("ada", "Ada King", rig.person("pa"))?;
    let bob = world.person_at("bob", "Bob Stone", rig.person("pc"))?;
    Ok((world, ada, bob, Some(rig)))
}

#[test]
fn bar_f1_every_acknowledged_message_is_there_once_and_in_order() -> Result<()> {
    let full = std::env::var_os("CONCLAVE_FULL").is_some();
    // In all, of both sides.
    let (messages, kills) = if full { (20_000, 100) } else { (300, 6) };
    let networks =
        full && rig::possible().inspect_err(|why| println!("SKIPPED: no packet is lost: {why:#}")).is_ok();
    let (_world, ada, bob, rig) = company(networks)?;
    let (to_bob, to_ada) = (bob.target(), ada.target());
    let (mut ada, mut bob) = (Side::new(ada, 0xa1, messages / 2), Side::new(bob, 0xb2, messages / 2));
    ada.person.linked(&bob.person)?;
    if let Some(rig) = &rig {
        for name in ["pa", "pc"] {
            rig.drop_into(name, &format!("numgen random mod 100 < {LOSS}"))?;
        }
    }

    let each = messages / 2 / kills;
    let mut moment = 12_345_u64;
    let mut waits = Vec::new();
    let begun = Instant::now();
    for round in 0..kills {
        let last = if round + 1 == kills { messages / 2 } else { (round + 1) * each };
        // Somewhere in the burst; the moments differ and are the same in every run.
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut kill_after = Some(Duration::from_millis((moment >> 33) % 120));
        loop {
            // What is not acknowledged yet, oldest first: a repeat keeps the author's order.
            let (hers, his) = (ada.open(last), bob.open(last));
            if hers.is_empty() && his.is_empty() {
                break;
            }
            let (mut her_calls, mut his_calls) = (ada.send(&to_bob, &hers), bob.send(&to_ada, &his));
            if let Some(after) = kill_after.take() {
                std::thread::sleep(after);
                if round % 2 == 0 {
                    ada.kill_and_return(&std::mem::take(&mut her_calls))?;
                } else {
                    bob.kill_and_return(&std::mem::take(&mut his_calls))?;
                }
                let both_up = Instant::now();
                ada.look(&her_calls)?;
                bob.look(&his_calls)?;
                let owed = (ada.owed(), bob.owed());
                until("what was acknowledged arrives after a kill", || {
                    ada.look(&her_calls)?;
                    bob.look(&his_calls)?;
                    let arrived = owed.0.iter().all(|id| bob.heard.contains(id))
                        && owed.1.iter().all(|id| ada.heard.contains(id));
                    Ok(arrived.then_some(()))
                })?;
                waits.push(both_up.elapsed());
            }
            ada.settle(&her_calls)?;
            bob.settle(&his_calls)?;
        }
    }
    let flowed = begun.elapsed();
    ensure!(ada.kills + bob.kills == kills, "{} and {} kills", ada.kills, bob.kills);
    ensure!(ada.acknowledged.len() == messages / 2 && bob.acknowledged.len() == messages / 2);

    // Everything arrives, and every sender knows it.
    let (her_history, his_history) = until("all messages on both computers", || {
        let (hers, his) = (ada.history(&to_bob)?, bob.history(&to_ada)?);
        let settled = |history: &[Value]| {
            history.len() >= messages
                && history.iter().all(|m| {
                    ["received", "delivered", "read"].contains(&m["state"].as_str().unwrap_or_default())
                })
        };
        Ok((settled(&hers) && settled(&his)).then_some((hers, his)))
    })?;
    for (name, history) in [("ada", &her_history), ("bob", &his_history)] {
        check(name, history, &ada, &bob)?;
    }
    let order = |history: &[Value]| history.iter().map(|message| message["id"].clone()).collect::<Vec<_>>();
    ensure!(
        order(&her_history) == order(&his_history),
        "the two computers sort the conversation differently"
    );

    // And every message was told as an event in one of the lives, in its author's order.
    ada.settle(&[])?;
    bob.settle(&[])?;
    ensure!(ada.heard_order == bob.ids, "ada was not told of every message in order");
    ensure!(bob.heard_order == ada.ids, "bob was not told of every message in order");

    waits.sort();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64();
    println!(
        "{} messages each way, {} and {} kills, {} % of the packets lost each way, {:.0} s: 0 lost, 0 doubled, \
         0 reordered; what was acknowledged had arrived {:.1} s after both were up (median), {:.1} s (p95), {:.1} s \
         (longest)",
        messages / 2,
        ada.kills,
        bob.kills,
        if rig.is_some() { LOSS } else { 0 },
        flowed.as_secs_f64(),
        at(50),
        at(95),
        at(100)
    );
    Ok(())
}

/// Once each, with the right text, and each author's in the order in which they were acknowledged.
fn check(name: &str, history: &[Value], ada: &Side, bob: &Side) -> Result<()> {
    ensure!(history.len() == ada.ids.len() + bob.ids.len(), "{name} has {} messages", history.len());
    for side in [ada, bob] {
        let texts: Vec<(String, String)> = history
            .iter()
            .filter(|message| message["author"] == side.person.user.as_str())
            .map(|message| {
                let field = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
                (field("id"), field("text"))
            })
            .collect();
        let expected: Vec<(String, String)> =
            side.ids.iter().enumerate().map(|(number, id)| (id.clone(), number.to_string())).collect();
        ensure!(texts == expected, "{name} does not have {}'s messages once and in order", side.person.name);
    }
    Ok(())
}
