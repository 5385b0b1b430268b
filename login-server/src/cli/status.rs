//! `status`, `health`, `fingerprint`, `version`.

use serde_json::{Value, json};

use super::Global;
use super::client::text;
use super::output::{Report, cell, lines};
use crate::admin::Request;
use crate::config::size;
use crate::exit::Failure;
use crate::home::Home;
use crate::server_keys::ServerKeys;
use crate::time::words;
use crate::words::{said, word};

pub(super) fn status(global: &Global) -> Result<Report, Failure> {
    let json = global.client()?.ask(&Request::Status)?;
    let list = |member: &str| {
        let items = json.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
        items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
    };
    let up = json.get("uptime_s").and_then(Value::as_u64).unwrap_or_default();
    let circuits = said("circuits-carried")
        .with("count", cell(&json, "circuits"))
        .with("bytes", cell(&json, "relayed_bytes"));
    let log = said("leaves-signed")
        .with("leaves", cell(&json, "leaves"))
        .with("signed", text(&json, "head_signed"));
    let shown = [
        ("organisation", text(&json, "organisation").to_owned()),
        ("fingerprint", text(&json, "fingerprint").to_owned()),
        ("version", text(&json, "version").to_owned()),
        ("up", words(up)),
        ("listening", list("listening")),
        ("in_invites", list("public")),
        ("service", text(&json, "service").to_owned()),
        ("enrolment", text(&json, "enrolment").to_owned()),
        ("sessions", cell(&json, "sessions")),
        ("users", cell(&json, "users")),
        ("circuits", circuits.text()),
        ("bans", cell(&json, "bans")),
        ("open_invites", cell(&json, "invites_open")),
        ("waiting", cell(&json, "pending")),
        ("drop_box", dropbox(&json)),
        ("backup", backup(&json)),
        ("log", log.text()),
    ];
    Ok(Report::one(json, lines(&shown)))
}

fn backup(json: &Value) -> String {
    let missing = json.get("clients_ahead").and_then(Value::as_u64).unwrap_or_default();
    let last = match text(json, "backup_last") {
        "" => word("backup-none"),
        at => said("backup-last").with("at", at).text(),
    };
    match (json.get("backup_failure").and_then(Value::as_str), missing) {
        (_, 1..) => said("backup-clients-ahead").with("last", last).with("leaves", missing).text(),
        (Some(why), _) => said("backup-failed").with("last", last).with("why", why).text(),
        (None, _) => last,
    }
}

fn dropbox(json: &Value) -> String {
    let of = |member: &str| json.get("dropbox").and_then(|all| all.get(member)).and_then(Value::as_u64);
    let size = |member: &str| of(member).map_or_else(|| "-".into(), size::words);
    let on = json.get("dropbox").and_then(|all| all.get("on")).and_then(Value::as_bool).unwrap_or(false);
    said(if on { "parcels-of" } else { "parcels-off" })
        .with("count", of("parcels").unwrap_or(0))
        .with("size", size("bytes"))
        .with("total", size("total"))
        .text()
}

pub(super) fn health(global: &Global) -> Result<Report, Failure> {
    global.client()?.ask(&Request::Status)?;
    Ok(Report::one(json!({ "schema": 1, "healthy": true }), word("healthy")))
}

pub(super) fn fingerprint(global: &Global) -> Result<Report, Failure> {
    let ork = ServerKeys::organisation(&Home::at(&global.config()?.server.data_dir).server_keys())?;
    let digits = conclave_crypto::fingerprint::fingerprint(&ork);
    Ok(Report::one(json!({ "schema": 1, "fingerprint": digits }), digits))
}

pub(super) fn version() -> Report {
    let version = env!("CARGO_PKG_VERSION");
    Report::one(json!({ "schema": 1, "version": version }), format!("login-server {version}"))
}
