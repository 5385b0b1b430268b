//! `backup`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::client::text;
use super::confirm::confirm;
use super::output::{Report, cell, fields};
use super::{Global, passphrase};
use crate::admin::Request;
use crate::audit::{Act, Audit};
use crate::backup::{Opened, SealKey, restore};
use crate::clock;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::time::stamp;
use crate::words::{said, word};

/// `backup …`.
#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// Makes a sealed backup while the server runs, and checks it.
    Create {
        /// A new file; `-` is standard output; by default one in the configured directory.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// A file with the passphrase that seals it; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Lists the backups in the configured directory.
    #[command(alias = "ls")]
    List,
    /// Opens a backup and replays its log; needs no server.
    Verify {
        /// The backup.
        file: PathBuf,
        /// A file with its passphrase; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Brings a backup back into an empty data directory; the server must not run.
    Restore {
        /// The backup.
        file: PathBuf,
        /// A file with its passphrase; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// The daily backup.
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Removes old backups.
    Prune {
        /// How many of the newest stay.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        keep: u16,
    },
}

/// `backup schedule …`.
#[derive(Debug, Subcommand)]
pub(super) enum ScheduleCommand {
    /// Shows when backups are made, and when the last one was.
    Show,
    /// Starts daily backups, sealed to a passphrase; hour and number are in the configuration.
    Set {
        /// A file with the passphrase; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
}

pub(super) fn run(global: &Global, command: &BackupCommand) -> Result<Report, Failure> {
    match command {
        BackupCommand::Create { out, passphrase_file } => {
            create(global, out.as_deref(), passphrase_file.as_deref())
        }
        BackupCommand::List => {
            let size = |row: &Value| size(row);
            Ok(Report::list(
                global.client()?.ask(&Request::BackupList)?,
                "backups",
                "none-backups",
                &[
                    ("FILE", &|row| cell(row, "file")),
                    ("MADE", &|row| cell(row, "made")),
                    ("LEAVES", &|row| cell(row, "leaves")),
                    ("SIZE", &size),
                ],
            ))
        }
        BackupCommand::Verify { file, passphrase_file } => {
            let opened = open(file, passphrase_file.as_deref())?;
            let json = described(file, &opened);
            let line = said("backup-sound")
                .with("made", cell(&json, "made"))
                .with("leaves", cell(&json, "leaves"))
                .with("records", opened.records());
            Ok(Report::one(json, line))
        }
        BackupCommand::Restore { file, passphrase_file } => {
            bring_back(global, file, passphrase_file.as_deref())
        }
        BackupCommand::Schedule(ScheduleCommand::Show) => {
            let json = global.client()?.ask(&Request::BackupShow)?;
            let text = fields(&json, &["scheduled", "at", "keep", "directory", "last", "failure"]);
            Ok(Report::one(json, text))
        }
        BackupCommand::Schedule(ScheduleCommand::Set { passphrase_file }) => {
            let mut client = global.client()?;
            let key = seal_key(passphrase_file.as_deref())?;
            let json = client.ask(&Request::BackupSchedule {
                salt: HEXLOWER.encode(&key.salt),
                key: HEXLOWER.encode(key.key.expose()),
            })?;
            let line = said("backup-scheduled")
                .with("at", cell(&json, "at"))
                .with("keep", cell(&json, "keep"))
                .with("directory", cell(&json, "directory"));
            Ok(Report::one(json, line))
        }
        BackupCommand::Prune { keep } => {
            let json = global.client()?.ask(&Request::BackupPrune { keep: usize::from(*keep) })?;
            let count = json.get("removed").and_then(Value::as_array).map_or(0, Vec::len);
            Ok(Report::one(json, said("backups-removed").with("count", count)))
        }
    }
}

fn create(global: &Global, out: Option<&Path>, file: Option<&Path>) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let key = seal_key(file)?;
    let to_stdout = out == Some(Path::new("-"));
    let target = match out {
        // The server makes the file; a path is meant from here.
        Some(path) if !to_stdout => Some(std::path::absolute(path).map_err(|error| failed(&error))?),
        _ => None,
    };
    let json = client.ask(&Request::Backup {
        salt: HEXLOWER.encode(&key.salt),
        key: HEXLOWER.encode(key.key.expose()),
        out: target,
    })?;
    if to_stdout && !global.dry_run {
        let path = PathBuf::from(text(&json, "file"));
        let mut made = std::fs::File::open(&path).map_err(|error| failed(&error))?;
        let mut stdout = std::io::stdout().lock();
        std::io::copy(&mut made, &mut stdout).and_then(|_| stdout.flush()).map_err(|error| failed(&error))?;
        std::fs::remove_file(&path).map_err(|error| failed(&error))?;
        return Ok(Report::silent());
    }
    let line = said("backup-made")
        .with("file", text(&json, "file"))
        .with("leaves", cell(&json, "leaves"))
        .with("size", size(&json));
    Ok(Report::one(json, line))
}

fn bring_back(global: &Global, file: &Path, pass: Option<&Path>) -> Result<Report, Failure> {
    global.no_dry_run()?;
    let opened = open(file, pass)?;
    let mut json = described(file, &opened);
    let config = match global.config.exists() {
        true => global.config()?,
        false => opened.config(&global.config)?,
    };
    let data = &config.server.data_dir;
    let about = said("restore-about")
        .with("made", cell(&json, "made"))
        .with("leaves", cell(&json, "leaves"))
        .with("directory", data.display());
    confirm(global, &about.text(), "restore")?;
    let home = Home::at(data);
    restore(&opened, &home, &global.config)?;
    Audit::open(&home.audit())
        .and_then(|mut audit| {
            audit.write(Act {
                at: clock::now(),
                actor: format!("uid {}", rustix::process::geteuid().as_raw()),
                key: None,
                action: "backup.restore".into(),
                target: file.display().to_string(),
                details: json!({ "leaves": opened.header.leaves }),
                reason: global.reason.clone(),
            })
        })
        .map_err(|error| failed(&error))?;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("data_dir".into(), json!(data));
    }
    let line = said("restored")
        .with("leaves", cell(&json, "leaves"))
        .with("made", cell(&json, "made"))
        .with("directory", data.display());
    Ok(Report::one(json, line))
}

fn open(file: &Path, pass: Option<&Path>) -> Result<Opened, Failure> {
    crate::backup::Header::read(file)?;
    let passphrase = passphrase::read(pass, &word("prompt-backup"))?;
    Ok(Opened::new(file, &passphrase)?)
}

fn seal_key(file: Option<&Path>) -> Result<SealKey, Failure> {
    let passphrase = match file {
        Some(file) => passphrase::read(Some(file), "")?,
        None => passphrase::read_new(&word("the-backup"))?,
    };
    Ok(SealKey::new(&passphrase, &mut clock::rng())?)
}

fn described(file: &Path, opened: &Opened) -> Value {
    json!({
        "schema": 1,
        "file": file,
        "made": stamp(opened.header.made),
        "org_id": opened.header.org,
        "leaves": opened.header.leaves,
        "root": opened.header.root,
        "records": opened.records(),
        "sound": true,
    })
}

fn size(row: &Value) -> String {
    crate::config::size::words(row.get("bytes").and_then(Value::as_u64).unwrap_or_default())
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

impl Opened {
    /// The configuration in it, written where none was.
    fn config(&self, path: &Path) -> Result<Config, Failure> {
        if self.configuration().is_empty() {
            return Err(Failure::new(Exit::Config, said("backup-without-config"))
                .hint(said("backup-without-config-hint")));
        }
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(|error| failed(&error))?;
        }
        crate::home::write_new(path, self.configuration())?;
        Ok(Config::load(path, &[])?)
    }
}
