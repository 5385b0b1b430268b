//! `completions` and `man`: made from the same description as the help pages.

use std::path::Path;

use clap_complete::Shell;
use serde_json::json;

use super::output::Report;
use super::{Global, command};
use crate::exit::{Exit, Failure};
use crate::words::said;

/// Completions of a shell.
pub(super) fn completions(shell: Shell) -> Report {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "login-server", &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    Report::one(json!({ "schema": 1, "shell": shell.to_string(), "script": text }), text.trim_end())
}

/// One man page for each command.
pub(super) fn man(global: &Global, out: &Path) -> Result<Report, Failure> {
    global.no_dry_run()?;
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, format!("{}: {error}", out.display()));
    std::fs::create_dir_all(out).map_err(failed)?;
    clap_mangen::generate_to(command(), out).map_err(failed)?;
    let count = std::fs::read_dir(out).map_err(failed)?.count();
    let json = json!({ "schema": 1, "directory": out, "pages": count });
    Ok(Report::one(json, said("pages-written").with("directory", out.display())))
}
