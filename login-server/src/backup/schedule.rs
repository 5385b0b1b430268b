//! The daily backup: the key that seals it, and the task that makes it.
//!
//! The key is in a file, mode 0600: a server that runs without a person has to have it. Whoever reads the file opens
//! backups, and has the server's own data beside it anyway.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::{BackupError, SealKey, make, prune};
use crate::clock;
use crate::home::{Home, replace};
use crate::shared::Shared;

/// How often the clock is looked at; a machine that slept is late by this much at most.
const LOOK: Duration = Duration::from_secs(30);
/// The wait after a backup that failed, in milliseconds.
const AGAIN_MS: u64 = 15 * 60 * 1_000;
const VERSION: u32 = 1;

/// What seals the daily backup.
#[derive(Serialize, Deserialize, Zeroize)]
#[zeroize(drop)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    version: u32,
    /// When it was set, milliseconds UTC: the first backup is at the next hour after it.
    since: u64,
    salt: String,
    key: String,
}

impl Schedule {
    /// A schedule from now on.
    pub(crate) fn new(key: &SealKey, now: u64) -> Self {
        Self {
            version: VERSION,
            since: now,
            salt: HEXLOWER.encode(&key.salt),
            key: HEXLOWER.encode(key.key.expose()),
        }
    }

    /// Reads the file; none means that no schedule is set.
    pub(crate) fn read(home: &Home) -> Result<Option<Self>, BackupError> {
        let path = home.backup_key();
        let text = match std::fs::read(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(BackupError::Io { path, source }),
        };
        let damaged = || BackupError::Damaged(path.display().to_string(), "it does not parse");
        let schedule: Self = serde_json::from_slice(&text).map_err(|_| damaged())?;
        if schedule.version != VERSION {
            return Err(damaged());
        }
        schedule.key(&path)?;
        Ok(Some(schedule))
    }

    /// Writes the file.
    pub(crate) fn write(&self, home: &Home) -> Result<(), BackupError> {
        let path = home.backup_key();
        let text = Zeroizing::new(serde_json::to_vec(self).map_err(|_| BackupError::Sealing)?);
        replace(&path, &text).map_err(|source| BackupError::Io { path, source })
    }

    fn key(&self, path: &Path) -> Result<SealKey, BackupError> {
        let damaged = || BackupError::Damaged(path.display().to_string(), "it does not parse");
        let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).map(Zeroizing::new).map_err(|_| damaged());
        Ok(SealKey {
            salt: bytes(&self.salt)?.as_slice().try_into().map_err(|_| damaged())?,
            key: Secret::new(bytes(&self.key)?.as_slice().try_into().map_err(|_| damaged())?),
        })
    }
}

/// Whether a text is an hour of the day, such as `02:00`.
pub(crate) fn is_time(text: &str) -> bool {
    text.parse::<Time>().is_ok()
}

/// The last moment at or before `now` (milliseconds UTC) at which a backup was due.
fn due(at: &str, now: u64, zone: &TimeZone) -> Option<u64> {
    let at: Time = at.parse().ok()?;
    let now = Timestamp::from_millisecond(i64::try_from(now).ok()?).ok()?.to_zoned(zone.clone());
    let on = |day: &Zoned| day.date().to_datetime(at).to_zoned(zone.clone()).ok();
    let today = on(&now)?;
    let last = if today <= now { today } else { on(&now.yesterday().ok()?)? };
    u64::try_from(last.timestamp().as_millisecond()).ok()
}

/// Makes the daily backup until the server stops.
pub(crate) async fn watch(shared: Arc<Shared>) {
    let mut failed_at = 0;
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = clock::now();
        if now < failed_at + AGAIN_MS {
            continue;
        }
        let own = Arc::clone(&shared);
        let done = tokio::task::spawn_blocking(move || look(&own, now)).await;
        match done {
            Ok(Ok(())) => failed_at = 0,
            Ok(Err(error)) => {
                failed_at = now;
                shared.backups.failed(&error.to_string());
                tracing::error!(%error, "the daily backup failed");
            }
            Err(error) => tracing::error!(%error, "the daily backup failed"),
        }
    }
}

/// Makes a backup if one is due.
fn look(shared: &Shared, now: u64) -> Result<(), BackupError> {
    let home = Home::at(&shared.config().server.data_dir);
    let Some(schedule) = Schedule::read(&home)? else { return Ok(()) };
    let Some(due) = due(&shared.config().backup.at, now, &TimeZone::system()) else { return Ok(()) };
    let last = shared.backups.last().unwrap_or(schedule.since);
    if last >= due {
        return Ok(());
    }
    let (path, header, bytes) = make(shared, &schedule.key(&home.backup_key())?, None)?;
    shared.backups.made(header.made);
    tracing::info!(path = %path.display(), bytes, leaves = header.leaves, "a backup was made");
    prune(&shared.config().backup_directory(), shared.config().backup.keep, false)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_due_once_a_day_at_its_hour() {
        let zone = TimeZone::UTC;
        let day = 86_400_000;
        let two = 2 * 3_600_000;
        assert_eq!(due("02:00", 10 * day + two - 1, &zone), Some(9 * day + two));
        assert_eq!(due("02:00", 10 * day + two, &zone), Some(10 * day + two));
        assert_eq!(due("02:00", 11 * day, &zone), Some(10 * day + two));
        assert_eq!(due("25:00", day, &zone), None);
        assert!(is_time("23:59") && !is_time("24:00") && !is_time("noon"));
    }
}
