//! `./x demo`: a login server and three people on this machine, as real processes. Every line with a tick was
//! checked; the first thing that does not hold ends the demo with an error. Nothing is left behind. With `--windows`
//! it opens two windows instead.

mod material;
#[path = "../../tests/support/mod.rs"]
mod support;
mod transcript;
mod windows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use support::text::{list, number, text};
use support::{Context as _, Person, Result, Value, World, anyhow, ensure, json};
use transcript::Transcript;

fn main() -> ExitCode {
    let mut transcript = Transcript::default();
    end_on_signals();
    let played = match std::env::args().any(|argument| argument == "--windows") {
        true => programs().and_then(|programs| windows::show(&mut transcript, &programs)),
        false => play(&mut transcript),
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing more can be done when even this cannot be written.
            let _unwritable = transcript.failed(&error);
            ExitCode::FAILURE
        }
    }
}

/// Ctrl-C and SIGTERM drop nothing by themselves: children and folders are ended here.
fn end_on_signals() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            tokio::select! {
                _interrupted = tokio::signal::ctrl_c() => {}
                _terminated = terminate.recv() => {}
            }
            support::children::clean_up();
            std::process::exit(130);
        });
    });
}

fn play(transcript: &mut Transcript) -> Result<()> {
    let started = Instant::now();
    let folder;
    {
        let programs = programs()?;
        transcript.title("A fresh login server")?;
        let mut world = World::with_programs(&programs)?;
        folder = world.path().to_owned();
        transcript.proven(&format!("it serves “Demo Company”; fingerprint {}", world.server.fingerprint))?;
        story(transcript, &mut world)?;
    }
    ensure!(!folder.exists(), "{} is left behind", folder.display());
    transcript.title("Afterwards")?;
    transcript.proven("every process has ended and the folder is gone")?;
    transcript.end(started.elapsed())?;
    Ok(())
}

/// The folder of the programs: the first argument, or where this program was built.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = std::env::args_os().nth(1) {
        return Ok(PathBuf::from(folder));
    }
    let own = std::env::current_exe()?;
    own.parent().and_then(Path::parent).map(Path::to_owned).context("a folder of programs")
}

fn story(transcript: &mut Transcript, world: &mut World) -> Result<()> {
    let (mut claire, mut marc, mut adele) = enrolment(transcript, world)?;
    contacts(transcript, world, &mut claire, &mut adele)?;
    messages(transcript, &mut claire, &mut marc)?;
    profiles(transcript, world, &mut claire, &mut marc)?;
    files(transcript, world, &mut claire, &mut marc)?;
    absence(transcript, world, &mut claire, &mut adele)?;
    safety(transcript, &mut claire, &mut marc)?;
    without_server(transcript, world, &mut claire, &mut marc)?;
    killed(transcript, &mut claire, &mut marc)
}

fn enrolment(t: &mut Transcript, world: &mut World) -> Result<(Person, Person, Person)> {
    t.title("Three people enrol by invite link, password and one-time code")?;
    let mut claire = world.invite("claire", "Claire Dubois")?;
    let weak = claire.call("enrol.check", json!({ "userName": "claire", "password": "claire1" }))?;
    let reasons: Vec<&str> =
        list(&weak, "/reasons")?.iter().filter_map(|reason| reason["message"].as_str()).collect();
    ensure!(weak["ok"] == false && reasons.len() == 3, "a weak password passes: {weak}");
    t.proven(&format!("a weak password is refused, with all reasons: {}", reasons.join(" · ")))?;

    claire.enrol(&mut world.secrets)?;
    let mut marc = world.invite("marc", "Marc Lefèvre")?;
    marc.enrol(&mut world.secrets)?;
    let mut adele = world.invite("adele", "Adèle Chen 陈")?;
    adele.enrol(&mut world.secrets)?;
    adele.take()?.stop()?;
    t.proven("Claire, Marc and Adèle have accounts: TOTP proven by a first code, ten recovery codes, a recovery key")?;

    let wrong = claire.login_with_wrong_code()?;
    ensure!(wrong.code() == "E-AUTH-1", "{wrong}");
    t.proven(&format!(
        "a wrong code is refused: {} “{}”",
        wrong.code(),
        wrong.0["message"].as_str().unwrap_or_default()
    ))?;
    std::thread::sleep(Duration::from_millis(wrong.0["data"]["retryAfterMs"].as_u64().unwrap_or(0)));

    for person in [&mut claire, &mut marc] {
        let login = person.login(&mut world.secrets)?;
        let hours = number(&login, "/leaseUntil")?.saturating_sub(now_ms()) / 3_600_000;
        t.proven(&format!(
            "{} logs in with password and a fresh code; lease for {} h",
            person.full_name,
            hours + 1
        ))?;
    }
    Ok((claire, marc, adele))
}

