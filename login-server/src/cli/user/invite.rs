//! `user invite`: the token is made here and goes into the link, nowhere else (PROTOCOL §2.3, Enrolment).

use std::path::{Path, PathBuf};
use std::time::Duration;

use conclave_crypto::directory::{InviteGrant, Object};
use conclave_crypto::invite::Invite;
use conclave_crypto::keys::{OrkPublic, TransportPublic};
use conclave_crypto::password::Password;
use conclave_crypto::username::Username;
use data_encoding::HEXLOWER;
use fast_qr::QRBuilder;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::super::Global;
use super::super::client::{AdminClient, text};
use super::super::keys::{AdminKey, KeyArgs};
use super::super::output::{Report, cell, is_terminal};
use super::super::signing::{Carried, Unsigned, carry_out};
use crate::accounts::TokenHash;
use crate::admin::{Request, wire};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::key_file::KeyFile;
use crate::time::{local, stamp, words};
use crate::words::said;

/// Longest life of an invite (PROTOCOL §2.3).
const LONGEST: Duration = Duration::from_secs(30 * 86_400);
/// Pixels of one module of the picture, and modules of white around it (ISO 18004 asks for four).
const SCALE: usize = 8;
const QUIET: usize = 4;

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
        let code = QRBuilder::new(invited.qr.as_bytes()).build().map_err(|error| unpainted(&error))?;
        text.push_str(&code.to_str());
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
        let ork = hex32(text(status, "ork")).and_then(|bytes| OrkPublic::from_bytes(bytes).ok());
        let server =
            hex32(text(status, "server_key")).and_then(|bytes| TransportPublic::from_bytes(bytes).ok());
        let addresses: Vec<Multiaddr> = status
            .get("public")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|address| address.as_str()?.parse().ok())
            .collect();
        let (host, port) = addresses.iter().find_map(host_and_port).ok_or_else(|| {
            Failure::new(Exit::Config, said("no-public-address")).hint(said("no-public-address-hint"))
        })?;
        let binary = addresses.iter().map(Multiaddr::to_vec).filter(|bytes| bytes.len() <= 255).collect();
        let (ork, server) = ork.zip(server).ok_or_else(nonsense)?;
        let invite = Invite::generate(ork, server, expires, binary, &mut clock::rng());
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

/// What stands in the link for people to read; the addresses inside count.
fn host_and_port(address: &Multiaddr) -> Option<(String, u16)> {
    let host = address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(ip.to_string()),
        Protocol::Ip6(ip) => Some(format!("[{ip}]")),
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => Some(name.into_owned()),
        _ => None,
    })?;
    let port = address.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    })?;
    Some((host, port))
}

/// Writes the QR code as a PNG of one bit a pixel.
fn picture(qr: &str, out: &Path) -> Result<(), Failure> {
    let code = QRBuilder::new(qr.as_bytes()).build().map_err(|error| unpainted(&error))?;
    let side = (code.size + 2 * QUIET) * SCALE;
    let row_bytes = side.div_ceil(8);
    let mut pixels = vec![0_u8; row_bytes * side];
    for (index, byte) in pixels.iter_mut().enumerate() {
        let (y, x) = (index / row_bytes, index % row_bytes * 8);
        for bit in 0..8 {
            let module = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|&at| at < code.size);
            let dark = module(y).zip(module(x + bit)).is_some_and(|(row, column)| code[row][column].value());
            *byte = *byte << 1 | u8::from(!dark);
        }
    }
    let side = u32::try_from(side).map_err(|error| unpainted(&error))?;
    let mut bytes = Zeroizing::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut *bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|error| unpainted(&error))?;
    crate::home::write_new(out, &bytes)?;
    Ok(())
}

fn unpainted(error: &dyn std::fmt::Debug) -> Failure {
    Failure::new(Exit::Failed, said("no-qr").with("why", format!("{error:?}")))
}

fn nonsense() -> Failure {
    Failure::new(Exit::Failed, said("answer-senseless"))
}

fn hex32(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}
