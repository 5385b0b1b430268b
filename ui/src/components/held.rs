//! The only elements of the page that show what a file holds: pictures drawn here, which have an address, and players,
//! which are handed theirs. Both are known by a random name that the engine's side gave for this run; nothing of a peer
//! is ever part of one.

use conclave_peer::model::FileId;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::state::main::Act;
use crate::state::preview::Seen;
use crate::state::{Event, Page};

use super::media::use_received;
use super::{Button, Glyph};

/// A picture that was drawn here.
#[component]
pub(crate) fn Held(
    /// The picture.
    seen: Seen,
    /// What it shows, for readers.
    label: String,
    /// Its class.
    #[props(default = "held")]
    class: &'static str,
) -> Element {
    let Some(name) = random(&seen.token) else { return rsx! {} };
    rsx! {
        img {
            class,
            src: "media://localhost/{name}",
            alt: "{label}",
            width: "{seen.width}",
            height: "{seen.height}",
            draggable: "false",
        }
    }
}

/// A sound or a film. The page's one act for it fetches the pieces and hands them over as one blob in memory: what a
/// player is given by an address, the web view writes to the disk.
#[component]
pub(crate) fn Player(
    /// The name under which it is played.
    seen: Seen,
    /// Its name.
    label: String,
    /// Its file, which can be written out when it cannot be played.
    file: FileId,
    /// Whether there is something to see.
    film: bool,
    /// Its pieces.
    pieces: u32,
    /// Told when a sound begins to play, and when it stops.
    #[props(default)]
    sounds: EventHandler<bool>,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let received = use_received(file);
    let Some(name) = random(&seen.token) else { return rsx! {} };
    let Ok(number) = u128::from_str_radix(name, 16) else { return rsx! {} };
    let mounted = move |_| ui.act(Page::Play { name: number, pieces });
    rsx! {
        if film {
            video {
                id: "play-{name}",
                class: "player",
                controls: true,
                "aria-label": "{label}",
                onmounted: mounted,
            }
        } else {
            audio {
                id: "play-{name}",
                class: "player",
                controls: true,
                "aria-label": "{label}",
                onplay: move |_| sounds.call(true),
                onpause: move |_| sounds.call(false),
                onended: move |_| sounds.call(false),
                onmounted: mounted,
            }
        }
        p { class: "hint no-view fetched", role: "status", {words.say("opening")} }
        div { class: "no-view broken",
            p { class: "hint", role: "status", {words.say("not-played")} }
            Button {
                label: words.say("try-again"),
                icon: Glyph::Play,
                small: true,
                onclick: move |()| ui.act(Page::Play { name: number, pieces }),
            }
            if received() == Some(true) {
                Button {
                    label: words.say("save-as"),
                    icon: Glyph::Save,
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::SaveFile(file))),
                }
            }
        }
    }
}

/// A name that was given here: 32 hex digits and nothing else.
fn random(name: &str) -> Option<&str> {
    (name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_given_here_become_addresses() {
        assert!(random("00112233445566778899aabbccddeeff").is_some());
        for name in [
            "",
            "../../../../../../../../etc/passwd",
            "00112233445566778899aabbccddeef\"",
            "javascript:alert(1)",
        ] {
            assert!(random(name).is_none(), "{name}");
        }
    }
}
