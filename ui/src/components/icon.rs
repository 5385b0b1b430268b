//! Icons: a 24 grid, stroke 1.75, round ends. They take the colour of the text around them and carry no meaning
//! of their own: the word stands beside them or in the name of their button.

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
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Alert => "M12 4.5 3.5 19h17L12 4.5ZM12 10.5v4M12 16.7v.01",
            Self::Back => "m14.5 6-6 6 6 6",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Clock => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM12 7.5V12l3 2",
            Self::Copy => {
                "M11 8.5h6.5A2.5 2.5 0 0 1 20 11v6.5a2.5 2.5 0 0 1-2.5 2.5H11a2.5 2.5 0 0 1-2.5-2.5V11A2.5 2.5 0 0 1 11 8.5ZM15.5 8.5V6.5A2.5 2.5 0 0 0 13 4H6.5A2.5 2.5 0 0 0 4 6.5V13a2.5 2.5 0 0 0 2.5 2.5h2"
            }
            Self::Cross => "m6 6 12 12M18 6 6 18",
            Self::Direct => "M4.5 9H19M15.5 5.5 19 9l-3.5 3.5M19.5 15.5H5M8.5 12 5 15.5 8.5 19",
            Self::Eye => {
                "M3 12c2-4 5.2-6 9-6s7 2 9 6c-2 4-5.2 6-9 6s-7-2-9-6ZM9.3 12a2.7 2.7 0 1 0 5.4 0a2.7 2.7 0 1 0-5.4 0Z"
            }
            Self::File => {
                "M6 5.5a2 2 0 0 1 2-2h5.5L18.5 8.5v10a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-13ZM13.5 3.5v5h5"
            }
            Self::Globe => {
                "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM3.5 12h17M12 3.5c2.5 2.5 3.5 5.3 3.5 8.5s-1 6-3.5 8.5c-2.5-2.5-3.5-5.3-3.5-8.5s1-6 3.5-8.5Z"
            }
            Self::Home => "m4 11 8-6.5 8 6.5M6.5 9.5V19h11V9.5",
            Self::Key => "M4 15.5a4 4 0 1 0 8 0a4 4 0 1 0-8 0ZM11 12.7l8.5-8.2M16 8l2.5 2.5",
            Self::Lock => {
                "M7.5 10.5h9A2.5 2.5 0 0 1 19 13v4.5a2.5 2.5 0 0 1-2.5 2.5h-9A2.5 2.5 0 0 1 5 17.5V13a2.5 2.5 0 0 1 2.5-2.5ZM8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v1.5"
            }
            Self::Offline => {
                "M3.5 9.5a13 13 0 0 1 4-2.5M20.5 9.5A13 13 0 0 0 11 6.2M7 13.3a8 8 0 0 1 3-1.7M12 17.5v.01M17 13.3a8 8 0 0 0-1-.8M4 4l16 16"
            }
            Self::People => {
                "M5.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0ZM2.8 19.2c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.7 14.7c2 .7 3.2 2.3 3.5 4.5"
            }
            Self::Refresh => {
                "M19.5 11.5a7.5 7.5 0 0 0-13.6-3.7L4.5 9.5M4.5 5v4.5H9M4.5 12.5a7.5 7.5 0 0 0 13.6 3.7l1.4-1.7M19.5 19v-4.5H15"
            }
            Self::Relay => {
                "M3 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0ZM17 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0ZM9.5 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0ZM6.3 15.4 10.3 9M13.7 9l4 6.4"
            }
            Self::Seal => {
                "m12 3 2.3 1.7 2.8-.1.8 2.7 2.3 1.7-1 2.7 1 2.7-2.3 1.7-.8 2.7-2.8-.1L12 20.4l-2.3-1.7-2.8.1-.8-2.7-2.3-1.7 1-2.7-1-2.7 2.3-1.7.8-2.7 2.8.1L12 3ZM8.8 11.9l2.3 2.3 4.2-4.5"
            }
            Self::Search => "M4.5 11a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0ZM16 16l4.5 4.5",
            Self::Send => "M12 19.5V5M6 10.8 12 4.8l6 6",
            Self::Server => {
                "M6 4.5h12a2 2 0 0 1 2 2V9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6.5a2 2 0 0 1 2-2ZM6 13h12a2 2 0 0 1 2 2v2.5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V15a2 2 0 0 1 2-2ZM7.5 7.8h.01M7.5 16.3h.01"
            }
            Self::Stop => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM12 7.5v5.5M12 16.2v.01",
            Self::Theme => {
                "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM12 3.5v17M12 7.5l5.5-1.8M12 12h8.4M12 16.5l5.5 1.8"
            }
        }
    }
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
