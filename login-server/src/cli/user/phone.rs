//! `user totp-reset`: the code is made here and goes to the administrator, nowhere else. What the admin key signs is said
//! in `admin/phone`.

use std::time::Duration;

use conclave_crypto::directory::{Object, ResetGrant};
use conclave_crypto::keys::UserId;
use conclave_crypto::reset::ResetCode;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::super::Global;
use super::super::client::text;
use super::super::confirm::confirm;
use super::super::keys::KeyArgs;
use super::super::output::{Report, cell};
use super::super::signing::{Carried, Unsigned, carry_out};
use super::reset::LONGEST;
use crate::accounts::TokenHash;
use crate::admin::{Request, wire};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::time::{local, stamp};
use crate::words::said;

pub(super) fn run(global: &Global, user: &str, expires: Duration, key: &KeyArgs) -> Result<Report, Failure> {
    if expires > LONGEST || expires.is_zero() {
        return Err(Failure::new(Exit::Usage, said("reset-too-long")));
    }
    let mut client = global.client()?;
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    let org = client.org()?;
    let id: UserId =
        text(&target, "user_id").parse().map_err(|_| Failure::new(Exit::Failed, said("answer-senseless")))?;
    let about = said("phone-about").with("user", user).with("sessions", cell(&target, "sessions")).text();
    confirm(global, &about, user)?;
    let now = clock::now();
    let end = now.saturating_add(u64::try_from(expires.as_millis()).unwrap_or(u64::MAX));
    let code = ResetCode::generate(&mut clock::rng());
    let statement = ResetGrant {
        user_id: id,
        reset_seq: 0,
        grant: code.grant_key(&org, &id).public(),
        expires: end,
        reason: 0,
        at: now,
    };
    let request = Request::TotpReset(wire::Reset {
        name: user.to_owned(),
        token_hash: HEXLOWER.encode(&TokenHash::of(code.login_token(&org, &id).expose()).0),
        expires: end,
        leaf: String::new(),
    });
    let unsigned = Unsigned::new(org, &Object::ResetGrant(statement), 1, &request)?;
    let carried = carry_out(global, &mut client, key, unsigned)?;
    if global.dry_run {
        let json = json!({ "schema": 1, "user": user, "code": null, "expires": stamp(end) });
        return Ok(Report::one(json, said("would-reset-phone").with("user", user).text()));
    }
    let code = code.text();
    let (answer, file) = match carried {
        Carried::Done(answer) => (answer, None),
        Carried::Written(path) => (Value::Null, Some(path)),
    };
    let json = json!({
        "schema": 1, "user": user, "code": code.as_str(), "expires": stamp(end),
        "sessions_closed": answer.get("sessions_closed"), "request": file,
    });
    let head = said("reset-code").with("user", user).with("until", local(end)).with("code", code.as_str());
    let rest = match &file {
        Some(file) => said("phone-works-once-signed").with("file", file.display()),
        None => said("phone-done").with("user", user).with("sessions", cell(&json, "sessions_closed")),
    };
    let line = format!(
        "{}
{}",
        head.text(),
        rest.text()
    );
    Ok(Report::one(json, line))
}
