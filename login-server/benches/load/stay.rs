//! Clients that stay logged in: memory for each, the way of a change of presence to all, and a restart.

use std::sync::Arc;
use std::time::{Duration, Instant};

use conclave_proto::FrameKind;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::{PresenceStatus, Push, SetPresence, push::News};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use crate::company::{Company, percentile};
use crate::net::Net;
use crate::person::{Desk, Person};

/// People who enrol at once; each stretches a password with 64 MiB.
const AT_ONCE: usize = 4;
/// Changes of presence that everybody is told of.
const CHANGES: usize = 10;
/// How long clients may take to be told, or to come back.
const PATIENCE: Duration = Duration::from_secs(120);
/// Until what was set off has come to rest.
const REST: Duration = Duration::from_secs(2);

/// Clients that come back after a restart (BARS F7 asks for a thousand).
const RETURNING: usize = 2_000;
/// Clients that come at once, as after a restart of the server.
const COMING: usize = 64;

pub(crate) async fn run(company: &mut Company, count: usize) {
    println!("  {count} clients that stay logged in");
    let empty = company.memory();
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let began = Instant::now();
    let shown = &*company;
    // They leave again, so that the thousandth is not announced to nine hundred.
    let enrolling = (0..count).map(|n| {
        let permits = Arc::clone(&permits);
        async move {
            let _permit = permits.acquire_owned().await.unwrap();
            shown.enrol(&format!("client{n}x{}", n * 7)).await.0
        }
    });
    let people = futures::future::join_all(enrolling).await;
    println!("    enrolled in                      {:.0} s", began.elapsed().as_secs_f64());
    tokio::time::sleep(REST).await;
    println!("    memory {empty:.1} MiB without them, {:.1} with their accounts", company.memory());
    let Some((teller, others)) = people.split_first() else { return };
    let (told, news) = mpsc::channel(65_536);
    let there = come(company, others, Some(told)).await;
    tokio::time::sleep(REST).await;
    let full = company.memory();
    println!(
        "    memory {full:.1} MiB with them: {:.0} KiB a client",
        (full - empty) * 1024.0 / count as f64
    );
    presence(company, teller, others.len(), news).await;
    drop(there);
    let away = company.restart();
    println!("    a restart with SIGKILL, until it answers  {away:.0} ms");
    drop(come(company, &people[..count.min(RETURNING)], None).await);
}

/// A client that is there, and reads what it is told.
struct Client {
    _net: Net,
    reading: JoinHandle<()>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// Everybody comes by a kept session, without a code, as after a restart.
async fn come(
    company: &Company,
    people: &[Person],
    told: Option<mpsc::Sender<PresenceStatus>>,
) -> Vec<Client> {
    let (before, began) = (company.cpu(), Instant::now());
    let permits = Arc::new(Semaphore::new(COMING));
    let coming = people.iter().map(|person| {
        let (permits, told) = (Arc::clone(&permits), told.clone());
        async move {
            let _permit = permits.acquire_owned().await.unwrap();
            let (net, desk) = seen(company, person).await;
            Client { _net: net, reading: tokio::spawn(read(desk, told)) }
        }
    });
    let come = futures::future::join_all(coming).await;
    let took = began.elapsed().as_secs_f64();
    println!(
        "    {} came and were seen within {took:.1} s, {:.0} % of a core  F7: 60 s, 80 %",
        people.len(),
        100.0 * (company.cpu() - before) / took
    );
    come
}

async fn seen(company: &Company, person: &Person) -> (Net, Desk) {
    let net = company.connect(person).await;
    let mut desk = Desk::open(&net, &company.invite).await;
    desk.call(Call::SetPresence(SetPresence { status: 1, ..SetPresence::default() })).await;
    (net, desk)
}

/// One person's change of presence, until everybody else was told.
async fn presence(
    company: &Company,
    teller: &Person,
    others: usize,
    mut news: mpsc::Receiver<PresenceStatus>,
) {
    let (_net, mut desk) = seen(company, teller).await;
    // What they told each other as they came.
    tokio::time::sleep(REST).await;
    let mut times = Vec::new();
    for change in 0..CHANGES {
        let status = if change % 2 == 0 { PresenceStatus::Away } else { PresenceStatus::DoNotDisturb };
        let began = Instant::now();
        let set = SetPresence { status: status.into(), ..SetPresence::default() };
        desk.call(Call::SetPresence(set)).await;
        for _ in 0..others {
            let next = async { while news.recv().await != Some(status) {} };
            if tokio::time::timeout(PATIENCE, next).await.is_err() {
                println!("    a change of presence did not reach all of {others} within {PATIENCE:?}");
                return;
            }
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    println!(
        "    a change of presence told to {others}: p50 {:.0} ms, p95 {:.0} ms, the last {:.0} ms  bar: p95 1000 ms",
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.95),
        percentile(&mut times, 1.0)
    );
}

/// Tells of changes to the statuses that only the first person takes.
async fn read(mut desk: Desk, told: Option<mpsc::Sender<PresenceStatus>>) {
    while let Some(frame) = desk.wire.next().await {
        if frame.kind != FrameKind::PUSH {
            continue;
        }
        let Ok(Push { news: Some(News::Presence(changed)) }) = frame.parse::<Push>() else { continue };
        for one in changed.people {
            let status = one.status();
            if let Some(told) = &told
                && matches!(status, PresenceStatus::Away | PresenceStatus::DoNotDisturb)
                && told.send(status).await.is_err()
            {
                return;
            }
        }
    }
}
