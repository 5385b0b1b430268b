//! A server in this process, in a directory of its own.

use std::path::PathBuf;
use std::time::Duration;

use conclave_crypto::directory::{Ban, BanReason, SignWith, Target, sign_ban};
use conclave_crypto::invite::Invite;
use conclave_crypto::keys::UserId;
use conclave_crypto::password::Password;
use login_server::{Bound, Config, EnrolmentMode, NewOrganisation, ServeError, Server, init, invite};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const PASSPHRASE: &str = "correct horse battery";

/// A running server.
pub(crate) struct Rig {
    pub(crate) directory: TempDir,
    pub(crate) bound: Bound,
    pub(crate) admin_key: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl Rig {
    pub(crate) async fn start(enrolment: EnrolmentMode) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = config(&directory);
        let organisation = tokio::task::spawn_blocking(move || {
            let passphrase = Password::new(PASSPHRASE);
            let new = NewOrganisation {
                admin_name: "ops-1",
                root_passphrase: &passphrase,
                admin_passphrase: &passphrase,
                enrolment,
            };
            init(&config, &new).unwrap()
        })
        .await
        .unwrap();
        let server = Server::start(self::config(&directory)).await.unwrap();
        let mut rig = Self {
            directory,
            bound: server.bound(),
            admin_key: organisation.admin_key,
            stop: None,
            task: None,
        };
        rig.run(server);
        rig
    }

    fn run(&mut self, server: Server) {
        let (stop, stopped) = oneshot::channel::<()>();
        self.bound = server.bound();
        self.stop = Some(stop);
        self.task = Some(tokio::spawn(server.run(async {
            let _ = stopped.await;
        })));
    }

    /// Stops the server and starts it anew on the same data.
    pub(crate) async fn restart(&mut self) {
        self.halt().await;
        self.start_again(config(&self.directory)).await.unwrap();
    }

    /// Starts the server that was halted, with another configuration.
    pub(crate) async fn start_again(&mut self, config: Config) -> Result<(), ServeError> {
        self.run(Server::start(config).await?);
        Ok(())
    }

    pub(crate) async fn halt(&mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            task.await.unwrap();
        }
    }

    pub(crate) async fn invite(&self, name: &'static str) -> Invite {
        let (socket, key) = (self.bound.socket.clone(), self.admin_key.clone());
        let link = tokio::task::spawn_blocking(move || {
            let week = Duration::from_secs(7 * 86_400);
            invite(&socket, &key, &Password::new(PASSPHRASE), name, week).unwrap().link
        })
        .await
        .unwrap();
        Invite::parse(&link).unwrap().invite
    }

    /// The address it listens on over TCP or QUIC.
    pub(crate) fn address(&self, quic: bool) -> &libp2p::Multiaddr {
        self.bound.listening.iter().find(|address| address.to_string().contains("quic") == quic).unwrap()
    }

    /// Runs the command as a process against this server, with the admin key; its exit code.
    pub(crate) async fn command(&self, args: &[&str]) -> i32 {
        let pass = self.directory.path().join("pass");
        std::fs::write(&pass, PASSPHRASE).unwrap();
        let key: [&std::ffi::OsStr; 4] =
            ["--key".as_ref(), self.admin_key.as_ref(), "--passphrase-file".as_ref(), pass.as_ref()];
        let args: Vec<&std::ffi::OsStr> = args.iter().map(AsRef::as_ref).chain(key).collect();
        self.plain_command(&args).await
    }

    /// Runs the command as a process against this server; its exit code.
    pub(crate) async fn plain_command(&self, args: &[impl AsRef<std::ffi::OsStr>]) -> i32 {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_login-server"));
        command.arg("--socket").arg(&self.bound.socket).args(args).stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.status().await.unwrap().code().unwrap()
    }

    /// Runs the command as a process against this server, as it stands; its exit code, what it printed as JSON, and
    /// what it said on standard error.
    pub(crate) async fn tool(&self, args: &[&str]) -> (i32, serde_json::Value, String) {
        std::fs::write(self.pass(), PASSPHRASE).unwrap();
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_login-server"));
        command.arg("--socket").arg(&self.bound.socket).args(["-o", "json"]).args(args);
        command.stdin(std::process::Stdio::null());
        let output = command.output().await.unwrap();
        let json = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), json, String::from_utf8(output.stderr).unwrap())
    }

    /// The same with the admin key and without questions; it has to succeed.
    pub(crate) async fn signed(&self, args: &[&str]) -> serde_json::Value {
        let (key, pass) = (self.admin_key.display().to_string(), self.pass().display().to_string());
        let key = ["--yes", "--key", &key, "--passphrase-file", &pass];
        let (code, json, said) = self.tool(&[args, &key].concat()).await;
        assert_eq!(code, 0, "{args:?}: {said}");
        json
    }

    /// The same with the root key; new keys get the same passphrase.
    pub(crate) async fn rooted(&self, args: &[&str]) -> (i32, serde_json::Value, String) {
        let root = self.admin_key.with_file_name("root.key").display().to_string();
        let pass = self.pass().display().to_string();
        self.tool(&[args, &["--yes", "--root", &root, "--root-passphrase-file", &pass]].concat()).await
    }

    /// A file with the passphrase of all keys.
    pub(crate) fn pass(&self) -> PathBuf {
        self.directory.path().join("pass")
    }

    /// Sends one request to the administrator's socket, as the command does.
    pub(crate) async fn admin(&self, request: serde_json::Value) -> serde_json::Value {
        use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
        let mut stream = tokio::net::UnixStream::connect(&self.bound.socket).await.unwrap();
        stream.write_all(format!("{request}\n").as_bytes()).await.unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

/// A ban leaf that nobody entitled has signed.
pub(crate) fn forged_ban(person: &crate::person::Person, target: UserId, now: u64) -> Vec<u8> {
    let ban = Ban { target: Target::User(target), seq: 1, reason: BanReason::Removed, at: now, until: 0 };
    let forged = conclave_crypto::keys::AdminSecret::from_seed(person.uik.seed().duplicate());
    sign_ban(&person.org, ban, SignWith::Admin(&forged))
}

pub(crate) fn config(directory: &TempDir) -> Config {
    let listen =
        vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap(), "/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap()];
    let mut config = Config::embedded(&directory.path().join("data"), listen);
    config.server.organisation = "Acme".into();
    config
}
