//! The emoji picker over the composer: letters narrow it, arrows choose, Enter writes. Readers say an emoji in their
//! own language; its name stands under the pointer.

use conclave_peer::model::MessageId;
use dioxus::prelude::*;
use emojis::Emoji as Sign;

use crate::app::{use_main, use_ui, use_words};
use crate::emoji::{self, GROUPS};
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::{Event, Page, field};

use super::Scrim;

/// Emoji of one line.
const ACROSS: usize = 8;
/// The picker, when it is open.
#[component]
pub(crate) fn Emoji() -> Element {
    let open = use_main(|main| main.overlay == Some(Overlay::Emoji));
    if open() == Some(true) {
        rsx! { Picker {} }
    } else {
        rsx! {}
    }
}

/// The picker for a message that is reacted to.
#[component]
pub(super) fn Reacting(id: MessageId) -> Element {
    rsx! {
        Scrim { class: "clear", Picker { reacts: id } }
    }
}

#[component]
fn Picker(
    /// The message that gets the emoji; the composer otherwise.
    #[props(default)]
    reacts: Option<MessageId>,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(String::new);
    let mut chosen = use_signal(|| 0usize);
    let mut group = use_signal(|| 0usize);
    let mut turned = use_signal(|| 0u32);
    let language = words.0;
    let signs = emoji::found(&typed.read(), group(), language);
    let searched = typed.read().trim().to_owned();
    let count = signs.len();
    let at = chosen().min(count.saturating_sub(1));
    let here = signs.get(at).copied();
    let write = move |sign: &'static Sign| {
        ui.send(Event::Main(Act::Dismiss));
        match reacts {
            Some(id) => ui.send(Event::Main(Act::React { id, emoji: sign.as_str().to_owned(), on: true })),
            None => ui.act(Page::Insert(sign.as_str())),
        }
    };
    rsx! {
        div {
            class: if reacts.is_some() { "menu emoji alone" } else { "menu emoji" },
            role: "dialog",
            "aria-label": words.say(if reacts.is_some() { "key-react" } else { "key-emoji" }),
            "aria-modal": reacts.is_some().then_some("true"),
            "data-trap": reacts.is_some().then_some("true"),
            onclick: move |event| event.stop_propagation(),
            // Keys only count in lists: a group that is turned to begins with an empty field.
            for turn in [turned()] {
            label { key: "{turn}", class: "searchbox",
                input {
                    id: field::EMOJI,
                    r#type: "text",
                    initial_value: "",
                    maxlength: "32",
                    spellcheck: "false",
                    role: "combobox",
                    "aria-expanded": "true",
                    "aria-controls": "emoji-grid",
                    "aria-activedescendant": "emoji-{at}",
                    "aria-label": words.say("find-emoji"),
                    placeholder: words.say("find-emoji"),
                    oninput: move |event| {
                        typed.set(event.value());
                        chosen.set(0);
                    },
                    onkeydown: move |event| {
                        let next = match event.key() {
                            Key::ArrowRight => at + 1,
                            Key::ArrowLeft => at.saturating_sub(1),
                            Key::ArrowDown => at + ACROSS,
                            Key::ArrowUp => at.saturating_sub(ACROSS),
                            Key::Enter => {
                                event.prevent_default();
                                if let Some(sign) = here {
                                    write(sign);
                                }
                                return;
                            }
                            _ => return,
                        };
                        event.prevent_default();
                        chosen.set(next.min(count.saturating_sub(1)));
                    },
                }
            }
            }
            div { class: "emoji-groups", role: "group", "aria-label": words.say("emoji-groups"),
                for (place , (kind , key)) in GROUPS.into_iter().enumerate() {
                    button {
                        key: "{key}",
                        class: "icon-btn",
                        r#type: "button",
                        "aria-label": words.say(key),
                        title: words.say(key),
                        "aria-pressed": if searched.is_empty() && group() == place { "true" } else { "false" },
                        onclick: move |_| {
                            typed.set(String::new());
                            chosen.set(0);
                            turned += 1;
                            group.set(place);
                        },
                        {kind.emojis().next().map(Sign::as_str)}
                    }
                }
            }
            if signs.is_empty() {
                p { class: "hint", role: "status", {words.with("search-nothing", &[("text", searched.into())])} }
            }
            div { id: "emoji-grid", class: "emoji-grid", role: "listbox", "aria-label": words.say("key-emoji"),
                for (place , sign) in signs.into_iter().enumerate() {
                    button {
                        key: "{sign.as_str()}",
                        id: "emoji-{place}",
                        class: if place == at { "on" } else { "" },
                        r#type: "button",
                        role: "option",
                        tabindex: "-1",
                        "aria-selected": if place == at { "true" } else { "false" },
                        title: emoji::name(sign, language),
                        onclick: move |_| write(sign),
                        "{sign.as_str()}"
                    }
                }
            }
        }
    }
}
