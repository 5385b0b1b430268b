//! Requests that only look.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use conclave_crypto::directory::{AddedBy, BanReason, Directory, Enrolment, Role, Target, User};
use conclave_crypto::login::LoginName;
use conclave_crypto::safety_number::HalfNumber;
use conclave_proto::schema::PresenceStatus;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::failed;
use crate::accounts::TokenKind;
use crate::clock;
use crate::enrol;
use crate::erasure;
use crate::exit::{Exit, Failure};
use crate::nearest::nearest;
use crate::session::Session;
use crate::shared::{Shared, is_active_in};
use crate::time::stamp;
use crate::words::said;

pub(super) async fn status(shared: &Shared) -> Result<Value, Failure> {
    let now = clock::now();
    let invites = shared.accounts.open_tokens(now).await.map_err(failed)?.len();
    let pending = enrol::pending(shared).await.map_err(failed)?.len();
    let listening: Vec<String> = shared
        .listening
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .iter()
        .map(ToString::to_string)
        .collect();
    let public: Vec<String> = shared.public_addresses().iter().map(ToString::to_string).collect();
    let circuits = shared.relay.figures();
    let head = shared.log.head().borrow().clone();
    let fold = shared.log.read();
    let enrolment = match fold.policy().map(|policy| policy.enrolment) {
        Some(Enrolment::Manual) => "manual",
        Some(Enrolment::Auto(_)) => "auto",
        Some(Enrolment::Grant) | None => "grant",
    };
    let key_until =
        fold.server_keys().iter().filter(|key| key.key == shared.log.dsk().public()).map(|key| key.naf).max();
    Ok(json!({
        "schema": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "organisation": shared.config().server.organisation,
        "org_id": shared.org.to_string(),
        "ork": HEXLOWER.encode(shared.ork.as_bytes()),
        "fingerprint": conclave_crypto::fingerprint::fingerprint(&shared.ork),
        "server_key": HEXLOWER.encode(shared.server_key.as_bytes()),
        "server_key_until": key_until.map(stamp),
        "enrolment": enrolment,
        "listening": listening,
        "public": public,
        "service": shared.config().service.word(),
        "started": stamp(shared.started),
        "uptime_s": now.saturating_sub(shared.started) / 1000,
        "sessions": shared.sessions.all().len(),
        "users": fold.users().count(),
        "bans": fold.users().filter(|user| user.banned.is_some()).count(),
        "invites_open": invites,
        "pending": pending,
        "circuits": circuits.circuits,
        "relayed_bytes": circuits.bytes,
        "relay": circuits.on,
        "leaves": fold.size(),
        "root": HEXLOWER.encode(&fold.root()),
        "head_signed": stamp(head.signed),
        "backup_last": shared.backups.last().map(stamp),
        "backup_failure": shared.backups.state().1,
        "clients_ahead": shared.clients_ahead.load(Ordering::Relaxed).saturating_sub(fold.size()),
        "dropbox": super::dropbox::summary(shared, &fold),
    }))
}

pub(super) async fn users(shared: &Shared) -> Result<Value, Failure> {
    let now = clock::now();
    let accounts = shared.accounts.names().await.map_err(failed)?;
    let pending: BTreeSet<String> = enrol::pending(shared)
        .await
        .map_err(failed)?
        .into_iter()
        .map(|pending| pending.user.username.as_str().to_owned())
        .collect();
    let tokens = shared.accounts.open_tokens(now).await.map_err(failed)?;
    let fold = shared.log.read();
    let mut rows: Vec<Value> = fold.users().map(|user| user_row(shared, &fold, user)).collect();
    let blank = |name: &str, state: &str| {
        json!({ "user": name, "id": null, "role": "user", "state": state, "online": false, "device": null,
                "added": null, "last_seen": null })
    };
    for name in accounts.iter().filter(|name| fold.user_by_name(name).is_none()) {
        rows.push(blank(name, if pending.contains(name) { "waiting" } else { "enrolling" }));
    }
    for token in tokens.iter().filter(|token| token.kind == TokenKind::New && !token.name.is_empty()) {
        if fold.user_by_name(&token.name).is_none() && !accounts.contains(&token.name) {
            rows.push(blank(&token.name, "invited"));
        }
    }
    rows.sort_by_key(|row| row.get("user").and_then(Value::as_str).unwrap_or_default().to_owned());
    rows.dedup_by_key(|row| row.get("user").cloned());
    Ok(json!({ "schema": 1, "users": rows }))
}

