//! `user reset`: the code is made here and goes to the administrator, nowhere else (PROTOCOL §2.3, Reset). The link
//! holds it with what a program needs beside it; the code alone is there to be read aloud.

use std::path::Path;
use std::time::Duration;

use conclave_crypto::directory::{Object, ResetGrant};
use conclave_crypto::keys::UserId;
use conclave_crypto::reset::{ResetCode, ResetLink};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::super::Global;
use super::super::client::text;
use super::super::confirm::confirm;
use super::super::keys::KeyArgs;
use super::super::output::{Report, cell, is_terminal};
use super::super::signing::{Carried, Unsigned, carry_out};
use super::place::{Place, picture, terminal};
use crate::accounts::TokenHash;
use crate::admin::{Request, wire};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::time::{local, stamp};
use crate::words::said;

/// Longest life of a code (PROTOCOL §2.3).
pub(super) const LONGEST: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn run(
    global: &Global,
    user: &str,
    expires: Duration,
    out: Option<&Path>,
    key: &KeyArgs,
) -> Result<Report, Failure> {
    if expires > LONGEST || expires.is_zero() {
        return Err(Failure::new(Exit::Usage, said("reset-too-long")));
    }
    let mut client = global.client()?;
    let status = client.ask(&Request::Status)?;
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    let place = Place::of(&status)?;
    let org = client.org()?;
    let bad = || Failure::new(Exit::Failed, said("answer-senseless"));
    let id: UserId = text(&target, "user_id").parse().map_err(|_| bad())?;
    let number = |member: &str| target.get(member).and_then(Value::as_u64);
    let admins = usize::try_from(number("reset_admins").unwrap_or(1)).unwrap_or(1);
    let about = said("reset-about").with("user", user).with("sessions", cell(&target, "sessions")).text();
    confirm(global, &about, user)?;
    let now = clock::now();
    let end = now.saturating_add(u64::try_from(expires.as_millis()).unwrap_or(u64::MAX));
    let Place { ork, server: server_tpk, addresses, host, port } = place;
    let code = ResetCode::generate(&mut clock::rng());
    let link = ResetLink { ork, server_tpk, user: id, code, expires: end, addresses };
    let grant = ResetGrant {
        user_id: id,
        reset_seq: number("reset_seq").and_then(|seq| seq.try_into().ok()).ok_or_else(bad)?,
        grant: link.code.grant_key(&org, &id).public(),
        expires: end,
        reason: 0,
        at: now,
    };
    let request = Request::Reset(wire::Reset {
        name: user.to_owned(),
        token_hash: HEXLOWER.encode(&TokenHash::of(link.code.login_token(&org, &id).expose()).0),
        expires: end,
        leaf: String::new(),
    });
    let unsigned = Unsigned::new(org, &Object::ResetGrant(grant), admins, &request)?;
    let carried = carry_out(global, &mut client, key, unsigned)?;
    if global.dry_run {
        let json = json!({ "schema": 1, "user": user, "code": null, "link": null, "expires": stamp(end) });
        return Ok(Report::one(
            json,
            said("would-reset").with("user", user).with("until", local(end)).text(),
        ));
    }
    if let Some(out) = out {
        picture(&link.qr_text(), out)?;
    }
    let (code, shown) = (link.code.text(), link.link(&host, port));
    let (answer, file) = match carried {
        Carried::Done(answer) => (answer, None),
        Carried::Written(path) => (Value::Null, Some(path)),
    };
    let json = json!({
        "schema": 1, "user": user, "code": code.as_str(), "link": shown.as_str(), "qr": link.qr_text().as_str(),
        "expires": stamp(end), "leaf": answer.get("leaf"), "sessions_closed": answer.get("sessions_closed"),
        "fingerprint": status.get("fingerprint"), "request": file,
    });
    let mut text =
        said("reset-code").with("user", user).with("until", local(end)).with("code", code.as_str()).text();
    if file.is_none() {
        let done = said("reset-done")
            .with("leaf", cell(&json, "leaf"))
            .with("sessions", cell(&json, "sessions_closed"));
        text.push(' ');
        text.push_str(&done.text());
    }
    text.push_str("\n  ");
    text.push_str(shown.as_str());
    text.push('\n');
    if let Some(file) = &file {
        let waits = said("reset-works-once-signed").with("file", file.display()).with("count", admins);
        text.push_str(&waits.text());
        text.push('\n');
    }
    if is_terminal() {
        text.push_str(&terminal(&link.qr_text())?);
        text.push('\n');
    }
    text.push_str(&said("give-reset-link").with("fingerprint", cell(&status, "fingerprint")).text());
    Ok(Report::one(json, text))
}
