//! `stop`.

use std::time::Duration;

use clap::Args;

use super::Global;
use super::client::text;
use super::confirm::confirm;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::exit::Failure;
use crate::words::{said, word};

/// `stop`.
#[derive(Debug, Args)]
pub(super) struct StopArgs {
    /// When, such as `2m`; at once by default.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    r#in: Option<Duration>,
    /// What every client is told.
    #[arg(long, value_name = "TEXT")]
    notice: Option<String>,
}

pub(super) fn run(global: &Global, args: &StopArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    confirm(global, &word("stop-about"), "stop")?;
    let in_ms = args.r#in.map_or(0, |wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    let json = client.ask(&Request::Stop { in_ms, notice: args.notice.clone() })?;
    let line = said("stopping").with("at", text(&json, "stops")).with("sessions", cell(&json, "sessions"));
    Ok(Report::one(json, line))
}
