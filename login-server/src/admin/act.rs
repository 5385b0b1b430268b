//! Requests that change something. Each is in the audit log, with who asked.

use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::directory::{Ban as BanLeaf, BanReason, Enrolment, Object, SignWith, Target, sign_ban};
use conclave_crypto::keys::GrantPublic;
use conclave_crypto::login::LoginName;
use conclave_crypto::username::Username;
use conclave_proto::ErrorCode;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::leaf::{append, expect, token_hash, unhex};
use super::wire::{Ban, Invite};
use super::{Caller, failed, invites, look};
use crate::accounts::{Token, TokenKind};
use crate::clock;
use crate::enrol;
use crate::exit::{Exit, Failure};
use crate::session::Ended;
use crate::shared::{Notice, Shared};
use crate::words::said;

pub(super) async fn invite(shared: &Shared, caller: &Caller, invite: Invite) -> Result<Value, Failure> {
    let now = clock::now();
    let hash = token_hash(&invite.token_hash)?;
    // A company invite is for any name.
    if !invite.name.is_empty() {
        free_name(shared, &invite.name).await?;
    }
    // The leaf first: without its token it lets nobody in, while a token without its leaf would end half-way.
    let leaf = match (needs_grant(shared), &invite.leaf) {
        (true, Some(leaf)) => {
            let bytes = unhex(leaf)?;
            let grant = check_grant(shared, &bytes, &invite)?;
            Some((append(shared, caller, &bytes, now).await?.0, grant))
        }
        (true, None) => {
            return Err(Failure::new(Exit::Refused, said("invite-unsigned")));
        }
        (false, _) => None,
    };
    let token = Token {
        kind: TokenKind::New,
        name: invite.name.clone(),
        uses: invite.uses,
        expires: invite.expires,
        created: now,
        grant: leaf.map(|(_, grant)| grant),
    };
    let leaf = leaf.map(|(leaf, _)| leaf);
    if !caller.dry_run && !shared.accounts.add_token(hash, &token).await.map_err(failed)? {
        return Err(Failure::new(Exit::Conflict, said("invite-exists")));
    }
    let action = if invite.name.is_empty() { "invite.company" } else { "user.invite" };
    let details = json!({ "leaf": leaf, "uses": invite.uses, "expires": invite.expires });
    caller.audit(shared, action, &invite.name, details);
    Ok(json!({ "leaf": leaf, "id": invites::id(hash) }))
}

/// Whether an invite has to be signed.
pub(super) fn needs_grant(shared: &Shared) -> bool {
    matches!(shared.log.read().policy().map(|policy| policy.enrolment), Some(Enrolment::Grant))
}

/// Refuses a name that is malformed, taken, or like one that is.
pub(super) async fn free_name(shared: &Shared, name: &str) -> Result<(), Failure> {
    let name = Username::parse(name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let login = LoginName::parse(name.as_str()).map_err(failed)?;
    let taken = shared.log.read().is_name_taken(&name);
    if taken || shared.accounts.find(&login).await.map_err(failed)?.is_some() {
        return Err(Failure::new(Exit::Conflict, said("name-taken").with("user", name)));
    }
    // Of two people with names that look alike only the first could enrol: better said before a link is given away.
    let invited = shared.accounts.open_tokens(clock::now()).await.map_err(failed)?;
    let like = |token: &&Token| {
        let other = Username::parse(&token.name);
        other.is_ok_and(|other| other != name && other.skeleton() == name.skeleton())
    };
    match invited.iter().find(like) {
        Some(token) => {
            let said = said("name-like-invited").with("user", name).with("other", &token.name);
            Err(Failure::new(Exit::Conflict, said))
        }
        None => Ok(()),
    }
}

pub(super) async fn ban(shared: &Shared, caller: &Caller, ban: Ban) -> Result<Value, Failure> {
    let now = clock::now();
    let (user, seq, banned) = {
        let fold = shared.log.read();
        let user = look::find(&fold, &ban.name)?;
        (user.id, fold.next_ban_seq(&Target::User(user.id)).unwrap_or(1), user.banned.is_some())
    };
    if banned {
        return Err(Failure::new(Exit::Conflict, said("banned-already").with("user", ban.name)));
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
            sign_ban(&shared.org, leaf, SignWith::Directory(&shared.log.dsk()))
        }
    };
    let (leaf, sessions) = append(shared, caller, &bytes, now).await?;
    let by = if ban.leaf.is_some() { "admin key" } else { "directory key" };
    let details = json!({ "leaf": leaf, "sessions": sessions, "by": by, "until": ban.until });
    caller.audit(shared, "ban.add", &ban.name, details);
    Ok(json!({ "schema": 1, "user": ban.name, "leaf": leaf, "sessions_closed": sessions, "signed_by": by }))
}

