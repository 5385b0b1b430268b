//! The lock and the way back: the window hides the messages at once, the engine is asked until it has closed them, and a
//! password waits for that. What the screen shows is the state's.

use std::time::Duration;

use conclave_peer::Peer;
use conclave_peer::model::{ErrorCode, Unlock};

use crate::command::Update;

use super::Bridge;

/// Between two tries, while another task of the engine has the profile: a login, or an export.
const AGAIN: Duration = Duration::from_millis(250);
/// Tries: ten minutes, far longer than any such task. The password is asked for all the same.
const TRIES: u32 = 2_400;

impl Bridge {
    /// Has the messages closed.
    pub(super) fn lock(&mut self) {
        self.password = None;
        self.withdraw();
        self.closing = Some(tokio::spawn(closed(self.peer.clone())));
    }

    /// Opens the messages, after they are closed where that is under way.
    pub(super) fn unlock(&mut self, by: Unlock) {
        let (peer, closing) = (self.peer.clone(), self.closing.take());
        self.spawn(async move {
            if let Some(closing) = closing {
                drop(closing.await);
            }
            Update::Unlocked(peer.unlock(by).await)
        });
    }

    /// Takes back what other programs were handed.
    pub(super) fn withdraw(&self) {
        let handed = self.handed.clone();
        drop(tokio::task::spawn_blocking(move || handed.withdraw()));
    }
}

/// Locks; returns when the messages are closed.
async fn closed(peer: Peer) {
    for _ in 0..TRIES {
        match peer.lock().await {
            Err(failure) if failure.code == ErrorCode::ApiBusy => tokio::time::sleep(AGAIN).await,
            _ => return,
        }
    }
}
