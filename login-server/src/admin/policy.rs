//! Policy: what it says, and a new one signed by the root key.

use conclave_crypto::directory::{Enrolment, Kind, Leaf, Object, Policy};
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use super::leaf::{append, expect, unhex};
use super::{Caller, failed};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::time::stamp;
use crate::words::said;

pub(super) fn show(shared: &Shared) -> Result<Value, Failure> {
    let fold = shared.log.read();
    let policy = fold.policy().ok_or_else(|| failed("the log has no policy"))?;
    let names = |user: &conclave_crypto::keys::UserId| fold.user(user).map(|user| user.name.to_string());
    let admins: Vec<Value> = policy
        .admins
        .iter()
        .map(|admin| {
            json!({
                "key": HEXLOWER.encode(admin.key.as_bytes()),
                "user_id": admin.user_id.to_string(),
                "user": names(&admin.user_id),
                "since": stamp(admin.nbf),
            })
        })
        .collect();
    let server_keys: Vec<Value> = fold
        .server_keys()
        .iter()
        .map(|key| {
            json!({
                "key": HEXLOWER.encode(key.key.as_bytes()),
                "from": stamp(key.nbf),
                "until": stamp(key.naf),
                "current": key.key == shared.log.dsk().public(),
            })
        })
        .collect();
    // The newest leaf itself, so that the command can check the root key's signature and build on it.
    let leaf = (0..fold.size())
        .rev()
        .filter_map(|index| fold.leaf(index))
        .find(|leaf| Leaf::parse(leaf, &shared.org).is_ok_and(|parsed| parsed.kind == Kind::Policy));
    Ok(json!({
        "schema": 1,
        "seq": policy.seq,
        "issued": stamp(policy.issued),
        "values": values(policy),
        "admins": admins,
        "server_keys": server_keys,
        "enrolment_key": HEXLOWER.encode(shared.keys.enrol().as_bytes()),
        "leaf": leaf.map(|leaf| HEXLOWER.encode(leaf)),
    }))
}

pub(super) async fn set(
    shared: &Shared,
    caller: &Caller,
    leaf: &str,
    action: &str,
    target: &str,
) -> Result<Value, Failure> {
    if !["policy.set", "key.add", "key.revoke", "key.rotate", "user.make-admin", "user.remove-admin"]
        .contains(&action)
    {
        return Err(Failure::new(Exit::Usage, said("policy-not-for-that")));
    }
    let bytes = unhex(leaf)?;
    let mut stated = None;
    expect(shared, &bytes, |object| match object {
        Object::Policy(policy) => {
            stated = Some(policy.clone());
            true
        }
        _ => false,
    })?;
    let stated = stated.ok_or_else(|| failed("no policy"))?;
    if let Enrolment::Auto(key) = stated.enrolment
        && !shared.keys.has_enrol(&key)
    {
        return Err(Failure::new(Exit::Refused, said("foreign-enrolment-key")));
    }
    let before = shared.log.read().policy().map(values);
    let (leaf, _) = append(shared, caller, &bytes, clock::now()).await?;
    if !caller.dry_run {
        super::key::settle(shared).await?;
    }
    let after = values(&stated);
    let changed: Map<String, Value> = after
        .iter()
        .filter(|(key, value)| before.as_ref().and_then(|before| before.get(*key)) != Some(*value))
        .map(|(key, value)| {
            let old = before.as_ref().and_then(|before| before.get(key)).cloned();
            (key.clone(), json!({ "before": old, "after": value }))
        })
        .collect();
    let admins = stated.admins.len();
    caller.audit(shared, action, target, json!({ "leaf": leaf, "changed": changed, "admins": admins }));
    Ok(json!({ "schema": 1, "leaf": leaf, "seq": stated.seq, "changed": changed, "admins": admins }))
}

/// What an administrator can set, by the names of `policy set`.
fn values(policy: &Policy) -> Map<String, Value> {
    let enrolment = match policy.enrolment {
        Enrolment::Manual => "manual",
        Enrolment::Auto(_) => "auto",
        Enrolment::Grant => "grant",
    };
    [
        ("enrolment", json!(enrolment)),
        ("reset_admins", json!(policy.reset_admins)),
        ("lease", json!(policy.lease_ttl_s)),
        ("grace", json!(policy.grace_s)),
        ("contact_requests", json!(if policy.contact_requests_allowed { "allow" } else { "ask" })),
        ("idle_lock", json!(policy.idle_lock_s)),
        ("idle_session", json!(policy.idle_session_s)),
        ("file_max", json!(policy.file_max)),
        ("box_parcel_max", json!(policy.box_parcel_max)),
        ("box_person_max", json!(policy.box_person_max)),
        ("box_days", json!(policy.box_days)),
        ("relay", json!(policy.relay)),
        ("lan", json!(policy.lan)),
        ("export", json!(policy.export)),
        ("uik_backup", json!(policy.uik_backup)),
        ("member_rooms", json!(policy.member_rooms)),
        ("max_room", json!(policy.max_room)),
        ("retention_days", json!(policy.retention_days)),
        ("min_suite", json!(policy.min_suite)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
