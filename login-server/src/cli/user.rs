//! `user`.

mod admins;
mod approve;
mod csv;
mod invite;
mod invite_list;
mod phone;
mod place;
mod reset;
mod rights;

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use serde_json::Value;

use super::Global;
use super::key::NewKeyArgs;
use super::keys::{KeyArgs, RootArgs};
use super::output::{Report, cell, lines};
use crate::admin::Request;
use crate::exit::Failure;
use crate::words::said;

pub use self::invite::{Invited, invite};
pub(super) use self::invite::{LinkArgs, company};
pub(super) use self::invite_list::open;

/// `user …`.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Invites a person: prints a link and a QR code, once.
    Invite {
        /// The user name: 3 to 32 of a-z 0-9 . _ -
        #[arg(required_unless_present = "csv", value_parser = any_case)]
        name: Option<String>,
        /// Invites everybody in a list, one `name` or `name,time` a line, at most 500; all of them or none.
        #[arg(long, value_name = "FILE", requires = "links", conflicts_with_all = ["name", "out", "request_out"])]
        csv: Option<PathBuf>,
        /// Where the links of a list go: a new file, sealed by a passphrase. `invite open` shows them.
        #[arg(long, value_name = "FILE", requires = "csv")]
        links: Option<PathBuf>,
        /// A file with the passphrase that seals the links.
        #[arg(long, value_name = "FILE", requires = "csv")]
        links_passphrase_file: Option<PathBuf>,
        #[command(flatten)]
        link: LinkArgs,
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
        /// Only administrators.
        #[arg(long)]
        admins: bool,
        /// Only who was not seen for so long, such as `30d`.
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        idle: Option<Duration>,
        /// By which column.
        #[arg(long, value_enum, value_name = "KEY", default_value = "user")]
        sort: SortKey,
    },
    /// Shows one person.
    Show {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
    },
    /// Forgets failed tries, so that the person need not wait.
    Unlock {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
    },
    /// Admits a person who waits (enrolment = manual), after comparing the digits they read out.
    Approve {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        /// The 30 digits; blanks do not matter.
        #[arg(long, value_name = "DIGITS")]
        fingerprint: String,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Makes a one-time link with which a person chooses a new password and phone. It opens no messages.
    Reset {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        /// How long the link is good, such as `24h`; at most 7 days.
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
        expires: Duration,
        /// Also writes the link's QR code as a picture.
        #[arg(long, value_name = "FILE.png")]
        out: Option<PathBuf>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Makes a one-time code with which a person puts another phone in the place of the old one; the password stays.
    TotpReset {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        /// How long the code is good, such as `24h`; at most 7 days.
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
        expires: Duration,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Makes a person an administrator: an admin key of their own; needs the root key, and all clients are told.
    MakeAdmin {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        #[command(flatten)]
        new: NewKeyArgs,
        #[command(flatten)]
        root: RootArgs,
    },
    /// Takes a person's admin keys out of the policy; needs the root key, and never the last one.
    RemoveAdmin {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        #[command(flatten)]
        root: RootArgs,
    },
    /// Removes what the server holds about a person, and closes the account for ever.
    Erase {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        /// Closes the account now and removes what is held after this time, such as `30d`; at most two years.
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        after: Option<Duration>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Writes all that the server holds about a person to a zip file, as JSON and as a page.
    Export {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
        /// The file; it must not exist.
        #[arg(long, value_name = "FILE.zip")]
        out: PathBuf,
    },
}

/// What a list of people is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SortKey {
    /// The name.
    User,
    /// Administrators first.
    Role,
    /// The state.
    State,
    /// Who was added first.
    Added,
    /// Who was seen last.
    LastSeen,
}

impl SortKey {
    const fn member(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::State => "state",
            Self::Added => "added",
            Self::LastSeen => "last_seen",
        }
    }
}

/// A user name as it was typed: capital letters count as small ones, here as at the login.
pub(super) fn any_case(typed: &str) -> Result<String, Infallible> {
    Ok(typed.to_ascii_lowercase())
}

pub(super) fn run(global: &Global, command: &UserCommand) -> Result<Report, Failure> {
    match command {
        UserCommand::Invite { name, csv, links, links_passphrase_file, link } => match (name, csv, links) {
            (_, Some(list), Some(links)) => {
                invite_list::run(global, list, links, links_passphrase_file.as_deref(), link)
            }
            (name, ..) => invite::run(global, name.as_deref().unwrap_or_default(), link),
        },
        UserCommand::Reset { user, expires, out, key } => {
            reset::run(global, user, *expires, out.as_deref(), key)
        }
        UserCommand::TotpReset { user, expires, key } => phone::run(global, user, *expires, key),
        UserCommand::MakeAdmin { user, new, root } => admins::make(global, user, new, root),
        UserCommand::RemoveAdmin { user, root } => admins::remove(global, user, root),
        UserCommand::Erase { user, after, key } => rights::erase(global, user, *after, key),
        UserCommand::Export { user, out } => rights::export(global, user, out),
        UserCommand::List { online, banned, waiting, admins, idle, sort } => {
            let mut json = global.client()?.ask(&Request::UserList)?;
            let before = idle.map(|idle| {
                let idle = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
                crate::time::stamp(crate::clock::now().saturating_sub(idle))
            });
            if let Some(Value::Array(rows)) = json.get_mut("users") {
                let state = |row: &Value| cell(row, "state");
                rows.retain(|row| {
                    (!online || row.get("online") == Some(&Value::Bool(true)))
                        && (!banned || state(row) == "banned")
                        && (!waiting || matches!(state(row).as_str(), "waiting" | "enrolling" | "invited"))
                        && (!admins || cell(row, "role") == "admin")
                        // RFC 3339 in UTC sorts as text.
                        && before.as_ref().is_none_or(|before| cell(row, "last_seen") < *before)
                });
                rows.sort_by_key(|row| cell(row, sort.member()));
                if *sort == SortKey::LastSeen {
                    rows.reverse();
                }
            }
            Ok(Report::list(
                json,
                "users",
                "none-users",
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
            let members = [
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
                "open_reset_until",
                "kicked_until",
                "erase_at",
            ];
            let mut shown: Vec<(&str, String)> =
                members.iter().map(|&member| (member, cell(&json, member))).collect();
            if let Some(ban) = json.get("ban").filter(|ban| !ban.is_null()) {
                let since = said("banned-since").with("since", cell(ban, "since"));
                shown.push(("banned", since.with("reason", cell(ban, "reason")).text()));
            }
            for session in json.get("sessions").and_then(Value::as_array).into_iter().flatten() {
                let from = said("session-from").with("id", cell(session, "id"));
                shown.push(("session", from.with("address", cell(session, "address")).text()));
            }
            let text = lines(&shown);
            Ok(Report::one(json, text))
        }
        UserCommand::Unlock { user } => {
            let json = global.client()?.ask(&Request::Unlock { name: user.clone() })?;
            Ok(Report::one(json, said("unlocked").with("user", user)))
        }
        UserCommand::Approve { user, fingerprint, key } => approve::run(global, user, fingerprint, key),
    }
}
