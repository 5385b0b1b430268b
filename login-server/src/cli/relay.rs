//! `relay`.

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::client::text;
use super::output::{Report, cell, heading, lines};
use crate::admin::Request;
use crate::exit::Failure;
use crate::words::{said, word};

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
    let on = json.get("on") == Some(&Value::Bool(true));
    let limits = said("relay-limits")
        .with("rate", cell(&json, "per_user_rate"))
        .with("time", text(&json, "max_duration"));
    let shown = [
        ("relay", word(if on { "on" } else { "off-by-policy" })),
        ("reservations", cell(&json, "reservations")),
        ("circuits", cell(&json, "circuits")),
        ("carried", said("bytes-since-start").with("bytes", cell(&json, "bytes")).text()),
        ("refused", cell(&json, "refused")),
        ("limits", limits.text()),
    ];
    let mut shown = vec![lines(&shown)];
    if !rows.is_empty() {
        let heads = ["USER", "CIRCUITS", "SENT (BYTES)"].map(heading);
        let [user, circuits, sent] = &heads;
        shown.push(String::new());
        shown.push(format!("{user:<20}{circuits:>9}{sent:>16}"));
        shown.extend(rows.iter().map(|row| {
            format!("{:<20}{:>9}{:>16}", text(row, "user"), cell(row, "circuits"), cell(row, "bytes"))
        }));
    }
    Ok(Report::one(json, shown.join("\n")))
}
