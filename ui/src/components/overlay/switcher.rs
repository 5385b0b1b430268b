//! The quick switcher: a few letters, then Enter.

use conclave_peer::model::UserId;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Avatar, Glyph, Icon, keys_of};
use crate::state::main::{Act, Section};
use crate::state::switcher::{self, Entry, Switcher, Verb};
use crate::state::{Event, field};

use super::Scrim;

#[component]
pub(super) fn QuickSwitcher(switcher: Switcher) -> Element {
    let ui = use_ui();
    let words = use_words();
    let roster = use_main(|main| main.roster.clone());
    let Some(roster) = roster() else { return rsx! {} };
    let entries = switcher.entries(&roster, |key| words.say(key));
    let chosen = switcher.chosen.min(entries.len().saturating_sub(1));
    let send = move |act| ui.send(Event::Main(Act::Switcher(act)));
    let people = entries.iter().filter(|entry| matches!(entry, Entry::Person(_))).count();
    rsx! {
        Scrim { class: "top",
            div {
                class: "menu switcher",
                role: "dialog",
                "aria-modal": "true",
                "aria-label": words.say("key-switcher"),
                "data-trap": "true",
                onclick: move |event| event.stop_propagation(),
                div { class: "switcher-in",
                    Icon { glyph: Glyph::Search }
                    input {
                        id: field::SWITCHER,
                        r#type: "text",
                        initial_value: "",
                        maxlength: "64",
                        spellcheck: "false",
                        role: "combobox",
                        "aria-expanded": "true",
                        "aria-controls": "switcher-list",
                        "aria-activedescendant": "switch-{chosen}",
                        "aria-label": words.say("switcher-find"),
                        placeholder: words.say("switcher-find"),
                        oninput: move |event| send(switcher::Act::Type(event.value())),
                        onkeydown: move |event| {
                            let act = match event.key() {
                                Key::ArrowDown => switcher::Act::Step(true),
                                Key::ArrowUp => switcher::Act::Step(false),
                                Key::Enter => switcher::Act::TakeChosen,
                                _ => return,
                            };
                            event.prevent_default();
                            send(act);
                        },
                    }
                    span { class: "kbd", {words.say("cap-escape")} }
                }
                div { id: "switcher-list", class: "switcher-list", role: "listbox", "aria-label": words.say("key-switcher"),
                    if people > 0 {
                        p { class: "menu-label", {words.say("people")} }
                    }
                    for (place , entry) in entries.iter().take(people).enumerate() {
                        Choice { key: "{place}", place, entry: *entry, on: place == chosen }
                    }
                    if entries.len() > people {
                        p { class: "menu-label", {words.say("commands")} }
                    }
                    for (place , entry) in entries.iter().enumerate().skip(people) {
                        Choice { key: "{place}", place, entry: *entry, on: place == chosen }
                    }
                }
            }
        }
    }
}

#[component]
fn Choice(place: usize, entry: Entry, on: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        button {
            id: "switch-{place}",
            class: if on { "menu-item on" } else { "menu-item" },
            r#type: "button",
            role: "option",
            tabindex: "-1",
            "aria-selected": if on { "true" } else { "false" },
            onclick: move |_| ui.send(Event::Main(Act::Switcher(switcher::Act::Take(entry)))),
            match entry {
                Entry::Person(user) => rsx! { Who { user } },
                Entry::Verb(verb) => rsx! {
                    Icon { glyph: glyph(verb) }
                    span { {words.say(verb.key())} }
                },
            }
            if on {
                span { class: "end", "aria-hidden": "true", {words.say("cap-enter")} }
            } else if let Entry::Verb(verb) = entry {
                if let Some(keys) = verb.keys().and_then(|keys| keys_of(words, keys)) {
                    span { class: "end", "aria-hidden": "true", span { class: "kbd", "{keys}" } }
                }
            }
        }
    }
}

#[component]
fn Who(user: UserId) -> Element {
    let person = use_main(move |main| main.roster.person(user).cloned());
    let Some(Some(person)) = person() else { return rsx! {} };
    let name = person.name();
    rsx! {
        Avatar { user, name: name.clone(), size: "xs", presence: person.contact.presence }
        span {
            bdi { "{name}" }
            small { dir: "ltr", "@{person.contact.name}" }
        }
    }
}

const fn glyph(verb: Verb) -> Glyph {
    match verb {
        Verb::Go(Section::Chats) => Glyph::Chat,
        Verb::Go(Section::People) => Glyph::People,
        Verb::Go(Section::Transfers) => Glyph::Transfer,
        Verb::Go(Section::Settings) => Glyph::Settings,
        Verb::Keys => Glyph::Keyboard,
        Verb::Theme => Glyph::Theme,
        Verb::Go(Section::Requests) => Glyph::Request,
        Verb::Lock => Glyph::Lock,
    }
}
