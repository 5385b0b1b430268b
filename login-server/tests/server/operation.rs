//! The server from day to day, as processes: backups, figures, the supervisor, the configuration, the console.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::Duration;

use conclave_proto::schema::GetLeaves;
use conclave_proto::schema::push::News;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use login_server::EnrolmentMode;
use serde_json::Value;

use crate::cli::Place;
use crate::person::{Person, now};
use crate::rig::Rig;

#[test]
fn a_backup_is_checked_and_brings_everything_back() {
    let mut place = Place::new();
    place.init();
    place.serve();
    let pass = place.pass();
    place.json(&["user", "invite", "alice", "--passphrase-file", &pass]);
    std::fs::write(place.path("seal"), "another long passphrase").unwrap();
    let seal = place.path("seal").display().to_string();
    let file = place.path("a.backup").display().to_string();
    let create = ["backup", "create", "--out", &file, "--passphrase-file", &seal];
    assert_eq!(place.json(&[&create[..], &["--dry-run"]].concat())["dry_run"], true);
    assert!(!place.path("a.backup").exists());
    let made = place.json(&create);
    assert_eq!(made["leaves"], 5);
    assert_eq!(place.code(&create), 6, "never overwrites");
    let verify = ["backup", "verify", &file, "--passphrase-file", &seal];
    assert_eq!(place.json(&verify)["root"], made["root"]);
    assert_eq!(place.code(&["backup", "verify", &file, "--passphrase-file", &pass]), 5, "wrong passphrase");
    assert_eq!(place.code(&["backup", "verify", "/none", "--passphrase-file", &seal]), 4);

    // No secret of the server stands in it in the clear.
    let bytes = std::fs::read(&file).unwrap();
    let keys: Value =
        serde_json::from_slice(&std::fs::read(place.path("data/server.keys")).unwrap()).unwrap();
    for secret in ["transport", "directory", "opaque"] {
        let secret = keys[secret].as_str().unwrap().as_bytes();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret));
    }
    // Every flipped bit of a sample, and every cut, is found.
    let bad = place.path("bad.backup");
    let open = ["backup", "verify", &bad.display().to_string(), "--passphrase-file", &seal].map(String::from);
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    for at in [3, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        std::fs::write(&bad, flipped).unwrap();
        assert!([5, 12].contains(&place.code(&open)), "flipped at {at}");
    }
    for end in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&bad, &bytes[..end]).unwrap();
        assert!([5, 12].contains(&place.code(&open)), "cut at {end}");
    }

    assert_eq!(place.json(&["backup", "schedule", "show"])["scheduled"], false);
    let scheduled = place.json(&["backup", "schedule", "set", "--passphrase-file", &seal]);
    assert_eq!((&scheduled["scheduled"], &scheduled["at"]), (&true.into(), &"02:00".into()));
    for _ in 0..2 {
        place.json(&["backup", "create", "--passphrase-file", &seal]);
        // The name holds the second.
        std::thread::sleep(Duration::from_millis(1_100));
    }
    assert_eq!(place.json(&["backup", "list"]).as_array().unwrap().len(), 2);
    let gone = place.json(&["backup", "prune", "--keep", "1"]);
    assert_eq!(gone["removed"].as_array().unwrap().len(), 1);
    assert_eq!(place.code(&["backup", "prune", "--keep", "0"]), 2);
    assert!(place.json(&["status"])["backup_last"].is_string());

    // Restored elsewhere: the same organisation, log and invites.
    let restore = ["backup", "restore", &file, "--passphrase-file", &seal];
    assert_eq!(place.code(&[&restore[..], &["--yes"]].concat()), 6, "there is an organisation");
    assert_eq!(place.code(&["stop", "--yes"]), 0);
    place.wait();
    let invites = place.path("data");
    std::fs::rename(&invites, place.path("old")).unwrap();
    assert_eq!(place.code(&restore), 8, "somebody has to confirm");
    let restored = place.json(&[&restore[..], &["--yes"]].concat());
    assert_eq!(restored["leaves"], 5);
    place.serve();
    assert_eq!(place.json(&["status"])["root"], made["root"]);
    assert_eq!(place.json(&["invite", "list"])[0]["user"], "alice");
    assert_eq!(place.json(&["audit", "verify"])["sound"], true);
    let acts = place.json(&["audit", "list", "--action", "backup"]);
    assert_eq!(acts.as_array().unwrap().last().unwrap()["action"], "backup.restore");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_went_back_in_time_is_refused_by_clients_and_says_so() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let (alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let file = rig.directory.path().join("old.backup").display().to_string();
    let pass = rig.pass().display().to_string();
    let made = rig.tool(&["backup", "create", "--out", &file, "--passphrase-file", &pass]).await;
    assert_eq!(made.0, 0, "{}", made.2);
    let (_bob, _bobs_net, _bobs) = Person::enrol(&rig, "bob", "a long password 2").await;
    desk.sync().await;
    let size = desk.directory.size();

    rig.halt().await;
    let data = rig.directory.path().join("data");
    std::fs::rename(&data, rig.directory.path().join("lost")).unwrap();
    let config = rig.directory.path().join("c.toml");
    std::fs::write(&config, format!("version = 1\n[server]\ndata_dir = \"{}\"\n", data.display())).unwrap();
    let config = config.display().to_string();
    let restore = ["--config", &config, "backup", "restore", &file, "--passphrase-file", &pass, "--yes"];
    let (code, _, said) = rig.tool(&restore).await;
    assert_eq!(code, 0, "{said}");
    rig.restart().await;

    let mut alice = alice;
    let net = alice.device.connect(&rig).await;
    alice.log_in_now(&net).await;
    let mut again =
        crate::person::Desk { wire: net.opened(conclave_proto::protocol::DIRECTORY).await, ..desk };
    let Outcome::Leaves(leaves) = again.call(Call::GetLeaves(GetLeaves { first: size })).await else {
        panic!("no leaves")
    };
    assert!(leaves.size < size && leaves.leaves.is_empty());
    assert!(
        again.directory.adopt(&[], &leaves.checkpoint, now()).is_err(),
        "the client stays at its own log"
    );
    assert_eq!(again.directory.size(), size);
    let status = rig.tool(&["status"]).await.1;
    assert_eq!(status["clients_ahead"].as_u64(), Some(size - leaves.size), "the administrator is told");

    // What her computer has mends it; nothing else does.
    let text = |leaves: &[String], note: &str| {
        serde_json::json!({ "schema": 1, "leaves": leaves, "checkpoint": note }).to_string()
    };
    let kept: Vec<String> = (0..size)
        .filter_map(|index| again.directory.leaf(index))
        .map(|leaf| data_encoding::HEXLOWER.encode(leaf))
        .collect();
    let note = again.directory.head().unwrap().text().to_owned();
    let path = rig.directory.path().join("leaves.json").display().to_string();
    let import = ["--config", &config, "directory", "import", "--from-client", &path];
    std::fs::write(&path, text(&kept, &note)).unwrap();
    assert_eq!(rig.tool(&import).await.0, 11, "not under a running server");
    rig.halt().await;
    let log = std::fs::read(data.join("directory.log")).unwrap_or_default();
    let fewer = &kept[..kept.len() - 1];
    let mut other = kept.clone();
    other[3] = other[4].clone();
    let flipped = note.replace('A', "B");
    for bad in [
        String::new(),
        "{}".into(),
        text(fewer, &note),
        text(&other, &note),
        text(&kept, &flipped),
        text(&kept, ""),
        text(&["zz".into()], &note),
        text(&[], &note),
    ] {
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(rig.tool(&import).await.0, 12, "{:?}", bad.get(..60));
    }
    assert_eq!(std::fs::read(data.join("directory.log")).unwrap_or_default(), log, "nothing was added");
    std::fs::write(&path, text(&kept, &note)).unwrap();
    assert_eq!(rig.tool(&[&import[..], &["--dry-run"]].concat()).await.0, 0);
    let (code, done, said) = rig.tool(&import).await;
    assert_eq!((code, done["leaves"].as_u64()), (0, Some(size)), "{said}");
    assert_eq!(rig.tool(&import).await.1["leaves_before"].as_u64(), Some(size), "once is enough");
    rig.restart().await;
    let net = alice.device.connect(&rig).await;
    alice.log_in_now(&net).await;
    let mut again =
        crate::person::Desk { wire: net.opened(conclave_proto::protocol::DIRECTORY).await, ..again };
    again.sync().await;
    assert_eq!(again.directory.size(), size, "the client takes its server back");
    assert_eq!(rig.tool(&["directory", "verify", "--config", &config]).await.0, 0);
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn figures_and_the_supervisor_are_served_and_no_name_is_in_them() {
    let mut place = Place::new();
    place.init();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let socket = place.path("notify");
    let supervisor = UnixDatagram::bind(&socket).unwrap();
    supervisor.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let listen = format!("metrics.listen={address}");
    let log = std::fs::File::create(place.path("log")).unwrap();
    let mut command = place.command(&["serve", "-O", &listen]);
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "400000");
    place.serving = Some(command.stderr(log).stdout(Stdio::null()).spawn().unwrap());
    let heard = |wanted: &str| {
        let mut bytes = [0; 512];
        loop {
            let count = supervisor.recv(&mut bytes).unwrap();
            if String::from_utf8_lossy(&bytes[..count]).contains(wanted) {
                return;
            }
        }
    };
    heard("READY=1");
    heard("WATCHDOG=1");
    place.json(&["user", "invite", "alice", "--passphrase-file", &place.pass()]);
    let text = get(&address, "/metrics");
    for name in [
        "conclave_sessions 0",
        "conclave_log_leaves 5",
        "conclave_bans 0",
        "conclave_store_bytes ",
        "conclave_dropbox_bytes ",
        "conclave_tasks ",
        "conclave_relay_bytes_total 0",
        "conclave_backup_last_success_timestamp 0",
        "conclave_pending_requests{kind=\"enrolment\"} 0",
        "conclave_login_seconds_count 0",
    ] {
        assert!(text.contains(name), "{name} is not in\n{text}");
    }
    assert!(!text.contains("alice"));
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/none").starts_with("HTTP/1.1 404"));
    assert_eq!(place.code(&["serve", "-O", "metrics.listen=0.0.0.0:1"]), 10, "loopback only");
    assert_eq!(place.code(&["stop", "--yes"]), 0);
    heard("STOPPING=1");
    assert_eq!(place.wait(), 0);
}

