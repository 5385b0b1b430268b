//! A report to hand to an administrator: the findings, without names or addresses unless they are asked for.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use conclave_proto::ErrorCode;
use serde::Deserialize;

use super::{Check, Facts};
use crate::model::Failure;
use crate::words::Language;

/// What a report holds beside the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Include {
    /// My user name.
    Names,
    /// Addresses listened on, seen by the server, in use and tried.
    Addresses,
}

/// Writes it to a new file that only this user can read.
///
/// # Errors
/// `E-API-3` when the file is there already or cannot be made.
pub(crate) fn write(
    path: &Path,
    facts: &Facts,
    checks: &[Check],
    include: &[Include],
    language: Language,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let why = if error.kind() == ErrorKind::AlreadyExists { "exists" } else { "cannot be written" };
        Failure::new(ErrorCode::ApiParams).with("field", "path").with("why", why)
    };
    let text = text(facts, checks, include, language);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// The whole report.
pub(crate) fn text(facts: &Facts, checks: &[Check], include: &[Include], language: Language) -> String {
    lines(facts, checks, include, language).join("\n") + "\n"
}

pub(super) fn lines(facts: &Facts, checks: &[Check], include: &[Include], language: Language) -> Vec<String> {
    let mut lines = vec![
        format!(
            "Conclave {} ({} {})",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
        crate::words::time(facts.now),
    ];
    for check in checks {
        lines.push(format!("{} {}: {}", if check.ok { "+" } else { "!" }, check.id, check.meaning(language)));
        lines.extend(check.todo(language).map(|todo| format!("    {todo}")));
    }
    if include.contains(&Include::Names) {
        lines.push(format!("user: {}", facts.core.me.name));
    }
    if include.contains(&Include::Addresses) {
        lines.extend(facts.network.listening.iter().map(|address| format!("listening: {address}")));
        lines.extend(facts.network.observed.iter().map(|address| format!("seen at: {address}")));
        if let Some(peer) = &facts.network.peer {
            lines.extend(peer.address.iter().map(|address| format!("in use: {address}")));
            lines.extend(peer.failures.iter().map(|failure| format!("tried: {failure}")));
        }
    }
    lines
}
