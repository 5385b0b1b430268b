//! `session`.

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::client::text;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::exit::Failure;
use crate::time::words;

/// `session …`.
#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// Lists who is logged in.
    #[command(alias = "ls")]
    List {
        /// Only this person.
        #[arg(long)]
        user: Option<String>,
    },
    /// Ends one session; the person may log in again.
    End {
        /// Its id, as `session list -o json` shows it.
        id: String,
    },
}

pub(super) fn run(global: &Global, command: &SessionCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        SessionCommand::List { user } => {
            let json = client.ask(&Request::SessionList { user: user.clone() })?;
            let idle = |row: &Value| words(row.get("idle_s").and_then(Value::as_u64).unwrap_or_default());
            let device = |row: &Value| cell(row, "device").chars().take(8).collect();
            Ok(Report::list(
                json,
                "sessions",
                "No sessions.",
                &[
                    ("USER", &|row| cell(row, "user")),
                    ("DEVICE", &device),
                    ("ADDRESS", &|row| cell(row, "address")),
                    ("PATH", &|row| cell(row, "path")),
                    ("SINCE", &|row| cell(row, "since")),
                    ("IDLE", &idle),
                ],
            ))
        }
        SessionCommand::End { id } => {
            let json = client.ask(&Request::SessionEnd { id: id.clone() })?;
            let line = format!("Ended the session of {}.", text(&json, "user"));
            Ok(Report::one(json, line))
        }
    }
}
