//! Messages of 256 bytes between two processes, durable on both sides.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use crate::figures::{RUNS, median, ms, percentile, row};
use crate::process;
use crate::support::{Context as _, Person, Result, Value, World, ensure, json};

/// Calls under way at a time: the interface takes 64.
const WINDOW: usize = 48;
/// Single messages in a run.
const SINGLES: usize = 60;
/// Syncs measured beside each run of single messages.
const SYNCS: usize = 60;

pub(crate) fn run(burst: usize) -> Result<()> {
    println!("\nmessages of 256 B, two processes, loopback, durable on both sides; {RUNS} runs");
    let mut world = World::new()?;
    let (mut ada, mut bob) = (world.person("ada", "Ada King")?, world.person("bob", "Bob Stone")?);
    ada.linked(&bob)?;
    let before = process::cpu(ada.id())? + process::cpu(bob.id())?;
    let mut rates = Vec::new();
    for _ in 0..RUNS {
        rates.push(pipelined(&mut ada, &mut bob, burst)?);
    }
    let cpu = process::cpu(ada.id())? + process::cpu(bob.id())? - before;
    row(&format!("pipelined, {burst} a run, to the last durable receipt"), "/s", &rates, 0);
    let all = f64::from(u32::try_from(burst * RUNS)?);
    println!("  processor time of both clients: {:.2} ms a message", cpu * 1e3 / all);
    let (ada_burst, bob_burst) = (ada.mark(), bob.mark());
    println!("  lines written for it: {ada_burst} by the sender, {bob_burst} by the receiver");

    let (mut one_way, mut round_trips, mut syncs) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        syncs.push(one_sync(world.path())?);
        let (there, back) = singles(&mut ada, &bob, run)?;
        one_way.push(there);
        round_trips.push(back);
    }
    let of = |runs: &[Vec<f64>], share| runs.iter().map(|run| percentile(run, share)).collect::<Vec<_>>();
    row("single, shown at the receiver, p50", "ms", &of(&one_way, 0.5), 2);
    row("single, shown at the receiver, p95", "ms", &of(&one_way, 0.95), 2);
    row("single, to its durable receipt, p50", "ms", &of(&round_trips, 0.5), 2);
    row("single, to its durable receipt, p99", "ms", &of(&round_trips, 0.99), 2);
    row("append of 4 KiB with fdatasync, p50", "ms", &syncs, 2);
    let bar = 3.0 * median(&syncs) + 1.0;
    let p50 = median(&of(&round_trips, 0.5));
    println!("  p50 to the receipt {p50:.2} ms; three syncs and 1 ms are {bar:.2} ms");

    // The counters are logged when the store closes; the journal of a burst alone is in a store of its own.
    let counters = |person: &mut Person| -> Result<String> {
        let profile = person.profile.with_extension("log");
        person.take()?.stop()?;
        Ok(std::fs::read_to_string(profile)?)
    };
    let logs = [("sender", counters(&mut ada)?), ("receiver", counters(&mut bob)?)];
    let mut all_syncs = 0.0;
    for (who, log) in &logs {
        let line = log.lines().rev().find(|line| line.contains("the store is closed"));
        let line = line.context("the store does not say what it did")?;
        let number = |name: &str| -> Result<f64> {
            let text = line.split(&format!("{name}=")).nth(1).context("a counter")?;
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            Ok(digits.parse()?)
        };
        let (batches, syncs) = (number("batches")?, number("syncs")?);
        println!(
            "  {who}: {batches} batches in {syncs} syncs, {:.0} KiB of journal",
            number("journal_bytes")? / 1024.0
        );
        all_syncs += syncs;
    }
    let singles = f64::from(u32::try_from(SINGLES * RUNS)?);
    println!(
        "  syncs of both sides for {all} messages in bursts and {singles} single ones: {all_syncs}; at most {:.3} a \
         message and side in the bursts if single ones take three",
        (all_syncs - 3.0 * singles).max(0.0) / all / 2.0
    );
    Ok(())
}

/// Messages a second, from the first call to the last durable receipt.
fn pipelined(ada: &mut Person, bob: &mut Person, messages: usize) -> Result<f64> {
    let target = bob.target();
    let heard_from = bob.mark();
    let (begin, mut mark) = (Instant::now(), ada.mark());
    let (mut sent, mut answered, mut refused) = (0, 0, None);
    let (mut delivered, mut newest) = (BTreeSet::new(), 0);
    while delivered.len() < messages {
        while sent < messages && sent - answered < WINDOW {
            let text = format!("{sent:08} {}", "x".repeat(247));
            ada.send("message.send", json!({ "to": target, "text": text }))?;
            sent += 1;
        }
        mark = ada.take_lines(mark, |line| {
            let params = &line["params"];
            if let Some(seq) = params["seq"].as_u64() {
                newest = newest.max(seq);
            }
            if line["id"].is_u64() {
                answered += 1;
                if line["result"].is_null() {
                    refused = Some(line.clone());
                }
            } else if line["method"] == "message.state" && params["state"] == "delivered" {
                delivered.insert(params["id"].to_string());
            }
        })?;
        ensure!(refused.is_none(), "{refused:?}");
    }
    let rate = f64::from(u32::try_from(messages)?) / begin.elapsed().as_secs_f64();
    let mut seen = 0;
    let mut heard = Vec::new();
    let mut from = heard_from;
    while heard.len() < messages {
        from = bob.take_lines(from, |line| {
            if let Some(seq) = line["params"]["seq"].as_u64() {
                seen = seen.max(seq);
            }
            if line["method"] == "message.received" {
                heard.push(
                    line["params"]["message"]["text"]
                        .as_str()
                        .unwrap_or_default()
                        .get(..8)
                        .map(str::to_owned),
                );
            }
        })?;
    }
    let expected: Vec<Option<String>> = (0..messages).map(|n| Some(format!("{n:08}"))).collect();
    ensure!(heard == expected, "the receiver has not shown every message once, in order");
    ada.call("events.ack", json!({ "seq": newest }))?;
    bob.call("events.ack", json!({ "seq": seen }))?;
    Ok(rate)
}

/// Milliseconds until shown at the receiver, and until the receipt is durable at the sender.
fn singles(ada: &mut Person, bob: &Person, run: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut there, mut back) = (Vec::new(), Vec::new());
    let target = bob.target();
    for n in 0..SINGLES {
        let id = format!("{:032x}", (run + 1) * 1_000_000 + n);
        let (sent_from, heard_from) = (ada.mark(), bob.mark());
        let is = |event: &Value| event["id"] == id.as_str();
        let begin = Instant::now();
        ada.send("message.send", json!({ "to": target, "id": id, "text": "x".repeat(256) }))?;
        bob.event_after(heard_from, "message.received", |event| is(&event["message"]))?;
        there.push(ms(begin.elapsed()));
        ada.event_after(sent_from, "message.state", |event| is(event) && event["state"] == "delivered")?;
        back.push(ms(begin.elapsed()));
    }
    Ok((there, back))
}

/// The median of single appends of 4 KiB, each with fdatasync, in milliseconds.
fn one_sync(folder: &Path) -> Result<f64> {
    let path = folder.join("sync");
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        let begin = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(ms(begin.elapsed()));
    }
    std::fs::remove_file(path)?;
    Ok(median(&times))
}
