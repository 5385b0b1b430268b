//! `./x demo` where there is a screen: a login server and two people, each with the real window of their own. The
//! demo ends when both windows are closed, and nothing is left behind.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::children::Process;
use crate::support::{Person, Result, World, ensure, json};
use crate::transcript::Transcript;

/// How often it is looked whether the windows are still there.
const LOOK: Duration = Duration::from_millis(300);

/// Enrols two people, opens their windows, and waits until both are closed.
pub(crate) fn show(t: &mut Transcript, programs: &Path) -> Result<()> {
    let started = Instant::now();
    let window = programs.join("conclave-desktop");
    ensure!(window.exists(), "{} is not there: ./x demo builds it", window.display());
    t.title("A fresh login server, and two people with accounts")?;
    let mut world = World::with_programs(programs)?;
    let mut claire = person(&mut world, "claire", "Claire Dubois", "Chief financial officer")?;
    let mut marc = person(&mut world, "marc", "Marc Lefèvre", "General counsel")?;
    claire.linked(&marc)?;
    let first =
        marc.say(&claire, "Bonjour Claire. Could you look at clause 7 before we meet the lenders?")?;
    claire.hears(&first)?;
    t.proven("they have exchanged a first message")?;
    for person in [&mut claire, &mut marc] {
        person.take()?.stop()?;
    }
    t.title("Their windows")?;
    let mut windows = Vec::new();
    for person in [&claire, &marc] {
        let mut command = Command::new(&window);
        command.arg("--profile").arg(&person.profile);
        windows.push(Process::start(
            &mut command,
            &person.name,
            &world.path().join(&person.name).with_extension("log"),
        )?);
        t.proven(&format!("{}: the password is “{}”", person.full_name, person.password))?;
    }
    t.proven("write to each other; the demo ends when both windows are closed")?;
    while windows.iter_mut().any(Process::is_running) {
        std::thread::sleep(LOOK);
    }
    drop(world);
    t.end(started.elapsed())
}

fn person(world: &mut World, name: &str, full_name: &str, position: &str) -> Result<Person> {
    let mut person = world.person(name, full_name)?;
    person.call("profile.set", json!({ "fullName": full_name, "position": position }))?;
    Ok(person)
}
