//! `user reset`: the code is made here and goes to the administrator, nowhere else (PROTOCOL §2.3, Reset).

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
use crate::accounts::TokenHash;
use crate::admin::{Request, wire};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::time::{local, stamp};

/// Longest life of a code (PROTOCOL §2.3).
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn run(global: &Global, user: &str, expires: Duration, key: &KeyArgs) -> Result<Report, Failure> {
    if expires > LONGEST || expires.is_zero() {
        return Err(Failure::new(Exit::Usage, "a re-enrolment code is good for at most 7 days"));
    }
    let mut client = global.client()?;
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    let org = client.org()?;
    let bad = || Failure::new(Exit::Failed, "the server's answer makes no sense");
    let id: UserId = text(&target, "user_id").parse().map_err(|_| bad())?;
    let number = |member: &str| target.get(member).and_then(Value::as_u64);
    let admins = usize::try_from(number("reset_admins").unwrap_or(1)).unwrap_or(1);
    let about = format!(
        "A re-enrolment code lets {user} choose a new password and a new phone.\n\
         It does NOT open their messages: without the password or recovery key these stay locked for ever.\n\
         Contacts are told who made this reset; if the keys change, they must accept the new safety number first.\n\
         {} sessions are closed.",
        cell(&target, "sessions")
    );
    confirm(global, &about, user)?;
    let now = clock::now();
    let end = now.saturating_add(u64::try_from(expires.as_millis()).unwrap_or(u64::MAX));
    let code = ResetCode::generate(&mut clock::rng());
    let grant = ResetGrant {
        user_id: id,
        reset_seq: number("reset_seq").and_then(|seq| seq.try_into().ok()).ok_or_else(bad)?,
        grant: code.grant_key(&org, &id).public(),
        expires: end,
        reason: 0,
        at: now,
    };
    let request = Request::Reset(wire::Reset {
        name: user.to_owned(),
        token_hash: HEXLOWER.encode(&TokenHash::of(code.login_token(&org, &id).expose()).0),
        expires: end,
        leaf: String::new(),
    });
    let unsigned = Unsigned::new(org, &Object::ResetGrant(grant), admins, &request)?;
    let shown = if global.dry_run { None } else { Some(code.text()) };
    let shown = shown.as_ref().map(|code| code.as_str());
    let fields = |leaf: Value, sessions: Value, file: Value| {
        json!({
            "schema": 1, "user": user, "code": shown, "expires": stamp(end),
            "leaf": leaf, "sessions_closed": sessions, "request": file,
        })
    };
    let head =
        format!("Code for {user} (until {}, one use):  {}", local(end), shown.unwrap_or("(none: dry run)"));
    match carry_out(global, &mut client, key, unsigned)? {
        Carried::Done(answer) => {
            let member = |name: &str| answer.get(name).cloned().unwrap_or_default();
            let json = fields(member("leaf"), member("sessions_closed"), Value::Null);
            let line = format!(
                "{head}        Leaf {}. {} sessions closed.",
                cell(&json, "leaf"),
                cell(&json, "sessions_closed")
            );
            Ok(Report::one(json, line))
        }
        Carried::Written(path) => {
            let json = fields(Value::Null, Value::Null, json!(path));
            let line = format!(
                "{head}\nIt works once {} is signed by {admins} and submitted. Keep the code until then; it is in no file.",
                path.display()
            );
            Ok(Report::one(json, line))
        }
    }
}
