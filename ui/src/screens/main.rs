//! The main window: rail, list, and what belongs to the section. Under 800 pixels one pane at a time.

use conclave_peer::model::Message;
use dioxus::prelude::*;

use crate::app::{use_main, use_words};
use crate::components::{
    Asking, BannerLine, CannotWrite, Composer, Details, FindBar, Head, List, Mark, MiniPlayer, News,
    NumberChanged, Overlay, Rail, Stop, Timeline, Toast,
};
use crate::state::conversation::Conversation;
use crate::state::main::{Footing, Main as Desk, Section};
use crate::state::roster::Person;

use super::person::PersonPage;
use super::settings::Settings;
use super::transfers::Transfers;

/// The main window.
#[component]
pub(crate) fn Main() -> Element {
    let section = use_main(|main| main.section);
    let lists = use_main(Desk::lists);
    let person = use_main(|main| main.person);
    let details = use_main(|main| main.details && main.open.is_some());
    let plays = use_main(|main| main.player.is_some());
    let stops = use_main(Desk::stops);
    let section = section().unwrap_or_default();
    let talks = section.talks();
    if stops() == Some(true) {
        return rsx! { Stop {} };
    }
    let person = person().flatten().filter(|_| section == Section::People);
    let pane = if lists() == Some(true) { "list" } else { "chat" };
    rsx! {
        div {
            class: "app",
            "data-pane": pane,
            "data-details": if talks && details() == Some(true) { "open" } else { "closed" },
            "data-section": section.key(),
            "data-player": (plays() == Some(true)).then_some("true"),
            Rail {}
            BannerLine {}
            List {}
            match (section, person) {
                (Section::People, Some(user)) => rsx! { PersonPage { user } },
                (Section::Chats | Section::People | Section::Requests, _) => rsx! { Talk {} },
                (Section::Transfers, _) => rsx! { Transfers {} },
                (Section::Settings, _) => rsx! { Settings {} },
            }
            MiniPlayer {}
        }
        Toast {}
        News {}
        Overlay {}
    }
}

/// What the open conversation is drawn from.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    conversation: Conversation,
    person: Person,
    footing: Footing,
    reply: Option<Message>,
    edit: Option<Message>,
}

fn open(main: &Desk) -> Option<Open> {
    let open = main.open.as_ref()?;
    let person = main.roster.person(open.with)?.clone();
    let reply = open.reply_to.and_then(|id| open.message(id).cloned());
    let footing = main.footing(&person);
    let edit = open.editing.and_then(|id| open.message(id).cloned());
    Some(Open { conversation: open.clone(), person, footing, reply, edit })
}

#[component]
fn Talk() -> Element {
    let words = use_words();
    let open = use_main(open);
    let details = use_main(|main| main.details);
    rsx! {
        main { class: "main", "aria-label": words.say("conversation"),
            if let Some(Some(Open { conversation, person, footing, reply, edit })) = open() {
                div {
                    Head { person: person.clone(), changed: matches!(footing, Footing::Changed(_)) }
                    FindBar { with: conversation.with }
                }
                for with in [conversation.with] {
                    Timeline { key: "{with}", conversation: conversation.clone(), person: person.clone() }
                }
                match footing {
                    Footing::Changed(change) => rsx! { NumberChanged { person, change } },
                    Footing::Blocked => rsx! {
                        CannotWrite {
                            text: words.with("you-blocked", &[("name", person.name().into())]),
                            unblock: person.contact.user,
                        }
                    },
                    Footing::Banned => rsx! {
                        CannotWrite { text: words.with("is-banned", &[("name", person.name().into())]) }
                    },
                    Footing::NoKey => rsx! {
                        CannotWrite { text: words.with("no-key", &[("name", person.name().into())]) }
                    },
                    Footing::Asking => rsx! { Asking { key: "{person.contact.user}", person } },
                    Footing::Composer => rsx! {
                        Composer { to: person.contact.user, name: person.name(), reply, edit }
                    },
                }
            } else {
                div { class: "empty main-empty",
                    Mark {}
                    p {
                        {words.say("choose-conversation")}
                        " "
                        kbd { class: "kbd", {words.say("switcher-keys")} }
                    }
                }
            }
        }
        if details() == Some(true) {
            if let Some(Some(Open { person, .. })) = open() {
                for user in [person.contact.user] {
                    Details { key: "{user}", person: person.clone() }
                }
            }
        }
    }
}
