//! Who one is, for colleagues. Everything may stay empty.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, Button, Cropper, ErrorNote, Glyph, Kind, Steps, TextField};
use crate::state::enrol::{Act, Enrol as Run};
use crate::state::profile::Fields;
use crate::state::{Event, field};

/// Characters of a field.
const LONGEST: u16 = 120;

#[component]
pub(super) fn Profile(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut fields = use_signal(|| Fields { full_name: run.display_name.clone(), ..Fields::default() });
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SubmitProfile(fields.peek().clone()))),
            Steps { step: run.step }
            h1 { {words.say("your-profile")} }
            p { class: "lede", {words.say("your-profile-lede")} }
            Cropper {
                choosing: run.picture.clone(),
                label: words.say(if run.pictured { "picture-taken" } else { "choose-picture" }),
                glyph: if run.pictured { Glyph::Check } else { Glyph::Image },
                onact: move |act| ui.send(Event::Enrol(Act::Picture(act))),
            }
            TextField {
                id: field::FULL_NAME,
                label: words.say("display-name"),
                initial: run.display_name.clone(),
                autocomplete: "name",
                longest: LONGEST,
                oninput: move |text| fields.write().full_name = text,
            }
            TextField {
                id: field::POSITION,
                label: words.say("position"),
                longest: LONGEST,
                oninput: move |text| fields.write().position = text,
            }
            TextField {
                id: field::DESCRIPTION,
                label: words.say("description"),
                longest: 2_000,
                oninput: move |text| fields.write().description = text,
            }
            TextField {
                id: field::LOCATION,
                label: words.say("location"),
                longest: LONGEST,
                oninput: move |text| fields.write().location = text,
            }
            if let Some(failure) = run.failure {
                ErrorNote { failure }
            }
            div { class: "btns between",
                Button {
                    label: words.say("skip"),
                    disabled: run.busy,
                    onclick: move |()| ui.send(Event::Enrol(Act::SkipProfile)),
                }
                Button { label: words.say("continue"), kind: Kind::Primary, submit: true, disabled: run.busy }
            }
        }
    }
}
