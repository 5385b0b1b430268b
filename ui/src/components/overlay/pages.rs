//! A document page by page. The pages are pictures drawn on this side: nothing inside the document runs.

use conclave_peer::model::FileId;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::media::use_view;
use crate::components::{Held, NoPreview};
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::preview::{self, View, Which};
use crate::state::{Event, field};

use super::pager::Pager;
use super::picture::{Viewer, title};

/// Pixels across of a page, by steps of zoom.
const WIDTHS: [u32; 4] = [900, 1_200, 1_600, 2_200];

#[component]
pub(super) fn Pages(file: FileId, page: u32, zoom: u8) -> Element {
    let ui = use_ui();
    let words = use_words();
    let named = use_main(move |main| title(main, file));
    let count = use_main(move |main| match main.previews.view(file, Which::Small) {
        Some(View::Ready(seen)) => seen.pages,
        _ => 1,
    });
    let title = named().flatten().unwrap_or_else(|| words.say("file"));
    let all = count().unwrap_or(1).max(1);
    let show =
        move |page: u32, zoom: u8| ui.send(Event::Main(Act::Show(Overlay::Pages { file, page, zoom })));
    let last = u8::try_from(WIDTHS.len() - 1).unwrap_or_default();
    let turn = move |to: u32| show(to.min(all - 1), zoom);
    rsx! {
        Viewer {
            title: title.clone(),
            file,
            larger: move |()| show(page, (zoom + 1).min(last)),
            smaller: move |()| show(page, zoom.saturating_sub(1)),
            onkey: move |key| match key {
                Key::PageDown | Key::ArrowRight => turn(page + 1),
                Key::PageUp | Key::ArrowLeft => turn(page.saturating_sub(1)),
                Key::Home => turn(0),
                Key::End => turn(all - 1),
                _ => {}
            },
            tools: rsx! {
                Pager {
                    label: words.say("pages"),
                    back: words.say("previous-page"),
                    on: words.say("next-page"),
                    first: page == 0,
                    last: page + 1 >= all,
                    onturn: move |on| turn(if on { page + 1 } else { page.saturating_sub(1) }),
                    for at in [page] {
                        input {
                            key: "{at}",
                            id: field::PAGE,
                            r#type: "text",
                            inputmode: "numeric",
                            maxlength: "5",
                            initial_value: "{at + 1}",
                            "aria-label": words.say("page-number"),
                            onkeydown: move |event| event.stop_propagation(),
                            onchange: move |event| {
                                if let Ok(number) = event.value().trim().parse::<u32>() {
                                    turn(number.saturating_sub(1));
                                }
                            },
                        }
                    }
                    span { class: "num", {words.with("of-pages", &[("all", all.into())])} }
                }
            },
            for (page , zoom) in [(page, zoom)] {
                Page { key: "{page}-{zoom}", file, page, all, zoom, title: title.clone() }
            }
        }
    }
}

#[component]
fn Page(file: FileId, page: u32, all: u32, zoom: u8, title: String) -> Element {
    let words = use_words();
    let width = WIDTHS.get(usize::from(zoom)).copied().unwrap_or(900);
    let view = use_view(file, Which::Page(page, width), preview::Act::Page { file, page, width });
    let label = words.with("page-of", &[("n", (page + 1).into()), ("all", all.into())]);
    match view {
        Some(View::Ready(seen)) => rsx! {
            div { class: "viewer-in page-{zoom}", Held { seen, label: "{title}, {label}", class: "leaf" } }
        },
        Some(View::Nothing) => rsx! { NoPreview { file, class: "viewer-note" } },
        Some(View::Loading) | None => {
            rsx! { p { class: "viewer-note", role: "status", {words.say("opening")} } }
        }
    }
}
