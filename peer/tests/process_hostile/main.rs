//! Every method of `conclave rpc` with parameters that are missing, of the wrong type, huge or hostile: each is
//! refused with its code, in few words that do not repeat it, and nothing is changed on either computer.

mod methods;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use methods::{Kind, METHODS, Method};
use support::{Context as _, Person, Result, Value, World, anyhow, ensure, json};

/// An error is for a person: longer than this, it repeats what it was given.
const LONGEST_ERROR: usize = 2_000;

/// Methods of the interface that this program does not have yet.
const NOT_THERE: [&str; 5] = ["room.list", "room.create", "service.list", "service.offer", "recovery.renew"];

#[test]
fn hostile_parameters_are_refused_and_change_nothing() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    ada.linked(&bob)?;
    let first = ada.say(&bob, "before")?;
    ada.reaches(&first, "delivered")?;
    let special = world.path().join("special");
    no_files(&special)?;
    let files = folder(world.path())?;
    let mut before = everything(&mut ada, &bob)?;
    let heard = bob.events("message.received").len();

    // All of them, so that one run tells every hole.
    let mut faults = Vec::new();
    for (method, required, optional) in METHODS {
        let good: Value = required
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), kind.good()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let parameters: Vec<(&str, Kind)> = required.iter().chain(*optional).copied().collect();
        for (name, kind) in &parameters {
            for wrong in kind.wrong_types() {
                faults.extend(malformed(&mut ada, method, &good, name, Some(wrong)).err());
            }
        }
        for (name, _) in *required {
            faults.extend(malformed(&mut ada, method, &good, name, None).err());
            faults.extend(malformed(&mut ada, method, &good, name, Some(Value::Null)).err());
        }
        faults.extend(malformed(&mut ada, method, &good, "loud", Some(json!(true))).err());
        let mut real = good.clone();
        for (name, kind) in *required {
            match kind {
                Kind::Person => real[name] = json!("@bob"),
                Kind::Message => real[name] = json!(first),
                _ => {}
            }
        }
        for (name, kind) in &parameters {
            for value in kind.hostile(&special) {
                faults.extend(hostile(&mut ada, method, &real, name, value, *kind).err());
            }
        }
        let after = everything(&mut ada, &bob)?;
        if after != before {
            faults.push(anyhow!("{method} changed something:\n{before}\n{after}"));
            before = after;
        }
    }
    let faults: Vec<String> = faults.iter().map(|fault| format!("{fault:#}")).collect();
    ensure!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    for method in NOT_THERE {
        ensure!(ada.refused(method, json!({ "x": 1 }))?.code() == "E-API-2", "{method}");
    }

    let last = ada.say(&bob, "after")?;
    bob.hears(&last)?;
    ensure!(bob.events("message.received").len() == heard + 1, "Bob heard of it");
    ensure!(folder(world.path())? == files, "files came or went");
    for person in [&ada, &bob] {
        ensure!(!person.log().contains("panicked"), "{}", person.log());
    }
    Ok(())
}

/// A parameter that is missing, unknown or of the wrong type is named.
fn malformed(
    person: &mut Person,
    method: &str,
    good: &Value,
    name: &str,
    value: Option<Value>,
) -> Result<()> {
    let mut params = good.clone();
    let fields = params.as_object_mut().context("an object")?;
    match value {
        Some(value) => drop(fields.insert(name.to_owned(), value)),
        None => drop(fields.remove(name)),
    }
    let refused = person.refused(method, params.clone()).with_context(|| format!("{method} {params}"))?;
    let data = &refused.0["data"];
    ensure!(refused.code() == "E-API-3" && data["details"]["field"] == name, "{method} {params}: {refused}");
    Ok(())
}

/// A value that has the right type is refused with a code, unless any value is good there.
fn hostile(
    person: &mut Person,
    method: &str,
    good: &Value,
    name: &str,
    value: Value,
    kind: Kind,
) -> Result<()> {
    let mut params = good.clone();
    params[name] = value;
    let shown: String = params.to_string().chars().take(120).collect();
    let id = person.send(method, params)?;
    let Err(refused) = person.answer(id)? else {
        ensure!(harmless(method, name, kind), "{method} took {name}: {shown}");
        return Ok(());
    };
    let code = refused.code();
    ensure!(code.starts_with("E-") && code != "E-BUG", "{method} {shown}: {refused}");
    let said = refused.to_string();
    ensure!(said.len() < LONGEST_ERROR && !said.contains('\u{202e}'), "{method} {shown}: {said:.200}");
    Ok(())
}

/// What may be given and is no harm: texts to look for, numbers beyond the end, what is open or written already.
fn harmless(method: &str, name: &str, kind: Kind) -> bool {
    let looks = ["message.list", "message.search", "events.subscribe", "events.ack"].contains(&method);
    kind == Kind::Sought
        || (kind == Kind::Number && looks)
        // An open vault stays open, whatever it is opened with; wrong digits are told to be wrong.
        || ["vault.unlock", "safety.verify"].contains(&method)
        || (method, name) == ("presence.set", "until")
}

/// All that a program can ask for and that stays the same while nothing is done.
fn everything(person: &mut Person, other: &Person) -> Result<Value> {
    let (target, user) = (other.target(), other.user.clone());
    let me = person.user.clone();
    let mut all = json!({});
    for (method, params) in [
        ("contact.list", json!({})),
        ("contact.requests", json!({})),
        ("conversation.list", json!({})),
        ("message.list", json!({ "conversation": target, "limit": 50, "lines": true })),
        ("file.list", json!({})),
        ("draft.get", json!({ "conversation": target })),
        ("settings.get", json!({})),
        ("preferences.get", json!({})),
        ("profile.get", json!({ "user": format!("u:{me}") })),
        ("safety.get", json!({ "user": user })),
        ("session.list", json!({})),
        ("stats.get", json!({})),
    ] {
        all[method] = person.call(method, params)?;
    }
    let status = person.call("status", json!({}))?;
    for field in ["locked", "loggedIn", "me", "waitingMessages"] {
        all[field] = status[field].clone();
    }
    // When somebody was last active moves by itself.
    if let Some(sessions) = all["session.list"]["sessions"].as_array_mut() {
        sessions.iter_mut().for_each(|session| session["lastActive"] = Value::Null);
    }
    Ok(all)
}

/// A folder with a pipe that nobody writes, a folder, and a link to nothing.
fn no_files(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder.join("folder"))?;
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status()?;
    ensure!(made.success(), "mkfifo: {made}");
    Ok(std::os::unix::fs::symlink("/nowhere/at/all", folder.join("dangling"))?)
}

/// The names of all files below a folder, without those that the store and the server make and remove by themselves.
fn folder(path: &Path) -> Result<BTreeSet<std::path::PathBuf>> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let own = ["index", "journal", "data"].iter().any(|name| path.ends_with(name));
            if path.is_dir() && !path.is_symlink() && !own {
                folders.push(path.clone());
            }
            found.insert(path);
        }
    }
    Ok(found)
}

/// A method that is added to the program needs its row here.
#[test]
fn the_table_has_every_method() -> Result<()> {
    let source = include_str!("../../src/rpc/method.rs");
    let source = source.split("#[cfg(test)]").next().context("the part before the tests")?;
    let names: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"))
        .map(|(name, _)| name)
        .collect();
    let table: BTreeSet<&str> = METHODS.iter().map(|(name, ..): &Method| *name).collect();
    ensure!(names == table && names.len() > 60, "{:?}", names.symmetric_difference(&table));
    Ok(())
}
