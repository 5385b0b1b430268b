//! Kicks: sessions end, and login is refused for a time.

use conclave_crypto::login::LoginName;
use serde_json::{Value, json};

use super::{Caller, failed, look};
use crate::clock;
use crate::exit::Failure;
use crate::session::Ended;
use crate::shared::Shared;
use crate::time::stamp;

pub(super) async fn kick(
    shared: &Shared,
    caller: &Caller,
    name: Option<&str>,
    until: u64,
) -> Result<Value, Failure> {
    let now = clock::now();
    if let Some(name) = name {
        look::find(&shared.log.read(), name)?;
    }
    let login = name.map(LoginName::parse).transpose().map_err(failed)?;
    let mut people: Vec<LoginName> = match &login {
        Some(login) => vec![login.clone()],
        None => shared.sessions.all().iter().map(|session| session.name.clone()).collect(),
    };
    people.sort();
    people.dedup();
    let mut sessions = people.iter().map(|name| shared.sessions.of_account(name).len()).sum::<usize>();
    if !caller.dry_run {
        // Refused first: whoever is thrown out must not slip in again.
        shared.kicks.set(login.as_ref(), until, now).await.map_err(failed)?;
        if until > now {
            sessions = people
                .iter()
                .map(|name| {
                    shared.resumptions.revoke_account(name);
                    shared.end_sessions(name, None, Ended::kicked(until), now)
                })
                .sum();
        }
    }
    let until = (until > now).then(|| stamp(until));
    let sessions = if until.is_some() { sessions } else { 0 };
    let target = name.unwrap_or("everybody");
    caller.audit(shared, "session.kick", target, json!({ "until": until, "sessions": sessions }));
    Ok(json!({ "schema": 1, "user": name, "until": until, "sessions_closed": sessions }))
}
