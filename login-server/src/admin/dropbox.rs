//! Requests about the drop box: what waits for whom, never from whom.

use conclave_crypto::directory::Directory;
use conclave_crypto::keys::DeviceId;
use serde_json::{Value, json};

use super::{Caller, failed, look};
use crate::dropbox::{Allowed, Figures};
use crate::exit::Failure;
use crate::shared::Shared;
use crate::time::stamp;

/// The whole of it, for `status`.
pub(super) fn summary(shared: &Shared, fold: &Directory) -> Value {
    let figures = shared.dropbox.figures();
    let allowed = fold.policy().map(Allowed::by);
    json!({
        "on": allowed.is_some_and(|allowed| !allowed.is_off()),
        "parcels": figures.iter().map(|of| of.parcels).sum::<usize>(),
        "bytes": figures.iter().map(|of| of.bytes).sum::<u64>(),
        "total": shared.dropbox.total(),
    })
}

pub(super) fn show(shared: &Shared) -> Value {
    let figures = shared.dropbox.figures();
    let fold = shared.log.read();
    let policy = fold.policy();
    let rows: Vec<Value> = figures.iter().map(|of| row(&fold, of)).collect();
    json!({
        "schema": 1,
        "recipients": rows,
        "summary": summary(shared, &fold),
        "parcel_max": policy.map(|policy| policy.box_parcel_max),
        "person_max": policy.map(|policy| policy.box_person_max),
        "days": policy.map(|policy| policy.box_days),
    })
}

pub(super) async fn purge(shared: &Shared, caller: &Caller, name: &str) -> Result<Value, Failure> {
    let devices: Vec<DeviceId> = {
        let fold = shared.log.read();
        let user = look::find(&fold, name)?;
        user.devices.iter().map(|cert| cert.cert().device_id).collect()
    };
    let mut erased = 0;
    if caller.dry_run {
        let figures = shared.dropbox.figures();
        erased = figures.iter().filter(|of| devices.contains(&of.device)).map(|of| of.parcels).sum();
    } else {
        for device in devices {
            erased += shared.dropbox.purge(&device).await.map_err(failed)?;
        }
    }
    caller.audit(shared, "dropbox.purge", name, json!({ "parcels": erased }));
    Ok(json!({ "schema": 1, "user": name, "erased": erased }))
}

fn row(fold: &Directory, of: &Figures) -> Value {
    let owner = fold.users().find(|user| user.devices.iter().any(|cert| cert.cert().device_id == of.device));
    json!({
        "user": owner.map(|user| user.name.as_str()),
        "device": of.device.to_string(),
        "parcels": of.parcels,
        "bytes": of.bytes,
        "oldest": stamp(of.oldest),
        "expires": stamp(of.expires),
    })
}
