//! Requests that change something. Each is in the audit log, with who asked.

use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::directory::{
    Ban as BanLeaf, BanReason, Enrolment, Kind, Leaf, LeafRefused, Object, SignWith, Target, sign_ban,
};
use conclave_crypto::login::LoginName;
use conclave_crypto::username::Username;
use conclave_proto::ErrorCode;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::wire::{Ban, Invite};
use super::{failed, look};
use crate::accounts::{Token, TokenHash, TokenKind};
use crate::audit::Act;
use crate::clock;
use crate::directory::AppendError;
use crate::enrol;
use crate::exit::{Exit, Failure};
use crate::session::Ended;
use crate::shared::{Notice, Shared};

pub(super) async fn invite(shared: &Shared, actor: &str, invite: Invite) -> Result<Value, Failure> {
    let now = clock::now();
    let name = Username::parse(&invite.name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let login = LoginName::parse(&invite.name).map_err(failed)?;
    let hash = HEXLOWER
        .decode(invite.token_hash.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(TokenHash)
        .ok_or_else(|| Failure::new(Exit::Usage, "the token hash is not one"))?;
    let (taken, mode) = {
        let fold = shared.log.read();
        (fold.is_name_taken(&name), fold.policy().map(|policy| policy.enrolment))
    };
    let exists = shared.accounts.find(&login).await.map_err(failed)?.is_some();
    if taken || exists {
        return Err(Failure::new(
            Exit::Conflict,
            format!("the name '{name}' is taken, or looks like one that is"),
        ));
    }
    // The leaf first: without its token it lets nobody in, while a token without its leaf would end half-way.
    let leaf = match (mode, &invite.leaf) {
        (Some(Enrolment::Grant), Some(leaf)) => {
            let bytes = unhex(leaf)?;
            check_grant(shared, &bytes, &invite)?;
            Some(append(shared, &bytes, now).await?.0)
        }
        (Some(Enrolment::Grant), None) => {
            return Err(Failure::new(Exit::Refused, "the policy asks for an invite signed by an admin key"));
        }
        _ => None,
    };
    let token = Token {
        kind: TokenKind::New,
        name: name.as_str().to_owned(),
        uses: invite.uses,
        expires: invite.expires,
        created: now,
    };
    if !shared.accounts.add_token(hash, &token).await.map_err(failed)? {
        return Err(Failure::new(Exit::Conflict, "this invite exists already"));
    }
    audit(
        shared,
        actor,
        "user.invite",
        name.as_str(),
        json!({ "leaf": leaf, "expires": invite.expires }),
        None,
    );
    Ok(json!({ "leaf": leaf }))
}

pub(super) async fn ban(shared: &Shared, actor: &str, ban: Ban) -> Result<Value, Failure> {
    let now = clock::now();
    let (user, seq, banned) = {
        let fold = shared.log.read();
        let user = look::find(&fold, &ban.name)?;
        (user.id, fold.next_ban_seq(&Target::User(user.id)).unwrap_or(1), user.banned.is_some())
    };
    if banned {
        return Err(Failure::new(Exit::Conflict, format!("'{}' is banned already", ban.name)));
    }
    let bytes = match &ban.leaf {
        Some(leaf) => {
            let bytes = unhex(leaf)?;
            expect(
                shared,
                &bytes,
                |object| matches!(object, Object::Ban(ban) if ban.target == Target::User(user)),
            )?;
            bytes
        }
        None => {
            let reason = if ban.until == 0 { BanReason::Removed } else { BanReason::Suspended };
            let leaf = BanLeaf { target: Target::User(user), seq, reason, at: now, until: ban.until };
            sign_ban(&shared.org, leaf, SignWith::Directory(shared.log.dsk()))
        }
    };
    let (leaf, sessions) = append(shared, &bytes, now).await?;
    let by = if ban.leaf.is_some() { "admin key" } else { "directory key" };
    audit(
        shared,
        actor,
        "ban.add",
        &ban.name,
        json!({ "leaf": leaf, "sessions": sessions, "by": by }),
        ban.reason,
    );
    Ok(json!({ "schema": 1, "user": ban.name, "leaf": leaf, "sessions_closed": sessions, "signed_by": by }))
}

pub(super) async fn unban(
    shared: &Shared,
    actor: &str,
    name: &str,
    leaf: &str,
    reason: Option<String>,
) -> Result<Value, Failure> {
    let user = {
        let fold = shared.log.read();
        let user = look::find(&fold, name)?;
        if user.banned.is_none() {
            return Err(Failure::new(Exit::NotFound, format!("'{name}' is not banned")));
        }
        user.id
    };
    let bytes = unhex(leaf)?;
    expect(
        shared,
        &bytes,
        |object| matches!(object, Object::Unban(unban) if unban.target == Target::User(user)),
    )?;
    let (leaf, _) = append(shared, &bytes, clock::now()).await?;
    audit(shared, actor, "ban.lift", name, json!({ "leaf": leaf }), reason);
    Ok(json!({ "schema": 1, "user": name, "leaf": leaf }))
}

pub(super) async fn approve(shared: &Shared, actor: &str, name: &str, leaf: &str) -> Result<Value, Failure> {
    let bytes = unhex(leaf)?;
    expect(
        shared,
        &bytes,
        |object| matches!(object, Object::UserAdd(user) if user.username.as_str() == name),
    )?;
    let (leaf, _) = append(shared, &bytes, clock::now()).await?;
    let login = LoginName::parse(name).map_err(failed)?;
    enrol::forget_pending(shared, &login).await.map_err(failed)?;
    audit(shared, actor, "user.approve", name, json!({ "leaf": leaf }), None);
    Ok(json!({ "schema": 1, "user": name, "leaf": leaf }))
}

pub(super) fn end_session(shared: &Shared, actor: &str, id: &str) -> Result<Value, Failure> {
    let all = shared.sessions.all();
    let found = all.iter().find(|session| HEXLOWER.encode(&session.id) == id);
    let session = found.ok_or_else(|| Failure::new(Exit::NotFound, format!("no session '{id}'")))?;
    shared.end_session(session, Ended { code: ErrorCode::SessionEnded, by: None }, clock::now());
    audit(shared, actor, "session.end", session.name.as_str(), json!({ "session": id }), None);
    Ok(json!({ "schema": 1, "user": session.name.as_str(), "session": id }))
}

pub(super) fn unlock(shared: &Shared, actor: &str, name: &str) -> Result<Value, Failure> {
    look::find(&shared.log.read(), name)?;
    shared.throttle().unlock(name);
    audit(shared, actor, "user.unlock", name, Value::Null, None);
    Ok(json!({ "schema": 1, "user": name }))
}

pub(super) fn stop(shared: &Arc<Shared>, actor: &str, in_ms: u64, notice: Option<String>) -> Value {
    let at = clock::now().saturating_add(in_ms);
    let sessions = shared.sessions.all().len();
    audit(shared, actor, "stop", "server", json!({ "in_ms": in_ms }), None);
    shared.notice.send_replace(Some(Notice { text: notice.unwrap_or_default(), stops_at: at }));
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        // A moment for the notice and this answer to go out.
        tokio::time::sleep(Duration::from_millis(in_ms.max(200))).await;
        shared.stop.cancel();
    });
    json!({ "schema": 1, "stops": crate::time::stamp(at), "sessions": sessions })
}

