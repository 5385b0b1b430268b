//! The choice of one file of this computer, by the system's own dialog.

use std::path::PathBuf;

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// A button that asks for a file.
#[component]
pub(crate) fn FilePick(
    /// Its word.
    label: String,
    /// Its name, when the word says something else for the moment.
    #[props(default)]
    name: Option<String>,
    /// Its icon.
    #[props(default = Glyph::Image)]
    glyph: Glyph,
    /// What kinds of files the dialog offers.
    #[props(default = "image/*")]
    accept: &'static str,
    /// Without a border, among others of its weight.
    #[props(default)]
    quiet: bool,
    /// 30 pixels high instead of 36.
    #[props(default)]
    small: bool,
    /// Where the chosen file is.
    onpick: EventHandler<PathBuf>,
) -> Element {
    let quiet = if quiet { " btn-quiet" } else { "" };
    let small = if small { " btn-s" } else { "" };
    rsx! {
        label { class: "btn{quiet}{small} file-pick",
            Icon { glyph, size: 16 }
            "{label}"
            input {
                class: "vh",
                r#type: "file",
                accept,
                "aria-label": name.unwrap_or(label),
                onchange: move |event| {
                    if let Some(file) = event.files().first() {
                        onpick.call(file.path());
                    }
                },
            }
        }
    }
}
