//! Computers and phones whose clocks are off (BARS F13): half a minute does no harm, a minute and a half is refused like
//! any wrong code, and what was refused is no secret of the clock's.

mod support;

use std::process::Command;

use support::client::Refused;
use support::{Person, Result, World, ensure, json};

/// A person whose computer and phone are off by so many seconds from now on.
fn off_by(world: &mut World, name: &str, seconds: i64) -> Result<Person> {
    let mut person = world.invite(name, name)?;
    person.enrol(&mut world.secrets)?;
    person.take()?.close()?;
    person.place.clock = seconds;
    person.start()?;
    Ok(person)
}

#[test]
fn bar_f13_half_a_minute_is_borne_and_more_is_refused_like_a_wrong_code() -> Result<()> {
    if !Command::new("faketime").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: clocks were not turned, because faketime is not installed");
        return Ok(());
    }
    let mut world = World::new()?;
    let mut people = Vec::new();
    for (name, seconds) in [("early", 30), ("late", -30), ("fast", 90), ("slow", -90)] {
        people.push((off_by(&mut world, name, seconds)?, seconds));
    }
    let mut borne = Vec::new();
    for (mut person, seconds) in people {
        let code = person.code_off_by(seconds, &mut world.secrets)?;
        let password = person.password.clone();
        let login = json!({ "password": password, "totp": code });
        if seconds.abs() == 30 {
            person.call("session.login", login)?;
            person.subscribe()?;
            borne.push(person);
            continue;
        }
        let refused = person.refused("session.login", login)?;
        ensure!(refused.code() == "E-AUTH-1", "{seconds} s: {refused}");
        // The words are those of a wrong code; that the clock is off is told by the person's own program.
        let wrong = person.login_with_wrong_code()?;
        let sentence = |refused: &Refused| {
            refused.0["message"].as_str().and_then(|words| words.split('.').next().map(str::to_owned))
        };
        ensure!(
            wrong.code() == refused.code() && sentence(&wrong) == sentence(&refused),
            "told apart: {refused} and {wrong}"
        );
        let skew = refused.0["data"]["details"]["clockSkewMs"].as_i64().unwrap_or_default();
        ensure!((80_000..100_000).contains(&skew.abs()), "{refused}");
        person.take()?.close()?;
    }

    // A minute apart, two people write to each other, each in order.
    let (mut late, mut early) = (borne.remove(1), borne.remove(0));
    early.linked(&late)?;
    let mut sent = (Vec::new(), Vec::new());
    for number in 0..10 {
        sent.0.push(early.say(&late, &format!("early {number}"))?);
        sent.1.push(late.say(&early, &format!("late {number}"))?);
    }
    for (person, ids) in [(&late, &sent.0), (&early, &sent.1)] {
        for id in ids {
            person.hears(id)?;
        }
        let heard: Vec<_> = person.events("message.received");
        let heard: Vec<_> = heard.iter().filter_map(|event| event["message"]["id"].as_str()).collect();
        ensure!(heard == *ids, "{} heard {heard:?} of {ids:?}", person.name);
    }
    Ok(())
}