fn contacts(t: &mut Transcript, world: &mut World, claire: &mut Person, adele: &mut Person) -> Result<()> {
    t.title("Contacts, online first")?;
    let shown = |claire: &mut Person, expected: [&str; 2], online: [bool; 2]| {
        support::until("the order of contacts", || {
            let contacts = claire.contacts()?;
            let fits = contacts.len() == 2
                && contacts.iter().zip(expected).all(|(contact, name)| contact["name"] == name)
                && contacts.iter().zip(online).all(|(contact, on)| (contact["presence"] != "offline") == on);
            Ok(fits.then(|| {
                let line = |c: &Value| {
                    let mark = if c["presence"] == "offline" { '○' } else { '●' };
                    format!("{mark} {}", c["displayName"].as_str().unwrap_or_default())
                };
                contacts.iter().map(line).collect::<Vec<_>>().join("   ")
            }))
        })
    };
    let line = shown(claire, ["marc", "adele"], [true, false])?;
    t.proven(&format!("Adèle is away, so she stands last:   {line}"))?;
    adele.start()?;
    adele.login(&mut world.secrets)?;
    let line = shown(claire, ["adele", "marc"], [true, true])?;
    t.proven(&format!("she logs in, and the list follows:   {line}"))
}

fn messages(t: &mut Transcript, claire: &mut Person, marc: &mut Person) -> Result<()> {
    t.title("Messages, from one computer straight to the other")?;
    claire.linked(marc)?;
    let path = claire.call("path.get", json!({ "user": marc.user }))?;
    ensure!(path["path"] == "lan" || path["path"] == "internet", "the path is not direct: {path}");
    t.proven(&format!("a direct path: {}", text(&path, "/path")?))?;
    let talk: [(bool, &str); 4] = [
        (true, "Bonjour Marc ! Le conseil est-il prêt ? Ça m'inquiète un peu… 🧾"),
        (false, "Tout est prêt. À tout à l'heure, et bon courage 💪🏽"),
        (true, "董事会九点开始，请带上第三季度的报告。"),
        (false, "好的，没问题 👍 — see you at nine."),
    ];
    for (from_claire, words) in talk {
        let (from, to): (&mut Person, &mut Person) =
            if from_claire { (&mut *claire, &mut *marc) } else { (&mut *marc, &mut *claire) };
        let id = from.say(to, words)?;
        let heard = to.hears(&id)?;
        ensure!(heard["text"] == words && heard["author"] == from.user.as_str(), "{heard}");
        from.reaches(&id, "delivered")?;
        let conversation = from.target();
        to.call("message.markRead", json!({ "conversation": conversation, "upTo": id }))?;
        from.reaches(&id, "read")?;
        let custody = from.call("message.custody", json!({ "id": id }))?;
        let steps: Vec<&str> =
            list(&custody, "/custody")?.iter().filter_map(|step| step["step"].as_str()).collect();
        ensure!(steps.first() == Some(&"saved") && steps.last() == Some(&"read"), "{custody}");
        t.proven(&format!("{} → {}: {words}   [{}]", from.full_name, to.full_name, steps.join(" → ")))?;
    }
    Ok(())
}