async fn append(shared: &Shared, leaf: &[u8], now: u64) -> Result<(u64, usize), Failure> {
    match enrol::append(shared, leaf, None, now).await {
        Ok((folded, sessions)) => Ok((folded.index, sessions)),
        Err(AppendError::Disk(error)) => Err(Failure::new(Exit::Failed, error)),
        Err(AppendError::Refused(refused)) => {
            let exit = match refused {
                LeafRefused::NoChange | LeafRefused::LookAlike | LeafRefused::Sequence => Exit::Conflict,
                LeafRefused::UnknownUser => Exit::NotFound,
                _ => Exit::Refused,
            };
            Err(Failure::new(exit, refused.to_string()))
        }
    }
}

fn check_grant(shared: &Shared, leaf: &[u8], invite: &Invite) -> Result<(), Failure> {
    expect(shared, leaf, |object| {
        matches!(object, Object::InviteGrant(grant) if grant.username.to_ascii_lowercase() == invite.name
            && grant.uses == invite.uses && grant.expires == invite.expires)
    })
}

/// Refuses a leaf that is not about what the request says: an administrator signs what they were shown.
fn expect(shared: &Shared, leaf: &[u8], is: impl FnOnce(&Object) -> bool) -> Result<(), Failure> {
    let parsed =
        Leaf::parse(leaf, &shared.org).map_err(|error| Failure::new(Exit::Refused, error.to_string()))?;
    let may = matches!(parsed.kind, Kind::InviteGrant | Kind::Ban | Kind::Unban | Kind::UserAdd);
    if may && is(&parsed.object) {
        Ok(())
    } else {
        Err(Failure::new(Exit::Refused, "the leaf is about something else"))
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    HEXLOWER.decode(text.as_bytes()).map_err(|_| Failure::new(Exit::Usage, "the leaf is not in hex"))
}

fn audit(shared: &Shared, actor: &str, action: &str, target: &str, details: Value, reason: Option<String>) {
    shared.audit(Act {
        at: clock::now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        target: target.to_owned(),
        details,
        reason,
    });
}
