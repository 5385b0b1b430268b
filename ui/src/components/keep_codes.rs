//! What is done with recovery codes below them: copy, a file, one typed back, and the tick.

use dioxus::prelude::*;

use crate::app::use_words;
use crate::command::Typed;
use crate::name;
use crate::state::field;
use crate::state::keeping::{Act, Keeping};

use super::{Button, ErrorNote, Glyph, Icon, TextField, Wrong};

/// Letters of the longest of them, the recovery key, with room for spaces.
const LONGEST: u16 = 128;

/// The ways to store them, and to say so.
#[component]
pub(crate) fn KeepCodes(
    /// How far it has come.
    keeping: Keeping,
    /// What is done.
    onact: EventHandler<Act>,
) -> Element {
    let words = use_words();
    rsx! {
        div { class: "btns",
            Button {
                label: words.say(if keeping.copied { "copied" } else { "copy" }),
                icon: if keeping.copied { Glyph::Check } else { Glyph::Copy },
                small: true,
                onclick: move |()| onact.call(Act::Copy),
            }
            Button {
                label: words.say("save-codes"),
                icon: Glyph::Download,
                small: true,
                onclick: move |()| onact.call(Act::Warn(true)),
            }
        }
        if keeping.warned {
            div { class: "callout danger", role: "alert",
                Icon { glyph: Glyph::Alert }
                div { class: "warning",
                    p { {words.say("save-codes-means")} }
                    div { class: "btns",
                        Button { label: words.say("save-codes-anyway"), small: true, onclick: move |()| onact.call(Act::Save) }
                        Button { label: words.say("cancel"), small: true, onclick: move |()| onact.call(Act::Warn(false)) }
                    }
                }
            }
        }
        if let Some(name) = keeping.saved {
            p { class: "hint", role: "status", {words.with("codes-saved", &[("name", name::shown(&name, "").into())])} }
        }
        if let Some(failure) = keeping.failure {
            ErrorNote { failure, id: "error-codes" }
        }
        div { class: "field-group",
            TextField {
                id: field::TYPE_BACK,
                label: words.say("type-back"),
                longest: LONGEST,
                wrong: keeping.wrong,
                oninput: move |text| onact.call(Act::TypeBack(Typed::new(text))),
            }
            if keeping.wrong {
                Wrong { text: words.say("type-back-wrong") }
            }
        }
        label { class: "check",
            input {
                r#type: "checkbox",
                checked: keeping.stored,
                onchange: move |event| onact.call(Act::Stored(event.checked())),
            }
            {words.say("have-stored")}
        }
    }
}
