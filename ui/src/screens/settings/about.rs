//! What this is.

use dioxus::prelude::*;

use crate::app::use_words;
use crate::components::Mark;

use super::Group;

#[component]
pub(super) fn About() -> Element {
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
    }
}