fn profiles(t: &mut Transcript, world: &World, claire: &mut Person, marc: &mut Person) -> Result<()> {
    t.title("Profiles, from person to person")?;
    let portrait = world.path().join("portrait.png");
    fs::write(&portrait, material::picture(640, 640, 7)?)?;
    let profiles = [
        json!({ "fullName": "Claire Dubois", "position": "Directrice générale", "location": "Genève",
                "description": "Répond le matin.", "picturePath": portrait }),
        json!({ "fullName": "Marc Lefèvre", "position": "Directeur financier", "location": "Lyon",
                "picturePath": portrait }),
    ];
    for (from_claire, profile) in [true, false].into_iter().zip(profiles) {
        let (from, to): (&mut Person, &mut Person) =
            if from_claire { (&mut *claire, &mut *marc) } else { (&mut *marc, &mut *claire) };
        let mark = to.mark();
        from.call("profile.set", profile.clone())?;
        let user = from.user.clone();
        to.call("profile.request", json!({ "user": user }))?;
        let fresh = to.event_after(mark, "profile.changed", |event| {
            event["user"] == user.as_str() && event["profile"]["position"] == profile["position"]
        })?;
        ensure!(fresh["profile"]["location"] == profile["location"], "{fresh}");
        let (picture, width) = support::until("the picture of a profile", || {
            let answer = to.call("profile.get", json!({ "user": user }))?;
            let Some(file) = answer["profile"]["picture"].as_str() else { return Ok(None) };
            let Ok(bytes) = read_all(to, file) else { return Ok(None) };
            let image = image::load_from_memory(&bytes)?;
            Ok(Some((bytes.len(), image.width())))
        })?;
        ensure!(width <= 512, "the picture is {width} pixels wide");
        t.proven(&format!(
            "{} has {}'s profile: {}, {}, and a picture of {picture} bytes",
            to.full_name,
            from.full_name,
            text(&fresh, "/profile/position")?,
            text(&fresh, "/profile/location")?
        ))?;
    }
    Ok(())
}

fn files(t: &mut Transcript, world: &World, claire: &mut Person, marc: &mut Person) -> Result<()> {
    t.title("Files, verified byte for byte")?;
    let made = [
        ("Site nord.png", "image/png", material::picture(1200, 800, 3)?),
        ("Rapport annuel.pdf", "application/pdf", material::pdf(5)),
        ("Message vocal.wav", "audio/", material::sound(12)),
    ];
    for (name, mime, bytes) in made {
        ensure!((200_000..5_000_000).contains(&bytes.len()), "{name} has {} bytes", bytes.len());
        let source = world.path().join(name);
        fs::write(&source, &bytes)?;
        let target = marc.target();
        let sent = claire.call("file.send", json!({ "to": target, "path": source }))?;
        let message = marc.hears(&support::client::message_id(&sent)?)?;
        ensure!(message["file"]["name"] == name && message["file"]["size"] == bytes.len(), "{message}");
        ensure!(text(&message, "/file/mime")?.starts_with(mime), "{message}");
        let file = text(&message, "/file/file")?.to_owned();
        if message["file"]["state"] == "offered" {
            marc.call("file.accept", json!({ "file": file }))?;
        }
        watch(t, marc, &file, name, bytes.len())?;
        let saved = world.path().join(format!("saved {name}"));
        marc.call("file.save", json!({ "file": file, "path": saved }))?;
        ensure!(fs::read(&saved)? == bytes, "{name} differs");
        t.proven(&format!("{name}: {} bytes, the same on both computers", bytes.len()))?;
    }
    Ok(())
}

/// Draws the bar until the file is whole.
fn watch(t: &mut Transcript, person: &Person, file: &str, name: &str, size: usize) -> Result<()> {
    let of_file = |event: &Value| event["file"] == file || event["file"]["file"] == file;
    support::until(name, || {
        let last = person.events("file.state").into_iter().rfind(of_file);
        let state = last.as_ref().and_then(|event| event["file"]["state"].as_str());
        ensure!(!matches!(state, Some("failed" | "gone")), "{name}: {last:?}");
        let done = if state == Some("done") {
            size
        } else {
            let progress = person.events("file.progress").into_iter().rfind(of_file);
            progress.and_then(|event| usize::try_from(event["done"].as_u64()?).ok()).unwrap_or(0)
        };
        t.bar(name, done, size)?;
        Ok((state == Some("done")).then_some(()))
    })
}

