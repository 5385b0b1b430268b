//! The main window: rail, people, and one conversation. Under 800 pixels one pane at a time.

use conclave_peer::model::SafetyLevel;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{BannerLine, Composer, Head, Mark, PeopleList, Rail, Timeline};
use crate::state::Screen;
use crate::state::conversation::Conversation;
use crate::state::roster::Person;

/// The main window.
#[component]
pub(crate) fn Main() -> Element {
    let ui = use_ui();
    let words = use_words();
    let open = use_memo(move || open(&ui.state.read().screen));
    let chat = open.read().is_some();
    rsx! {
        div { class: "app", "data-pane": if chat { "chat" } else { "list" },
            Rail {}
            BannerLine {}
            PeopleList {}
            main { class: "main", "aria-label": words.say("conversation"),
                if let Some((conversation, person)) = open() {
                    Head { person: person.clone() }
                    Timeline { conversation, person: person.clone() }
                    if person.contact.blocked {
                        p { class: "compose-note", {words.with("you-blocked", &[("name", person.name().into())])} }
                    } else if person.contact.banned == Some(true) {
                        p { class: "compose-note", {words.with("is-banned", &[("name", person.name().into())])} }
                    } else if person.contact.safety == SafetyLevel::None {
                        p { class: "compose-note", {words.with("no-key", &[("name", person.name().into())])} }
                    } else {
                        Composer { to: person.contact.user, name: person.name() }
                    }
                } else {
                    div { class: "empty main-empty",
                        Mark {}
                        p { {words.say("choose-conversation")} }
                    }
                }
            }
        }
    }
}

fn open(screen: &Screen) -> Option<(Conversation, Person)> {
    let Screen::Main(main) = screen else { return None };
    let open = main.open.as_ref()?;
    Some((open.clone(), main.roster.person(open.with)?.clone()))
}