pub(super) async fn unban(
    shared: &Shared,
    caller: &Caller,
    name: &str,
    leaf: &str,
) -> Result<Value, Failure> {
    let user = {
        let fold = shared.log.read();
        let user = look::find(&fold, name)?;
        if user.banned.is_none() {
            return Err(Failure::new(Exit::NotFound, said("not-banned").with("user", name)));
        }
        user.id
    };
    let bytes = unhex(leaf)?;
    expect(
        shared,
        &bytes,
        |object| matches!(object, Object::Unban(unban) if unban.target == Target::User(user)),
    )?;
    let (leaf, _) = append(shared, caller, &bytes, clock::now()).await?;
    caller.audit(shared, "ban.lift", name, json!({ "leaf": leaf }));
    Ok(json!({ "schema": 1, "user": name, "leaf": leaf }))
}

pub(super) async fn approve(
    shared: &Shared,
    caller: &Caller,
    name: &str,
    leaf: &str,
) -> Result<Value, Failure> {
    let bytes = unhex(leaf)?;
    expect(
        shared,
        &bytes,
        |object| matches!(object, Object::UserAdd(user) if user.username.as_str() == name),
    )?;
    let (leaf, _) = append(shared, caller, &bytes, clock::now()).await?;
    let login = LoginName::parse(name).map_err(failed)?;
    if !caller.dry_run {
        enrol::forget_pending(shared, &login).await.map_err(failed)?;
    }
    caller.audit(shared, "user.approve", name, json!({ "leaf": leaf }));
    Ok(json!({ "schema": 1, "user": name, "leaf": leaf }))
}

pub(super) fn end_session(shared: &Shared, caller: &Caller, id: &str) -> Result<Value, Failure> {
    let all = shared.sessions.all();
    let found = all.iter().find(|session| HEXLOWER.encode(&session.id) == id);
    let session = found.ok_or_else(|| Failure::new(Exit::NotFound, said("no-session").with("id", id)))?;
    if !caller.dry_run {
        shared.end_session(session, Ended::because(ErrorCode::SessionEnded), clock::now());
    }
    caller.audit(shared, "session.end", session.name.as_str(), json!({ "session": id }));
    Ok(json!({ "schema": 1, "user": session.name.as_str(), "session": id }))
}

pub(super) fn unlock(shared: &Shared, caller: &Caller, name: &str) -> Result<Value, Failure> {
    look::find(&shared.log.read(), name)?;
    if !caller.dry_run {
        shared.throttle().unlock(name);
    }
    caller.audit(shared, "user.unlock", name, Value::Null);
    Ok(json!({ "schema": 1, "user": name }))
}

pub(super) fn stop(shared: &Arc<Shared>, caller: &Caller, in_ms: u64, notice: Option<String>) -> Value {
    let at = clock::now().saturating_add(in_ms);
    let sessions = shared.sessions.all().len();
    if caller.dry_run {
        return json!({ "schema": 1, "stops": crate::time::stamp(at), "sessions": sessions });
    }
    caller.audit(shared, "stop", "server", json!({ "in_ms": in_ms }));
    shared.notice.send_replace(Some(Notice { text: notice.unwrap_or_default(), stops_at: at }));
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        // A moment for the notice and this answer to go out.
        tokio::time::sleep(Duration::from_millis(in_ms.max(200))).await;
        shared.stop.cancel();
    });
    json!({ "schema": 1, "stops": crate::time::stamp(at), "sessions": sessions })
}

/// Checks that a grant is the invite's, and returns its public key.
pub(super) fn check_grant(shared: &Shared, leaf: &[u8], invite: &Invite) -> Result<GrantPublic, Failure> {
    let mut found = None;
    expect(shared, leaf, |object| match object {
        Object::InviteGrant(grant) => {
            found = Some(grant.grant);
            grant.username.to_ascii_lowercase() == invite.name
                && grant.uses == invite.uses
                && grant.expires == invite.expires
        }
        _ => false,
    })?;
    found.ok_or_else(|| Failure::new(Exit::Refused, said("leaf-of-something-else")))
}
