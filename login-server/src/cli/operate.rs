//! `notice`, `log`, `task`, `stats`, `uptime`: the server from day to day.

use std::io::Write;
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Global;
use super::client::{AdminClient, text};
use super::output::{Format, Report, cell, fields, lines, printable};
use super::user::any_case;
use crate::admin::Request;
use crate::config::size;
use crate::exit::{Exit, Failure};
use crate::time::words;
use crate::words::said;

/// How often `log tail --follow` asks for more.
const FOLLOW: Duration = Duration::from_millis(500);

/// `notice …`.
#[derive(Debug, Subcommand)]
pub(super) enum NoticeCommand {
    /// Shows a line to everybody who is logged in.
    Send {
        /// One line of at most 500 characters.
        text: String,
        /// To everybody; this is so without it too.
        #[arg(long)]
        all: bool,
    },
}

/// `log …`.
#[derive(Debug, Subcommand)]
pub(super) enum LogCommand {
    /// Shows or changes what the running server logs.
    Level {
        /// Such as `info`, or `login_server=debug,libp2p=warn`.
        filter: Option<String>,
    },
    /// Shows the last lines of the running server's log.
    Tail {
        /// How many.
        #[arg(short = 'n', default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        lines: u16,
        /// Goes on until interrupted.
        #[arg(long)]
        follow: bool,
    },
}

/// `task …`.
#[derive(Debug, Subcommand)]
pub(super) enum TaskCommand {
    /// Lists the threads of the server, with the number of its tasks.
    #[command(alias = "ls")]
    List,
    /// Shows one thread.
    Show {
        /// Its number, as `task list` shows it.
        id: u64,
    },
    /// Shows the figures of the runtime, without the threads.
    Metrics,
}

/// `stats …`.
#[derive(Debug, Subcommand)]
pub(super) enum StatsCommand {
    /// Shows figures of the running server.
    Show,
    /// Lists who takes most of the relay, or of the drop box.
    Top {
        /// Of what.
        #[arg(value_enum, default_value_t = Top::Users)]
        of: Top,
        /// By bytes in circuits now open, or by bytes that wait.
        #[arg(long, value_enum, value_name = "KEY", default_value_t = By::Relay)]
        sort: By,
        /// How many.
        #[arg(short = 'n', default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        lines: u16,
    },
    /// Shows what one person takes of the server.
    Usage {
        /// Whom.
        #[arg(value_parser = any_case)]
        user: String,
    },
    /// Shows the figures again and again, until interrupted; one JSON object a line with -o jsonl.
    Watch {
        /// How often, such as `2s`; at least 200ms.
        #[arg(value_name = "TIME", default_value = "2s", value_parser = pause)]
        every: Duration,
    },
}

/// What `stats top` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Top {
    /// People.
    Users,
}

/// What `stats top` sorts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum By {
    /// Bytes that passed in circuits which are open now.
    Relay,
    /// Bytes that wait in the drop box.
    Dropbox,
}

impl By {
    const fn member(self) -> &'static str {
        match self {
            Self::Relay => "relayed_bytes",
            Self::Dropbox => "parcel_bytes",
        }
    }
}

/// Shorter pauses would make the server busy with being watched.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

