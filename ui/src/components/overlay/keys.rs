//! The sheet of keys, from the one table.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::i18n::Words;
use crate::state::shortcut::{self, Chord, Shortcut, TABLE};

use super::Dialog;

#[component]
pub(super) fn Keys() -> Element {
    let words = use_words();
    rsx! {
        Dialog { title: words.say("key-keys"),
            KeyTable {}
        }
    }
}

/// The table of keys.
#[component]
pub(crate) fn KeyTable() -> Element {
    let words = use_words();
    let ui = use_ui();
    let enter_sends = use_memo(move || ui.state.read().settings.enter_sends);
    let (send, line): (&[&str], &[&str]) = if enter_sends() {
        (&["cap-enter"], &["cap-shift", "cap-enter"])
    } else {
        (&["cap-ctrl", "cap-enter"], &["cap-enter"])
    };
    let writing = [("key-send", send), ("key-new-line", line), ("key-edit-last", &["↑"])];
    rsx! {
        dl { class: "keys",
            for (name , caps) in writing {
                div { key: "{name}",
                    dt { {words.say(name)} }
                    dd { Caps { caps: caps.iter().map(|cap| said(words, cap)).collect::<Vec<_>>() } }
                }
            }
            for (_ , name , chords) in TABLE {
                div { key: "{name}",
                    dt { {words.say(name)} }
                    dd {
                        for chord in *chords {
                            Caps { caps: caps(words, chord) }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Caps(caps: Vec<String>) -> Element {
    rsx! {
        span { class: "caps",
            for cap in caps {
                kbd { class: "kbd", "{cap}" }
            }
        }
    }
}

/// The first keys of a shortcut, for the end of a line that does the same: `Ctrl L`.
pub(crate) fn keys_of(words: Words, shortcut: Shortcut) -> Option<String> {
    let (_, _, chords) = TABLE.iter().find(|(known, _, _)| *known == shortcut)?;
    Some(caps(words, chords.first()?).join(" "))
}

fn caps(words: Words, chord: &Chord) -> Vec<String> {
    shortcut::caps(chord).into_iter().map(|cap| said(words, cap)).collect()
}

fn said(words: Words, cap: &str) -> String {
    if cap.starts_with("cap-") { words.say(cap) } else { cap.to_uppercase() }
}
