//! The commands for a terminal, with one line of standard input for each question.

mod support;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::sync_channel;

use support::{Context as _, PATIENCE, Person, Result, World, bail, ensure, json};

fn run(person: &Person, arguments: &[&str], answers: &[&str]) -> Result<Output> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_conclave"))
        .arg("--profile")
        .arg(&person.profile)
        .args(["--listen", "/ip4/127.0.0.1/tcp/0"])
        .args(arguments)
        .env("CONCLAVE_LOG", "warn,conclave_peer=debug")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("stdin is a pipe")?;
    for answer in answers {
        // The program may refuse before it has asked everything.
        let _closed = writeln!(input, "{answer}");
    }
    drop(input);
    let id = child.id();
    let (done, ended) = sync_channel(1);
    std::thread::spawn(move || done.send(child.wait_with_output()));
    if let Ok(output) = ended.recv_timeout(PATIENCE) {
        return Ok(output?);
    }
    // Where each of its threads waits, before it is ended, and what it said: whoever reads this can tell what it hung on.
    let threads = support::children::threads(id);
    rustix::process::kill_process(
        i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw).context("a process id")?,
        rustix::process::Signal::KILL,
    )?;
    let output = ended.recv_timeout(PATIENCE)??;
    bail!("{arguments:?} does not end within {PATIENCE:?}\n{threads}\n{}", said(&output))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_commands_tell_the_state_and_exit_as_documented() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    let id = ada.say(&bob, "one")?;
    ada.reaches(&id, "delivered")?;

    let busy = run(&ada, &["--lang", "en", "status"], &[])?;
    ensure!(busy.status.code() == Some(11) && said(&busy).contains("E-STORE-2"), "{}", said(&busy));
    ada.take()?.stop()?;

    let status = run(&ada, &["--lang", "en", "status"], &[])?;
    ensure!(status.status.success() && said(&status).contains("Locked"), "{}", said(&status));
    let french = run(&ada, &["--lang", "fr", "status"], &[])?;
    ensure!(said(&french).contains("Verrouillé"), "{}", said(&french));

    let list = run(&ada, &["--lang", "en", "list"], &[&ada.password])?;
    ensure!(list.status.success() && said(&list).contains("@bob"), "{}", said(&list));
    let stats = run(&ada, &["--json", "stats"], &[&ada.password])?;
    let numbers: serde_json::Value = serde_json::from_slice(&stats.stdout)?;
    ensure!(numbers["messages"]["sent"] == 1, "{numbers}");

    let file = world.path().join("leaves.json").display().to_string();
    let written = run(&ada, &["--lang", "en", "directory", "--export", &file], &[&ada.password])?;
    ensure!(written.status.success() && said(&written).contains(&file), "{}", said(&written));
    let leaves: serde_json::Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    ensure!(leaves["leaves"].as_array().is_some_and(|leaves| leaves.len() >= 8), "{leaves}");
    let again = run(&ada, &["directory", "--export", &file], &[&ada.password])?;
    ensure!(again.status.code() == Some(6), "{}", said(&again));

    let wrong = run(&ada, &["list"], &["not the password"])?;
    ensure!(wrong.status.code() == Some(5), "{}", said(&wrong));
    let silent = run(&ada, &["login"], &[])?;
    ensure!(silent.status.code() == Some(2), "{}", said(&silent));
    let usage = run(&ada, &["dance"], &[])?;
    ensure!(usage.status.code() == Some(2), "{}", said(&usage));
    Ok(())
}

#[test]
fn a_new_computer_is_enrolled_from_the_command_line() -> Result<()> {
    let mut world = World::new()?;
    let mut bob = world.person("bob", "Bob Stone")?;
    let mut new = bob.another_computer()?;
    let joining = new.joining()?;
    new.take()?.stop()?;
    let fields = ["link", "userName", "password", "recoveryCode", "recoveryKey"];
    let mut answers = fields.map(|field| joining[field].as_str().unwrap_or_default());
    let key = std::mem::replace(&mut answers[4], "0000-0000");
    let wrong = run(&new, &["--lang", "en", "enrol", "--device"], &answers)?;
    ensure!(wrong.status.code() == Some(5) && said(&wrong).contains("E-STORE-1"), "{}", said(&wrong));
    answers[4] = key;
    let done = run(&new, &["--json", "enrol", "--device"], &answers)?;
    let told: serde_json::Value = serde_json::from_slice(&done.stdout)?;
    ensure!(done.status.success() && told["state"] == "ready", "{}", said(&done));
    ensure!(told["userId"] == bob.user.as_str(), "{told}");
    bob.event("session.ended", |event| event["code"] == "E-SESS-1")?;
    Ok(())
}

#[test]
fn a_message_is_sent_from_the_command_line() -> Result<()> {
    let mut world = World::new()?;
    let mut ada = world.person("ada", "Ada King")?;
    let bob = world.person("bob", "Bob Stone")?;
    ada.take()?.stop()?;
    let code = ada.code(&mut world.secrets)?;
    let sent =
        run(&ada, &["--json", "send", "@bob", "--wait", "20s"], &[&ada.password, &code, "from a script"])?;
    ensure!(sent.status.success(), "{}", said(&sent));
    let message: serde_json::Value = serde_json::from_slice(&sent.stdout)?;
    let heard = bob.hears(message["id"].as_str().context("an id")?)?;
    ensure!(heard["text"] == "from a script", "{heard}");
    let nobody = json!({ "to": "@nobody" });
    let code = ada.code(&mut world.secrets)?;
    let lost = run(&ada, &["send", nobody["to"].as_str().unwrap_or_default()], &[&ada.password, &code, "x"])?;
    ensure!(lost.status.code() == Some(4), "{}", said(&lost));
    Ok(())
}
