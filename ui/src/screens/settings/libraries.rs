//! The libraries of others in this program, and the texts of their licences. Half a thousand lines, so they are drawn
//! when they are asked for.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::libraries::{self, LICENCES};
use crate::state::Event;
use crate::state::main::Act;

use super::{Group, Setting};

/// The id of the list.
const LIST: &str = "libraries";

/// How many there are, and the list.
#[component]
pub(super) fn Libraries() -> Element {
    let ui = use_ui();
    let words = use_words();
    let shown = use_main(|main| main.libraries);
    let shown = shown().unwrap_or_default();
    rsx! {
        Group { label: words.say("libraries"),
            Setting {
                label: words.with("libraries-count", &[("n", libraries::all().count().into())]),
                hint: words.say("libraries-hint"),
                button {
                    class: "btn",
                    r#type: "button",
                    "aria-expanded": if shown { "true" } else { "false" },
                    "aria-controls": shown.then_some(LIST),
                    onclick: move |_| ui.send(Event::Main(Act::Libraries(!shown))),
                    {words.say(if shown { "hide" } else { "show-them" })}
                }
            }
        }
        if shown {
            List {}
        }
    }
}

/// It never changes: nothing in it is compared again.
#[component]
fn List() -> Element {
    let words = use_words();
    rsx! {
        section { class: "section",
            div { class: "section-head", h2 { {words.say("licence-texts")} } }
            div { class: "card",
                for (name , text) in LICENCES {
                    details { key: "{name}", class: "licence",
                        summary { dir: "ltr", "{name}" }
                        pre { dir: "ltr", lang: "en", "{text}" }
                    }
                }
            }
        }
        section { class: "section",
            div { class: "section-head", h2 { {words.say("libraries-list")} } }
            ul { id: LIST, class: "card libraries", dir: "ltr",
                for library in libraries::all() {
                    li { key: "{library.name} {library.version}",
                        b { "{library.name}" }
                        span { class: "num muted", "{library.version}" }
                        small { "{library.licences}" }
                    }
                }
            }
        }
    }
}
