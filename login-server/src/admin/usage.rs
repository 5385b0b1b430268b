//! What each person takes of the server: circuits, parcels that wait for them, a session. Nothing of it says to whom
//! they speak.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::look;
use crate::exit::Failure;
use crate::shared::Shared;

#[derive(Default)]
struct Taken {
    circuits: usize,
    relayed: u64,
    parcels: usize,
    parcel_bytes: u64,
}

/// Of everybody, or of one person.
pub(super) fn usage(shared: &Shared, name: Option<&str>) -> Result<Value, Failure> {
    let (relayed, parcels) = (shared.relay.figures().devices, shared.dropbox.figures());
    let online: BTreeMap<String, u64> = shared
        .sessions
        .all()
        .iter()
        .map(|session| (session.name.as_str().to_owned(), session.since))
        .collect();
    let fold = shared.log.read();
    if let Some(name) = name {
        look::find(&fold, name)?;
    }
    let rows: Vec<Value> = fold
        .users()
        .filter(|user| name.is_none_or(|name| user.name.as_str() == name))
        .map(|user| {
            let mut taken = Taken::default();
            for cert in user.devices.iter().map(|cert| cert.cert()) {
                for (_, circuits, bytes) in relayed.iter().filter(|(key, ..)| *key == cert.tpk) {
                    taken.circuits += circuits;
                    taken.relayed += bytes;
                }
                for of in parcels.iter().filter(|of| of.device == cert.device_id) {
                    taken.parcels += of.parcels;
                    taken.parcel_bytes += of.bytes;
                }
            }
            json!({
                "user": user.name.as_str(),
                "since": online.get(user.name.as_str()).map(|&since| crate::time::stamp(since)),
                "circuits": taken.circuits,
                "relayed_bytes": taken.relayed,
                "parcels": taken.parcels,
                "parcel_bytes": taken.parcel_bytes,
            })
        })
        .collect();
    Ok(json!({ "schema": 1, "users": rows }))
}
