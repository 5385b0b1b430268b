//! A button that is an icon: its name is for readers and for the pointer that rests on it.

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// A button that shows an icon alone.
#[component]
pub(crate) fn IconButton(
    /// Its id, when the keyboard is put on it.
    #[props(default)]
    id: Option<&'static str>,
    /// Its name.
    label: String,
    /// Its icon.
    glyph: Glyph,
    /// 30 pixels high instead of 36.
    #[props(default)]
    small: bool,
    /// Pixels of the icon.
    #[props(default = 20)]
    size: u8,
    /// A sign of the keyboard in the place of the icon.
    #[props(default)]
    sign: Option<&'static str>,
    /// Whether it does nothing here.
    #[props(default)]
    disabled: bool,
    /// The keys that do the same, as `aria-keyshortcuts` writes them.
    #[props(default)]
    keys: Option<String>,
    /// The act.
    onclick: EventHandler<()>,
) -> Element {
    rsx! {
        button {
            id,
            class: if small { "icon-btn icon-btn-s" } else { "icon-btn" },
            r#type: "button",
            disabled,
            "aria-label": "{label}",
            title: "{label}",
            "aria-keyshortcuts": keys,
            onclick: move |_| onclick.call(()),
            if let Some(sign) = sign {
                span { class: "sign", "{sign}" }
            } else {
                Icon { glyph, size }
            }
        }
    }
}
