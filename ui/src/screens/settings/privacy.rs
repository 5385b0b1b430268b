//! What others are told, and who is blocked.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Avatar, Button, Hint};
use crate::state::Event;
use crate::state::main::Act;

use super::{Group, Setting, Switch};

#[component]
pub(super) fn Privacy() -> Element {
    let ui = use_ui();
    let words = use_words();
    let privacy = use_main(|main| main.privacy);
    rsx! {
        if let Some(Some(privacy)) = privacy() {
            Group { label: words.say("told-to-others"),
                Setting { label: words.say("tell-read"), hint: words.say("tell-read-hint"),
                    Switch {
                        label: words.say("tell-read"),
                        on: privacy.read_receipts,
                        onchange: move |on| ui.send(Event::Main(Act::TellRead(on))),
                    }
                }
                Setting { label: words.say("tell-typing"), hint: words.say("tell-typing-hint"),
                    Switch {
                        label: words.say("tell-typing"),
                        on: privacy.typing,
                        onchange: move |on| ui.send(Event::Main(Act::TellTyping(on))),
                    }
                }
            }
        }
        Group { label: words.say("blocked-people"), Blocked {} }
    }
}

/// Who is blocked, by name.
#[component]
fn Blocked() -> Element {
    let ui = use_ui();
    let words = use_words();
    let blocked = use_main(|main| {
        let mut blocked: Vec<_> = main
            .roster
            .people()
            .filter(|person| person.contact.blocked)
            .map(|person| (person.contact.user, person.name(), person.contact.name.clone()))
            .collect();
        blocked.sort_by_key(|(_, name, _)| name.to_lowercase());
        blocked
    });
    let blocked = blocked().unwrap_or_default();
    rsx! {
        if blocked.is_empty() {
            div { class: "card-in", Hint { text: words.say("nobody-blocked") } }
        }
        for (user , name , account) in blocked {
            div { key: "{user}", class: "set",
                div { class: "person",
                    Avatar { user, name: name.clone(), size: "s" }
                    div {
                        b { bdi { "{name}" } }
                        small { dir: "ltr", "@{account}" }
                    }
                }
                Button {
                    label: words.say("unblock"),
                    name: words.with("unblock-name", &[("name", name.into())]),
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Block(user, false))),
                }
            }
        }
    }
}
