//! `audit`: reads the file itself, so it works while the server is stopped.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Global;
use super::output::{Report, cell};
use super::user::any_case;
use crate::audit::{self, Act};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::home::{Home, write_new};
use crate::time::stamp;
use crate::words::said;

/// `audit …`.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Lists what administrators did.
    #[command(alias = "ls")]
    List {
        /// Only what is younger, such as `7d`.
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        since: Option<Duration>,
        /// Only by this actor, such as `uid 1000`, or this admin key.
        #[arg(long)]
        actor: Option<String>,
        /// Only this action, such as `user.reset`, or all of a noun, such as `user`.
        #[arg(long)]
        action: Option<String>,
        /// Only about this person.
        #[arg(long, value_parser = any_case)]
        user: Option<String>,
    },
    /// Checks that no line was changed, removed or put in; names the first that does not fit.
    Verify,
    /// Writes the log as it is to a new file, after checking it.
    Export {
        /// The file; it must not exist.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub(super) fn run(global: &Global, command: &AuditCommand) -> Result<Report, Failure> {
    let path = Home::at(&global.config()?.server.data_dir).audit();
    let unread = |error: std::io::Error| {
        let exit = match error.kind() {
            std::io::ErrorKind::NotFound => Exit::NotFound,
            std::io::ErrorKind::InvalidData => Exit::Damaged,
            _ => Exit::Failed,
        };
        Failure::new(exit, format!("{}: {error}", path.display()))
    };
    match command {
        AuditCommand::List { since, actor, action, user } => {
            let after = since.map_or(0, |since| {
                clock::now().saturating_sub(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
            });
            let wanted = |act: &Act| {
                let by = |actor: &String| act.actor == *actor || act.key.as_ref() == Some(actor);
                let of = |action: &String| {
                    act.action == *action
                        || act.action.strip_prefix(action.as_str()).is_some_and(|rest| rest.starts_with('.'))
                };
                act.at >= after
                    && actor.as_ref().is_none_or(by)
                    && action.as_ref().is_none_or(of)
                    && user.as_ref().is_none_or(|user| act.target == *user)
            };
            let rows: Vec<Value> =
                audit::read(&path).map_err(unread)?.iter().filter(|act| wanted(act)).map(row).collect();
            Ok(Report::list(
                json!({ "schema": 1, "acts": rows }),
                "acts",
                "none-acts",
                &[
                    ("AT", &|row| cell(row, "at")),
                    ("ACTOR", &|row| cell(row, "actor")),
                    ("KEY", &|row| cell(row, "key")),
                    ("ACTION", &|row| cell(row, "action")),
                    ("TARGET", &|row| cell(row, "target")),
                    ("REASON", &|row| cell(row, "reason")),
                ],
            ))
        }
        AuditCommand::Verify => {
            let lines = sound(&path).map_err(unread)??;
            let json = json!({ "schema": 1, "lines": lines, "sound": true });
            Ok(Report::one(json, said("audit-sound").with("lines", lines)))
        }
        AuditCommand::Export { out } => {
            global.no_dry_run()?;
            let lines = sound(&path).map_err(unread)??;
            write_new(out, &std::fs::read(&path).map_err(unread)?)?;
            let json = json!({ "schema": 1, "lines": lines, "file": out });
            Ok(Report::one(json, said("lines-written").with("lines", lines).with("file", out.display())))
        }
    }
}

/// The number of lines, or the first that does not follow from the one before.
fn sound(path: &std::path::Path) -> std::io::Result<Result<usize, Failure>> {
    Ok(match audit::first_broken(path)? {
        Ok(lines) => Ok(lines),
        Err(line) => Err(Failure::new(Exit::Damaged, said("audit-broken").with("line", line))
            .hint(said("audit-broken-hint"))),
    })
}

fn row(act: &Act) -> Value {
    json!({
        "at": stamp(act.at), "actor": act.actor, "key": act.key, "action": act.action, "target": act.target,
        "details": act.details, "reason": act.reason,
    })
}
