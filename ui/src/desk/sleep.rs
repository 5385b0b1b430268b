//! The computer is about to sleep: the messages close first. The system waits for that, for a moment.

use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::mpsc;
use zbus::zvariant::OwnedFd;

use crate::command::Update;

/// Closing takes far less; the system itself waits for 5 s at most by default.
const CLOSING: Duration = Duration::from_secs(2);

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1",
    gen_blocking = false
)]
trait Manager {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;

    #[zbus(signal)]
    fn prepare_for_sleep(&self, start: bool) -> zbus::Result<()>;
}

/// Tells each time that the computer goes to sleep. Ends where no such system is.
pub(super) async fn watch(updates: mpsc::Sender<Update>) {
    let Ok(bus) = zbus::Connection::system().await else { return };
    let Ok(manager) = ManagerProxy::new(&bus).await else { return };
    let Ok(mut sleeps) = manager.receive_prepare_for_sleep().await else { return };
    let mut delay = hold(&manager).await;
    while let Some(sleep) = sleeps.next().await {
        let Ok(sleep) = sleep.args() else { continue };
        if sleep.start {
            if updates.send(Update::Sleeping).await.is_err() {
                return;
            }
            tokio::time::sleep(CLOSING).await;
            drop(delay.take());
        } else {
            delay = hold(&manager).await;
        }
    }
}

async fn hold(manager: &ManagerProxy<'_>) -> Option<OwnedFd> {
    manager.inhibit("sleep", "Conclave", "messages are closed first", "delay").await.ok()
}
