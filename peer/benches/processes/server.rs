//! The login server: processor time of a login, the way of a change of presence to many clients, and memory when idle.

use std::hint::black_box;
use std::time::{Duration, Instant};

use conclave_crypto::keys::OrgId;
use conclave_crypto::login::{LoggingIn, LoginName, LoginRecord, LoginServer, Registering};
use conclave_crypto::password::Password;
use getrandom::SysRng;
use rand_core::UnwrapErr;

use crate::figures::{RUNS, median, row};
use crate::process;
use crate::support::{Context as _, Person, Result, World, anyhow, json};

/// Until what a login set off has come to rest.
const REST: Duration = Duration::from_millis(300);
/// Until memory is looked at.
const IDLE: Duration = Duration::from_secs(10);

/// People who log in while nobody else is there: nobody is told of them, so the figure is the login's own.
const ALONE: usize = 20;
/// Changes of presence that everybody is told of.
const CHANGES: usize = 20;

pub(crate) fn run(clients: usize) -> Result<()> {
    println!("\nthe login server and {clients} clients that stay logged in");
    let mut world = World::new()?;
    let server = world.server.id().context("the server runs")?;
    let empty = process::memory(server)?.0;
    let mut people = alone(&mut world, server, clients.min(ALONE))?;
    for person in &mut people {
        person.login(&mut world.secrets)?;
    }
    for n in people.len()..clients {
        people.push(world.person(&format!("person{n}"), &format!("Person {n}"))?);
    }
    std::thread::sleep(IDLE);
    presence(&mut people, server)?;
    let (rss, pss) = process::memory(server)?;
    println!(
        "  server: {empty:.1} MiB with nobody, {rss:.1} MiB with {clients} clients (proportional {pss:.1})"
    );
    println!("    {:.0} KiB a client", (rss - empty) * 1024.0 / f64::from(u32::try_from(clients)?));
    let (mut resident, mut proportional) = (Vec::new(), Vec::new());
    for person in &people {
        let (rss, pss) = process::memory(person.id())?;
        resident.push(rss);
        proportional.push(pss);
    }
    println!(
        "  idle client: {:.1} MiB resident, {:.1} proportional",
        median(&resident),
        median(&proportional)
    );
    Ok(())
}

/// The server's processor time of logins on an otherwise empty server. The people are logged out again.
fn alone(world: &mut World, server: u32, number: usize) -> Result<Vec<Person>> {
    let (mut people, mut walls) = (Vec::new(), Vec::new());
    let (mut first, mut answered, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..number {
        let mut person = world.invite(&format!("person{n}"), &format!("Person {n}"))?;
        person.enrol(&mut world.secrets)?;
        // The first login of a device also leaves its hundred prekeys, which the server verifies one by one.
        let before = process::cpu(server)?;
        person.login(&mut world.secrets)?;
        std::thread::sleep(REST);
        first.push(process::cpu(server)? - before);
        person.call("session.logout", json!({}))?;
        std::thread::sleep(REST);
        let (before, begin) = (process::cpu(server)?, Instant::now());
        person.login(&mut world.secrets)?;
        walls.push(begin.elapsed().as_secs_f64());
        answered.push(process::cpu(server)? - before);
        std::thread::sleep(REST);
        settled.push(process::cpu(server)? - before);
        person.call("session.logout", json!({}))?;
        std::thread::sleep(REST);
        people.push(person);
    }
    let bare: Vec<f64> = (0..RUNS).map(|_| bare()).collect::<Result<_>>()?;
    println!("  processor time of the server for a login while nobody else is there, median of {number}");
    println!("    the first of a device, with prekeys  {:>8.2} ms", 1e3 * median(&first));
    println!("    a later one, until it is answered    {:>8.2} ms", 1e3 * median(&answered));
    println!("    with what follows in {REST:?}          {:>8.2} ms", 1e3 * median(&settled));
    println!("    a login at the client, with its hashes {:>6.2} s", median(&walls));
    let rate = 1.0 / median(&answered);
    println!("  logins a second of the server's processor  {rate:>8.0} /s");
    row("OPAQUE's two steps alone", "/s", &bare, 0);
    println!(
        "  of OPAQUE alone                            {:>8.2}   R17: at least 0.25",
        rate / median(&bare)
    );
    Ok(people)
}

/// One person's change of presence, until everybody else has been told.
fn presence(people: &mut [Person], server: u32) -> Result<()> {
    let Some((one, others)) = people.split_first_mut() else { return Ok(()) };
    let others: &[Person] = others;
    let (mut told, mut costs) = (Vec::new(), Vec::new());
    for change in 0..CHANGES {
        let status = if change % 2 == 0 { "away" } else { "available" };
        let marks: Vec<usize> = others.iter().map(|other| other.mark()).collect();
        let (before, begin) = (process::cpu(server)?, Instant::now());
        one.call("presence.set", json!({ "status": status }))?;
        for (other, mark) in others.iter().zip(marks) {
            other.event_after(mark, "presence.changed", |event| {
                event["user"] == one.user.as_str() && event["presence"] == status
            })?;
        }
        told.push(begin.elapsed().as_secs_f64());
        costs.push(process::cpu(server)? - before);
        std::thread::sleep(REST);
    }
    let each = median(&costs) / f64::from(u32::try_from(others.len().max(1))?);
    println!(
        "  a change of presence until the last of {} others is told: {:.1} ms; {:.0} µs of the server for each",
        others.len(),
        1e3 * median(&told),
        1e6 * each
    );
    Ok(())
}

/// The server's two steps of OPAQUE a second, on one core.
fn bare() -> Result<f64> {
    let mut rng = UnwrapErr(SysRng);
    let (org, password) = (OrgId::new([1; 16]), Password::new("secret"));
    let name = LoginName::parse("ada").map_err(|_| anyhow!("a name"))?;
    let server = LoginServer::generate(org, &mut rng).map_err(|_| anyhow!("a server"))?;
    let (registering, request) = Registering::start(&password, &mut rng).map_err(|_| anyhow!("a start"))?;
    let response = server.register(&name, &request).map_err(|_| anyhow!("a response"))?;
    let upload = registering
        .finish(&password, &org, &name, &response, &mut rng)
        .map_err(|_| anyhow!("a registration"))?;
    let record = LoginRecord::parse(&upload).map_err(|_| anyhow!("a record"))?;
    let (_, ke1) = LoggingIn::start(&password, &mut rng).map_err(|_| anyhow!("a login"))?;
    let own = std::process::id();
    let (before, begin, mut calls) = (process::cpu(own)?, Instant::now(), 0.0);
    while begin.elapsed() < Duration::from_millis(500) {
        let (challenged, _) =
            server.start(&name, Some(&record), &ke1, &mut rng).map_err(|_| anyhow!("an answer"))?;
        // A proof of another login costs what the right one costs.
        black_box(challenged.finish(&[1; 64]).is_err());
        calls += 1.0;
    }
    Ok(calls / (process::cpu(own)? - before))
}
