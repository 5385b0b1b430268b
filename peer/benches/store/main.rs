//! The store alone: sealed batches made durable, beside bare appends with fdatasync on the same disk in the same run.
//!
//! `cargo bench -p conclave-peer --bench store [-- burst | million]`: one part or both.

#![allow(clippy::print_stdout, reason = "a bench prints")]
#![allow(clippy::cast_precision_loss, reason = "figures for people need no more digits")]

mod million;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use conclave_crypto::keys::UikSecret;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{
    Credential, DeviceKeys, KdfParams, NewVault, RecoveryCode, VaultHeader, VaultKeys,
};
use conclave_peer::record::{Batch, Key, Order, Read as _, Tree};
use conclave_peer::store::{Durable, Format, ProfileLock, Store};
use getrandom::SysRng;
use rand_core::UnwrapErr;

const RUNS: usize = 5;
/// Batches of a burst.
const BURST: u32 = 20_000;
/// Batches that each wait for the one before.
const SINGLES: u32 = 200;
const PASSWORD: &str = "correct horse battery staple";
/// Bytes of a value: a text message with its framing.
const VALUE: usize = 300;

struct Figures {
    burst: f64,
    syncs: f64,
    single: f64,
    append: f64,
    reopened: f64,
    screen: f64,
}

fn main() -> Result<()> {
    // Cargo adds options of its own.
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let [first, profile] = wanted.as_slice()
        && first == million::REOPEN
    {
        return million::reopen(Path::new(profile));
    }
    let part = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    if part("burst") {
        burst()?;
    }
    if part("million") {
        million::run()?;
    }
    Ok(())
}

fn burst() -> Result<()> {
    println!("store: batches of one {VALUE}-byte value, {RUNS} runs");
    let runs: Vec<Figures> = (0..RUNS).map(|_| run()).collect::<Result<_>>()?;
    let row = |name: &str, unit: &str, digits: usize, of: fn(&Figures) -> f64| {
        let values: Vec<f64> = runs.iter().map(of).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let all: String = values.iter().map(|value| format!("{value:>10.digits$}")).collect();
        let median = sorted.get(RUNS / 2).copied().unwrap_or(f64::NAN);
        println!("  {name:<44}{all}   median {median:>9.digits$} {unit}");
    };
    row(&format!("durable, {BURST} staged at once"), "/s", 0, |run| run.burst);
    row("syncs a batch in that burst", "(R16: at most 0.1)", 4, |run| run.syncs);
    row("one at a time, each durable, median", "ms", 2, |run| run.single);
    row("append of the same bytes with fdatasync, median", "ms", 2, |run| run.append);
    row(&format!("open with {BURST} records"), "ms", 0, |run| run.reopened);
    row("newest 50 of a conversation, opened", "ms", 2, |run| run.screen);
    Ok(())
}

fn run() -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("profile");
    let append = bare(folder.path())?;
    let (header, password) = vault()?;
    let keys = || -> Result<VaultKeys> { Ok(header.unlock(Credential::Password(&password))?.keys) };
    let (report, receiver) = reports();
    let lock = ProfileLock::take(&profile)?;
    let store = Store::create(&profile, lock, &header, keys()?, Format::PLAIN, report)?;

    let before = store.stats();
    let begin = Instant::now();
    for n in 1..=BURST {
        store.stage(batch(n), u64::from(n))?;
    }
    reached(&receiver, u64::from(BURST))?;
    let burst = f64::from(BURST) / begin.elapsed().as_secs_f64();
    let after = store.stats();
    let syncs = f64::from(u32::try_from(after.syncs - before.syncs)?) / f64::from(BURST);

    let mut times = Vec::new();
    for n in BURST + 1..=BURST + SINGLES {
        let begin = Instant::now();
        store.stage(batch(n), u64::from(n))?;
        reached(&receiver, u64::from(n))?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    store.close();
    drop(store);

    let opening = keys()?;
    let (report, _receiver) = reports();
    let begin = Instant::now();
    let (store, _recovery) =
        Store::open(&profile, ProfileLock::take(&profile)?, opening, Format::PLAIN, report)?;
    let reopened = begin.elapsed().as_secs_f64() * 1e3;
    let begin = Instant::now();
    let newest = store.scan(Tree::History, &[7; 16], 0..u64::MAX, Order::Descending, 50)?;
    let screen = begin.elapsed().as_secs_f64() * 1e3;
    if newest.len() != 50 {
        bail!("{} messages instead of 50", newest.len());
    }
    store.close();
    Ok(Figures { burst, syncs, single: median(times), append, reopened, screen })
}

fn batch(n: u32) -> Batch {
    let [.., last] = (n % 50).to_be_bytes();
    let mut batch = Batch::new();
    batch.put(Tree::History, Key::ordered([last; 16], u64::from(n)), vec![last; VALUE]);
    batch
}

fn vault() -> Result<(VaultHeader, Password)> {
    let rng = &mut UnwrapErr(SysRng);
    let password = Password::new(PASSWORD);
    let new = NewVault {
        password: &password,
        cost: KdfParams::FLOOR,
        recovery: &RecoveryCode::generate(rng),
        uik: &UikSecret::generate(rng),
        device: &DeviceKeys::generate(rng),
    };
    let (header, _keys) = VaultHeader::create(&new, rng)?;
    Ok((header, password))
}

fn reports() -> (Box<dyn Fn(Durable) + Send>, Receiver<Durable>) {
    let (sender, receiver) = sync_channel(1 << 16);
    (Box::new(move |durable| drop(sender.try_send(durable))), receiver)
}

fn reached(receiver: &Receiver<Durable>, token: u64) -> Result<()> {
    loop {
        match receiver.recv().context("the store reports")? {
            Durable::UpTo(up_to) if up_to >= token => return Ok(()),
            Durable::UpTo(_) => {}
            Durable::Failed(error) => bail!("{error}"),
        }
    }
}

/// The median of single appends with fdatasync, in milliseconds.
fn bare(folder: &Path) -> Result<f64> {
    let mut file = File::create(folder.join("bare"))?;
    let mut times = Vec::new();
    for _ in 0..SINGLES {
        let begin = Instant::now();
        file.write_all(&[7; VALUE])?;
        file.sync_data()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
