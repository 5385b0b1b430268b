//! `key rotate`: the server draws the key, the root key signs that it is the server's (PROTOCOL §2.2).

use conclave_crypto::directory::{Enrolment, LONGEST_SERVER_KEY_LIFE, ServerKey, sign_server_key};
use conclave_crypto::keys::{DirectoryPublic, EnrolPublic};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::super::Global;
use super::super::change_policy::{Change, change, current};
use super::super::client::{AdminClient, text};
use super::super::keys::RootArgs;
use super::super::output::{Report, cell};
use crate::admin::{Request, wire::Rotated};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::words::said;

/// What `key rotate` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in super::super) enum Which {
    /// DSK: signs heads, leases, receipts and bans.
    Directory,
    /// EnrolKey: adds users while the policy says `auto`.
    Enrolment,
    /// TPK: what clients know the server by. It cannot be replaced; the answer says what to do.
    Server,
}

pub(super) fn run(global: &Global, which: Which, root: &RootArgs) -> Result<Report, Failure> {
    match which {
        Which::Directory => directory(global, &mut global.client()?, root),
        Which::Enrolment => enrolment(global, &mut global.client()?, root),
        // Every link and every client is bound to it, and no leaf can name another (PROTOCOL §2.3): a client that took
        // another key without a leaf would take that of an impostor.
        Which::Server => {
            Err(Failure::new(Exit::Refused, said("transport-key-pinned"))
                .hint(said("transport-key-pinned-hint")))
        }
    }
}

fn directory(global: &Global, client: &mut AdminClient, root: &RootArgs) -> Result<Report, Failure> {
    let root = root.find(global)?;
    // A root key of another organisation would make a leaf that no client takes.
    current(client, &root)?;
    let next = next(client, Rotated::Directory)?.0;
    let key = DirectoryPublic::from_bytes(next).map_err(|_| senseless())?;
    let now = clock::now();
    let named = ServerKey { key, nbf: now, naf: now.saturating_add(LONGEST_SERVER_KEY_LIFE) };
    let leaf = sign_server_key(&root.org, named, &root.open()?);
    client.signed_by("root");
    let leaf = Some(HEXLOWER.encode(&leaf));
    let json = client.ask(&Request::KeyRotate { which: Rotated::Directory, leaf })?;
    let former = match text(&json, "former_until") {
        "" => said("former-key-ended"),
        until => said("former-key-until").with("until", until),
    };
    let line = said("directory-key-rotated")
        .with("until", cell(&json, "until"))
        .with("leaf", cell(&json, "leaf"))
        .text();
    Ok(Report::one(json, format!("{line}\n{}", former.text())))
}

fn enrolment(global: &Global, client: &mut AdminClient, root: &RootArgs) -> Result<Report, Failure> {
    let (next, named) = next(client, Rotated::Enrolment)?;
    let json = if named {
        let key = EnrolPublic::from_bytes(next).map_err(|_| senseless())?;
        let what = Change { action: "key.rotate", target: "enrolment", about: "", word: "" };
        let answer = change(global, client, root, &what, |policy| {
            policy.enrolment = Enrolment::Auto(key);
            Ok(())
        })?;
        let leaf = answer.get("leaf").cloned().unwrap_or_default();
        json!({ "schema": 1, "which": "enrolment", "key": HEXLOWER.encode(&next), "leaf": leaf })
    } else {
        client.ask(&Request::KeyRotate { which: Rotated::Enrolment, leaf: None })?
    };
    let line = match json.get("leaf") {
        None | Some(Value::Null) => said("enrolment-key-rotated"),
        Some(_) => said("enrolment-key-rotated-leaf").with("leaf", cell(&json, "leaf")),
    };
    Ok(Report::one(json, line))
}

/// The key that the server has drawn, and whether the policy names such a key.
fn next(client: &mut AdminClient, which: Rotated) -> Result<([u8; 32], bool), Failure> {
    let drawn = client.ask(&Request::KeyPrepare { which })?;
    let key = HEXLOWER.decode(text(&drawn, "key").as_bytes()).ok().and_then(|key| key.try_into().ok());
    let auto = drawn.get("auto").and_then(Value::as_bool).unwrap_or_default();
    Ok((key.ok_or_else(senseless)?, auto))
}

fn senseless() -> Failure {
    Failure::new(Exit::Failed, said("answer-senseless"))
}
