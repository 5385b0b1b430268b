//! `directory import`: the leaves that a client has and a restored server lacks (ADMIN §5, Backup).

use std::path::Path;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Global;
use super::super::output::Report;
use crate::audit::{Act, Audit};
use crate::clock;
use crate::directory::Log;
use crate::exit::{Exit, Failure};
use crate::home::{Home, read_named};
use crate::server::ServeError;
use crate::server_keys::ServerKeys;
use crate::words::said;

/// Longest file that is read, in bytes: a hundred thousand leaves in hex.
const LONGEST: u64 = 256 * 1024 * 1024;

/// What `directory export` writes, also of a client's leaves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exported {
    schema: u32,
    leaves: Vec<String>,
    checkpoint: String,
}

pub(super) fn run(global: &Global, file: &Path) -> Result<Report, Failure> {
    let (leaves, note) = read(file)?;
    let home = Home::at(&global.config()?.server.data_dir);
    let ork =
        ServerKeys::organisation(&home.server_keys()).map_err(|error| ServeError::from(error).failure())?;
    let _lock = home.lock()?;
    let (before, after) = Log::extend(&home, ork, &leaves, note.as_bytes(), global.dry_run)
        .map_err(|error| ServeError::from(error).failure())?;
    let json = json!({ "schema": 1, "file": file, "leaves_before": before, "leaves": after });
    if !global.dry_run {
        audit(global, &home, file, &json)?;
    }
    let line = match after - before {
        0 => said("import-nothing").with("leaves", after),
        more => said("imported").with("more", more).with("leaves", after),
    };
    Ok(Report::one(json, line))
}

fn read(file: &Path) -> Result<(Vec<Vec<u8>>, String), Failure> {
    let name = file.display().to_string();
    let damaged = || Failure::new(Exit::Damaged, said("leaves-damaged").with("file", &name));
    let text = read_named(file, LONGEST)?;
    let found: Exported = serde_json::from_slice(&text).map_err(|_| damaged())?;
    if found.schema != 1 {
        return Err(damaged());
    }
    let leaves = found.leaves.iter().map(|leaf| HEXLOWER.decode(leaf.as_bytes())).collect::<Result<_, _>>();
    Ok((leaves.map_err(|_| damaged())?, found.checkpoint))
}

/// The server does not run, so the act is written here.
fn audit(global: &Global, home: &Home, file: &Path, details: &Value) -> Result<(), Failure> {
    let act = Act {
        at: clock::now(),
        actor: format!("uid {}", rustix::process::geteuid().as_raw()),
        key: None,
        action: "directory.import".into(),
        target: file.display().to_string(),
        details: details.clone(),
        reason: global.reason.clone(),
    };
    let written = Audit::open(&home.audit()).and_then(|mut audit| audit.write(act));
    written.map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}
