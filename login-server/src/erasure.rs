//! Erasure of what the server holds about a person whose account is closed: at once, or at a time that an
//! administrator gave (ADMIN §2, `user erase --after`). The leaves stay, because every client checks them.
//!
//! ```text
//! erase/<name>  at u64, milliseconds UTC; stays until the records are gone
//! ```

use conclave_crypto::directory::BanReason;
use conclave_crypto::login::LoginName;
use serde_json::json;

use crate::audit::Act;
use crate::clock;
use crate::enrol;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::store::{Store, StoreError, Transaction};
use crate::time::stamp;

const PREFIX: &[u8] = b"erase/";
/// Rows read at once.
const PAGE: usize = 256;
/// The longest wait, in milliseconds: what nobody needs for two years is not kept for later.
pub(crate) const LONGEST_MS: u64 = 2 * 366 * 86_400 * 1_000;

/// Keeps the time at which the records of a closed account go; on return it is on the disk.
pub(crate) async fn plan(shared: &Shared, name: &LoginName, at: u64) -> Result<(), StoreError> {
    shared.store.transact(Transaction::new().put(key(name), at.to_be_bytes())).await.map(|_| ())
}

/// When the records go, milliseconds UTC, if that is planned.
pub(crate) async fn planned(shared: &Shared, name: &LoginName) -> Result<Option<u64>, StoreError> {
    Ok(shared.store.get(&key(name)).await?.map(time))
}

/// Removes the private records of an account. A try that a crash ended is repeated by the next one.
pub(crate) async fn erase(shared: &Shared, name: &LoginName) -> Result<(), Failure> {
    let found = {
        let fold = shared.log.read();
        let user = fold.user_by_name(name.as_str());
        user.map(|user| (user.id, user.devices.iter().map(|cert| cert.cert().device_id).collect::<Vec<_>>()))
    };
    let Some((user, devices)) = found else { return Ok(()) };
    shared.resumptions.revoke_account(name);
    shared.accounts.erase(name).await.map_err(failed)?;
    enrol::forget_pending(shared, name).await.map_err(failed)?;
    shared.kicks.set(Some(name), 0, clock::now()).await.map_err(failed)?;
    for device in &devices {
        shared.prekeys.forget(device).await.map_err(failed)?;
        shared.dropbox.purge(device).await.map_err(failed)?;
    }
    let rest = Transaction::new()
        .delete([b"seen/".as_slice(), user.as_bytes()].concat())
        .delete([b"uik-backup/".as_slice(), name.as_bytes()].concat())
        .delete(key(name));
    shared.store.transact(rest).await.map_err(failed)?;
    shared.change_presence(|table| table.restore(user, 0));
    Ok(())
}

/// Does what is due at `now`, milliseconds UTC. An account that is closed no more keeps its records.
pub(crate) async fn sweep(shared: &Shared, now: u64) -> Result<(), Failure> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = shared.store.range(PREFIX, after.as_deref(), PAGE).await.map_err(failed)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        for (row, at) in page.into_iter().map(|(row, at)| (row, time(at))).filter(|(_, at)| *at <= now) {
            let name = row.strip_prefix(PREFIX).and_then(|name| std::str::from_utf8(name).ok());
            match name.and_then(|name| LoginName::parse(name).ok()) {
                Some(name) if is_closed(shared, &name) => {
                    erase(shared, &name).await?;
                    shared.audit(Act {
                        at: now,
                        actor: "server".into(),
                        key: None,
                        action: "user.erased".into(),
                        target: name.as_str().to_owned(),
                        details: json!({ "planned": stamp(at) }),
                        reason: None,
                    });
                }
                _ => {
                    shared.store.transact(Transaction::new().delete(row)).await.map_err(failed)?;
                }
            }
        }
    }
}

fn is_closed(shared: &Shared, name: &LoginName) -> bool {
    let fold = shared.log.read();
    let banned = fold.user_by_name(name.as_str()).and_then(|user| user.banned);
    banned.is_some_and(|ban| ban.reason == BanReason::Closed)
}

fn key(name: &LoginName) -> Vec<u8> {
    [PREFIX, name.as_bytes()].concat()
}

/// The time of a row; one that cannot be read is due.
fn time(value: Vec<u8>) -> u64 {
    value.try_into().map_or(0, u64::from_be_bytes)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
