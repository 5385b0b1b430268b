//! Files before they are sent: what they are, what stays here of them, and words beside the first.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph, Held, Icon, IconButton, Kind, name_glyph};
use crate::name;
use crate::state::main::Act;
use crate::state::overlay::Attach as Files;
use crate::state::preview::Seen;
use crate::state::{Event, field};

use super::Dialog;

/// Bytes of a caption, as the engine takes them.
const LONGEST: u32 = 4_000;

#[component]
pub(super) fn Attach(attach: Files) -> Element {
    let ui = use_ui();
    let words = use_words();
    let to = attach.to;
    let person = use_main(move |main| main.roster.person(to).map(|person| person.name()));
    let mut caption = use_signal(String::new);
    let name = person().flatten().unwrap_or_default();
    let clean = attach.files.iter().any(|file| file.picture);
    let several = attach.files.len() > 1;
    let first = attach.shown().find_map(|(_, glance)| glance?.seen.clone());
    let send = move || {
        let caption = caption.peek().clone();
        ui.send(Event::Main(Act::SendFiles { caption }));
    };
    rsx! {
        Dialog {
            title: words.with("send-files", &[("n", attach.files.len().into()), ("name", name.into())]),
            small: true,
            foot: rsx! {
                Button { label: words.say("cancel"), onclick: move |()| ui.send(Event::Main(Act::Dismiss)) }
                Button { label: words.say("send"), icon: Glyph::Send, kind: Kind::Primary, onclick: move |()| send() }
            },
            if let (true, Some(seen)) = (attach.files.len() == 1, first) {
                div { class: "chosen-one",
                    Held { seen, label: words.say("chosen-picture") }
                }
            }
            ul { class: "chosen",
                for (place , (file , glance)) in attach.shown().enumerate() {
                    li { key: "{place}", class: "file",
                        Thumbnail {
                            glyph: name_glyph(&file.name),
                            seen: glance.and_then(|glance| glance.seen.clone()).filter(|_| several),
                        }
                        div {
                            span { class: "file-name trunc", dir: "auto", {name::shown(&file.name, &words.say("file"))} }
                            if let Some(glance) = glance {
                                span { class: "file-sub",
                                    {glance.size.map_or_else(|| words.say("not-readable"), |size| words.size(size))}
                                }
                            }
                        }
                        if several {
                            IconButton {
                                label: words.with("remove-file", &[("name", name::shown(&file.name, "").into())]),
                                glyph: Glyph::Cross,
                                small: true,
                                size: 16,
                                onclick: move |()| ui.send(Event::Main(Act::Unattach(place))),
                            }
                        }
                    }
                }
            }
            if attach.left_out > 0 {
                p { class: "hint-line", role: "status",
                    Icon { glyph: Glyph::Info, size: 16 }
                    {words.with("files-left-out", &[("n", attach.left_out.into())])}
                }
            }
            if clean {
                p { class: "ok hint-line",
                    Icon { glyph: Glyph::Check, size: 16 }
                    {words.say("metadata-removed")}
                }
            }
            div { class: "input",
                input {
                    id: field::CAPTION,
                    r#type: "text",
                    initial_value: "",
                    maxlength: "{LONGEST}",
                    dir: "auto",
                    "aria-label": words.say("caption"),
                    placeholder: words.say("caption"),
                    oninput: move |event| caption.set(event.value()),
                    onkeydown: move |event| {
                        if event.key() == Key::Enter && !event.is_composing() {
                            event.prevent_default();
                            send();
                        }
                    },
                }
            }
        }
    }
}

/// A file of several: what is seen of it, or its icon.
#[component]
fn Thumbnail(glyph: Glyph, seen: Option<Seen>) -> Element {
    match seen {
        // Its name stands beside it.
        Some(seen) => rsx! { Held { seen, label: String::new(), class: "file-ic chosen-small" } },
        None => rsx! { span { class: "file-ic", Icon { glyph } } },
    }
}
