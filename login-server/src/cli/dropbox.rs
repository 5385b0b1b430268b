//! `dropbox`.

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::client::text;
use super::confirm::confirm;
use super::output::{Report, cell};
use super::user::any_case;
use crate::admin::Request;
use crate::config::size;
use crate::exit::Failure;
use crate::words::said;

/// `dropbox …`.
#[derive(Debug, Subcommand)]
pub(super) enum DropboxCommand {
    /// Shows what waits, by recipient. Sizes and days are in Policy; 0 days: there is no drop box.
    Show,
    /// Erases what waits for one person. Their senders are not told: what they sent shows as in the drop box until
    /// it would have expired.
    Purge {
        /// Whose.
        #[arg(value_parser = any_case)]
        user: String,
    },
}

pub(super) fn run(global: &Global, command: &DropboxCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        DropboxCommand::Show => Ok(Report::list(
            client.ask(&Request::DropboxShow)?,
            "recipients",
            "none-parcels",
            &[
                ("USER", &|row| cell(row, "user")),
                ("DEVICE", &|row| cell(row, "device").chars().take(8).collect()),
                ("PARCELS", &|row| cell(row, "parcels")),
                ("SIZE", &bytes),
                ("OLDEST", &|row| cell(row, "oldest")),
                ("NEXT TO EXPIRE", &|row| cell(row, "expires")),
            ],
        )),
        DropboxCommand::Purge { user } => {
            confirm(global, &said("purge-about").with("user", user).text(), user)?;
            let json = client.ask(&Request::DropboxPurge { name: user.clone() })?;
            let line = said("purged").with("count", cell(&json, "erased")).with("user", text(&json, "user"));
            Ok(Report::one(json, line))
        }
    }
}

fn bytes(row: &Value) -> String {
    row.get("bytes").and_then(Value::as_u64).map_or_else(|| "-".into(), size::words)
}
