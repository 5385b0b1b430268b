//! The command as a process: what it prints, its exit codes, and what it leaves.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use conclave_crypto::invite::Invite;
use serde_json::Value;
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse battery";

pub(crate) struct Place {
    pub(crate) directory: TempDir,
    pub(crate) serving: Option<Child>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("pass"), format!("{PASSPHRASE}\n")).unwrap();
        Self { directory, serving: None }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_login-server"));
        command
            .arg("--config")
            .arg(self.path("c.toml"))
            .args(args)
            .stdin(Stdio::null())
            .env_remove("RUST_LOG")
            .env("LC_ALL", "C");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["-o", "json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn code(&self, args: &[&str]) -> i32 {
        self.run(args).status.code().unwrap()
    }

    pub(crate) fn pass(&self) -> String {
        self.path("pass").display().to_string()
    }

    pub(crate) fn init(&self) -> Value {
        self.init_at(&["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"])
    }

    pub(crate) fn init_at(&self, listen: &[&str]) -> Value {
        let output = self.init_command_at(listen).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn init_command(&self) -> Command {
        self.init_command_at(&["/ip4/127.0.0.1/tcp/0"])
    }

    fn init_command_at(&self, listen: &[&str]) -> Command {
        let (data, pass) = (self.path("data").display().to_string(), self.pass());
        let mut args = vec!["init", "-o", "json", "--org", "Acme", "--data-dir", &data];
        args.extend(["--unattended", "--passphrase-file", &pass, "--listen"]);
        args.extend(listen);
        self.command(&args)
    }

    pub(crate) fn serve(&mut self) {
        self.serve_with(&[]);
    }

    pub(crate) fn serve_with(&mut self, args: &[&str]) {
        let log = std::fs::File::create(self.path("log")).unwrap();
        let args = [&["serve", "-v"], args].concat();
        self.serving = Some(self.command(&args).stderr(log).stdout(Stdio::null()).spawn().unwrap());
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.code(&["health"]) != 0 {
            assert!(Instant::now() < deadline, "the server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn wait(&mut self) -> i32 {
        self.serving.take().unwrap().wait().unwrap().code().unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut serving) = self.serving.take() {
            let _ = serving.kill();
            let _ = serving.wait();
        }
        if std::thread::panicking() {
            use std::io::Write;
            // What the server said last is half of the answer to why a test failed.
            let log = std::fs::read_to_string(self.path("log")).unwrap_or_default();
            let _ = writeln!(std::io::stderr(), "{log}");
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn an_administrators_day() {
    let mut place = Place::new();
    let made = place.init();
    let fingerprint = made["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(
        place.code(&["init", "--unattended", "--passphrase-file", &place.pass()]),
        6,
        "never overwrites"
    );
    assert_eq!(place.code(&["status"]), 7);
    place.serve();
    assert_eq!(place.code(&["serve"]), 11);
    let status = place.json(&["status"]);
    assert_eq!(
        (&status["schema"], &status["leaves"], &status["enrolment"]),
        (&1.into(), &4.into(), &"grant".into())
    );
    assert_eq!(status["fingerprint"], fingerprint.as_str());
    assert!(!status["listening"][0].as_str().unwrap().ends_with("/0"), "the real port");

    let pass = place.pass();
    let out = place.path("a.png").display().to_string();
    let invited = place.json(&[
        "user",
        "invite",
        "alice",
        "--passphrase-file",
        &pass,
        "--expires",
        "2d",
        "--out",
        &out,
    ]);
    assert_eq!(
        (&invited["schema"], &invited["user"], &invited["leaf"]),
        (&1.into(), &"alice".into(), &4.into())
    );
    let link = Invite::parse(invited["link"].as_str().unwrap()).unwrap();
    assert!(link.server.unwrap().starts_with("127.0.0.1:"));
    assert_eq!(link.invite.addresses.len(), 2);
    let computed = conclave_crypto::fingerprint::fingerprint(&link.invite.ork);
    assert_eq!(computed, fingerprint, "what the newcomer's program computes from the link");
    let qr = Invite::parse(invited["qr"].as_str().unwrap()).unwrap();
    assert_eq!(qr.invite, link.invite);
    assert!(std::fs::read(&out).unwrap().starts_with(b"\x89PNG"));

    std::fs::write(place.path("wrong"), "not it").unwrap();
    let wrong = place.path("wrong").display().to_string();
    assert_eq!(place.code(&["user", "invite", "bob", "--passphrase-file", &wrong]), 5);
    assert_eq!(place.code(&["user", "invite", "B!", "--passphrase-file", &pass]), 2);
    assert_eq!(place.code(&["user", "invite", "bob", "--expires", "31d", "--passphrase-file", &pass]), 2);
    assert_eq!(place.code(&["user", "invite", "bob"]), 2, "no terminal to ask for the passphrase");

    assert_eq!(place.json(&["user", "list"])[0]["state"], "invited");
    let empty = place.run(&["session", "list"]);
    assert_eq!((empty.stdout.as_slice(), empty.stderr.as_slice()), (&b""[..], &b"No sessions.\n"[..]));
    assert_eq!(place.json(&["ban", "list"]), Value::Array(Vec::new()));
    let missing = place.run(&["user", "show", "alcie", "-o", "json"]);
    assert_eq!(missing.status.code(), Some(4));
    let error: Value = serde_json::from_slice(&missing.stderr).unwrap();
    assert_eq!(error["error"]["code"], "not_found");
    assert_eq!(error["error"]["hint"], "did you mean 'alice'?");
    assert_eq!(place.code(&["ban", "add", "alice", "--yes"]), 4, "not in the log yet");
    assert_eq!(place.code(&["user", "shwo"]), 2);
    assert_eq!(place.json(&["directory", "verify"])["leaves"], 5);
    assert_eq!(place.code(&["stop"]), 8, "nobody to confirm");
    assert_eq!(place.code(&["stop", "--yes"]), 0);
    assert_eq!(place.wait(), 0);
    assert!(!place.path("data/admin.sock").exists());

    // No passphrase and no token in anything that was left; the link was shown, not kept.
    let token = invited["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let (login_token, grant) = (link.invite.login_token(), link.invite.grant_key());
    let secrets: [&[u8]; 4] =
        [PASSPHRASE.as_bytes(), token.as_bytes(), login_token.expose(), grant.seed().expose()];
    for file in files(place.directory.path()).into_iter().filter(|file| !file.ends_with("pass")) {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{}", file.display());
        }
    }
}

#[test]
fn each_way_not_to_start_has_its_code_and_sentence() {
    let place = Place::new();
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(place.code(&["serve"]), 10, "no configuration");
    std::fs::write(place.path("c.toml"), "version = 1\n[server]\nlistne = []\n").unwrap();
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(10));
    assert!(said(&output).contains("did you mean 'server.listen'"), "{}", said(&output));
    std::fs::write(
        place.path("c.toml"),
        format!("version = 1\n[server]\ndata_dir = \"{}\"\n", place.path("none").display()),
    )
    .unwrap();
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(10));
    assert!(said(&output).contains("login-server init"), "{}", said(&output));
    std::fs::remove_file(place.path("c.toml")).unwrap();
    place.init();

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("server.listen=[\"/ip4/127.0.0.1/tcp/{}\"]", taken.local_addr().unwrap().port());
    let output = place.run(&["serve", "-O", &listen]);
    assert_eq!(output.status.code(), Some(13));
    assert!(said(&output).contains("cannot listen on /ip4/127.0.0.1/tcp/"), "{}", said(&output));

    let log = place.path("data/directory.log");
    let good = std::fs::read(&log).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&log, &flipped).unwrap();
    assert_eq!(place.code(&["serve"]), 12);
    assert_eq!(place.code(&["directory", "verify"]), 12);
    assert_eq!(std::fs::read(&log).unwrap(), flipped, "a damaged log is left as it is");
    std::fs::write(&log, &good[..good.len() - 10]).unwrap();
    assert_eq!(place.code(&["serve"]), 12, "an acknowledged leaf is missing");
    std::fs::write(&log, &good).unwrap();

    let store = place.path("data/store");
    let kept = place.path("kept");
    std::fs::rename(&store, &kept).unwrap();
    let output = place.run(&["serve", "-o", "json"]);
    assert_eq!(output.status.code(), Some(12));
    let last = said(&output).lines().last().unwrap_or_default().to_owned();
    let error: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(error["error"]["code"], "damaged");
    std::fs::rename(&kept, &store).unwrap();
    let keys = place.path("data/server.keys");
    let text = std::fs::read_to_string(&keys).unwrap();
    std::fs::write(&keys, text.replace("\"ork\"", "\"orc\"")).unwrap();
    assert_eq!(place.code(&["serve"]), 12);
}

#[test]
fn a_torn_tail_is_cut_off_and_the_server_starts() {
    let mut place = Place::new();
    place.init();
    let log = place.path("data/directory.log");
    let mut torn = std::fs::read(&log).unwrap();
    let good = torn.len();
    torn.extend_from_slice(&[0, 0, 0, 90, 1, 2, 3]);
    std::fs::write(&log, &torn).unwrap();
    place.serve();
    assert_eq!(std::fs::metadata(&log).unwrap().len(), good as u64);
    let pass = place.pass();
    assert_eq!(place.json(&["user", "invite", "alice", "--passphrase-file", &pass])["leaf"], 4);
    // Killed, not stopped: the acknowledged leaf is there, and a stale socket does not matter.
    let mut serving = place.serving.take().unwrap();
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(place.path("data/admin.sock").exists());
    place.serve();
    assert_eq!(place.json(&["status"])["leaves"], 5);
}

#[test]
fn people_are_answered_in_their_language_and_programs_are_not() {
    let mut place = Place::new();
    place.init();
    place.serve();
    let said = |args: &[&str], locale: &str| {
        let output = place.command(args).env("LC_ALL", locale).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (english, french) = (["--lang", "en"], ["--lang", "fr"]);
    for (args, en, fr) in [
        (&["user", "list"][..], "No users.", "Aucun utilisateur."),
        (&["user", "show", "bob"], "error: no user 'bob'", "erreur\u{a0}: pas d'utilisateur"),
        (&["user", "invite", "bob", "--key", "/nowhere", "--dry-run"], "error: ", "erreur\u{a0}: "),
        (&["stop"], "repeat it with --yes", "répétez-le avec --yes"),
        (&["status"], "fingerprint", "empreinte"),
        (&["doctor"], "CHECK", "CONTRÔLE"),
        (&["user", "list", "--socket", "/nowhere"], "error: no server at", "erreur\u{a0}: pas de serveur à"),
    ] {
        for (words, chosen, locale) in [(en, &english[..], "fr_FR.UTF-8"), (fr, &french, "C")] {
            let (out, err) = said(&[chosen, args].concat(), locale);
            assert!(format!("{out}{err}").contains(words), "{args:?} {chosen:?}: {out}{err}");
        }
        let (out, err) = said(args, "fr_CH.UTF-8");
        assert!(format!("{out}{err}").contains(fr), "by the environment: {args:?}");
    }
    for args in
        [&["user", "show", "bob", "-o", "json"][..], &["policy", "show", "--json"], &["stop", "--json"]]
    {
        assert_eq!(said(args, "C"), said(args, "fr_FR.UTF-8"), "{args:?}");
        assert_eq!(said(args, "C"), said(&[&french, args].concat(), "C"), "{args:?}");
    }
    assert_eq!(place.code(&["--lang", "de", "status"]), 2);
}

#[test]
fn a_server_of_another_version_is_told_of_and_served_by() {
    use std::io::{BufRead as _, BufReader, Write as _};

    let place = Place::new();
    let socket = place.path("other.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let server = std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = BufReader::new(stream.unwrap());
            stream.read_line(&mut String::new()).unwrap();
            let line = r#"{"version":"999.0.0","ok":{"uptime_s":7,"started":"2027-01-01T00:00:00Z"}}"#;
            writeln!(stream.get_mut(), "{line}").unwrap();
        }
    });
    let socket = socket.display().to_string();
    let output = place.run(&["--socket", &socket, "uptime"]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("999.0.0") && said.contains("going on"), "{said}");
    let output = place.run(&["--socket", &socket, "uptime", "-o", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["uptime_s"], 7);
    let note: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(note["note"].as_str().unwrap().contains("999.0.0"), "{note}");
    server.join().unwrap();
}
