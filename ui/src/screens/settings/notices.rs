//! How much a notification tells.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::state::Event;
use crate::state::notices::Level;
use crate::state::settings::Choice;

use super::{Group, Segmented, Setting};

#[component]
pub(super) fn Notices() -> Element {
    let ui = use_ui();
    let words = use_words();
    let level = use_memo(move || ui.state.read().settings.notices);
    let on = Level::ALL.iter().position(|known| *known == level()).unwrap_or_default();
    rsx! {
        Group { label: words.say("notifications"),
            Setting { label: words.say("notices-tell"), hint: words.say("notices-hint"),
                Segmented {
                    label: words.say("notices-tell"),
                    choices: Level::ALL.iter().map(|level| words.say(level.key())).collect::<Vec<_>>(),
                    on,
                    onchange: move |place: usize| {
                        if let Some(level) = Level::ALL.get(place) {
                            ui.send(Event::Choose(Choice::Notices(*level)));
                        }
                    },
                }
            }
        }
    }
}