fn pause(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(pause) if pause >= SHORTEST_PAUSE => Ok(pause),
        Ok(_) => Err("at least 200ms".into()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn notice(global: &Global, command: &NoticeCommand) -> Result<Report, Failure> {
    let NoticeCommand::Send { text, all: _ } = command;
    let json = global.client()?.ask(&Request::NoticeSend { text: text.clone() })?;
    let line = said("notice-shown").with("sessions", cell(&json, "sessions"));
    Ok(Report::one(json, line))
}

pub(super) fn log(global: &Global, command: &LogCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        LogCommand::Level { filter } => {
            let json = client.ask(&Request::LogLevel { filter: filter.clone() })?;
            let line = cell(&json, "level");
            Ok(Report::one(json, line))
        }
        LogCommand::Tail { lines, follow } => {
            let mut json = client.ask(&Request::LogTail { from: None, most: usize::from(*lines) })?;
            if !follow {
                let text: Vec<&str> = listed(&json).collect();
                let text = text.join("\n");
                return Ok(Report::one(json, text));
            }
            loop {
                let mut out = std::io::stdout().lock();
                for line in listed(&json) {
                    let written = match global.format() {
                        Format::Table => writeln!(out, "{}", printable(line)),
                        Format::Json | Format::Jsonl => writeln!(out, "{}", json!({ "line": line })),
                    };
                    if written.and_then(|()| out.flush()).is_err() {
                        // The reader has gone away: enough.
                        return Ok(Report::silent());
                    }
                }
                drop(out);
                std::thread::sleep(FOLLOW);
                let from = json.get("next").and_then(Value::as_u64);
                json = match client.ask(&Request::LogTail { from, most: 1_000 }) {
                    Ok(json) => json,
                    Err(failure) if failure.exit == Exit::Unreachable => return Ok(Report::silent()),
                    Err(failure) => return Err(failure),
                };
            }
        }
    }
}

fn listed(json: &Value) -> impl Iterator<Item = &str> {
    json.get("lines").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

pub(super) fn task(global: &Global, command: &TaskCommand) -> Result<Report, Failure> {
    let mut json = global.client()?.ask(&Request::TaskList)?;
    match command {
        TaskCommand::List => {}
        TaskCommand::Show { id } => return one_thread(&json, *id),
        TaskCommand::Metrics => {
            if let Some(members) = json.as_object_mut() {
                members.remove("threads");
            }
            let text = figures(&json);
            return Ok(Report::one(json, text));
        }
    }
    let head = said("tasks")
        .with("tasks", cell(&json, "tasks"))
        .with("workers", cell(&json, "workers"))
        .with("waiting", cell(&json, "waiting"));
    let mut lines = vec![head.text()];
    for thread in json.get("threads").and_then(Value::as_array).into_iter().flatten() {
        lines.push(format!(
            "{:<8}{:<18}{:<3}{} ms",
            cell(thread, "thread"),
            text(thread, "name"),
            text(thread, "state"),
            cell(thread, "cpu_ms")
        ));
    }
    Ok(Report::one(json, lines.join("\n")))
}

fn one_thread(json: &Value, id: u64) -> Result<Report, Failure> {
    let mut threads = json.get("threads").and_then(Value::as_array).into_iter().flatten();
    let found = threads.find(|thread| cell(thread, "thread") == id.to_string());
    let mut row = found.cloned().ok_or_else(|| {
        Failure::new(Exit::NotFound, said("no-thread").with("id", id)).hint(said("no-thread-hint"))
    })?;
    if let Some(members) = row.as_object_mut() {
        members.insert("schema".into(), json!(1));
    }
    let text = fields(&row, &["thread", "name", "state", "cpu_ms"]);
    Ok(Report::one(row, text))
}

pub(super) fn stats(global: &Global, command: &StatsCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        StatsCommand::Show => {
            let json = client.ask(&Request::StatsShow)?;
            let lines = figures(&json);
            Ok(Report::one(json, lines))
        }
        StatsCommand::Top { of: Top::Users, sort, lines } => {
            let mut json = client.ask(&Request::Usage { name: None })?;
            if let Some(Value::Array(rows)) = json.get_mut("users") {
                rows.sort_by_key(|row| {
                    std::cmp::Reverse(row.get(sort.member()).and_then(Value::as_u64).unwrap_or_default())
                });
                rows.truncate(usize::from(*lines));
            }
            Ok(taken(json))
        }
        StatsCommand::Usage { user } => Ok(taken(client.ask(&Request::Usage { name: Some(user.clone()) })?)),
        StatsCommand::Watch { every } => watch(global, &mut client, *every),
    }
}

fn taken(json: Value) -> Report {
    let bytes = |row: &Value, member: &str| {
        row.get(member).and_then(Value::as_u64).map_or_else(String::new, size::words)
    };
    Report::list(
        json,
        "users",
        "none-users",
        &[
            ("USER", &|row| cell(row, "user")),
            ("SINCE", &|row| cell(row, "since")),
            ("CIRCUITS", &|row| cell(row, "circuits")),
            ("RELAYED", &|row| bytes(row, "relayed_bytes")),
            ("PARCELS", &|row| cell(row, "parcels")),
            ("WAITING", &|row| bytes(row, "parcel_bytes")),
        ],
    )
}

/// Goes on until interrupted, or until the reader or the server has gone away.
fn watch(global: &Global, client: &mut AdminClient, every: Duration) -> Result<Report, Failure> {
    loop {
        let json = match client.ask(&Request::StatsShow) {
            Ok(json) => json,
            Err(failure) if failure.exit == Exit::Unreachable => return Ok(Report::silent()),
            Err(failure) => return Err(failure),
        };
        let mut out = std::io::stdout().lock();
        let written = match global.format() {
            Format::Table => writeln!(out, "{}\n", figures(&json)),
            Format::Json | Format::Jsonl => writeln!(out, "{json}"),
        };
        if written.and_then(|()| out.flush()).is_err() {
            return Ok(Report::silent());
        }
        drop(out);
        std::thread::sleep(every);
    }
}

fn figures(json: &Value) -> String {
    let shown: Vec<(&str, String)> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "schema")
        .map(|(name, value)| {
            let shown = match (name.ends_with("_bytes"), value.as_u64()) {
                (true, Some(bytes)) => size::words(bytes),
                _ => value.to_string(),
            };
            (name.trim_end_matches("_bytes"), shown)
        })
        .collect();
    lines(&shown)
}

pub(super) fn uptime(global: &Global) -> Result<Report, Failure> {
    let status = global.client()?.ask(&Request::Status)?;
    let seconds = status.get("uptime_s").and_then(Value::as_u64).unwrap_or_default();
    let json = json!({ "schema": 1, "uptime_s": seconds, "started": status.get("started") });
    Ok(Report::one(
        json,
        said("up-since").with("time", words(seconds)).with("since", text(&status, "started")),
    ))
}
