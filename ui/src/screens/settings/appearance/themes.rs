//! The themes as small pictures of the window, each drawn with the colours that it chooses.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::state::Event;
use crate::state::settings::{Choice, Theme};

/// A theme, the key of its name, and the colours of its picture; a second set lies over one half.
const THEMES: [(Theme, &str, &str, Option<&str>); 3] = [
    (Theme::Light, "theme-light", "light", None),
    (Theme::Dark, "theme-dark", "dark", None),
    (Theme::System, "theme-system", "light", Some("dark")),
];

/// One of three themes, and high contrast over any of them.
#[component]
pub(super) fn Themes() -> Element {
    let ui = use_ui();
    let words = use_words();
    let settings = use_memo(move || ui.state.read().settings);
    let dark = use_memo(move || ui.state.read().dark());
    let chosen = settings().theme;
    let contrast = settings().contrast;
    let colours = if dark() { "dark" } else { "light" };
    rsx! {
        div { class: "themes",
            div { role: "radiogroup", "aria-label": words.say("theme"),
                for (theme , key , colours , half) in THEMES {
                    button {
                        key: "{key}",
                        class: "theme-card",
                        r#type: "button",
                        role: "radio",
                        tabindex: if theme == chosen { "0" } else { "-1" },
                        "aria-checked": if theme == chosen { "true" } else { "false" },
                        onclick: move |_| ui.send(Event::Choose(Choice::Theme(theme))),
                        span { class: "theme-pic",
                            Picture { colours }
                            if let Some(colours) = half {
                                Picture { colours, half: true }
                            }
                        }
                        {words.say(key)}
                    }
                }
            }
            button {
                class: "theme-card",
                r#type: "button",
                role: "switch",
                "aria-checked": if contrast { "true" } else { "false" },
                onclick: move |_| ui.send(Event::Choose(Choice::Contrast(!contrast))),
                span { class: "theme-pic",
                    Picture { colours, contrast: true }
                }
                {words.say("contrast")}
            }
        }
    }
}

/// The window in a few strokes.
#[component]
fn Picture(
    /// Whose colours.
    colours: &'static str,
    /// Whether in high contrast.
    #[props(default)]
    contrast: bool,
    /// Whether only the second half is seen.
    #[props(default)]
    half: bool,
) -> Element {
    rsx! {
        svg {
            class: if half { "half" },
            view_box: "0 0 160 104",
            "aria-hidden": "true",
            "data-theme": colours,
            "data-contrast": if contrast { "more" } else { "usual" },
            rect { class: "t-bg", width: "160", height: "104" }
            rect { class: "t-rail", width: "16", height: "104" }
            rect { class: "t-list", x: "16", width: "44", height: "104" }
            for (y , width) in [("12", "24"), ("40", "30"), ("54", "22"), ("68", "28")] {
                rect { key: "{y}", class: "t-line", x: "22", y, width, height: "4", rx: "2" }
            }
            rect { class: "t-row", x: "20", y: "22", width: "36", height: "11", rx: "4" }
            rect { class: "t-theirs", x: "68", y: "18", width: "52", height: "13", rx: "6" }
            rect { class: "t-theirs", x: "68", y: "34", width: "38", height: "13", rx: "6" }
            rect { class: "t-mine", x: "98", y: "56", width: "54", height: "13", rx: "6" }
            rect { class: "t-field", x: "68", y: "84", width: "72", height: "11", rx: "5" }
            circle { class: "t-send", cx: "147", cy: "89.5", r: "5.5" }
        }
    }
}
