//! The server is killed while people are logged in (BARS F7): those who know each other go on, and everybody comes back
//! by themselves, not all at once.
//!
//! Five people with all tests; twenty with `CONCLAVE_FULL=1`.

mod support;

use std::time::{Duration, Instant};

use support::{Person, Result, World, ensure, json};

fn is_online(person: &mut Person) -> Result<bool> {
    Ok(person.call("status", json!({}))?["server"]["state"] == "online")
}

#[test]
fn bar_f7_all_go_on_without_the_server_and_come_back_by_themselves() -> Result<()> {
    let count = if std::env::var_os("CONCLAVE_FULL").is_some() { 20 } else { 5 };
    let mut world = World::new()?;
    let mut people = Vec::new();
    for number in 0..count {
        people.push(world.person(&format!("p{number:02}"), &format!("Person {number}"))?);
    }
    // Everybody is linked with the first one.
    let (first, others) = people.split_at_mut(1);
    let first = &mut first[0];
    for other in others.iter_mut() {
        other.linked(first)?;
    }

    world.server.kill()?;
    let mut sent = Vec::new();
    for other in others.iter_mut() {
        let id = other.say(first, "nobody needs the server for this")?;
        first.hears(&id)?;
        other.reaches(&id, "delivered")?;
        sent.push(id);
    }
    support::until("everybody notices that the server is gone", || {
        let mut gone = true;
        for person in others.iter_mut() {
            gone &= !is_online(person)?;
        }
        Ok(gone.then_some(()))
    })?;

    world.server.serve()?;
    let begun = Instant::now();
    let mut back: Vec<Option<Duration>> = vec![None; others.len()];
    support::until("everybody is back at the server", || {
        for (person, back) in others.iter_mut().zip(&mut back) {
            if back.is_none() && is_online(person)? {
                *back = Some(begun.elapsed());
            }
        }
        Ok(back.iter().all(Option::is_some).then_some(()))
    })?;
    let mut times: Vec<Duration> = back.into_iter().flatten().collect();
    times.sort();
    println!("{} people are back, without a password, after {times:.1?}", times.len());
    let sessions = support::until("the server counts them", || {
        let status = world.server.command(&["status"])?;
        Ok((status["sessions"].as_u64() >= Some(count)).then_some(status["sessions"].clone()))
    })?;
    ensure!(sessions == count, "{sessions} sessions of {count} people");

    // Nothing came twice on the way.
    let received = first.events("message.received");
    let heard: Vec<_> = received.iter().filter_map(|event| event["message"]["id"].as_str()).collect();
    ensure!(heard == sent, "{heard:?} instead of {sent:?}");
    Ok(())
}
