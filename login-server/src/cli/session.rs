//! `session`.

use std::time::Duration;

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::client::text;
use super::confirm::confirm;
use super::output::{Report, cell, fields};
use super::user::any_case;
use crate::admin::Request;
use crate::clock;
use crate::config::size;
use crate::exit::{Exit, Failure};
use crate::time::words;
use crate::words::{said, word};

/// Longest kick: what REFUSED can say in milliseconds (32 bits). Who is to stay out longer is banned.
const LONGEST_KICK: Duration = Duration::from_secs(49 * 86_400);

/// `session …`.
#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// Lists who is logged in.
    #[command(alias = "ls")]
    List {
        /// Only this person.
        #[arg(long, value_parser = any_case)]
        user: Option<String>,
    },
    /// Shows one session.
    Show {
        /// Its id, as `session list -o json` shows it.
        id: String,
    },
    /// Ends one session; the person may log in again.
    End {
        /// Its id, as `session list -o json` shows it.
        id: String,
    },
    /// Ends a person's sessions and refuses login for a time; it ends by itself. Peers see them go offline.
    Kick {
        /// Whom; left out with --all.
        #[arg(required_unless_present = "all", value_parser = any_case)]
        user: Option<String>,
        /// For how long: seconds, or 10m, 2h, 3d; 0 lets the person in again.
        #[arg(value_parser = time, required_unless_present = "all")]
        time: Option<Duration>,
        /// Everybody, for this time.
        #[arg(long, value_name = "TIME", value_parser = time, conflicts_with_all = ["user", "time"])]
        all: Option<Duration>,
    },
}

pub(super) fn run(global: &Global, command: &SessionCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        SessionCommand::List { user } => {
            let json = client.ask(&Request::SessionList { user: user.clone() })?;
            let idle = |row: &Value| words(row.get("idle_s").and_then(Value::as_u64).unwrap_or_default());
            let bytes = |row: &Value, member: &str| {
                size::words(row.get(member).and_then(Value::as_u64).unwrap_or_default())
            };
            let device = |row: &Value| cell(row, "device").chars().take(8).collect();
            Ok(Report::list(
                json,
                "sessions",
                "none-sessions",
                &[
                    ("USER", &|row| cell(row, "user")),
                    ("DEVICE", &device),
                    ("ADDRESS", &|row| cell(row, "address")),
                    ("PATH", &|row| cell(row, "path")),
                    ("SINCE", &|row| cell(row, "since")),
                    ("IDLE", &idle),
                    ("RX", &|row| bytes(row, "rx_bytes")),
                    ("TX", &|row| bytes(row, "tx_bytes")),
                ],
            ))
        }
        SessionCommand::Show { id } => {
            let json = client.ask(&Request::SessionShow { id: id.clone() })?;
            let members = [
                "id",
                "user",
                "device",
                "address",
                "path",
                "provisional",
                "since",
                "last_active",
                "rx_bytes",
                "tx_bytes",
                "key",
            ];
            let text = fields(&json, &members);
            Ok(Report::one(json, text))
        }
        SessionCommand::End { id } => {
            let json = client.ask(&Request::SessionEnd { id: id.clone() })?;
            let line = said("session-ended").with("user", text(&json, "user"));
            Ok(Report::one(json, line))
        }
        SessionCommand::Kick { user, time, all } => {
            let lasts = all.or(*time).unwrap_or_default();
            if lasts > LONGEST_KICK {
                return Err(Failure::new(Exit::Usage, said("kick-too-long")).hint(said("kick-too-long-hint")));
            }
            if all.is_some() && !lasts.is_zero() {
                confirm(global, &word("kick-all-about"), "everybody")?;
            }
            let until = match lasts.is_zero() {
                true => 0,
                false => clock::now().saturating_add(u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX)),
            };
            let name = if all.is_some() { None } else { user.clone() };
            let json = client.ask(&Request::Kick { name, until })?;
            let whom =
                json.get("user").and_then(Value::as_str).map_or_else(|| word("everybody"), str::to_owned);
            let line = match json.get("until").and_then(Value::as_str) {
                Some(until) => {
                    said("kicked").with("until", until).with("sessions", cell(&json, "sessions_closed"))
                }
                None => said("kick-lifted"),
            }
            .with("whom", whom);
            Ok(Report::one(json, line))
        }
    }
}

/// Seconds, or a number with its unit.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => humantime::parse_duration(text).map_err(|error| error.to_string()),
    }
}
