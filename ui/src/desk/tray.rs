//! The tray: an item as desktops show it (StatusNotifierItem, of the freedesktop specifications) with a small menu.
//!
//! It is there only while it is wanted and somebody on the bus shows such items; a desktop without a tray is told apart
//! by nobody owning the watcher's name, and then the window goes without.

mod item;
mod menu;

use futures::StreamExt as _;
use tokio::sync::{mpsc, watch};
use zbus::fdo::DBusProxy;

use crate::command::Update;
use crate::order::Tray;

use self::item::Item;
use self::menu::Menu;

/// Who keeps the list of items.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "/StatusNotifierItem";
const MENU: &str = "/MenuBar";

#[zbus::proxy(
    interface = "org.kde.StatusNotifierWatcher",
    default_service = "org.kde.StatusNotifierWatcher",
    default_path = "/StatusNotifierWatcher",
    gen_blocking = false
)]
trait Watcher {
    fn register_status_notifier_item(&self, service: &str) -> zbus::Result<()>;
}

/// Shows on the bus of this address what is wanted until nobody wants anything any more, and tells whether there is a tray.
pub(super) async fn run(
    bus: zbus::Connection,
    address: String,
    mut wanted: watch::Receiver<Option<Tray>>,
    updates: mpsc::Sender<Update>,
) {
    let Ok(names) = DBusProxy::new(&bus).await else { return };
    let Ok(mut owners) = names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await else { return };
    let Ok(watcher) = WATCHER.try_into() else { return };
    let mut there = names.name_has_owner(watcher).await.unwrap_or(false);
    let mut shown = None;
    if there && updates.send(Update::Tray(true)).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { return },
            Some(change) = owners.next() => {
                let Ok(change) = change.args() else { continue };
                there = change.new_owner().is_some();
                // The next one knows nothing of what the last one showed.
                shown = None;
                if updates.send(Update::Tray(there)).await.is_err() {
                    return;
                }
            }
        }
        let tray = wanted.borrow_and_update().clone().filter(|_| there);
        shown = match (tray, shown.take()) {
            (None, _) => None,
            (Some(tray), Some(own)) => tell(&own, tray).await.map(|()| own).ok(),
            (Some(tray), None) => show(&bus, &address, tray, &updates).await.ok(),
        };
    }
}

/// Puts the item onto the bus, under a connection of its own: it is gone with that.
async fn show(
    bus: &zbus::Connection,
    address: &str,
    tray: Tray,
    updates: &mpsc::Sender<Update>,
) -> zbus::Result<zbus::Connection> {
    let name = format!("org.kde.StatusNotifierItem-{}-1", std::process::id());
    let own = zbus::connection::Builder::address(address)?
        .serve_at(MENU, Menu::new(tray.clone(), updates.clone()))?
        .serve_at(ITEM, Item::new(tray, updates.clone()))?
        .name(name.as_str())?
        .build()
        .await?;
    WatcherProxy::new(bus).await?.register_status_notifier_item(&name).await?;
    Ok(own)
}

/// What it says has changed.
async fn tell(own: &zbus::Connection, tray: Tray) -> zbus::Result<()> {
    let objects = own.object_server();
    let menu = objects.interface::<_, Menu>(MENU).await?;
    menu.get_mut().await.change(tray.clone());
    Menu::changed(&menu).await?;
    let item = objects.interface::<_, Item>(ITEM).await?;
    item.get_mut().await.change(tray);
    Item::changed(&item).await
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command, Stdio};

    use zbus::connection::Builder;
    use zbus::zvariant::{OwnedValue, Value};

    use super::*;

    /// A bus of its own.
    struct Bus(Child, String);

    impl Bus {
        fn start() -> Self {
            let mut daemon = Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address=1"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut address = String::new();
            BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
            Self(daemon, address.trim().to_owned())
        }

        fn connection(&self) -> Builder<'_> {
            Builder::address(self.1.as_str()).unwrap()
        }
    }

    impl Drop for Bus {
        fn drop(&mut self) {
            let _ended = self.0.kill().and_then(|()| self.0.wait());
        }
    }

    struct Watch(mpsc::Sender<String>);

    #[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
    impl Watch {
        async fn register_status_notifier_item(&self, service: String) {
            self.0.send(service).await.unwrap();
        }
    }

    fn tray(title: &str) -> Tray {
        let (show, quit) = ("Show Conclave".to_owned(), "Quit".to_owned());
        Tray { title: title.to_owned(), unread: false, show, quit }
    }

    #[tokio::test]
    #[ignore = "starts dbus-daemon; ./x test ui runs it"]
    async fn an_item_is_there_while_it_is_wanted_and_somebody_watches() {
        let bus = Bus::start();
        let (want, wanted) = watch::channel(Some(tray("Conclave")));
        let (updates, mut told) = mpsc::channel(8);
        let own = bus.connection().build().await.unwrap();
        let running = tokio::spawn(run(own, bus.1.clone(), wanted, updates));

        // Nobody watches at first: the first thing that is told is that somebody does.
        let (tell, mut registered) = mpsc::channel(8);
        let place = "/StatusNotifierWatcher";
        let watcher = bus.connection().serve_at(place, Watch(tell)).unwrap().name(WATCHER).unwrap();
        let watcher = watcher.build().await.unwrap();
        assert_eq!(told.recv().await, Some(Update::Tray(true)));
        let name = registered.recv().await.unwrap();
        let item =
            zbus::Proxy::new(&watcher, name.clone(), ITEM, "org.kde.StatusNotifierItem").await.unwrap();
        assert_eq!(item.get_property::<String>("Title").await.unwrap(), "Conclave");
        item.call_method("Activate", &(0, 0)).await.unwrap();
        assert_eq!(told.recv().await, Some(Update::Front));

        let menu = zbus::Proxy::new(&watcher, name.clone(), MENU, "com.canonical.dbusmenu").await.unwrap();
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let (_, (_, _, below)): (u32, Layout) =
            menu.call("GetLayout", &(0, -1, Vec::<String>::new())).await.unwrap();
        assert_eq!(below.len(), 2);
        let label: OwnedValue = menu.call("GetProperty", &(2, "label")).await.unwrap();
        assert_eq!(label.downcast_ref::<String>().unwrap(), "Quit");
        menu.call_method("Event", &(2, "clicked", Value::from(0), 0_u32)).await.unwrap();
        assert_eq!(told.recv().await, Some(Update::Quit));

        want.send_replace(Some(tray("(3) Conclave")));
        let other =
            zbus::Proxy::new(&watcher, name.clone(), ITEM, "org.kde.StatusNotifierItem").await.unwrap();
        while other.get_property::<String>("Title").await.unwrap() != "(3) Conclave" {
            tokio::task::yield_now().await;
        }
        want.send_replace(None);
        let names = DBusProxy::new(&watcher).await.unwrap();
        while names.name_has_owner(name.as_str().try_into().unwrap()).await.unwrap() {
            tokio::task::yield_now().await;
        }
        drop((item, other, menu, names, watcher));
        assert_eq!(told.recv().await, Some(Update::Tray(false)));
        drop(want);
        running.await.unwrap();
    }
}
