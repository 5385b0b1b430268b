//! What works and what does not, with what to do; and a report that can be handed on.

use conclave_peer::model::Finding;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, ErrorNote, Glyph, Hint, Icon, Kind};
use crate::state::Event;
use crate::state::doctor::Act;
use crate::state::main;

use super::Group;

#[component]
pub(super) fn Doctor() -> Element {
    let ui = use_ui();
    let words = use_words();
    let doctor = use_main(|main| main.doctor.clone());
    let about = use_main(|main| {
        let person = main.doctor.about.and_then(|user| main.roster.person(user));
        person.map(|person| person.name())
    });
    let doctor = doctor().unwrap_or_default();
    let act = move |act| ui.send(Event::Main(main::Act::Doctor(act)));
    let title = match about().flatten() {
        Some(name) => words.with("doctor-about", &[("name", name.into())]),
        None => words.say("page-doctor"),
    };
    let none = doctor.findings.is_none();
    rsx! {
        Group { label: title,
            if none && doctor.failure.is_none() {
                p { class: "hint card-in", role: "status", {words.say("doctor-looking")} }
            }
            if let Some(failure) = doctor.failure {
                div { class: "card-in", ErrorNote { failure } }
            }
            ul { class: "findings", "aria-label": words.say("doctor-findings"),
                for finding in doctor.findings.unwrap_or_default() {
                    Line { key: "{finding.id}", finding }
                }
            }
            div { class: "btns card-in",
                Button {
                    label: words.say(if doctor.running { "doctor-looking" } else { "doctor-again" }),
                    kind: Kind::Primary,
                    icon: Glyph::Refresh,
                    disabled: doctor.running,
                    onclick: move |()| act(Act::Again),
                }
                Button {
                    label: words.say("try-now"),
                    onclick: move |()| ui.send(Event::Main(main::Act::TryNow)),
                }
            }
        }
        Group { label: words.say("doctor-report"),
            div { class: "card-in",
                Hint { text: words.say("doctor-report-hint") }
                div { class: "btns",
                    Button {
                        label: words.say("copy-report"),
                        icon: Glyph::Copy,
                        disabled: none,
                        onclick: move |()| act(Act::Copy),
                    }
                    Button {
                        label: words.say("save-report"),
                        icon: Glyph::Save,
                        disabled: none,
                        onclick: move |()| act(Act::Save),
                    }
                }
            }
        }
    }
}

#[component]
fn Line(finding: Finding) -> Element {
    let words = use_words();
    let (class, glyph, key) =
        if finding.ok { ("ok", Glyph::Check, "doctor-fine") } else { ("warn", Glyph::Alert, "doctor-wrong") };
    rsx! {
        li { class: "finding",
            span { class, role: "img", "aria-label": words.say(key), Icon { glyph } }
            div {
                b { dir: "auto", "{finding.meaning}" }
                if let Some(todo) = finding.todo {
                    small { dir: "auto", "{todo}" }
                }
            }
        }
    }
}
