//! `directory`.

use clap::Subcommand;
use data_encoding::HEXLOWER;
use serde_json::json;

use super::Global;
use super::client::text;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::directory::Log;
use crate::exit::Failure;
use crate::home::Home;
use crate::server::ServeError;
use crate::server_keys::ServerKeys;

/// `directory …`.
#[derive(Debug, Subcommand)]
pub(super) enum DirectoryCommand {
    /// Checks the log file: every record, every signature, and the last signed head. The server may run.
    Verify,
    /// Shows the newest head.
    Head,
}

pub(super) fn run(global: &Global, command: &DirectoryCommand) -> Result<Report, Failure> {
    match command {
        DirectoryCommand::Verify => {
            let home = Home::at(&global.config()?.server.data_dir);
            let keys =
                ServerKeys::read(&home.server_keys()).map_err(|error| ServeError::from(error).failure())?;
            let head = Log::verify(&home, keys.ork).map_err(|error| ServeError::from(error).failure())?;
            let root = HEXLOWER.encode(&head.root);
            let json = json!({ "schema": 1, "leaves": head.size, "root": root, "sound": true });
            Ok(Report::one(json, format!("The log is sound: {} leaves, root {root}.", head.size)))
        }
        DirectoryCommand::Head => {
            let status = global.client()?.ask(&Request::Status)?;
            let json = json!({
                "schema": 1,
                "leaves": status.get("leaves"),
                "root": status.get("root"),
                "signed": status.get("head_signed"),
            });
            let line = format!(
                "{} leaves, root {}, signed {}",
                cell(&json, "leaves"),
                text(&json, "root"),
                text(&json, "signed")
            );
            Ok(Report::one(json, line))
        }
    }
}
