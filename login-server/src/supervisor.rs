//! What systemd is told: ready, alive, stopping (sd_notify). Without systemd nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;

/// The server answers.
pub(crate) fn ready(text: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(text)]);
}

/// The server has begun to stop.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The loop that owns the network still turns.
pub(crate) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often [`alive`] has to be said: half of what the unit allows.
pub(crate) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|allowed| allowed / 2)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}
