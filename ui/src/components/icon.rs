//! Icons: a 24 grid, stroke 1.75, round ends. They take the colour of the text around them and carry no meaning
//! of their own: the word stands beside them or in the name of their button.

mod paths;

use dioxus::prelude::*;

/// An icon, one meaning each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyph {
    Alert,
    Back,
    Check,
    Clock,
    Copy,
    Direct,
    Eye,
    File,
    Globe,
    Home,
    Key,
    Lock,
    Offline,
    People,
    Refresh,
    Relay,
    Seal,
    Search,
    Send,
    Server,
    Stop,
    Theme,
    Cross,
    Edit,
    Trash,
    Bell,
    Attach,
    Sound,
    Ban,
    Box,
    Chat,
    Compose,
    Computer,
    Download,
    Down,
    Up,
    Emoji,
    Image,
    Info,
    History,
    Keyboard,
    Logout,
    More,
    Pane,
    Pause,
    Pages,
    Pin,
    Place,
    Play,
    QrCode,
    Reply,
    Right,
    Save,
    Settings,
    Shield,
    Speak,
    Text,
    Transfer,
    Upload,
    User,
    Work,
    Mute,
    Left,
    Link,
    Open,
    Folder,
    Archive,
    Ring,
    Plus,
    HalfRing,
    Disc,
    Request,
    Pulse,
    Sheet,
    Slides,
}

/// An icon, by default 20 pixels.
#[component]
pub(crate) fn Icon(
    /// Which one.
    glyph: Glyph,
    /// 14, 16, 20 or 24 pixels: the stroke is scaled so that lines stay alike.
    #[props(default = 20)]
    size: u8,
) -> Element {
    let class = match size {
        14 => "i i-14",
        16 => "i i-16",
        24 => "i i-24",
        _ => "i",
    };
    rsx! {
        svg { class, view_box: "0 0 24 24", "aria-hidden": "true",
            path { d: glyph.path() }
        }
    }
}

/// The mark: an open ring closed by a point.
#[component]
pub(crate) fn Mark() -> Element {
    rsx! {
        svg { class: "mark", view_box: "0 0 32 32", "aria-hidden": "true",
            path {
                d: "M22.8 8.2a10.2 10.2 0 1 0 0 15.6",
                fill: "none",
                stroke: "currentColor",
                stroke_width: "3.6",
                stroke_linecap: "round",
            }
            circle { cx: "25.6", cy: "16", r: "2.9", fill: "currentColor" }
        }
    }
}
