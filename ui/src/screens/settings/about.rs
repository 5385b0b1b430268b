//! What this is, and what it is made of.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{Button, Glyph, Mark};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::settings::Page;

use super::libraries::Libraries;
use super::{Group, Setting};

#[component]
pub(super) fn About() -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        Group { label: words.say("app-name"),
            div { class: "set",
                div { class: "person",
                    Mark {}
                    div {
                        b { {words.with("version", &[("version", env!("CARGO_PKG_VERSION").into())])} }
                        small { {words.say("licence")} }
                    }
                }
            }
            div { class: "set", small { {words.say("not-audited")} } }
        }
        Group { label: words.say("doctor-report"),
            Setting { label: words.say("about-report"), hint: words.say("doctor-report-hint"),
                Button {
                    label: words.say("page-doctor"),
                    icon: Glyph::Pulse,
                    onclick: move |()| ui.send(Event::Main(Act::Settings(Page::Doctor))),
                }
            }
        }
        Libraries {}
    }
}
