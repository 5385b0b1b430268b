//! Files that show themselves in the bubble: a picture, the first page of a document, a sound, a film.

use conclave_peer::model::{Direction, ErrorCode, Failure, File, FileId};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::name;
use crate::state::Event;
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::player;
use crate::state::preview::{self, Kind, View, Which};
use crate::state::remedy::Beside;

use super::{Button, Glyph, Held, Player, Remedies};

/// A file that shows itself.
#[component]
pub(crate) fn Media(
    /// The file.
    file: File,
    /// How it is shown.
    kind: Kind,
) -> Element {
    match kind {
        Kind::Picture | Kind::Pages => rsx! { Look { key: "{file.file}", file, kind } },
        Kind::Film => rsx! { Film { key: "{file.file}", file } },
        Kind::Sound => rsx! { Sound { key: "{file.file}", file } },
    }
}

/// What a file shows, and a question for it when it is not known.
pub(crate) fn use_view(file: FileId, which: Which, ask: preview::Act) -> Option<View> {
    let ui = use_ui();
    let view = use_main(move |main| main.previews.view(file, which).cloned());
    let asked = view();
    use_effect(move || {
        if view() == Some(None) {
            ui.send(Event::Main(Act::Preview(ask)));
        }
    });
    asked.flatten()
}

#[component]
fn Look(file: File, kind: Kind) -> Element {
    let ui = use_ui();
    let words = use_words();
    let id = file.file;
    let title = name::shown(&file.name, &words.say("file"));
    let view = use_view(id, Which::Small, preview::Act::Look(id, kind));
    let pages = kind == Kind::Pages;
    let open = move |_| {
        let overlay = if pages {
            Overlay::Pages { file: id, page: 0, zoom: 0 }
        } else {
            Overlay::Picture { file: id, zoom: 0 }
        };
        ui.send(Event::Main(Act::Show(overlay)));
    };
    match view {
        Some(View::Ready(seen)) => {
            let count = seen.pages;
            let label = words.with(
                if pages { "open-document" } else { "open-picture" },
                &[("name", title.clone().into())],
            );
            rsx! {
                button { class: if pages { "doc" } else { "pic" }, r#type: "button", "aria-label": "{label}", onclick: open,
                    Held { seen, label: title }
                    if pages {
                        span { class: "pages", {words.with("page-of", &[("n", 1.into()), ("all", count.into())])} }
                    }
                }
            }
        }
        Some(View::Nothing) => rsx! {
            NoPreview { file: id }
        },
        Some(View::Loading) | None => rsx! {
            div { class: if pages { "doc loading" } else { "pic loading" }, role: "img", "aria-label": words.say("opening") }
        },
    }
}

#[component]
fn Film(file: File) -> Element {
    let ui = use_ui();
    let words = use_words();
    let (id, size) = (file.file, file.size);
    let title = name::shown(&file.name, &words.say("file"));
    let view = use_main(move |main| main.previews.view(id, Which::Stream).cloned());
    match view().flatten() {
        Some(View::Ready(seen)) => {
            rsx! { Player { seen, label: title, file: id, film: true, pieces: preview::pieces(size) } }
        }
        Some(View::Nothing) => rsx! {
            NoPreview { file: id }
        },
        Some(View::Loading) | None => rsx! {
            div { class: "play-offer",
                Button {
                    label: words.say("play-film"),
                    icon: Glyph::Play,
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Preview(preview::Act::Play { file: id, size }))),
                }
            }
        },
    }
}

/// A sound plays in the one player beside the conversations; here it is begun and held.
#[component]
fn Sound(file: File) -> Element {
    let ui = use_ui();
    let words = use_words();
    let id = file.file;
    let here = use_main(move |main| {
        let player = main.player.as_ref().filter(|player| player.file == id);
        let broken = main.previews.view(id, Which::Stream) == Some(&View::Nothing);
        (player.is_some_and(|player| player.sounds), broken)
    });
    let (sounds, broken) = here().unwrap_or_default();
    if broken {
        return rsx! {
            NoPreview { file: id }
        };
    }
    rsx! {
        div { class: "play-offer",
            Button {
                label: words.say(if sounds { "pause-sound" } else { "play-sound" }),
                icon: if sounds { Glyph::Pause } else { Glyph::Play },
                small: true,
                onclick: move |()| ui.send(Event::Main(Act::Player(player::Act::Turn(id)))),
            }
        }
    }
}

/// Whether a file was received, so that it can be written out.
pub(crate) fn use_received(file: FileId) -> Memo<Option<bool>> {
    use_main(move |main| main.known_file(file).is_some_and(|file| file.direction == Direction::In))
}

/// A file that cannot be shown; what was received can be written out.
#[component]
pub(crate) fn NoPreview(
    /// The file.
    file: FileId,
    /// The class of its words.
    #[props(default = "hint")]
    class: &'static str,
) -> Element {
    let words = use_words();
    let failure = Failure::new(ErrorCode::PreviewNone);
    let received = use_received(file);
    let beside = Beside { file: Some(file).filter(|_| received() == Some(true)), ..Beside::default() };
    rsx! {
        div { class: "no-view",
            p { class, {words.failure(&failure)} }
            Remedies { failure, beside }
        }
    }
}
