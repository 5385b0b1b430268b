//! From one picture or page to the next.

use dioxus::prelude::*;

use crate::components::{Glyph, IconButton};

/// The two ways, and what stands between them.
#[component]
pub(super) fn Pager(
    /// What is turned.
    label: String,
    /// The name of the way back.
    back: String,
    /// The name of the way on.
    on: String,
    /// Whether nothing stands before.
    first: bool,
    /// Whether nothing comes after.
    last: bool,
    /// Back, or on.
    onturn: EventHandler<bool>,
    /// What stands between.
    #[props(default = rsx! {})]
    children: Element,
) -> Element {
    rsx! {
        div { class: "pager", role: "group", "aria-label": "{label}",
            IconButton { glyph: Glyph::Left, label: back, disabled: first, onclick: move |()| onturn.call(false) }
            {children}
            IconButton { glyph: Glyph::Right, label: on, disabled: last, onclick: move |()| onturn.call(true) }
        }
    }
}
