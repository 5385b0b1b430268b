//! An address that somebody sent: a button that asks before anything is opened.

use dioxus::prelude::*;

use crate::app::use_ui;
use crate::state::Event;
use crate::state::main::Act;
use crate::state::overlay::Overlay;

/// The address of a page.
#[component]
pub(crate) fn Address(
    /// The address, as it was written.
    address: String,
    /// Whether it is cut to one line.
    #[props(default)]
    cut: bool,
) -> Element {
    let ui = use_ui();
    let shown = address.clone();
    rsx! {
        button {
            class: if cut { "link trunc" } else { "link" },
            r#type: "button",
            role: "link",
            dir: "ltr",
            onclick: move |_| ui.send(Event::Main(Act::Show(Overlay::Link(address.clone())))),
            "{shown}"
        }
    }
}
