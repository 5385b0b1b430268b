//! `relay`.

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::client::text;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::exit::Failure;

/// `relay …`.
#[derive(Debug, Subcommand)]
pub(super) enum RelayCommand {
    /// Shows what passes through this server between people who do not reach each other: never who talks to whom.
    Show,
}

pub(super) fn run(global: &Global, command: &RelayCommand) -> Result<Report, Failure> {
    let RelayCommand::Show = command;
    let json = global.client()?.ask(&Request::RelayShow)?;
    let rows = json.get("devices").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines = vec![
        format!(
            "relay         {}",
            if json.get("on") == Some(&Value::Bool(true)) { "on" } else { "off by Policy" }
        ),
        format!("reservations  {}", cell(&json, "reservations")),
        format!("circuits      {}", cell(&json, "circuits")),
        format!("carried       {} bytes since the start", cell(&json, "bytes")),
        format!("refused       {}", cell(&json, "refused")),
        format!(
            "limits        {} bytes/s per person, a circuit ends after {}",
            cell(&json, "per_user_rate"),
            text(&json, "max_duration")
        ),
    ];
    if !rows.is_empty() {
        lines.push(String::new());
        lines.push(format!("{:<20}{:>9}{:>16}", "USER", "CIRCUITS", "SENT (BYTES)"));
        lines.extend(rows.iter().map(|row| {
            format!("{:<20}{:>9}{:>16}", text(row, "user"), cell(row, "circuits"), cell(row, "bytes"))
        }));
    }
    Ok(Report::one(json, lines.join("\n")))
}
