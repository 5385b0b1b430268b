//! `key rotate`: another key of the server, drawn here, named by the root key in the log, then in force.

use std::sync::Arc;

use conclave_crypto::directory::{Enrolment, Object};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::leaf::{append, expect, unhex};
use super::wire::Rotated;
use super::{Caller, failed};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::server_keys::{Named, ServerKeysError};
use crate::shared::Shared;
use crate::time::stamp;
use crate::words::said;

pub(super) async fn prepare(shared: &Shared, caller: &Caller, which: Rotated) -> Result<Value, Failure> {
    let public = next(shared, caller, which).await?;
    let named = matches!(shared.log.read().policy().map(|policy| policy.enrolment), Some(Enrolment::Auto(_)));
    Ok(json!({ "schema": 1, "key": HEXLOWER.encode(&public), "auto": named }))
}

pub(super) async fn rotate(
    shared: &Shared,
    caller: &Caller,
    which: Rotated,
    leaf: Option<&str>,
) -> Result<Value, Failure> {
    match (which, leaf) {
        (Rotated::Directory, Some(leaf)) => directory(shared, caller, leaf).await,
        (Rotated::Directory, None) => Err(Failure::new(Exit::Refused, said("directory-key-unsigned"))),
        (Rotated::Enrolment, _) => enrolment(shared, caller).await,
    }
}

/// Puts the keys in force that the log names by now.
pub(super) async fn settle(shared: &Shared) -> Result<(), Failure> {
    let keys = Arc::clone(&shared.keys);
    let named = Named::of(&shared.log.read());
    let dsk = blocking(move || keys.settle(&named)).await?;
    if dsk.public() != shared.log.dsk().public() {
        shared.log.sign_with(dsk, clock::now()).await;
    }
    Ok(())
}

async fn directory(shared: &Shared, caller: &Caller, leaf: &str) -> Result<Value, Failure> {
    let bytes = unhex(leaf)?;
    let next = next(shared, caller, Rotated::Directory).await?;
    let now = clock::now();
    let mut named = None;
    expect(shared, &bytes, |object| match object {
        Object::ServerKey(key) => {
            named = Some(*key);
            // A dry run has drawn a key that nobody keeps.
            caller.dry_run || *key.key.as_bytes() == next
        }
        _ => false,
    })?;
    let named = named.ok_or_else(|| failed("no key"))?;
    if !named.covers(now) {
        return Err(Failure::new(Exit::Refused, said("key-not-from-now")).hint(said("clocks-hint")));
    }
    let former = former(shared, now);
    let (leaf, _) = append(shared, caller, &bytes, now).await?;
    if !caller.dry_run {
        settle(shared).await?;
    }
    let key = HEXLOWER.encode(named.key.as_bytes());
    let details = json!({ "leaf": leaf, "key": key, "until": stamp(named.naf) });
    caller.audit(shared, "key.rotate", "directory", details);
    Ok(json!({
        "schema": 1,
        "which": "directory",
        "key": key,
        "leaf": leaf,
        "until": stamp(named.naf),
        "former_until": former.map(stamp),
    }))
}

async fn enrolment(shared: &Shared, caller: &Caller) -> Result<Value, Failure> {
    if matches!(shared.log.read().policy().map(|policy| policy.enrolment), Some(Enrolment::Auto(_))) {
        return Err(Failure::new(Exit::Refused, said("enrolment-key-in-policy")));
    }
    let key = HEXLOWER.encode(&next(shared, caller, Rotated::Enrolment).await?);
    if !caller.dry_run {
        let keys = Arc::clone(&shared.keys);
        blocking(move || keys.take_enrol()).await?;
    }
    caller.audit(shared, "key.rotate", "enrolment", json!({ "key": key }));
    Ok(json!({ "schema": 1, "which": "enrolment", "key": key, "leaf": null }))
}

async fn next(shared: &Shared, caller: &Caller, which: Rotated) -> Result<[u8; 32], Failure> {
    let (keys, keep) = (Arc::clone(&shared.keys), !caller.dry_run);
    blocking(move || match which {
        Rotated::Directory => keys.next_directory(keep, &mut clock::rng()).map(|key| *key.as_bytes()),
        Rotated::Enrolment => keys.next_enrol(keep, &mut clock::rng()).map(|key| *key.as_bytes()),
    })
    .await
}

/// Until when what the key of now has signed still counts, if it does.
fn former(shared: &Shared, now: u64) -> Option<u64> {
    let current = shared.log.dsk().public();
    let fold = shared.log.read();
    fold.server_keys().iter().filter(|key| key.key == current && key.covers(now)).map(|key| key.naf).max()
}

async fn blocking<T: Send + 'static>(
    step: impl FnOnce() -> Result<T, ServerKeysError> + Send + 'static,
) -> Result<T, Failure> {
    Ok(tokio::task::spawn_blocking(step).await.map_err(failed)??)
}
