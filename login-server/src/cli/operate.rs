//! `notice`, `log`, `task`, `stats`, `uptime`: the server from day to day.

use std::io::Write;
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Global;
use super::client::text;
use super::output::{Format, Report, cell, printable};
use crate::admin::Request;
use crate::config::size;
use crate::exit::{Exit, Failure};
use crate::time::words;

/// How often `log tail --follow` asks for more.
const FOLLOW: Duration = Duration::from_millis(500);

/// `notice …`.
#[derive(Debug, Subcommand)]
pub(super) enum NoticeCommand {
    /// Shows a line to everybody who is logged in.
    Send {
        /// One line of at most 500 characters.
        text: String,
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
}

/// `stats …`.
#[derive(Debug, Subcommand)]
pub(super) enum StatsCommand {
    /// Shows figures of the running server.
    Show,
}

pub(super) fn notice(global: &Global, command: &NoticeCommand) -> Result<Report, Failure> {
    let NoticeCommand::Send { text } = command;
    let json = global.client()?.ask(&Request::NoticeSend { text: text.clone() })?;
    let line = format!("Shown to {} sessions.", cell(&json, "sessions"));
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
    let TaskCommand::List = command;
    let json = global.client()?.ask(&Request::TaskList)?;
    let mut lines = vec![format!(
        "{} tasks on {} workers, {} waiting",
        cell(&json, "tasks"),
        cell(&json, "workers"),
        cell(&json, "waiting")
    )];
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

pub(super) fn stats(global: &Global, command: &StatsCommand) -> Result<Report, Failure> {
    let StatsCommand::Show = command;
    let json = global.client()?.ask(&Request::StatsShow)?;
    let lines: Vec<String> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "schema")
        .map(|(name, value)| {
            let shown = match (name.ends_with("_bytes"), value.as_u64()) {
                (true, Some(bytes)) => size::words(bytes),
                _ => value.to_string(),
            };
            format!("{:<18}{shown}", name.trim_end_matches("_bytes").replace('_', " "))
        })
        .collect();
    Ok(Report::one(json, lines.join("\n")))
}

pub(super) fn uptime(global: &Global) -> Result<Report, Failure> {
    let status = global.client()?.ask(&Request::Status)?;
    let seconds = status.get("uptime_s").and_then(Value::as_u64).unwrap_or_default();
    let json = json!({ "schema": 1, "uptime_s": seconds, "started": status.get("started") });
    Ok(Report::one(json, format!("up {} since {}", words(seconds), text(&status, "started"))))
}
