//! A login server as an administrator runs it: the real program, its real commands.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::Signal;
use serde_json::Value;

use super::children::Process;
use super::place::Place;
use super::secrets::Secrets;
use super::text::text;

const PASSPHRASE: &str = "harbour-violet-anchor-2207";

/// The server and its folder.
pub struct Server {
    program: PathBuf,
    folder: PathBuf,
    place: Place,
    overrides: Vec<String>,
    process: Option<Process>,
    pub fingerprint: String,
}

impl Server {
    /// `init`, `serve`, and waits until it answers.
    pub fn start(programs: &Path, folder: &Path, place: &Place, secrets: &mut Secrets) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let passphrase = folder.join("passphrase");
        fs::OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&passphrase)?
            .write_all(PASSPHRASE.as_bytes())?;
        secrets.keep("the administrator's passphrase", PASSPHRASE);
        secrets.own_file(&passphrase);
        let mut server = Self {
            program: programs.join("login-server"),
            folder: folder.to_owned(),
            place: place.clone(),
            overrides: Vec::new(),
            process: None,
            fingerprint: String::new(),
        };
        let passphrase = passphrase.display().to_string();
        let mut arguments =
            vec!["init", "--org", "Demo Company", "--unattended", "--passphrase-file", &passphrase];
        arguments.extend(server.place.listen.iter().flat_map(|address| ["--listen", address]));
        let made = server.command(&arguments)?;
        text(&made, "/fingerprint")?.clone_into(&mut server.fingerprint);
        server.serve()?;
        Ok(server)
    }

    /// Starts it, also again.
    pub fn serve(&mut self) -> Result<()> {
        let mut command = self.base();
        command.arg("serve");
        let mut process = Process::start(&mut command, "login-server", &self.folder.join("server.log"))?;
        let end = std::time::Instant::now() + super::PATIENCE;
        while self.command(&["status"]).is_err() {
            ensure!(process.is_running(), "the login server ended: {}", self.log());
            ensure!(std::time::Instant::now() < end, "the login server does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Another value for a key of the configuration, from the next start on.
    pub fn set(&mut self, key: &str, value: &str) {
        self.overrides.push(format!("{key}={value}"));
    }

    /// The link for a new person.
    pub fn invite(&self, name: &str) -> Result<String> {
        let passphrase = self.passphrase();
        let made = self.command(&["user", "invite", name, "--passphrase-file", &passphrase])?;
        Ok(text(&made, "/link")?.to_owned())
    }

    /// Runs a command that an admin key signs, sure of itself, and reads its JSON.
    pub fn signed(&self, arguments: &[&str]) -> Result<Value> {
        let passphrase = self.passphrase();
        self.command(&[arguments, &["--yes", "--passphrase-file", &passphrase]].concat())
    }

    /// The file with the passphrase of every key.
    pub fn passphrase(&self) -> String {
        self.folder.join("passphrase").display().to_string()
    }

    /// Runs a command and reads its JSON.
    pub fn command(&self, arguments: &[&str]) -> Result<Value> {
        let output = self.base().args(arguments).stdin(Stdio::null()).output()?;
        ensure!(
            output.status.success(),
            "login-server {}: {}\n{}{}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("login-server {} prints no JSON", arguments.join(" ")))
    }

    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// SIGKILL.
    pub fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill(),
            None => bail!("the login server does not run"),
        }
    }

    /// SIGTERM, and a clean end.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else { bail!("the login server does not run") };
        process.signal(Signal::TERM)?;
        let status = process.wait(super::PATIENCE)?;
        ensure!(status.success(), "the login server ended with {status}: {}", self.log());
        Ok(())
    }

    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::is_running)
    }

    fn base(&self) -> Command {
        let mut command = self.place.command(&self.program);
        command
            .arg("--config")
            .arg(self.folder.join("server.toml"))
            .arg("-O")
            .arg(format!("server.data_dir={}", self.folder.join("data").display()))
            .args(self.overrides.iter().flat_map(|key| ["-O", key]))
            .args(["-o", "json"])
            .env("RUST_LOG", super::log_level("info"));
        command
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }
}
