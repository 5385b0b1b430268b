//! The player of the sound that goes on while its conversation is left: its name, its place with a pause, and an end.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::player::{self, Player};
use crate::state::preview::pieces;

use super::{Glyph, Icon, IconButton, Player as Played};

/// The player, while a sound plays.
#[component]
pub(crate) fn MiniPlayer() -> Element {
    let playing = use_main(|main| main.player.clone());
    let Some(Some(player)) = playing() else { return rsx! {} };
    rsx! {
        // Another sound is another element.
        for player in [player] {
            Bar { key: "{player.file}", player }
        }
    }
}

#[component]
fn Bar(player: Player) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Player { file, name, with, seen, size, .. } = player;
    let name = if name.is_empty() { words.say("file") } else { name };
    let send = move |act| ui.send(Event::Main(Act::Player(act)));
    rsx! {
        section { class: "mini-player", "aria-label": words.say("player"), "data-region": "player",
            div { class: "mini-head",
                Icon { glyph: Glyph::Sound, size: 16 }
                if let Some(user) = with {
                    button {
                        class: "mini-name trunc",
                        r#type: "button",
                        "aria-label": words.with("player-open", &[("name", name.clone().into())]),
                        onclick: move |_| ui.send(Event::Main(Act::Open(user))),
                        bdi { "{name}" }
                    }
                } else {
                    span { class: "mini-name trunc", bdi { "{name}" } }
                }
                IconButton {
                    label: words.say("player-close"),
                    glyph: Glyph::Cross,
                    small: true,
                    size: 16,
                    onclick: move |()| send(player::Act::Close),
                }
            }
            if let Some(seen) = seen {
                Played {
                    seen,
                    label: name,
                    file,
                    film: false,
                    pieces: pieces(size),
                    sounds: move |on| send(player::Act::Sounds(on)),
                }
            } else {
                p { class: "hint no-view", role: "status", {words.say("opening")} }
            }
        }
    }
}
