//! The item itself: its name, its picture, and what a click does.

use tokio::sync::mpsc;
use zbus::object_server::{InterfaceRef, SignalEmitter};
use zbus::zvariant::ObjectPath;

use crate::command::Update;
use crate::order::Tray;

use super::MENU;

/// Pixels of a side of the picture.
const SIDE: i32 = 22;
/// The ground and the letter, as alpha, red, green, blue: the accent of the light theme, and white.
const GROUND: [u8; 4] = [0xff, 0x12, 0x5e, 0x78];
const LETTER: [u8; 4] = [0xff, 0xff, 0xff, 0xff];
/// The mark of something that is not read.
const UNREAD: [u8; 4] = [0xff, 0xe6, 0x3b, 0x46];
const CLEAR: [u8; 4] = [0; 4];

/// A picture: pixels across and down, and four bytes for each.
type Picture = (i32, i32, Vec<u8>);

pub(super) struct Item {
    tray: Tray,
    updates: mpsc::Sender<Update>,
}

impl Item {
    pub(super) const fn new(tray: Tray, updates: mpsc::Sender<Update>) -> Self {
        Self { tray, updates }
    }

    pub(super) fn change(&mut self, tray: Tray) {
        self.tray = tray;
    }

    pub(super) async fn changed(item: &InterfaceRef<Self>) -> zbus::Result<()> {
        let emitter = item.signal_emitter();
        Self::new_title(emitter).await?;
        Self::new_tool_tip(emitter).await?;
        Self::new_icon(emitter).await
    }
}

#[zbus::interface(name = "org.kde.StatusNotifierItem")]
impl Item {
    #[zbus(property)]
    fn category(&self) -> &str {
        "Communications"
    }

    #[zbus(property)]
    fn id(&self) -> &str {
        "conclave-desktop"
    }

    #[zbus(property)]
    fn title(&self) -> &str {
        &self.tray.title
    }

    #[zbus(property)]
    fn status(&self) -> &str {
        "Active"
    }

    #[zbus(property)]
    fn window_id(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn icon_name(&self) -> &str {
        ""
    }

    #[zbus(property)]
    fn icon_pixmap(&self) -> Vec<Picture> {
        vec![picture(self.tray.unread)]
    }

    #[zbus(property)]
    fn tool_tip(&self) -> (String, Vec<Picture>, String, String) {
        (String::new(), Vec::new(), self.tray.title.clone(), String::new())
    }

    #[zbus(property)]
    fn item_is_menu(&self) -> bool {
        false
    }

    #[zbus(property)]
    fn menu(&self) -> ObjectPath<'static> {
        ObjectPath::from_static_str_unchecked(MENU)
    }

    async fn activate(&self, _x: i32, _y: i32) {
        let _gone = self.updates.send(Update::Front).await;
    }

    async fn secondary_activate(&self, _x: i32, _y: i32) {
        let _gone = self.updates.send(Update::Front).await;
    }

    async fn context_menu(&self, _x: i32, _y: i32) {
        let _gone = self.updates.send(Update::Front).await;
    }

    fn scroll(&self, _delta: i32, _orientation: &str) {}

    #[zbus(signal)]
    async fn new_title(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_tool_tip(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn new_icon(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

/// A disc with a ring that is open to the right; a dot in the corner when something is not read.
fn picture(unread: bool) -> Picture {
    let mut bytes = Vec::new();
    let middle = SIDE - 1;
    for row in 0..SIDE {
        for column in 0..SIDE {
            // Twice the distance from the middle: whole numbers.
            let (x, y) = (2 * column - middle, 2 * row - middle);
            let far = x * x + y * y;
            let corner = (x - 14) * (x - 14) + (y + 14) * (y + 14);
            let open = x > 0 && y.abs() < 7;
            bytes.extend(match far {
                _ if unread && corner < 50 => UNREAD,
                far if far > 21 * 21 => CLEAR,
                far if (7 * 7..13 * 13).contains(&far) && !open => LETTER,
                _ => GROUND,
            });
        }
    }
    (SIDE, SIDE, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_whether_something_is_not_read() {
        let (width, height, read) = picture(false);
        assert_eq!(read.len(), usize::try_from(width * height * 4).unwrap());
        let (_, _, unread) = picture(true);
        let dots = |bytes: &[u8]| bytes.chunks(4).filter(|point| **point == UNREAD).count();
        assert!(dots(&read) == 0 && dots(&unread) > 10);
    }
}
