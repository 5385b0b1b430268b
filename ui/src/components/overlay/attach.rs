//! Files before they are sent: what they are, what stays here of them, and words beside the first.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph, Icon, Kind};
use crate::name;
use crate::state::main::Act;
use crate::state::overlay::Attach as Files;
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
            ul { class: "chosen",
                for (place , file) in attach.files.iter().enumerate() {
                    li { key: "{place}", class: "file",
                        span { class: "file-ic", Icon { glyph: if file.picture { Glyph::Image } else { Glyph::File } } }
                        span { class: "file-name trunc", dir: "auto", {name::shown(&file.name, &words.say("file"))} }
                    }
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
