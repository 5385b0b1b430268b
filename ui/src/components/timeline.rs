//! The messages of a conversation, newest at the foot; a section per day, so that one label sticks.

use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::state::Event;
use crate::state::conversation::{Conversation, is_incoming};
use crate::state::main::Act;
use crate::state::roster::Person;
use crate::state::timeline::sections;

use super::{Avatar, Bubble, Button, ErrorNote, UnsentBubble};

/// The log of messages. The box is turned around by its style, so it opens at the end without a script.
#[component]
pub(crate) fn Timeline(
    /// The conversation.
    conversation: Conversation,
    /// With whom.
    person: Person,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let zone = use_zone();
    let now = use_now();
    let name = person.name();
    let newest_mine =
        conversation.messages.iter().rev().find(|message| !is_incoming(message)).map(|message| message.id);
    let days = sections(&conversation.messages, conversation.unread_from, now(), &zone);
    let empty = days.is_empty() && conversation.unsent.is_empty() && !conversation.loading;
    rsx! {
        div { class: "timeline", role: "log", "aria-label": words.say("messages"), tabindex: "0",
            div { class: "timeline-in",
                if conversation.more {
                    div { class: "earlier",
                        Button {
                            label: words.say("earlier-messages"),
                            small: true,
                            disabled: conversation.loading,
                            onclick: move |()| ui.send(Event::Main(Act::Older)),
                        }
                    }
                }
                if empty && conversation.failure.is_none() {
                    div { class: "empty",
                        Avatar { user: person.contact.user, name: name.clone(), size: "l" }
                        strong { bdi { "{name}" } }
                        p { {words.with("start-of-conversation", &[("name", name.clone().into())])} }
                    }
                }
                for section in days {
                    section { key: "{section.date}", "aria-label": words.day(section.day),
                        h2 { class: "day", span { {words.day(section.day)} } }
                        ol {
                            for item in section.items {
                                Bubble {
                                    key: "{item.message.id}",
                                    done: item.message.file.as_ref().and_then(|file| conversation.progress.get(&file.file).copied()),
                                    spoken: newest_mine == Some(item.message.id),
                                    item,
                                    name: name.clone(),
                                }
                            }
                        }
                    }
                }
                if !conversation.unsent.is_empty() {
                    ol { class: "unsent-list",
                        for unsent in conversation.unsent {
                            UnsentBubble { key: "{unsent.number}", unsent }
                        }
                    }
                }
                if let Some(failure) = conversation.failure {
                    ErrorNote { failure }
                }
            }
        }
    }
}
