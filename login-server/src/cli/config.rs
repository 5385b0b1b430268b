//! `config`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::Global;
use super::output::{Report, cell};
use crate::admin::{Request, config_row};
use crate::config::{Config, template};
use crate::exit::Failure;
use crate::home::write_new_config;
use crate::words::{said, word};

/// `config …`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Shows what differs from the defaults; with --effective every key, as the running server uses it.
    Show {
        /// Every key of the running server.
        #[arg(long)]
        effective: bool,
    },
    /// Checks the file, `conf.d`, the environment and -O; needs no server.
    Check,
    /// Writes a file with every key, its description and its default.
    Generate {
        /// A new file; by default standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Lists every key with its type, default and description.
    Schema,
    /// Makes the running server read its configuration anew; says which keys need a restart.
    Reload,
}

pub(super) fn run(global: &Global, command: &ConfigCommand) -> Result<Report, Failure> {
    match command {
        ConfigCommand::Show { effective: true } => Ok(list(global.client()?.ask(&Request::ConfigShow)?)),
        ConfigCommand::Show { effective: false } => {
            let (now, defaults) = (global.config()?.settings(), Config::default_settings());
            let rows: Vec<Value> = now
                .iter()
                .zip(&defaults)
                .filter(|(now, default)| now.value != default.value)
                .map(|(now, _)| config_row(now))
                .collect();
            Ok(list(json!({ "schema": 1, "settings": rows })))
        }
        ConfigCommand::Check => {
            let config = global.config()?;
            let json = json!({ "schema": 1, "valid": true, "file": global.config, "data_dir": config.server.data_dir });
            Ok(Report::one(json, said("config-valid").with("file", global.config.display())))
        }
        ConfigCommand::Generate { out } => {
            let text = template();
            if let Some(out) = out {
                global.no_dry_run()?;
                write_new_config(out, text.as_bytes())?;
                let json = json!({ "schema": 1, "file": out });
                return Ok(Report::one(json, said("file-written").with("file", out.display())));
            }
            Ok(Report::one(json!({ "schema": 1, "config": text }), text.trim_end()))
        }
        ConfigCommand::Schema => {
            let rows: Vec<Value> = Config::default_settings().iter().map(config_row).collect();
            Ok(Report::list(
                json!({ "schema": 1, "settings": rows }),
                "settings",
                "",
                &[
                    ("KEY", &|row| cell(row, "key")),
                    ("TYPE", &|row| cell(row, "kind")),
                    ("DEFAULT", &|row| cell(row, "value")),
                    ("WHAT", &|row| cell(row, "about")),
                ],
            ))
        }
        ConfigCommand::Reload => {
            let json = global.client()?.ask(&Request::ConfigReload)?;
            let keys = |member: &str| {
                let all = json.get(member).and_then(Value::as_array).into_iter().flatten();
                let all: Vec<&str> = all.filter_map(Value::as_str).collect();
                if all.is_empty() { word("nothing") } else { all.join(", ") }
            };
            let text = said("config-reloaded")
                .with("taken", keys("applied"))
                .with("restart", keys("needs_restart"))
                .text();
            Ok(Report::one(json, text))
        }
    }
}

fn list(json: Value) -> Report {
    Report::list(
        json,
        "settings",
        "none-settings",
        &[("KEY", &|row| cell(row, "key")), ("VALUE", &|row| cell(row, "value"))],
    )
}
