//! `user invite --csv`: everybody in a list, or nobody; the links in one sealed file.

use std::path::Path;

use serde_json::{Value, json};

use super::super::client::{AdminClient, text};
use super::super::output::{Report, cell};
use super::super::{Global, passphrase};
use super::csv;
use super::invite::{Draft, LinkArgs};
use crate::admin::{Request, wire};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::links::{self, Link};
use crate::time::stamp;
use crate::words::{said, word};

pub(super) fn run(
    global: &Global,
    list: &Path,
    file: &Path,
    file_passphrase: Option<&Path>,
    link: &LinkArgs,
) -> Result<Report, Failure> {
    let lines = csv::read(list)?;
    if file.exists() {
        return Err(Failure::new(Exit::Conflict, said("file-exists").with("file", file.display())));
    }
    let mut client = global.client()?;
    let status = client.ask(&Request::Status)?;
    let drafts = lines
        .iter()
        .map(|line| Draft::new(&status, line.name.as_str(), 1, line.expires.unwrap_or(link.expires)))
        .collect::<Result<Vec<_>, _>>()?;
    let invites = match text(&status, "enrolment") {
        "grant" => signed(global, &mut client, link, &drafts)?,
        _ => drafts.iter().map(Draft::plain).collect(),
    };
    let users: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    if global.dry_run {
        client.ask(&Request::InviteMany { invites })?;
        let json = json!({ "schema": 1, "users": users });
        return Ok(Report::one(json, said("would-invite-list").with("count", users.len())));
    }
    let sealed_by = match file_passphrase {
        Some(file) => passphrase::read(Some(file), "")?,
        None => passphrase::read_new(&word("links-of"))?,
    };
    let made: Vec<Link> = users
        .iter()
        .zip(&drafts)
        .map(|(user, draft)| {
            let invited = draft.invited(None);
            Link {
                user: (*user).to_owned(),
                expires: invited.expires,
                link: invited.link.as_str().to_owned(),
            }
        })
        .collect();
    // The file comes first: links that were made and cannot be kept would be lost.
    links::write(file, &made, &sealed_by, &mut clock::rng())?;
    let answer = client.ask(&Request::InviteMany { invites }).inspect_err(|_| {
        // It was made a moment ago, and its links let nobody in.
        let _ = std::fs::remove_file(file);
    })?;
    let json = json!({
        "schema": 1,
        "users": users,
        "links": file,
        "first_leaf": answer.get("first_leaf"),
        "expires": made.iter().map(|link| stamp(link.expires)).max(),
        "fingerprint": status.get("fingerprint"),
    });
    let line = said("invited-list").with("count", users.len()).with("file", file.display());
    Ok(Report::one(json, line))
}

/// Every invite with its leaf; the key is opened once.
fn signed(
    global: &Global,
    client: &mut AdminClient,
    link: &LinkArgs,
    drafts: &[Draft],
) -> Result<Vec<wire::Invite>, Failure> {
    let key = link.key.open(global)?;
    client.signed_by(&key.name);
    drafts
        .iter()
        .map(|draft| {
            let mut unsigned = draft.unsigned()?;
            unsigned.sign(&key)?;
            match unsigned.request()? {
                Request::Invite(invite) => Ok(invite),
                _ => Err(Failure::new(Exit::Failed, said("answer-senseless"))),
            }
        })
        .collect()
}

/// `invite open`: the links of a sealed file.
pub(in crate::cli) fn open(file: &Path, pass: Option<&Path>) -> Result<Report, Failure> {
    let passphrase = passphrase::read(pass, &word("prompt-links"))?;
    let links = links::read(file, &passphrase)?;
    let rows: Vec<Value> = links
        .iter()
        .map(|link| json!({ "user": link.user, "expires": stamp(link.expires), "link": link.link }))
        .collect();
    Ok(Report::list(
        json!({ "schema": 1, "links": rows }),
        "links",
        "none-invites",
        &[
            ("USER", &|row| cell(row, "user")),
            ("EXPIRES", &|row| cell(row, "expires")),
            ("LINK", &|row| cell(row, "link")),
        ],
    ))
}
