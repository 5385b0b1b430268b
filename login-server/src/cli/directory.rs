//! `directory`.

mod import;

use clap::Subcommand;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::Global;
use super::client::text;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::directory::Log;
use crate::exit::Failure;
use crate::home::Home;
use crate::server::ServeError;
use crate::server_keys::ServerKeys;
use crate::words::said;

/// `directory …`.
#[derive(Debug, Subcommand)]
pub(super) enum DirectoryCommand {
    /// Checks the log file: every record, every signature, and the last signed head. The server may run.
    Verify,
    /// Shows the newest head.
    Head,
    /// Lists leaves as clients have them.
    Show {
        /// Number of the first leaf.
        #[arg(long, default_value_t = 0)]
        since: u64,
    },
    /// Adds the leaves that a client has and a restored server lacks; the server must not run.
    Import {
        /// Leaves and signed head, as `conclave directory --export` and `directory export` write them.
        #[arg(long, value_name = "FILE")]
        from_client: std::path::PathBuf,
    },
    /// Writes all leaves and the signed head to a new file.
    Export {
        /// The file; it must not exist.
        #[arg(long, value_name = "FILE")]
        out: std::path::PathBuf,
    },
}

pub(super) fn run(global: &Global, command: &DirectoryCommand) -> Result<Report, Failure> {
    match command {
        DirectoryCommand::Verify => {
            let home = Home::at(&global.config()?.server.data_dir);
            let ork = ServerKeys::organisation(&home.server_keys())
                .map_err(|error| ServeError::from(error).failure())?;
            let head = Log::verify(&home, ork).map_err(|error| ServeError::from(error).failure())?;
            let root = HEXLOWER.encode(&head.root);
            let json = json!({ "schema": 1, "leaves": head.size, "root": root, "sound": true });
            Ok(Report::one(json, said("log-sound").with("leaves", head.size).with("root", root)))
        }
        DirectoryCommand::Show { since } => {
            let json = global.client()?.ask(&Request::DirectoryShow { since: *since })?;
            Ok(Report::list(
                json,
                "leaves",
                "none-leaves",
                &[
                    ("LEAF", &|row| cell(row, "leaf")),
                    ("KIND", &|row| cell(row, "kind")),
                    ("AT", &|row| cell(row, "at")),
                    ("ABOUT", &|row| cell(row, "about")),
                    ("SIGNED BY", &signers),
                ],
            ))
        }
        DirectoryCommand::Import { from_client } => import::run(global, from_client),
        DirectoryCommand::Export { out } => {
            global.no_dry_run()?;
            let mut client = global.client()?;
            let (mut leaves, mut checkpoint) = (Vec::new(), Value::Null);
            loop {
                let page = client.ask(&Request::DirectoryShow { since: leaves.len() as u64 })?;
                let rows = page.get("leaves").and_then(Value::as_array).cloned().unwrap_or_default();
                let end = rows.is_empty();
                leaves.extend(rows.into_iter().map(|row| row.get("bytes").cloned().unwrap_or_default()));
                checkpoint = page.get("checkpoint").cloned().unwrap_or(checkpoint);
                if end {
                    break;
                }
            }
            let count = leaves.len();
            let json = json!({ "schema": 1, "leaves": leaves, "checkpoint": checkpoint });
            crate::home::write_new(out, json.to_string().as_bytes())?;
            let json = json!({ "schema": 1, "file": out, "leaves": count });
            Ok(Report::one(json, said("leaves-written").with("count", count).with("file", out.display())))
        }
        DirectoryCommand::Head => {
            let status = global.client()?.ask(&Request::Status)?;
            let json = json!({
                "schema": 1,
                "leaves": status.get("leaves"),
                "root": status.get("root"),
                "signed": status.get("head_signed"),
            });
            let line = said("log-head")
                .with("leaves", cell(&json, "leaves"))
                .with("root", text(&json, "root"))
                .with("signed", text(&json, "signed"));
            Ok(Report::one(json, line))
        }
    }
}

fn signers(row: &Value) -> String {
    let all = row.get("signed_by").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}