#[test]
fn the_configuration_is_shown_checked_generated_and_read_anew() {
    let mut place = Place::new();
    place.init();
    let file = place.path("new.toml").display().to_string();
    place.json(&["config", "generate", "--out", &file]);
    assert_eq!(place.code(&["config", "generate", "--out", &file]), 6);
    for config in [place.path("new.toml"), place.path("c.toml")] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(config).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o644, "the service reads it as a user of its own");
    }
    assert_eq!(place.code(&["config", "check"]), 0);
    assert_eq!(place.code(&["config", "check", "-O", "limits.pending=0"]), 10);
    assert!(place.json(&["config", "schema"]).as_array().unwrap().len() >= 15);
    let shown = place.json(&["config", "show"]);
    let keys: Vec<&str> = shown.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["server.listen", "server.data_dir", "server.organisation"]);
    place.serve();
    let effective = place.json(&["config", "show", "--effective"]);
    assert!(
        effective.as_array().unwrap().iter().any(|row| row["key"] == "backup.keep" && row["value"] == 14)
    );

    let text = std::fs::read_to_string(place.path("c.toml")).unwrap();
    let changed = text.replace("keep = 14", "keep = 3").replace("pending = 4096", "pending = 33");
    std::fs::write(place.path("c.toml"), &changed).unwrap();
    let reloaded = place.json(&["config", "reload"]);
    assert_eq!(reloaded["applied"], serde_json::json!(["backup.keep"]));
    assert_eq!(reloaded["needs_restart"], serde_json::json!(["limits.pending"]));
    assert_eq!(place.json(&["backup", "schedule", "show"])["keep"], 3);
    std::fs::write(place.path("c.toml"), changed.replace("keep = 3", "keep = 0")).unwrap();
    assert_eq!(place.code(&["config", "reload"]), 10);
    // By the signal: a good one is taken, and a bad one does not end the server.
    std::fs::write(place.path("c.toml"), changed.replace("keep = 3", "keep = 5")).unwrap();
    let id = place.serving.as_ref().unwrap().id();
    let hang_up = || {
        let id = rustix::process::Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::HUP).unwrap();
    };
    hang_up();
    let socket = place.path("data/admin.sock").display().to_string();
    let keep =
        |place: &Place| place.json(&["--socket", &socket, "backup", "schedule", "show"])["keep"].clone();
    while keep(&place) != 5 {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::fs::write(place.path("c.toml"), "nonsense").unwrap();
    hang_up();
    assert_eq!(keep(&place), 5);
}