fn absence(t: &mut Transcript, world: &mut World, claire: &mut Person, adele: &mut Person) -> Result<()> {
    t.title("A message to an absent colleague")?;
    adele.take()?.stop()?;
    support::until("Adèle offline", || {
        let contacts = claire.contacts()?;
        Ok(contacts.iter().any(|c| c["name"] == "adele" && c["presence"] == "offline").then_some(()))
    })?;
    let words = "Adèle, à ton retour : le vote est passé à l'unanimité. 🎉";
    let id = claire.say(adele, words)?;
    let answer = claire.call("message.get", json!({ "id": id }))?;
    let state = text(&answer, "/message/state")?;
    ensure!(["saved", "waiting"].contains(&state), "{answer}");
    t.proven(&format!("Adèle is offline; the message is kept here: {state}"))?;
    adele.start()?;
    adele.login(&mut world.secrets)?;
    let heard = adele.hears(&id)?;
    ensure!(heard["text"] == words, "{heard}");
    claire.reaches(&id, "delivered")?;
    t.proven("she returns, and it arrives by itself: delivered")
}

fn safety(t: &mut Transcript, claire: &mut Person, marc: &mut Person) -> Result<()> {
    t.title("Safety numbers")?;
    let (hers, his) = (marc.user.clone(), claire.user.clone());
    let hers = claire.call("safety.get", json!({ "user": hers }))?;
    let his = marc.call("safety.get", json!({ "user": his }))?;
    let digits = text(&hers, "/digits")?;
    ensure!(digits.len() >= 60 && text(&his, "/digits")? == digits, "{hers} and {his}");
    let compared = marc.call("safety.verify", json!({ "user": claire.user.clone(), "digits": digits }))?;
    ensure!(compared["match"] == true, "{compared}");
    t.proven(&format!("equal on both computers: {digits}"))
}

fn without_server(
    t: &mut Transcript,
    world: &mut World,
    claire: &mut Person,
    marc: &mut Person,
) -> Result<()> {
    t.title("The login server is killed")?;
    let mark = claire.mark();
    world.server.kill()?;
    claire.event_after(mark, "server.state", |event| event["state"] != "online")?;
    t.proven("SIGKILL; Claire's computer has noticed")?;
    for from_claire in [true, false] {
        let (from, to): (&mut Person, &mut Person) =
            if from_claire { (&mut *claire, &mut *marc) } else { (&mut *marc, &mut *claire) };
        let id = from.say(to, "On continue sans le serveur.")?;
        to.hears(&id)?;
        from.reaches(&id, "delivered")?;
        t.proven(&format!("{} → {}: delivered all the same", from.full_name, to.full_name))?;
    }
    Ok(())
}

fn killed(t: &mut Transcript, claire: &mut Person, marc: &mut Person) -> Result<()> {
    t.title("A computer crashes")?;
    let texts = |person: &mut Person, with: String| -> Result<Vec<String>> {
        let page = person.call("message.list", json!({ "conversation": with, "limit": 200 }))?;
        Ok(list(&page, "/messages")?
            .iter()
            .map(|m| m["text"].as_str().unwrap_or_default().to_owned())
            .collect())
    };
    let before = texts(marc, claire.target())?;
    ensure!(before.len() >= 9, "only {} messages before the crash", before.len());
    marc.kill()?;
    t.proven("SIGKILL to Marc's client")?;
    marc.start()?;
    let locked = marc.refused("conversation.list", json!({}))?;
    ensure!(locked.code() == "E-API-4", "{locked}");
    t.proven("started again it shows nothing: his messages are locked")?;
    let password = marc.password.clone();
    marc.call("vault.unlock", json!({ "password": password }))?;
    marc.subscribe()?;
    let after = texts(marc, claire.target())?;
    ensure!(after == before, "{before:?} became {after:?}");
    t.proven(&format!(
        "his password opens them, without the server: all {} messages, in order",
        after.len()
    ))?;
    let id = claire.say(marc, "Te revoilà ?")?;
    marc.hears(&id)?;
    claire.reaches(&id, "delivered")?;
    t.proven("and the conversation goes on")
}

/// The whole content of a file, through the API.
fn read_all(person: &mut Person, file: &str) -> Result<Vec<u8>> {
    const PIECE: u64 = 262_144;
    let mut bytes = Vec::new();
    loop {
        let piece =
            person.call("file.read", json!({ "file": file, "offset": bytes.len(), "length": PIECE }))?;
        bytes.extend(data_encoding::BASE64.decode(text(&piece, "/base64")?.as_bytes())?);
        match piece["eof"].as_bool() {
            Some(true) => return Ok(bytes),
            Some(false) => {}
            None => return Err(anyhow!("no end in {piece}")),
        }
    }
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
