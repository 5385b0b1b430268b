//! Sweeping, signing the head anew, and remembering who was seen.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::directory::RESIGN_MS;
use crate::erasure;
use crate::shared::Shared;

/// Expired rows are swept out of the store, and the times people were last seen written into it, this often.
const SWEEP: Duration = Duration::from_secs(60);

/// What has to be done now and then and may wait for the disk.
pub(super) async fn housekeeping(shared: Arc<Shared>) {
    let mut sweep = interval(SWEEP);
    let mut resign = interval(Duration::from_millis(RESIGN_MS));
    resign.tick().await;
    for timer in [&mut sweep, &mut resign] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            _ = resign.tick() => shared.log.resign(clock::now()).await,
            _ = sweep.tick() => {
                let swept = shared.store.sweep(clock::now()).await;
                let kept = shared.remember_presence().await;
                if let Err(error) = shared.sweep_dropbox(clock::now()).await {
                    tracing::error!(%error, "the drop box could not be swept");
                }
                if let Err(error) = erasure::sweep(&shared, clock::now()).await {
                    tracing::error!(%error, "the records of a closed account could not be erased");
                }
                for error in [swept.err(), kept.err()].into_iter().flatten() {
                    tracing::error!(%error, "housekeeping failed");
                }
            }
        }
    }
}
