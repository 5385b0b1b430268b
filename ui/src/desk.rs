//! The desktop around the window, over D-Bus: notifications, the sleep of the computer, and one window per profile.
//! Where there is no bus, or nobody on it, the window does without.

mod notices;
mod sleep;
mod tray;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use zbus::fdo::RequestNameFlags;

use crate::command::{Typed, Update};
use crate::link;
use crate::order::{ORDERS, Order};

use self::notices::Notices;

/// A bus that does not answer within this is as good as none.
const PATIENCE: Duration = Duration::from_secs(2);
/// Where a window can be asked to come to the front.
const PLACE: &str = "/app/conclave/Window";
const FACE: &str = "app.conclave.Window1";

/// A name on the bus for the window of a profile: the same for every process that is given this folder.
fn name(profile: &Path) -> String {
    let place = std::fs::canonicalize(profile).unwrap_or_else(|_| profile.to_owned());
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    format!("app.conclave.Profile.p{:016x}", hasher.finish())
}

/// Asks a window that has this profile open to come to the front, with an invite link if one is given; whether there is
/// one.
pub async fn present(profile: &Path, link: Option<&Typed>) -> bool {
    let asked = async {
        let bus = zbus::Connection::session().await?;
        let (name, face) = (Some(name(profile)), Some(FACE));
        match link {
            Some(link) => bus.call_method(name, PLACE, face, "Open", &link.text()).await,
            None => bus.call_method(name, PLACE, face, "Present", &()).await,
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.is_ok_and(|answer| answer.is_ok())
}

/// The same for the window of another process; whether there is one.
pub async fn present_other(profile: &Path) -> bool {
    let asked = async {
        let bus = zbus::Connection::session().await?;
        let proxy = zbus::fdo::DBusProxy::new(&bus).await?;
        proxy.get_connection_unix_process_id(name(profile).try_into()?).await.map_err(zbus::Error::from)
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(process)) if process != std::process::id() => present(profile, None).await,
        _ => false,
    }
}

/// What another start of the program may ask.
struct Front(mpsc::Sender<Update>);

#[zbus::interface(name = "app.conclave.Window1")]
impl Front {
    async fn present(&self) {
        let _gone = self.0.send(Update::Front).await;
    }

    /// Anybody on the bus may ask this: the link is only put where the person sees it.
    async fn open(&self, text: String) {
        let update = link::invite(&text).map_or(Update::Front, Update::Invited);
        let _gone = self.0.send(update).await;
    }
}

/// Serves the desktop until nobody gives orders any more.
pub async fn run(profile: &Path, mut orders: mpsc::Receiver<Order>, updates: mpsc::Sender<Update>) {
    drop(tokio::spawn(sleep::watch(updates.clone())));
    let connected = tokio::time::timeout(PATIENCE, zbus::Connection::session()).await;
    let Ok(Ok(bus)) = connected else { return refuse(orders).await };
    let served = bus.object_server().at(PLACE, Front(updates.clone())).await;
    if served.is_ok() {
        // Taken by another: that one is in front then, and this one finds the profile locked.
        let _taken = bus.request_name_with_flags(name(profile), RequestNameFlags::DoNotQueue.into()).await;
    }
    let (tell, told) = mpsc::channel(ORDERS);
    let (show, wanted) = watch::channel(None);
    if let Ok(address) = zbus::Address::session() {
        drop(tokio::spawn(tray::run(bus.clone(), address.to_string(), wanted, updates.clone())));
    }
    let notices = tokio::spawn(async move {
        match Notices::start(&bus).await {
            Ok(notices) => notices.serve(told, updates).await,
            Err(_) => refuse(told).await,
        }
    });
    while let Some(order) = orders.recv().await {
        match order {
            Order::Tray(tray) => drop(show.send_replace(tray)),
            // A desktop that is that far behind misses a notice.
            order => drop(tell.try_send(order)),
        }
    }
    drop(tell);
    // What is shown is taken away first.
    drop(notices.await);
}

/// There is nobody to show anything: orders are taken and dropped.
async fn refuse(mut orders: mpsc::Receiver<Order>) {
    while orders.recv().await.is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_has_a_name_of_its_own_and_always_the_same() {
        let one = name(Path::new("/tmp"));
        assert_eq!(one, name(Path::new("/tmp/")));
        assert_ne!(one, name(Path::new("/")));
        assert!(zbus::names::WellKnownName::try_from(one).is_ok());
    }
}
