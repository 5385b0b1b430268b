//! An old copy of a profile that is put back (`cp -a`), with the real programs: noticed at the next start, healed by
//! itself, what it lacks sent again, and told in one line.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Person, Result, Value, World, ensure, json, until};

fn copy(from: &Path, to: &Path) -> Result<()> {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    ensure!(done.success(), "cp ended with {done}");
    Ok(())
}

fn texts(person: &mut Person, with: &str) -> Result<Vec<String>> {
    let page = person.call("message.list", json!({ "conversation": with, "limit": 200 }))?;
    let texts = page["messages"].as_array().cloned().unwrap_or_default();
    Ok(texts.iter().filter_map(|message| message["text"].as_str().map(str::to_owned)).collect())
}

fn lines(person: &Person) -> Vec<Value> {
    person.events("conversation.line")
}

#[test]
fn an_old_copy_of_a_profile_gets_what_it_lacks_and_says_so_in_one_line() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let mut bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let (to_ada, to_bob) = (ada.target(), bob.target());
    for n in 0..3 {
        let id = ada.say(&bob, &format!("before {n}"))?;
        bob.hears(&id)?;
        ada.reaches(&id, "delivered")?;
    }
    // A clean end, a copy, and the day goes on.
    bob.take()?.stop()?;
    let kept = world.path().join("bob-copy");
    copy(&bob.profile, &kept)?;
    bob.start_unlocked()?;
    bob.linked(&ada)?;
    for n in 0..4 {
        let id = ada.say(&bob, &format!("after {n}"))?;
        bob.hears(&id)?;
        ada.reaches(&id, "delivered")?;
        let id = bob.say(&ada, &format!("reply {n}"))?;
        ada.hears(&id)?;
        bob.reaches(&id, "delivered")?;
    }
    bob.kill()?;
    std::fs::remove_dir_all(&bob.profile)?;
    copy(&kept, &bob.profile)?;
    bob.start_unlocked()?;
    until("what ada had sent is on bob's computer again", || {
        let have = texts(&mut bob, &to_ada)?;
        Ok((0..4).all(|n| have.contains(&format!("after {n}"))).then_some(()))
    })?;
    let have = texts(&mut bob, &to_ada)?;
    for n in 0..4 {
        let times = have.iter().filter(|text| **text == format!("after {n}")).count();
        ensure!(times == 1, "after {n} is there {times} times: {have:?}");
    }
    for (name, told) in [("ada", lines(&ada)), ("bob", lines(&bob))] {
        let kinds: Vec<&str> = told.iter().filter_map(|line| line["kind"].as_str()).collect();
        let known = ["sentAgain", "sessionRestarted", "restoredBackup"];
        ensure!(matches!(kinds.as_slice(), [kind] if known.contains(kind)), "{name} was told {kinds:?}");
    }
    // And both go on.
    let (there, back) = (ada.say(&bob, "on")?, bob.say(&ada, "and on")?);
    bob.hears(&there)?;
    ada.hears(&back)?;
    ada.reaches(&there, "delivered")?;
    bob.reaches(&back, "delivered")?;
    ensure!(texts(&mut ada, &to_bob)?.iter().filter(|text| text.starts_with("reply")).count() == 4);
    Ok(())
}