pub(super) async fn user(shared: &Shared, name: &str) -> Result<Value, Failure> {
    let all = users(shared).await?;
    let rows = all.get("users").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = |row: &&Value| row.get("user").and_then(Value::as_str) == Some(name);
    let Some(mut row) = rows.iter().find(named).cloned() else {
        let names: Vec<&str> =
            rows.iter().filter_map(|row| row.get("user").and_then(Value::as_str)).collect();
        return Err(no_user(name, names.into_iter()));
    };
    let account = match LoginName::parse(name) {
        Ok(name) => shared.accounts.find(&name).await.map_err(failed)?,
        Err(_) => None,
    };
    let erase_at = match LoginName::parse(name) {
        Ok(name) => erasure::planned(shared, &name).await.map_err(failed)?,
        Err(_) => None,
    };
    let sessions = sessions(shared, Some(name)).unwrap_or_default();
    let fold = shared.log.read();
    if let Some(fields) = row.as_object_mut() {
        fields.insert("schema".into(), json!(1));
        fields.insert("has_login".into(), json!(account.is_some()));
        fields
            .insert("account_created".into(), json!(account.as_ref().map(|account| stamp(account.created))));
        fields.insert(
            "recovery_codes_left".into(),
            json!(account.as_ref().map(|account| account.recovery.len())),
        );
        fields.insert("erase_at".into(), json!(erase_at.map(stamp)));
        fields.insert("sessions".into(), sessions.get("sessions").cloned().unwrap_or_default());
        if let Some(user) = fold.user_by_name(name) {
            fields.insert("fingerprint".into(), json!(HalfNumber::of(&user.uik, &user.id).to_string()));
            fields.insert("admitted_by".into(), json!(admitted(&user.added_by)));
            fields.insert("leaf".into(), json!(user.added_in));
            fields.insert("identity_resets".into(), json!(user.resets));
            let reset = user.open_reset.map(|reset| stamp(reset.grant.expires));
            fields.insert("open_reset_until".into(), json!(reset));
            let login = LoginName::parse(name).ok();
            let kicked = login.and_then(|login| shared.kicks.until(&login, clock::now()));
            fields.insert("kicked_until".into(), json!(kicked.map(stamp)));
            fields.insert("ban".into(), json!(user.banned.as_ref().map(|_| ban_row(user))));
        }
    }
    Ok(row)
}

pub(super) fn sessions(shared: &Shared, user: Option<&str>) -> Result<Value, Failure> {
    let rows: Vec<Value> = shared
        .sessions
        .all()
        .iter()
        .filter(|session| user.is_none_or(|name| session.name.as_str() == name))
        .map(|session| session_row(shared, session))
        .collect();
    Ok(json!({ "schema": 1, "sessions": rows }))
}

/// One session in full.
pub(super) fn session(shared: &Shared, id: &str) -> Result<Value, Failure> {
    let all = shared.sessions.all();
    let session = all
        .iter()
        .find(|session| HEXLOWER.encode(&session.id) == id)
        .ok_or_else(|| Failure::new(Exit::NotFound, said("no-session").with("id", id)))?;
    let mut row = session_row(shared, session);
    if let Some(fields) = row.as_object_mut() {
        fields.insert("schema".into(), json!(1));
        fields.insert("key".into(), json!(HEXLOWER.encode(session.peer.as_bytes())));
        fields.insert("last_active".into(), json!(stamp(session.last_active())));
    }
    Ok(row)
}

pub(super) fn bans(shared: &Shared) -> Value {
    let mut rows: Vec<Value> = {
        let fold = shared.log.read();
        fold.users().filter(|user| user.banned.is_some()).map(ban_row).collect()
    };
    rows.extend(shared.blocks.all(clock::now()).into_iter().map(|block| {
        json!({
            "user": null,
            "address": block.network.to_string(),
            "since": stamp(block.since),
            "until": (block.until > 0).then(|| stamp(block.until)),
            "reason": block.reason,
            "by": "this server",
        })
    }));
    json!({ "schema": 1, "bans": rows })
}

pub(super) fn relay(shared: &Shared) -> Value {
    let figures = shared.relay.figures();
    let devices: Vec<Value> = figures
        .devices
        .iter()
        .map(|(key, circuits, bytes)| {
            let user = shared.sessions.of(key).map(|session| session.name.as_str().to_owned());
            json!({ "user": user, "circuits": circuits, "bytes": bytes })
        })
        .collect();
    let config = shared.config().relay.clone();
    json!({
        "schema": 1,
        "on": figures.on,
        "reservations": figures.reservations,
        "circuits": figures.circuits,
        "bytes": figures.bytes,
        "refused": figures.refused,
        "per_user_rate": config.per_user_rate,
        "max_duration": humantime::format_duration(config.max_duration).to_string(),
        "devices": devices,
    })
}

