//! The menu of the item (com.canonical.dbusmenu, which the item's specification names): show the window, quit.

use std::collections::HashMap;

use tokio::sync::mpsc;
use zbus::object_server::{InterfaceRef, SignalEmitter};
use zbus::zvariant::{OwnedValue, Structure, Value};

use crate::command::Update;
use crate::order::Tray;

/// Numbers of the entries; 0 is the menu.
const SHOW: i32 = 1;
const QUIT: i32 = 2;

/// Properties of an entry.
type Properties = HashMap<String, OwnedValue>;
/// An entry with those below it.
type Layout = (i32, Properties, Vec<OwnedValue>);

pub(super) struct Menu {
    tray: Tray,
    /// Rises with each change.
    version: u32,
    updates: mpsc::Sender<Update>,
}

impl Menu {
    pub(super) const fn new(tray: Tray, updates: mpsc::Sender<Update>) -> Self {
        Self { tray, version: 1, updates }
    }

    pub(super) fn change(&mut self, tray: Tray) {
        self.tray = tray;
        self.version += 1;
    }

    pub(super) async fn changed(menu: &InterfaceRef<Self>) -> zbus::Result<()> {
        let version = menu.get().await.version;
        Self::layout_updated(menu.signal_emitter(), version, 0).await
    }

    fn label(&self, id: i32) -> Option<&str> {
        match id {
            SHOW => Some(&self.tray.show),
            QUIT => Some(&self.tray.quit),
            _ => None,
        }
    }

    fn properties(&self, id: i32) -> Properties {
        let text = |text: &str| OwnedValue::try_from(Value::from(text.to_owned())).ok();
        let of = match self.label(id) {
            Some(label) => ("label", text(label)),
            None => ("children-display", text("submenu")),
        };
        of.1.map(|value| (of.0.to_owned(), value)).into_iter().collect()
    }

    fn entry(&self, id: i32) -> Option<OwnedValue> {
        let entry = Structure::from((id, self.properties(id), Vec::<OwnedValue>::new()));
        OwnedValue::try_from(Value::from(entry)).ok()
    }
}

#[zbus::interface(name = "com.canonical.dbusmenu")]
impl Menu {
    #[zbus(property)]
    fn version(&self) -> u32 {
        3
    }

    #[zbus(property)]
    fn status(&self) -> &str {
        "normal"
    }

    #[zbus(property)]
    fn text_direction(&self) -> &str {
        "ltr"
    }

    #[zbus(property)]
    fn icon_theme_path(&self) -> Vec<String> {
        Vec::new()
    }

    fn get_layout(&self, parent: i32, depth: i32, _names: Vec<String>) -> (u32, Layout) {
        let below = if parent == 0 && depth != 0 { vec![SHOW, QUIT] } else { Vec::new() };
        let below = below.into_iter().filter_map(|id| self.entry(id)).collect();
        (self.version, (parent, self.properties(parent), below))
    }

    fn get_group_properties(&self, ids: Vec<i32>, _names: Vec<String>) -> Vec<(i32, Properties)> {
        let asked = if ids.is_empty() { vec![0, SHOW, QUIT] } else { ids };
        let known = asked.into_iter().filter(|id| (0..=QUIT).contains(id));
        known.map(|id| (id, self.properties(id))).collect()
    }

    fn get_property(&self, id: i32, name: &str) -> zbus::fdo::Result<OwnedValue> {
        let unknown = || zbus::fdo::Error::InvalidArgs("no such property".to_owned());
        self.properties(id).remove(name).ok_or_else(unknown)
    }

    async fn event(&self, id: i32, kind: &str, _data: OwnedValue, _time: u32) {
        let update = match (id, kind) {
            (SHOW, "clicked") => Update::Front,
            (QUIT, "clicked") => Update::Quit,
            _ => return,
        };
        let _gone = self.updates.send(update).await;
    }

    fn about_to_show(&self, _id: i32) -> bool {
        false
    }

    #[zbus(signal)]
    async fn layout_updated(emitter: &SignalEmitter<'_>, revision: u32, parent: i32) -> zbus::Result<()>;
}
