//! `invite`: invites after they were made, and those for any name.

use std::path::PathBuf;

use clap::Subcommand;
use conclave_crypto::directory::Object;
use data_encoding::HEXLOWER;
use serde_json::Value;

use super::Global;
use super::client::text;
use super::confirm::confirm;
use super::keys::KeyArgs;
use super::output::{Report, cell, fields};
use super::signing::{Carried, Unsigned, carry_out};
use super::user::LinkArgs;
use super::{user, written};
use crate::admin::Request;
use crate::exit::{Exit, Failure};
use crate::words::{said, word};

/// `invite …`.
#[derive(Debug, Subcommand)]
pub(super) enum InviteCommand {
    /// Lists invites and reset codes that the server knows; the links themselves cannot be shown again.
    #[command(alias = "ls")]
    List,
    /// Shows one.
    Show {
        /// The beginning of its id, or the name it is for.
        id: String,
    },
    /// Closes one: at the server at once, and by a leaf if it was signed.
    Revoke {
        /// The beginning of its id, or the name it is for.
        id: String,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Shows the links of the sealed file that `user invite --csv` made; needs no server.
    Open {
        /// The file.
        file: PathBuf,
        /// A file with its passphrase; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Makes one link for several people, who choose their names themselves.
    Company {
        /// How many people, at most 65535.
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        uses: u16,
        #[command(flatten)]
        link: LinkArgs,
    },
    /// Forgets those that have ended.
    Purge {
        /// Says so.
        #[arg(long, required = true)]
        expired: bool,
    },
}

pub(super) fn run(global: &Global, command: &InviteCommand) -> Result<Report, Failure> {
    match command {
        InviteCommand::List => Ok(Report::list(
            global.client()?.ask(&Request::InviteList)?,
            "invites",
            "none-invites",
            &[
                ("ID", &|row| cell(row, "id")),
                ("USER", &|row| cell(row, "user")),
                ("KIND", &|row| cell(row, "kind")),
                ("STATE", &|row| cell(row, "state")),
                ("USES LEFT", &|row| cell(row, "uses_left")),
                ("EXPIRES", &|row| cell(row, "expires")),
            ],
        )),
        InviteCommand::Show { id } => {
            let json = global.client()?.ask(&Request::InviteShow { id: id.clone() })?;
            let members =
                ["id", "user", "kind", "state", "uses_left", "made", "expires", "signed", "signed_by"];
            let text = fields(&json, &members);
            Ok(Report::one(json, text))
        }
        InviteCommand::Open { file, passphrase_file } => user::open(file, passphrase_file.as_deref()),
        InviteCommand::Revoke { id, key } => revoke(global, id, key),
        InviteCommand::Company { uses, link } => user::company(global, *uses, link),
        InviteCommand::Purge { .. } => {
            let json = global.client()?.ask(&Request::InvitePurge)?;
            let line = said("invites-purged").with("count", cell(&json, "purged"));
            Ok(Report::one(json, line))
        }
    }
}

fn revoke(global: &Global, id: &str, key: &KeyArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let shown = client.ask(&Request::InviteShow { id: id.to_owned() })?;
    let id = text(&shown, "id").to_owned();
    let about = said("invite-revoke-about")
        .with("id", &id)
        .with("kind", text(&shown, "kind"))
        .with(
            "user",
            shown.get("user").and_then(Value::as_str).map_or_else(|| word("any-name"), str::to_owned),
        )
        .with("uses", cell(&shown, "uses_left"));
    confirm(global, &about.text(), &id)?;
    let json = match shown.get("withdrawal").and_then(Value::as_str) {
        None => client.ask(&Request::InviteRevoke { id, leaf: None })?,
        Some(object) => {
            let bad = || Failure::new(Exit::Failed, said("answer-senseless"));
            let org = client.org()?;
            let bytes = HEXLOWER.decode(object.as_bytes()).map_err(|_| bad())?;
            let object = Object::parse(conclave_crypto::directory::Kind::InviteGrant, &bytes, &org)
                .map_err(|_| bad())?;
            // Only a withdrawal is signed here, whatever the server sent.
            if !matches!(&object, Object::InviteGrant(grant) if grant.is_withdrawal()) {
                return Err(bad());
            }
            let request = Request::InviteRevoke { id, leaf: None };
            match carry_out(global, &mut client, key, Unsigned::new(org, &object, 1, &request)?)? {
                Carried::Done(json) => json,
                Carried::Written(path) => return Ok(written(&path)),
            }
        }
    };
    let line = match json.get("leaf").and_then(Value::as_u64) {
        Some(leaf) => said("invite-revoked-leaf").with("id", text(&json, "id")).with("leaf", leaf),
        None => said("invite-revoked").with("id", text(&json, "id")),
    };
    Ok(Report::one(json, line))
}
