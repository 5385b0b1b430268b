//! One large file between two processes, beside other ways to copy it over loopback in the same run.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::figures::{RUNS, ratios, row};
use crate::process;
use crate::rivals::{Scp, Socat};
use crate::support::text::text;
use crate::support::{Context as _, Person, Result, World, anyhow, ensure, json};

/// Buffer of the raw copy.
const BUFFER: usize = 128 * 1024;

pub(crate) fn run(mebibytes: usize) -> Result<()> {
    println!("\na file of {mebibytes} MiB over loopback, disk to disk; {RUNS} runs in turn");
    let mut world = World::new()?;
    let (mut ada, mut bob) = (world.person("ada", "Ada King")?, world.person("bob", "Bob Stone")?);
    ada.linked(&bob)?;
    let source = world.path().join("source.bin");
    make(&source, mebibytes)?;
    let (scp, socat) = (Scp::start(world.path()), Socat::start(world.path()));
    let size = f64::from(u32::try_from(mebibytes)?);
    let (mut whole, mut part, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    let (mut raw, mut by_scp, mut by_socat) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..RUNS {
        let before = process::cpu(ada.id())? + process::cpu(bob.id())?;
        let (all, moving) = ours(&mut ada, &mut bob, &source)?;
        cpu.push(size / (process::cpu(ada.id())? + process::cpu(bob.id())? - before));
        whole.push(size / all);
        part.push(size / moving);
        raw.push(size / tcp(&source, &world.path().join(format!("raw-{n}")))?);
        if let Ok(scp) = &scp {
            by_scp.push(size / scp.copy(&source)?);
        }
        if let Ok(socat) = &socat {
            by_socat.push(size / socat.copy(&source)?);
        }
    }
    row("conclave: sealed, sent, verified, durable", "MiB/s", &whole, 1);
    row("  of it from the acceptance on", "MiB/s", &part, 1);
    row("  per second of processor time, both ends", "MiB/s", &cpu, 1);
    row("raw TCP, disk to disk", "MiB/s", &raw, 1);
    ratios("conclave / raw TCP", &whole, &raw, "");
    match &scp {
        Ok(_) => {
            row("scp, chacha20-poly1305", "MiB/s", &by_scp, 1);
            ratios("conclave / scp", &whole, &by_scp, "R8: at least 1.5");
        }
        Err(error) => println!("  scp: not run: {error:#}"),
    }
    match &socat {
        Ok(socat) => {
            row(&format!("socat, {}", socat.cipher), "MiB/s", &by_socat, 1);
            ratios("conclave / socat", &whole, &by_socat, "R10: at least 0.5");
        }
        Err(error) => println!("  socat: not run: {error:#}"),
    }
    for (who, person) in [("sender", &ada), ("receiver", &bob)] {
        println!("  memory of the {who} after it: {:.0} MiB", process::memory(person.id())?.0);
    }
    Ok(())
}

/// Bytes that do not compress and differ everywhere.
fn make(path: &Path, mebibytes: usize) -> Result<()> {
    let mut file = File::create(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = vec![0; 1 << 20];
    for _ in 0..mebibytes {
        for bytes in block.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    Ok(file.sync_all()?)
}

/// Seconds from the call to the verified, sealed copy, and of those the seconds after the acceptance.
fn ours(ada: &mut Person, bob: &mut Person, source: &Path) -> Result<(f64, f64)> {
    let from = bob.mark();
    let begin = Instant::now();
    let target = bob.target();
    let sent = ada.send("file.send", json!({ "to": target, "path": source }))?;
    let heard = bob.event_after(from, "message.received", |event| event["message"]["file"].is_object())?;
    let file = text(&heard, "/message/file/file")?.to_owned();
    let accepted = Instant::now();
    if heard["message"]["file"]["state"] == "offered" {
        bob.call("file.accept", json!({ "file": file }))?;
    }
    let state = bob.event_after(from, "file.state", |event| {
        event["file"]["file"] == file.as_str()
            && ["done", "failed", "gone"].iter().any(|state| event["file"]["state"] == *state)
    })?;
    let end = Instant::now();
    ensure!(state["file"]["state"] == "done", "{state}");
    ada.answer(sent)?.context("file.send was refused")?;
    Ok(((end - begin).as_secs_f64(), (end - accepted).as_secs_f64()))
}

/// Seconds of a copy through one socket, without any check.
fn tcp(source: &Path, target: &Path) -> Result<f64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let to = target.to_owned();
    let begin = Instant::now();
    let receiver = std::thread::spawn(move || -> io::Result<u64> {
        copy(&mut listener.accept()?.0, &mut File::create(to)?)
    });
    let sent = copy(&mut File::open(source)?, &mut TcpStream::connect(address)?)?;
    let received = receiver.join().map_err(|_| anyhow!("the receiver broke"))??;
    let time = begin.elapsed().as_secs_f64();
    ensure!(sent == received, "{sent} bytes were sent, {received} received");
    fs::remove_file(target)?;
    Ok(time)
}

fn copy(from: &mut impl io::Read, to: &mut impl io::Write) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER];
    let mut all = 0;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(all);
        }
        to.write_all(buffer.get(..read).unwrap_or_default())?;
        all += u64::try_from(read).unwrap_or_default();
    }
}

/// Whether two files have the same bytes.
pub(crate) fn same(left: &Path, right: &PathBuf) -> Result<bool> {
    let (mut left, mut right) = (File::open(left)?, File::open(right)?);
    let (mut one, mut two) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = left.read(&mut one)?;
        if read == 0 {
            return Ok(right.read(&mut two)? == 0);
        }
        let Some(part) = two.get_mut(..read) else { return Ok(false) };
        if right.read_exact(part).is_err() || one.get(..read) != Some(&*part) {
            return Ok(false);
        }
    }
}
