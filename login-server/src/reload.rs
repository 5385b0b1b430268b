//! A changed configuration while the server runs: what can be taken at once is taken, the rest is named.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, ConfigError};
use crate::shared::Shared;

/// Keys that the running server follows.
const LIVE: [&str; 7] = [
    "server.public",
    "server.admin_contact",
    "server.organisation",
    "limits.handshake_timeout",
    "backup.at",
    "backup.keep",
    "backup.directory",
];

/// What the file says differently from the running server.
pub(crate) struct Changed {
    /// Each key, and whether it is followed at once.
    pub(crate) keys: Vec<(String, bool)>,
    config: Config,
}

/// Reads the configuration anew, with the same overrides.
pub(crate) fn changes(shared: &Shared) -> Result<Changed, ConfigError> {
    let now = shared.config();
    let Some(source) = &now.source else {
        return Err(ConfigError::Value("it is not from a file".into()));
    };
    let new = Config::load(source, &now.overrides)?;
    let (before, after) = (now.settings(), new.settings());
    let keys = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before.value != after.value)
        .map(|(_, after)| format!("{}.{}", after.section, after.key))
        .map(|key| {
            let live = LIVE.contains(&key.as_str());
            (key, live)
        })
        .collect();
    let mut config = Config::clone(&now);
    config.server.public = new.server.public;
    config.server.admin_contact = new.server.admin_contact;
    config.server.organisation = new.server.organisation;
    config.limits.handshake_timeout = new.limits.handshake_timeout;
    config.backup = new.backup;
    Ok(Changed { keys, config })
}

/// Follows what can be followed.
pub(crate) fn apply(shared: &Shared, changed: &Changed) {
    shared.set_config(changed.config.clone());
    for (key, live) in &changed.keys {
        if *live {
            tracing::info!(key, "the configuration has changed");
        } else {
            tracing::warn!(key, "the configuration has changed; this needs a restart");
        }
    }
}

/// Reads the configuration anew at every SIGHUP, until the server stops.
pub(crate) async fn watch(shared: Arc<Shared>) {
    let Ok(mut hung_up) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            _ = hung_up.recv() => match changes(&shared) {
                Ok(changed) => apply(&shared, &changed),
                Err(error) => tracing::error!(%error, "the configuration was not taken; the old one stays"),
            },
        }
    }
}
