//! The emoji picker over the composer: letters narrow it, arrows choose, Enter writes. Readers say an emoji in their
//! own language, so none has a name here.

use dioxus::prelude::*;
use emojis::{Emoji as Sign, Group};

use crate::app::{use_main, use_ui, use_words};
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::{Event, Page, field};

/// Emoji shown at once: letters narrow them.
const MOST: usize = 160;
/// Emoji of one line.
const ACROSS: usize = 8;
/// Newer ones are not drawn by the fonts of every system.
const NEWEST: (u32, u32) = (14, 0);

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

#[component]
fn Picker() -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(String::new);
    let mut chosen = use_signal(|| 0usize);
    let signs = found(&typed.read());
    let count = signs.len();
    let at = chosen().min(count.saturating_sub(1));
    let here = signs.get(at).copied();
    let write = move |sign: &'static Sign| {
        ui.send(Event::Main(Act::Dismiss));
        ui.act(Page::Insert(sign.as_str()));
    };
    rsx! {
        div { class: "menu emoji", role: "dialog", "aria-label": words.say("key-emoji"),
            label { class: "searchbox",
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
                        onclick: move |_| write(sign),
                        "{sign.as_str()}"
                    }
                }
            }
        }
    }
}

/// The emoji whose name or short code holds the letters.
fn found(text: &str) -> Vec<&'static Sign> {
    let text = text.trim().trim_matches(':').to_lowercase();
    let groups = [
        Group::SmileysAndEmotion,
        Group::PeopleAndBody,
        Group::AnimalsAndNature,
        Group::FoodAndDrink,
        Group::TravelAndPlaces,
        Group::Activities,
        Group::Objects,
        Group::Symbols,
    ];
    let all = groups.into_iter().flat_map(|group| group.emojis()).filter(|sign| {
        let version = sign.unicode_version();
        (version.major(), version.minor()) <= NEWEST
    });
    let holds = |sign: &&'static Sign| {
        text.is_empty() || sign.name().contains(&text) || sign.shortcodes().any(|code| code.contains(&text))
    };
    all.filter(holds).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_short_codes_find_an_emoji() {
        assert!(found(":clap:").iter().any(|sign| sign.as_str() == "👏"));
        assert!(found("sparkles").iter().any(|sign| sign.as_str() == "✨"));
        assert_eq!(found("").len(), MOST);
        assert!(found("no such thing").is_empty());
    }
}
