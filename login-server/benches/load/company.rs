//! A login server as a process, and honest people who log in.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use conclave_crypto::invite::Invite;
use conclave_crypto::keys::OrgId;
use conclave_crypto::login::{Factor, LoginName, LoginServer, Registering};
use conclave_crypto::password::Password;
use libp2p::{Multiaddr, PeerId, identity};
use serde_json::Value;
use tempfile::TempDir;

use crate::net::Net;
use crate::person::{Desk, Person, rng};

const PASSPHRASE: &str = "correct horse battery";
/// Honest people; each has ten recovery codes to log in with.
const PEOPLE: usize = 5;
/// Honest logins of one measurement.
const LOGINS: usize = 10;

/// The program and its folder.
struct Program {
    directory: TempDir,
    overrides: Vec<String>,
}

impl Program {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_login-server"));
        command.arg("--config").arg(self.path("c.toml")).args(["-o", "json"]).stdin(Stdio::null());
        command.args(self.overrides.iter().flat_map(|key| ["-O", key])).args(args);
        command
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.command(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    fn serve(&self) -> Child {
        let log = fs::File::create(self.path("log")).unwrap();
        let serving = self.command(&["-q", "serve"]).stderr(log).stdout(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while !self.command(&["health"]).output().unwrap().status.success() {
            assert!(Instant::now() < end, "the server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        serving
    }
}

pub(crate) struct Company {
    program: Program,
    serving: Child,
    pub(crate) invite: Invite,
    people: Vec<Person>,
    next: usize,
}

impl Drop for Company {
    fn drop(&mut self) {
        let _ = self.serving.kill();
        let _ = self.serving.wait();
    }
}

impl Company {
    pub(crate) async fn start(settings: &[(&str, usize)]) -> Self {
        let program = Program {
            directory: tempfile::tempdir().unwrap(),
            overrides: settings.iter().map(|(key, value)| format!("{key}={value}")).collect(),
        };
        fs::write(program.path("pass"), PASSPHRASE).unwrap();
        let (data, pass) =
            (program.path("data").display().to_string(), program.path("pass").display().to_string());
        // A port that was free a moment ago, so that a server that is started again is found.
        let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let listen = format!("/ip4/127.0.0.1/tcp/{port}");
        program.json(&[
            "init",
            "--org",
            "Acme",
            "--data-dir",
            &data,
            "--unattended",
            "--passphrase-file",
            &pass,
            "--listen",
            &listen,
        ]);
        let serving = program.serve();
        let made = program.json(&["invite", "company", "--uses", "20000", "--passphrase-file", &pass]);
        let invite = Invite::parse(made["link"].as_str().unwrap()).unwrap().invite;
        let mut company = Self { program, serving, invite, people: Vec::new(), next: 0 };
        for n in 0..PEOPLE {
            let person = company.enrol(&format!("honest{n}person")).await.0;
            company.people.push(person);
        }
        company
    }

    pub(crate) fn id(&self) -> u32 {
        self.serving.id()
    }

    pub(crate) fn address(&self) -> Multiaddr {
        Multiaddr::try_from(self.invite.addresses[0].clone()).unwrap()
    }

    pub(crate) fn peer(&self) -> PeerId {
        let key = identity::ed25519::PublicKey::try_from_bytes(self.invite.server_tpk.as_bytes()).unwrap();
        PeerId::from(identity::PublicKey::from(key))
    }

    pub(crate) async fn connect(&self, person: &Person) -> Net {
        Net::connect(&person.device.tpk, &self.address(), self.peer()).await
    }

    /// A new person with a full session.
    pub(crate) async fn enrol(&self, name: &str) -> (Person, Net, Desk) {
        let mut person = Person::new(&self.invite, name, "a long password 1");
        let net = self.connect(&person).await;
        person.make_login(&net, self.invite.login_token().expose()).await;
        let mut desk = Desk::open(&net, &self.invite).await;
        desk.append(person.granted(&self.invite)).await.unwrap();
        desk.append(person.listed(1, [0; 32])).await.unwrap();
        (person, net, desk)
    }

    /// Honest logins, one after the other, each on a connection of its own: median and 95th percentile, in ms.
    pub(crate) async fn logins(&mut self) -> (f64, f64) {
        let mut times = Vec::new();
        for _ in 0..LOGINS {
            let at = self.next % self.people.len();
            self.next += 1;
            let code = self.people[at].codes.pop().expect("a recovery code is left");
            let person = &self.people[at];
            let began = Instant::now();
            let net = self.connect(person).await;
            let result = person.log_in(&net, Factor::RecoveryCode, &code).await.unwrap();
            times.push(began.elapsed().as_secs_f64() * 1e3);
            assert!(!result.lease.is_empty());
        }
        (percentile(&mut times, 0.5), percentile(&mut times, 0.95))
    }

    /// SIGKILL and a new start; how long it was away, in ms.
    pub(crate) fn restart(&mut self) -> f64 {
        let began = Instant::now();
        self.serving.kill().unwrap();
        self.serving.wait().unwrap();
        self.serving = self.program.serve();
        began.elapsed().as_secs_f64() * 1e3
    }

    /// Resident memory of the server, in MiB.
    pub(crate) fn memory(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Processor time the server has used, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.id())).unwrap().flatten();
        let used = tasks.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
        used.filter_map(|text| text.split(' ').next()?.parse::<f64>().ok()).sum::<f64>() / 1e9
    }

    /// Open descriptors of the server.
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap().count()
    }
}

/// The value that this share of all does not exceed.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * share).ceil() as usize;
    values.get(at.clamp(1, values.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
}

/// What the primitives allow: the client's stretching of a password, in ms.
pub(crate) fn stretching() -> f64 {
    let (org, password, name) =
        (OrgId::new([1; 16]), Password::new("secret"), LoginName::parse("ada").unwrap());
    let server = LoginServer::generate(org, &mut rng()).unwrap();
    let (registering, request) = Registering::start(&password, &mut rng()).unwrap();
    let response = server.register(&name, &request).unwrap();
    let began = Instant::now();
    registering.finish(&password, &org, &name, &response, &mut rng()).unwrap();
    began.elapsed().as_secs_f64() * 1e3
}
