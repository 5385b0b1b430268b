//! Real processes: a login server and any number of `conclave rpc` children, in one temporary folder.
//!
//! Used by the process tests and by the demo. Everything ends and goes with the [`World`], also when a step fails.
#![allow(dead_code, reason = "each test and the demo use a part of it")]
#![allow(unreachable_pub, reason = "shared by several crates by path")]
#![allow(missing_docs, reason = "the names say it, and only tests read them")]
#![allow(unused_imports, reason = "each test and the demo use a part of them")]

pub mod children;
pub mod client;
pub mod person;
pub mod place;
pub mod secrets;
pub mod server;
pub mod text;

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, getsockname, socket_with, sockopt};

pub use anyhow::{Context, Result, anyhow, bail, ensure};
pub use client::Client;
pub use person::Person;
pub use place::Place;
pub use secrets::Secrets;
pub use serde_json::{Value, json};
pub use server::Server;

/// How long a step of a healthy system may take before the test says that it never happens.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a test wants the programs to log, if it is not the usual.
static LOGGED: OnceLock<&str> = OnceLock::new();

/// What keeps the ports of [`own_port`] from being given away.
static PORTS: Mutex<Vec<OwnedFd>> = Mutex::new(Vec::new());

/// From now on the programs of this process log so much.
pub fn log_at(level: &'static str) {
    LOGGED.get_or_init(|| level);
}

/// How much the programs log: all that a test may ask about, or what the environment says (a bench wants less).
pub fn log_level(usual: &str) -> String {
    let usual = LOGGED.get().copied().unwrap_or(usual);
    std::env::var("CONCLAVE_CHILD_LOG").unwrap_or_else(|_| usual.to_owned())
}

/// A temporary folder with a login server.
pub struct World {
    pub server: Server,
    pub secrets: Secrets,
    programs: PathBuf,
    folder: tempfile::TempDir,
}

impl World {
    /// Starts with the programs beside the test, which cargo has built.
    pub fn new() -> Result<Self> {
        Self::with_programs(&programs()?)
    }

    /// Starts with the programs in a folder.
    pub fn with_programs(programs: &Path) -> Result<Self> {
        // A port of its own, so that a server that is started again is found where it was.
        Self::at(programs, &Place::loopback(own_port()?))
    }

    /// The same, with the server at a place.
    pub fn at(programs: &Path, place: &Place) -> Result<Self> {
        for name in ["login-server", "conclave"] {
            ensure!(programs.join(name).exists(), "{name} is not in {}: ./x builds it", programs.display());
        }
        let folder = tempfile::Builder::new().prefix("conclave-").tempdir()?;
        children::remove_at_end(folder.path());
        let mut secrets = Secrets::default();
        let server = Server::start(programs, &folder.path().join("server"), place, &mut secrets)?;
        Ok(Self { server, secrets, programs: programs.to_owned(), folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Invites a person and runs their client; nothing is enrolled yet.
    pub fn invite(&mut self, name: &str, full_name: &str) -> Result<Person> {
        self.invite_at(name, full_name, Place::loopback(own_port()?))
    }

    /// The same, with the client at a place.
    pub fn invite_at(&mut self, name: &str, full_name: &str, place: Place) -> Result<Person> {
        let link = self.server.invite(name)?;
        // The token alone, without scheme and address, is what must not be found.
        self.secrets.keep(format!("{name}'s invite"), link.rsplit('/').next().unwrap_or(&link));
        let invited = person::Invited { link, fingerprint: &self.server.fingerprint, place };
        Person::new(&self.programs, self.folder.path(), name, full_name, invited, &mut self.secrets)
    }

    /// Invites, enrols and logs in.
    pub fn person(&mut self, name: &str, full_name: &str) -> Result<Person> {
        self.person_at(name, full_name, Place::loopback(own_port()?))
    }

    /// The same, with the client at a place.
    pub fn person_at(&mut self, name: &str, full_name: &str, place: Place) -> Result<Person> {
        let mut person = self.invite_at(name, full_name, place)?;
        person.enrol(&mut self.secrets)?;
        person.login(&mut self.secrets)?;
        Ok(person)
    }
}

/// The folder of the programs beside a test.
pub fn programs() -> Result<PathBuf> {
    let conclave = option_env!("CARGO_BIN_EXE_conclave").context("cargo gives tests the path of conclave")?;
    Ok(Path::new(conclave).parent().context("a folder of programs")?.to_owned())
}

/// A TCP port for our own programs, which share it: a client that is started again must be found where it was. Nobody
/// else is given it while this process runs.
pub fn own_port() -> Result<u16> {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let port = SocketAddrV4::try_from(getsockname(&socket)?)?.port();
    PORTS.lock().unwrap_or_else(PoisonError::into_inner).push(socket);
    Ok(port)
}

/// A TCP port that was free a moment ago, for a program of others.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Tries until it holds.
pub fn until<T>(what: &str, mut holds: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = holds()? {
            return Ok(found);
        }
        ensure!(std::time::Instant::now() < end, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
