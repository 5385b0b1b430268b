//! Clients that stay logged in: memory for each, the way of a change of presence to all, and a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use conclave_proto::FrameKind;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::{PresenceStatus, Push, SetPresence, push::News};
use tokio::sync::{Semaphore, mpsc};

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

/// A client that reads what it is told.
struct Client {
    person: Person,
    net: Net,
}

pub(crate) async fn run(company: &mut Company, count: usize) {
    println!("  {count} clients that stay logged in");
    let empty = company.memory();
    let (told, mut news) = mpsc::channel::<PresenceStatus>(65_536);
    // What newcomers tell each other is not counted.
    let counting = Arc::new(AtomicBool::new(false));
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let began = Instant::now();
    let shown = &*company;
    let enrolling = (0..count).map(|n| {
        let permits = Arc::clone(&permits);
        async move {
            let _permit = permits.acquire_owned().await.unwrap();
            shown.enrol(&format!("client{n}x{}", n * 7)).await
        }
    });
    let mut clients = Vec::new();
    let mut first = None;
    for (person, net, desk) in futures::future::join_all(enrolling).await {
        if first.is_none() {
            first = Some(desk);
        } else {
            tokio::spawn(read(desk, told.clone(), Arc::clone(&counting)));
        }
        clients.push(Client { person, net });
    }
    println!("    enrolled in                      {:.0} s", began.elapsed().as_secs_f64());
    tokio::time::sleep(REST).await;
    let full = company.memory();
    println!(
        "    memory {empty:.1} MiB without, {full:.1} with them: {:.0} KiB a client",
        (full - empty) * 1024.0 / count as f64
    );
    counting.store(true, Ordering::Relaxed);
    if let Some(mut desk) = first {
        let others = clients.len() - 1;
        let mut times = Vec::new();
        for change in 0..CHANGES {
            let status = if change % 2 == 0 { PresenceStatus::Away } else { PresenceStatus::Available };
            while news.try_recv().is_ok() {}
            let began = Instant::now();
            let set = SetPresence { status: status.into(), ..SetPresence::default() };
            desk.call(Call::SetPresence(set)).await;
            let all = async {
                for _ in 0..others {
                    while news.recv().await != Some(status) {}
                }
            };
            if tokio::time::timeout(PATIENCE, all).await.is_err() {
                println!("    a change of presence did not reach all of {others} within {PATIENCE:?}");
                return;
            }
            times.push(began.elapsed().as_secs_f64() * 1e3);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        println!(
            "    a change of presence told to {others}: p50 {:.0} ms, p95 {:.0} ms",
            percentile(&mut times, 0.5),
            percentile(&mut times, 0.95)
        );
    }
    restart(company, clients).await;
}

/// Tells of changes to the statuses that only the first person takes.
async fn read(mut desk: Desk, told: mpsc::Sender<PresenceStatus>, counting: Arc<AtomicBool>) {
    // Whoever calls gets the pushes of a full session.
    desk.call(Call::SetPresence(SetPresence { status: 1, ..SetPresence::default() })).await;
    desk.news.clear();
    while let Some(frame) = desk.wire.next().await {
        if frame.kind != FrameKind::PUSH {
            continue;
        }
        let Ok(Push { news: Some(News::Presence(changed)) }) = frame.parse::<Push>() else { continue };
        if let [one] = changed.people.as_slice()
            && counting.load(Ordering::Relaxed)
            && told.send(one.status()).await.is_err()
        {
            return;
        }
    }
}

/// The server is killed and started again, and everybody comes back by a kept session, without a code.
async fn restart(company: &mut Company, clients: Vec<Client>) {
    let count = clients.len();
    let people: Vec<Person> = clients.into_iter().map(|client| client.person).collect();
    let away = company.restart();
    println!("    a restart with SIGKILL, until it answers  {away:.0} ms");
    let (before, began) = (company.cpu(), Instant::now());
    let permits = Arc::new(Semaphore::new(64));
    let shown = &*company;
    let returning = people.iter().map(|person| {
        let permits = Arc::clone(&permits);
        async move {
            let _permit = permits.acquire_owned().await.unwrap();
            let net = shown.connect(person).await;
            let mut desk = Desk::open(&net, &shown.invite).await;
            desk.call(Call::SetPresence(SetPresence { status: 1, ..SetPresence::default() })).await;
            (net, desk)
        }
    });
    let back = futures::future::join_all(returning).await;
    let took = began.elapsed().as_secs_f64();
    println!(
        "    all {count} are back and seen after {took:.1} s, {:.0} % of a core  F7: 60 s, 80 %",
        100.0 * (company.cpu() - before) / took
    );
    drop(back);
}