#[test]
fn an_administrator_sees_what_happens() {
    let mut place = Place::new();
    place.init();
    place.serve();
    let pass = place.pass();
    place.json(&["user", "invite", "alice", "--passphrase-file", &pass, "--reason", "new colleague"]);
    let acts = place.json(&["audit", "list", "--user", "alice"]);
    assert_eq!((&acts[0]["action"], &acts[0]["reason"]), (&"user.invite".into(), &"new colleague".into()));
    assert_eq!(acts[0]["key"], "ops-1");
    assert_eq!(place.json(&["audit", "list", "--action", "use"]), Value::Array(Vec::new()));
    let out = place.path("audit.copy").display().to_string();
    place.json(&["audit", "export", "--out", &out]);
    let path = place.path("data/audit.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}{}", text.replace("alice", "bob"))).unwrap();
    assert_eq!(place.code(&["audit", "verify"]), 12);
    assert_eq!(place.code(&["doctor"]), 1);
    std::fs::write(&path, &text).unwrap();
    let found = place.json(&["doctor"]);
    let trouble: Vec<&Value> =
        found.as_array().unwrap().iter().filter(|row| row["state"] == "trouble").collect();
    assert!(trouble.is_empty(), "{trouble:?}");
    assert!(
        found.as_array().unwrap().iter().any(|row| row["check"] == "root key" && row["state"] == "warning")
    );

    assert_eq!(place.code(&["log", "level", "login_server=loud"]), 2);
    place.json(&["log", "level", "login_server=trace"]);
    assert_eq!(place.json(&["log", "level"])["level"], "login_server=trace");
    let tail = place.json(&["log", "tail", "-n", "5"]);
    assert!(tail["lines"][0].as_str().unwrap().starts_with('{'), "JSON where there is no terminal");
    assert_eq!(place.json(&["notice", "send", "Backup at noon"])["sessions"], 0);
    assert_eq!(place.json(&["notice", "send", "Backup at noon", "--all"])["sessions"], 0);
    let tail = place.json(&["log", "tail", "-n", "200"]).to_string();
    let line = tail.split("an administrator has acted").last().unwrap();
    assert!(line.contains("notice.send") && line.contains("request"), "each request has a number: {line}");
    for bad in ["", " ", "two\nlines", &"x".repeat(501)] {
        assert_eq!(place.code(&["notice", "send", bad]), 2);
    }
    let threads = place.json(&["task", "list"])["threads"].clone();
    assert!(threads.as_array().unwrap().len() > 1);
    let id = place.serving.as_ref().unwrap().id().to_string();
    assert_eq!(place.json(&["task", "show", &id])["thread"].to_string(), id);
    assert_eq!((place.code(&["task", "show", "0"]), place.code(&["task", "show", "\u{202e}1"])), (4, 2));
    assert!(place.json(&["task", "metrics"])["workers"].is_u64());
    assert_eq!(place.json(&["stats", "show"])["leaves"], 5);
    let mut watched = place.command(&["stats", "watch", "200ms", "-o", "jsonl"]);
    let mut watched = watched.stdout(Stdio::piped()).spawn().unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(watched.stdout.take().unwrap()));
    for line in lines.take(2) {
        assert_eq!(serde_json::from_str::<Value>(&line.unwrap()).unwrap()["leaves"], 5);
    }
    // The reader is gone, which ends it.
    assert_eq!(watched.wait().unwrap().code(), Some(0));
    for bad in
        [&["stats", "watch", "1ms"][..], &["stats", "watch", "\u{202e}2s"], &["stats", "top", "-n", "0"]]
    {
        assert_eq!(place.code(bad), 2, "{bad:?}");
    }
    assert_eq!(place.json(&["stats", "top", "users", "--sort", "dropbox"]), serde_json::json!([]));
    let long = "a".repeat(100_000);
    for name in ["nobody", "\u{202e}alice", &long] {
        assert_eq!(place.code(&["stats", "usage", name]), 4);
    }
    assert!(place.json(&["uptime"])["uptime_s"].is_u64());
    let leaves = place.json(&["directory", "show", "--since", "4"]);
    assert_eq!((&leaves[0]["kind"], &leaves[0]["about"]), (&"InviteGrant".into(), &"alice".into()));
    let log = place.path("log.json").display().to_string();
    assert_eq!(place.json(&["directory", "export", "--out", &log])["leaves"], 5);
    let pages = place.path("man").display().to_string();
    assert!(place.json(&["man", "--out", &pages])["pages"].as_u64().unwrap() > 40);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(place.json(&["completions", shell])["script"].as_str().unwrap().contains("login-server"));
    }
    assert_eq!(place.code(&["completions", "csh"]), 2);
}