/// What a leaf about a user has to say.
pub(super) fn target(shared: &Shared, name: &str) -> Result<Value, Failure> {
    let fold = shared.log.read();
    let user = find(&fold, name)?;
    let login = LoginName::parse(name).map_err(failed)?;
    let rooms: Vec<&str> = fold
        .rooms()
        .filter(|room| fold.listed(room).any(|listed| listed.id == user.id))
        .map(|room| room.org.name.as_str())
        .collect();
    Ok(json!({
        "user": name,
        "user_id": user.id.to_string(),
        "role": role(&fold, user),
        "seq": fold.next_ban_seq(&Target::User(user.id)).unwrap_or(1),
        "reset_seq": fold.next_reset_seq(&user.id).unwrap_or(1),
        "reset_admins": fold.policy().map_or(1, |policy| policy.reset_admins),
        "banned": user.banned.is_some(),
        "rooms": rooms,
        "sessions": shared.sessions.of_account(&login).len(),
        "kicked_until": shared.kicks.until(&login, clock::now()).map(stamp),
    }))
}

pub(super) async fn pending(shared: &Shared, name: &str) -> Result<Value, Failure> {
    let all = enrol::pending(shared).await.map_err(failed)?;
    let Some(found) = all.iter().find(|pending| pending.user.username.as_str() == name) else {
        return Err(no_user(name, all.iter().map(|pending| pending.user.username.as_str())));
    };
    Ok(json!({
        "schema": 1,
        "user": name,
        "object": HEXLOWER.encode(&found.object),
        "leaf": HEXLOWER.encode(&found.leaf),
        "fingerprint": HalfNumber::of(&found.user.uik, &found.user.user_id).digits(),
    }))
}

/// A user of the log, or "did you mean".
pub(super) fn find<'d>(fold: &'d Directory, name: &str) -> Result<&'d User, Failure> {
    fold.user_by_name(name).ok_or_else(|| no_user(name, fold.users().map(|user| user.name.as_str())))
}

/// Shown; power comes from a key that Policy lists for the person.
fn role(fold: &Directory, user: &User) -> &'static str {
    let listed = fold.policy().is_some_and(|policy| policy.admins.iter().any(|one| one.user_id == user.id));
    if listed || user.role == Role::Admin { "admin" } else { "user" }
}

fn no_user<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Failure {
    let failure = Failure::new(Exit::NotFound, said("no-user").with("user", name));
    match nearest(name, names) {
        Some(near) => failure.hint(said("did-you-mean").with("near", near)),
        None => failure,
    }
}

fn user_row(shared: &Shared, fold: &Directory, user: &User) -> Value {
    let presence = shared.presence();
    let shown = presence.of(&user.id);
    let session = LoginName::parse(user.name.as_str()).ok().and_then(|name| {
        shared.sessions.of_account(&name).into_iter().find(|one| is_active_in(fold, &one.name, &one.peer))
    });
    let state = match (&user.banned, fold.policy()) {
        (Some(_), _) => "banned",
        _ if user.devices.is_empty() => "enrolling",
        _ => "active",
    };
    json!({
        "user": user.name.as_str(),
        "id": user.id.to_string(),
        "role": role(fold, user),
        "state": state,
        "online": session.is_some(),
        "presence": shown.map(|shown| match shown.status() {
            PresenceStatus::Offline => "offline",
            PresenceStatus::Available => "available",
            PresenceStatus::Away => "away",
            PresenceStatus::DoNotDisturb => "do_not_disturb",
            PresenceStatus::Invisible => "invisible",
        }),
        "device": user.devices.first().map(|cert| cert.cert().device_id.to_string()),
        "added": stamp(user.added_at),
        "last_seen": shown.map(|shown| shown.last_seen_ms).filter(|&at| at > 0).map(stamp),
    })
}

fn session_row(shared: &Shared, session: &Session) -> Value {
    let (received, sent) = shared.relay.traffic(&session.peer);
    json!({
        "id": HEXLOWER.encode(&session.id),
        "user": session.name.as_str(),
        "device": shared.device_of(session).to_string(),
        "address": session.address.map(|ip| ip.to_string()),
        "path": if shared.relay.carries(&session.peer) { "relay" } else { "direct" },
        "provisional": !shared.is_active(&session.name, &session.peer),
        "since": stamp(session.since),
        "idle_s": clock::now().saturating_sub(session.last_active()) / 1000,
        "rx_bytes": received,
        "tx_bytes": sent,
    })
}

fn ban_row(user: &User) -> Value {
    let ban = user.banned.as_ref();
    json!({
        "user": user.name.as_str(),
        "address": null,
        "since": ban.map(|ban| stamp(ban.at)),
        "until": ban.filter(|ban| ban.until > 0).map(|ban| stamp(ban.until)),
        "reason": ban.map(|ban| match ban.reason {
            BanReason::Suspended => "suspended",
            BanReason::Removed => "removed",
            BanReason::Closed => "closed",
        }),
        "by": ban.map(|ban| if ban.by.is_some() { "admin key" } else { "directory key" }),
    })
}

const fn admitted(by: &AddedBy) -> &'static str {
    match by {
        AddedBy::Admin { .. } => "admin key",
        AddedBy::Invite { .. } => "invite",
        AddedBy::EnrolKey => "enrolment key",
    }
}
