//! `user`.

mod approve;
mod invite;

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::keys::KeyArgs;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::exit::Failure;

pub use self::invite::{Invited, invite};

/// `user …`.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Invites a person: prints a link and a QR code, once.
    Invite {
        /// The user name: 3 to 32 of a-z 0-9 . _ -
        name: String,
        /// How long the link is good, such as `7d`; at most 30 days.
        #[arg(long, value_name = "TIME", default_value = "7d", value_parser = humantime::parse_duration)]
        expires: Duration,
        /// Also writes the QR code as a picture.
        #[arg(long, value_name = "FILE.png")]
        out: Option<PathBuf>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Lists people.
    #[command(alias = "ls")]
    List {
        /// Only who is online.
        #[arg(long)]
        online: bool,
        /// Only who is banned.
        #[arg(long)]
        banned: bool,
        /// Only who waits for an administrator, or has not finished enrolling.
        #[arg(long)]
        waiting: bool,
    },
    /// Shows one person.
    Show {
        /// Whom.
        user: String,
    },
    /// Forgets failed tries, so that the person need not wait.
    Unlock {
        /// Whom.
        user: String,
    },
    /// Admits a person who waits (enrolment = manual), after comparing the digits they read out.
    Approve {
        /// Whom.
        user: String,
        /// The 30 digits; blanks do not matter.
        #[arg(long, value_name = "DIGITS")]
        fingerprint: String,
        #[command(flatten)]
        key: KeyArgs,
    },
}

pub(super) fn run(global: &Global, command: &UserCommand) -> Result<Report, Failure> {
    match command {
        UserCommand::Invite { name, expires, out, key } => {
            invite::run(global, name, *expires, out.as_deref(), key)
        }
        UserCommand::List { online, banned, waiting } => {
            let mut json = global.client()?.ask(&Request::UserList)?;
            if let Some(Value::Array(rows)) = json.get_mut("users") {
                let state = |row: &Value| cell(row, "state");
                rows.retain(|row| {
                    (!online || row.get("online") == Some(&Value::Bool(true)))
                        && (!banned || state(row) == "banned")
                        && (!waiting || matches!(state(row).as_str(), "waiting" | "enrolling" | "invited"))
                });
            }
            Ok(Report::list(
                json,
                "users",
                "No users.",
                &[
                    ("USER", &|row| cell(row, "user")),
                    ("ROLE", &|row| cell(row, "role")),
                    ("STATE", &|row| cell(row, "state")),
                    ("ONLINE", &|row| cell(row, "online")),
                    ("ADDED", &|row| cell(row, "added")),
                    ("LAST SEEN", &|row| cell(row, "last_seen")),
                ],
            ))
        }
        UserCommand::Show { user } => {
            let json = global.client()?.ask(&Request::UserShow { name: user.clone() })?;
            let fields = [
                "user",
                "id",
                "role",
                "state",
                "online",
                "fingerprint",
                "device",
                "added",
                "admitted_by",
                "leaf",
                "last_seen",
                "has_login",
                "account_created",
                "recovery_codes_left",
                "identity_resets",
            ];
            let mut lines: Vec<String> = fields
                .iter()
                .map(|field| format!("{:<21}{}", field.replace('_', " "), cell(&json, field)))
                .collect();
            if let Some(ban) = json.get("ban").filter(|ban| !ban.is_null()) {
                lines.push(format!("{:<21}since {}, {}", "banned", cell(ban, "since"), cell(ban, "reason")));
            }
            for session in json.get("sessions").and_then(Value::as_array).into_iter().flatten() {
                lines.push(format!(
                    "{:<21}{} from {}",
                    "session",
                    cell(session, "id"),
                    cell(session, "address")
                ));
            }
            Ok(Report::one(json, lines.join("\n")))
        }
        UserCommand::Unlock { user } => {
            let json = global.client()?.ask(&Request::Unlock { name: user.clone() })?;
            Ok(Report::one(json, format!("{user} may try again at once.")))
        }
        UserCommand::Approve { user, fingerprint, key } => approve::run(global, user, fingerprint, key),
    }
}
