//! A picture as large as the window, with its own zoom.

use conclave_peer::model::FileId;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::media::use_view;
use crate::components::{Glyph, Held, IconButton, NoPreview};
use crate::name;
use crate::state::main::{Act, Main};
use crate::state::overlay::Overlay;
use crate::state::preview::{self, View, Which};
use crate::state::{Event, field};

use super::pager::Pager;

/// Steps of zoom, each a half more.
const MOST: u8 = 6;

#[component]
pub(super) fn Picture(file: FileId, zoom: u8) -> Element {
    let ui = use_ui();
    let words = use_words();
    let known = use_main(Known::of);
    let Known { title, before, after } = known().flatten().unwrap_or_default();
    let title = title.unwrap_or_else(|| words.say("file"));
    let show = move |file, zoom: u8| ui.send(Event::Main(Act::Show(Overlay::Picture { file, zoom })));
    let turn = move |to: Option<FileId>| to.into_iter().for_each(|file| show(file, 0));
    rsx! {
        Viewer {
            title: title.clone(),
            file,
            larger: move |()| show(file, (zoom + 1).min(MOST)),
            smaller: move |()| show(file, zoom.saturating_sub(1)),
            onkey: move |key| match key {
                Key::ArrowLeft => turn(before),
                Key::ArrowRight => turn(after),
                _ => {}
            },
            tools: (before.is_some() || after.is_some()).then(|| rsx! {
                Pager {
                    label: words.say("pictures"),
                    back: words.say("previous-picture"),
                    on: words.say("next-picture"),
                    first: before.is_none(),
                    last: after.is_none(),
                    onturn: move |on| turn(if on { after } else { before }),
                }
            }),
            // The frame stays, and the keyboard in it, while the picture is another one.
            for file in [file] {
                Whole { key: "{file}", file, zoom, title: title.clone() }
            }
        }
    }
}

#[component]
fn Whole(file: FileId, zoom: u8, title: String) -> Element {
    let words = use_words();
    match use_view(file, Which::Whole, preview::Act::Whole(file)) {
        Some(View::Ready(seen)) => rsx! {
            div { class: "viewer-in zoom-{zoom}", Held { seen, label: title, class: "whole" } }
        },
        Some(View::Nothing) => rsx! { NoPreview { file, class: "viewer-note" } },
        Some(View::Loading) | None => {
            rsx! { p { class: "viewer-note", role: "status", {words.say("opening")} } }
        }
    }
}

/// What is known of the picture that is looked at: its name, and the pictures beside it in the conversation.
#[derive(Debug, Clone, PartialEq, Default)]
struct Known {
    title: Option<String>,
    before: Option<FileId>,
    after: Option<FileId>,
}

impl Known {
    fn of(main: &Main) -> Option<Self> {
        let Some(Overlay::Picture { file, .. }) = main.overlay else { return None };
        let (before, after) = main.pictures_beside(file);
        Some(Self { title: title(main, file), before, after })
    }
}

/// The frame of pictures and documents: title, zoom, save, close; plus and minus on the keyboard.
#[component]
pub(super) fn Viewer(
    /// The name of the file.
    title: String,
    /// The file.
    file: FileId,
    /// Larger.
    larger: EventHandler<()>,
    /// Smaller.
    smaller: EventHandler<()>,
    /// Controls of documents.
    tools: Option<Element>,
    /// Keys beside those of the zoom.
    #[props(default)]
    onkey: EventHandler<Key>,
    /// What is looked at.
    children: Element,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        div {
            id: field::VIEWER,
            class: "viewer",
            role: "dialog",
            "aria-modal": "true",
            "aria-label": "{title}",
            "data-trap": "true",
            tabindex: "-1",
            onkeydown: move |event| {
                let plain = !event.modifiers().ctrl() && !event.modifiers().alt();
                match event.key() {
                    Key::Character(sign) if plain && (sign == "+" || sign == "=") => larger.call(()),
                    Key::Character(sign) if plain && sign == "-" => smaller.call(()),
                    key if plain => onkey.call(key),
                    _ => {}
                }
            },
            header { class: "viewer-head",
                span { class: "trunc", dir: "auto", "{title}" }
                if let Some(tools) = tools {
                    {tools}
                }
                span { class: "rail-gap" }
                IconButton { glyph: Glyph::Search, label: words.say("smaller"), sign: "−", onclick: move |()| smaller.call(()) }
                IconButton { glyph: Glyph::Search, label: words.say("larger"), sign: "+", onclick: move |()| larger.call(()) }
                IconButton {
                    glyph: Glyph::Save,
                    label: words.say("save-as"),
                    onclick: move |()| ui.send(Event::Main(Act::SaveFile(file))),
                }
                IconButton {
                    glyph: Glyph::Cross,
                    label: words.say("close"),
                    onclick: move |()| ui.send(Event::Main(Act::Dismiss)),
                }
            }
            div { class: "viewer-stage", {children} }
        }
    }
}

/// The name of a file that is looked at.
pub(super) fn title(main: &Main, file: FileId) -> Option<String> {
    Some(name::shown(&main.known_file(file)?.name, "")).filter(|name| !name.is_empty())
}
