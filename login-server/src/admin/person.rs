//! A person's rights over what the server holds about them: a copy, and erasure.

use conclave_crypto::directory::{BanReason, Leaf, Object, Target};
use conclave_crypto::login::LoginName;
use conclave_crypto::safety_number::HalfNumber;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::leaf::{append, expect, unhex};
use super::{Caller, failed, look};
use crate::clock;
use crate::erasure;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::store::Store;
use crate::time::stamp;
use crate::words::said;

/// Closes the account and removes the private records, or plans that. The ban comes first, so that a crash in between
/// leaves a closed account with records, which the next try removes.
pub(super) async fn erase(
    shared: &Shared,
    caller: &Caller,
    name: &str,
    leaf: &str,
    at: u64,
) -> Result<Value, Failure> {
    let now = clock::now();
    let login = LoginName::parse(name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    if at > now.saturating_add(erasure::LONGEST_MS) {
        return Err(Failure::new(Exit::Usage, said("erase-too-late")));
    }
    let (user, closed) = {
        let fold = shared.log.read();
        let user = look::find(&fold, name)?;
        (user.id, user.banned.is_some_and(|ban| ban.reason == BanReason::Closed))
    };
    let bytes = unhex(leaf)?;
    expect(shared, &bytes, |object| {
        matches!(object, Object::Ban(ban)
            if ban.target == Target::User(user) && ban.reason == BanReason::Closed && ban.until == 0)
    })?;
    let (leaf, sessions) = match closed {
        true => (None, 0),
        false => append(shared, caller, &bytes, now).await.map(|(leaf, count)| (Some(leaf), count))?,
    };
    let later = (at > now).then_some(at);
    if !caller.dry_run {
        match later {
            Some(at) => erasure::plan(shared, &login, at).await.map_err(failed)?,
            None => erasure::erase(shared, &login).await?,
        }
    }
    let later = later.map(stamp);
    caller.audit(
        shared,
        "user.erase",
        name,
        json!({ "leaf": leaf, "sessions": sessions, "records_go": later }),
    );
    Ok(json!({ "schema": 1, "user": name, "leaf": leaf, "sessions_closed": sessions, "erase_at": later }))
}

/// Everything about a person: what the log says, and the private records without their secrets.
pub(super) async fn export(shared: &Shared, caller: &Caller, name: &str) -> Result<Value, Failure> {
    let login = LoginName::parse(name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    look::find(&shared.log.read(), name)?;
    let account = shared.accounts.find(&login).await.map_err(failed)?;
    let backup = [b"uik-backup/".as_slice(), login.as_bytes()].concat();
    let backup = shared.store.get(&backup).await.map_err(failed)?;
    let sessions = look::sessions(shared, Some(name))?;
    let shown = look::user(shared, name).await?;
    caller.audit(shared, "user.export", name, Value::Null);
    let fold = shared.log.read();
    let user = look::find(&fold, name)?;
    let leaves: Vec<Value> = (0..fold.size())
        .filter_map(|index| Some((index, fold.leaf(index)?)))
        .filter(|(_, bytes)| Leaf::parse(bytes, &shared.org).is_ok_and(|leaf| is_about(&leaf.object, user)))
        .map(|(index, leaf)| json!({ "leaf": index, "bytes": HEXLOWER.encode(leaf) }))
        .collect();
    Ok(json!({
        "schema": 1,
        "made": stamp(clock::now()),
        "person": shown,
        "fingerprint": HalfNumber::of(&user.uik, &user.id).to_string(),
        "login": account.map(|account| json!({
            "made": stamp(account.created),
            "recovery_codes_left": account.recovery.len(),
            "held": "an OPAQUE record (not the password), a TOTP secret, hashes of recovery codes",
        })),
        "identity_backup_bytes": backup.map(|bytes| bytes.len()),
        "kept_out_until": shared.kicks.until(&login, clock::now()).map(stamp),
        "sessions": sessions.get("sessions"),
        "directory": leaves,
    }))
}

fn is_about(object: &Object, user: &conclave_crypto::directory::User) -> bool {
    match object {
        Object::UserAdd(object) => object.user_id == user.id,
        Object::DeviceList(object) => object.user_id == user.id,
        Object::UikReset(object) => object.user_id == user.id,
        Object::ResetGrant(object) => object.user_id == user.id,
        Object::Ban(object) => object.target == Target::User(user.id),
        Object::Unban(object) => object.target == Target::User(user.id),
        Object::RoomJoin(object) | Object::RoomLeave(object) => object.user_id == user.id,
        Object::RoomAdmit(object) => object.user_id == user.id,
        Object::RoomOrg(object) => object.members.contains(&user.id) || object.admins.contains(&user.id),
        Object::InviteGrant(object) => object.username.to_ascii_lowercase() == user.name.as_str(),
        Object::Policy(_) | Object::ServerKey(_) => false,
    }
}
