//! `user invite`: the token is made here and goes into the link, nowhere else (PROTOCOL §2.3, Enrolment).

use std::path::{Path, PathBuf};
use std::time::Duration;

use conclave_crypto::directory::{InviteGrant, Object};
use conclave_crypto::invite::Invite;
use conclave_crypto::password::Password;
use conclave_crypto::username::Username;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::Global;
use super::super::client::{AdminClient, text};
use super::super::keys::{AdminKey, KeyArgs};
use super::super::output::{Report, cell, is_terminal};
use super::super::signing::{Carried, Unsigned, carry_out};
use super::place::{Place, picture, terminal};
use crate::accounts::TokenHash;
use crate::admin::{Request, wire};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::key_file::KeyFile;
use crate::time::{local, stamp, words};
use crate::words::said;

/// Longest life of an invite (PROTOCOL §2.3).
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// An invite that was made.
#[derive(Debug)]
pub struct Invited {
    /// `conclave://host:port/…`
    pub link: Zeroizing<String>,
    /// The text of its QR code.
    pub qr: Zeroizing<String>,
    /// Index of the InviteGrant; none in the modes `manual` and `auto`.
    pub leaf: Option<u64>,
    /// Its end, milliseconds UTC.
    pub expires: u64,
}

/// Invites a person at a running server, as `login-server user invite` does: for tests and programs that embed the
/// server. `socket` is the administrator's socket, `key` a sealed admin key.
///
/// # Errors
/// [`Failure`].
pub fn invite(
    socket: &Path,
    key: &Path,
    passphrase: &Password,
    name: &str,
    expires: Duration,
) -> Result<Invited, Failure> {
    let mut client = AdminClient::connect(socket, Duration::from_secs(30))?;
    let status = client.ask(&Request::Status)?;
    let draft = Draft::new(&status, name, 1, expires)?;
    let answer = if text(&status, "enrolment") == "grant" {
        let mut unsigned = draft.unsigned()?;
        unsigned.sign(&AdminKey::open(KeyFile::read(key)?, passphrase)?)?;
        unsigned.submit(&mut client)?
    } else {
        client.ask(&draft.request())?
    };
    Ok(draft.invited(answer.get("leaf").and_then(Value::as_u64)))
}

/// What every new link is asked for.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct LinkArgs {
    /// How long the link is good, such as `7d`; at most 30 days.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = humantime::parse_duration)]
    pub(super) expires: Duration,
    /// Also writes the QR code as a picture.
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) key: KeyArgs,
}

pub(super) fn run(global: &Global, name: &str, link: &LinkArgs) -> Result<Report, Failure> {
    let name = Username::parse(name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    show(global, name.as_str(), 1, link)
}

/// One link for several people, who choose their names.
pub(in crate::cli) fn company(global: &Global, uses: u16, link: &LinkArgs) -> Result<Report, Failure> {
    show(global, "", uses, link)
}

fn show(global: &Global, name: &str, uses: u16, link: &LinkArgs) -> Result<Report, Failure> {
    let (expires, key) = (link.expires, &link.key);
    let mut client = global.client()?;
    let status = client.ask(&Request::Status)?;
    let draft = Draft::new(&status, name, uses, expires)?;
    let mut file = None;
    let answer = if text(&status, "enrolment") == "grant" {
        match carry_out(global, &mut client, key, draft.unsigned()?)? {
            Carried::Done(answer) => answer,
            Carried::Written(path) => {
                file = Some(path);
                Value::Null
            }
        }
    } else {
        client.ask(&draft.request())?
    };
    let leaf = answer.get("leaf").and_then(Value::as_u64);
    let whom = match name {
        "" => said("people-any-name").with("count", uses).text(),
        name => name.to_owned(),
    };
    if global.dry_run {
        let json = json!({ "schema": 1, "user": name, "expires": stamp(draft.expires) });
        return Ok(Report::one(
            json,
            said("would-invite").with("whom", whom).with("until", local(draft.expires)),
        ));
    }
    let invited = draft.invited(leaf);
    if let Some(out) = &link.out {
        picture(&invited.qr, out)?;
    }
    let json = json!({
        "schema": 1,
        "id": answer.get("id"),
        "user": (!name.is_empty()).then_some(name),
        "uses": uses,
        "link": invited.link.as_str(),
        "qr": invited.qr.as_str(),
        "leaf": invited.leaf,
        "expires": stamp(invited.expires),
        "fingerprint": status.get("fingerprint"),
        "request": file,
    });
    let mut text = said(if uses == 1 { "invited" } else { "invited-several" })
        .with("whom", whom)
        .with("until", local(invited.expires))
        .with("time", words(expires.as_secs()))
        .with("uses", uses)
        .text();
    if let Some(leaf) = invited.leaf {
        text.push(' ');
        text.push_str(&said("leaf").with("leaf", leaf).text());
    }
    text.push_str("\n  ");
    text.push_str(invited.link.as_str());
    text.push('\n');
    if let Some(file) = &file {
        text.push_str(&said("link-works-once-signed").with("file", file.display()).text());
        text.push('\n');
    }
    if is_terminal() {
        text.push_str(&terminal(&invited.qr)?);
        text.push('\n');
    }
    text.push_str(&said("give-link").with("fingerprint", cell(&status, "fingerprint")).text());
    Ok(Report::one(json, text))
}

/// An invite that nobody has signed.
pub(super) struct Draft {
    invite: Invite,
    host: String,
    port: u16,
    name: String,
    uses: u16,
    at: u64,
    expires: u64,
}

impl Draft {
    pub(super) fn new(status: &Value, name: &str, uses: u16, expires: Duration) -> Result<Self, Failure> {
        if expires > LONGEST || expires.is_zero() {
            return Err(Failure::new(Exit::Usage, said("invite-too-long")));
        }
        let at = clock::now();
        let expires = at.saturating_add(u64::try_from(expires.as_millis()).unwrap_or(u64::MAX));
        let Place { ork, server, addresses, host, port } = Place::of(status)?;
        let invite = Invite::generate(ork, server, expires, addresses, &mut clock::rng());
        Ok(Self { invite, host, port, name: name.to_owned(), uses, at, expires })
    }

    fn request(&self) -> Request {
        Request::Invite(self.plain())
    }

    /// The invite without its leaf.
    pub(super) fn plain(&self) -> wire::Invite {
        wire::Invite {
            name: self.name.clone(),
            token_hash: HEXLOWER.encode(&TokenHash::of(self.invite.login_token().expose()).0),
            uses: self.uses,
            expires: self.expires,
            leaf: None,
        }
    }

    pub(super) fn unsigned(&self) -> Result<Unsigned, Failure> {
        let grant = InviteGrant {
            username: self.name.clone(),
            grant: self.invite.grant_key().public(),
            uses: self.uses,
            expires: self.expires,
            at: self.at,
        };
        Unsigned::new(self.invite.org(), &Object::InviteGrant(grant), 1, &self.request())
    }

    pub(super) fn invited(&self, leaf: Option<u64>) -> Invited {
        Invited {
            link: self.invite.link(&self.host, self.port),
            qr: self.invite.qr_text(),
            leaf,
            expires: self.expires,
        }
    }
}
