//! An address before it is opened: the whole of it is shown, and nothing was fetched.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{Button, Glyph, Kind};
use crate::state::Event;
use crate::state::main::Act;

use super::{Cancel, Dialog};

#[component]
pub(super) fn Link(link: String) -> Element {
    let ui = use_ui();
    let words = use_words();
    let (shown, opened, copied) = (link.clone(), link.clone(), link);
    rsx! {
        Dialog {
            title: words.say("open-link"),
            small: true,
            foot: rsx! {
                span { class: "start",
                    Button {
                        label: words.say("copy"),
                        icon: Glyph::Copy,
                        onclick: move |()| ui.send(Event::Main(Act::CopyText(copied.clone()))),
                    }
                }
                Cancel {}
                Button {
                    label: words.say("open-in-browser"),
                    kind: Kind::Primary,
                    onclick: move |()| ui.send(Event::Main(Act::OpenLink(opened.clone()))),
                }
            },
            p { class: "lede", {words.say("open-link-lede")} }
            p { class: "address mono", dir: "ltr", "{shown}" }
        }
    }
}