#[test]
fn the_console_takes_commands_and_the_spellings_of_chat_programs() {
    let mut place = Place::new();
    place.init();
    place.serve();
    let typed = |lines: &str| {
        let mut child = place
            .command(&["console"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, err) = typed("/show_clients\n/threads\nversion\n/help\n/quit\nversion\n");
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("No sessions.") && out.contains("tasks on") && out.contains("/change_password"));
    assert_eq!(out.matches("login-server 0.").count(), 1, "nothing after /quit: {out}");
    let (code, _, err) = typed("/ban bbo\n");
    assert_eq!(code, 4, "{err}");
    assert!(err.contains("no user 'bbo'"));
    let (code, _, err) = typed("user shwo x\n'\nserve\n");
    assert_eq!(code, 2);
    assert!(err.contains("unrecognized") && err.contains("a quote is not closed"), "{err}");
    assert_eq!(typed("/kill --yes\n").0, 0);
    assert_eq!(place.wait(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_reaches_everybody() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (_alice, _net, mut desk) = Person::enrol(&rig, "alice", "a long password 1").await;
    let sent = rig.tool(&["notice", "send", "Backup at noon"]).await;
    assert_eq!((sent.0, &sent.1["sessions"]), (0, &1.into()), "{}", sent.2);
    let text = desk
        .wait(|news| match news {
            News::Notice(notice) => Some((notice.text.clone(), notice.stops_at_ms)),
            _ => None,
        })
        .await;
    assert_eq!(text, ("Backup at noon".to_owned(), 0));
}
