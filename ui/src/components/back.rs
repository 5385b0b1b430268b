//! From what fills a narrow window back to the list; a wider window shows both, and no such button.

use dioxus::prelude::*;

use crate::app::use_words;

use super::{Glyph, Icon};

/// Back to the list.
#[component]
pub(crate) fn BackToList(
    /// The act.
    onclick: EventHandler<()>,
) -> Element {
    let words = use_words();
    rsx! {
        button {
            class: "icon-btn only-narrow",
            r#type: "button",
            "aria-label": words.say("back-to-list"),
            title: words.say("back-to-list"),
            onclick: move |_| onclick.call(()),
            Icon { glyph: Glyph::Back }
        }
    }
}
