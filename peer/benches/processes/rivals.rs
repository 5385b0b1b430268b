//! Other ways to copy a file with encryption, where they are installed: on loopback, with keys of their own that go
//! with the folder. Each process is ended by its own handle.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::files::same;
use crate::support::children::Process;
use crate::support::{Context as _, Result, bail, ensure, free_port};

fn program(names: &[&str]) -> Result<PathBuf> {
    let found = names.iter().map(PathBuf::from).find(|path| path.exists());
    found.with_context(|| format!("{} is not installed", names.last().copied().unwrap_or_default()))
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn listens(port: u16, process: &mut Process, log: &Path) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end && process.is_running() {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("it does not listen: {}", fs::read_to_string(log).unwrap_or_default())
}

/// An SSH server for one user with one key.
pub(crate) struct Scp {
    _server: Process,
    port: u16,
    key: PathBuf,
    target: PathBuf,
}

impl Scp {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let sshd = program(&["/usr/sbin/sshd"])?;
        program(&["/usr/bin/scp"])?;
        let folder = folder.join("ssh");
        fs::create_dir(&folder)?;
        let (host, key) = (folder.join("host"), folder.join("key"));
        for path in [&host, &key] {
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path))?;
        }
        let port = free_port()?;
        let config = folder.join("config");
        fs::write(
            &config,
            format!(
                "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}.pub\nStrictModes no\nUsePAM no\n\
                 PasswordAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n\
                 Ciphers chacha20-poly1305@openssh.com\nSubsystem sftp internal-sftp\n",
                host.display(),
                key.display()
            ),
        )?;
        let log = folder.join("log");
        let mut command = Command::new(sshd);
        command.args(["-D", "-e", "-f"]).arg(&config);
        let mut server = Process::start(&mut command, "sshd", &log)?;
        listens(port, &mut server, &log)?;
        Ok(Self { _server: server, port, key, target: folder.join("copy") })
    }

    /// Seconds, with the connection's set-up.
    pub(crate) fn copy(&self, source: &Path) -> Result<f64> {
        let user =
            std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "root".into());
        let begin = Instant::now();
        run(Command::new("scp")
            .args(["-q", "-c", "chacha20-poly1305@openssh.com", "-o", "StrictHostKeyChecking=no"])
            .args(["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "Compression=no", "-i"])
            .arg(&self.key)
            .args(["-P", &self.port.to_string()])
            .arg(source)
            .arg(format!("{user}@127.0.0.1:{}", self.target.display())))?;
        let time = begin.elapsed().as_secs_f64();
        ensure!(same(source, &self.target)?, "scp's copy differs");
        fs::remove_file(&self.target)?;
        Ok(time)
    }
}

/// TLS 1.3 by OpenSSL, as socat drives it.
pub(crate) struct Socat {
    folder: PathBuf,
    /// What TLS agrees on.
    pub(crate) cipher: String,
}

impl Socat {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        program(&["/usr/bin/socat"])?;
        program(&["/usr/bin/openssl"])?;
        let folder = folder.join("tls");
        fs::create_dir(&folder)?;
        run(Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
            ])
            .args(["-subj", "/CN=localhost", "-keyout"])
            .arg(folder.join("key.pem"))
            .arg("-out")
            .arg(folder.join("cert.pem")))?;
        Ok(Self { folder, cipher: "TLS 1.3, AES-256-GCM".into() })
    }

    /// Seconds, with the connection's set-up.
    pub(crate) fn copy(&self, source: &Path) -> Result<f64> {
        let (port, target, log) = (free_port()?, self.folder.join("copy"), self.folder.join("log"));
        let mut server = Command::new("socat");
        server.args(["-u", "-b", "131072"]).arg(format!(
            "OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,cert={},key={},verify=0,openssl-min-proto-version=TLS1.3,\
             cipher=ECDHE-ECDSA-AES256-GCM-SHA384",
            self.folder.join("cert.pem").display(),
            self.folder.join("key.pem").display()
        ));
        server.arg(format!("OPEN:{},creat,trunc", target.display()));
        let mut server = Process::start(&mut server, "socat", &log)?;
        // A probe would be taken for the one connection, so the client tries again by itself.
        let begin = Instant::now();
        run(Command::new("socat")
            .args(["-u", "-b", "131072"])
            .arg(format!("OPEN:{},rdonly", source.display()))
            .arg(format!(
                "OPENSSL:127.0.0.1:{port},verify=0,openssl-min-proto-version=TLS1.3,retry=50,interval=0.02"
            )))?;
        let status = server.wait(Duration::from_secs(120))?;
        let time = begin.elapsed().as_secs_f64();
        ensure!(
            status.success(),
            "socat ended with {status}: {}",
            fs::read_to_string(&log).unwrap_or_default()
        );
        ensure!(same(source, &target)?, "socat's copy differs");
        fs::remove_file(&target)?;
        Ok(time)
    }
}
