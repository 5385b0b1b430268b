//! Comparing safety numbers: the code, sixty digits, three levels (UI §3.H).

use conclave_peer::model::SafetyLevel;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, ErrorNote, FilePick, Glyph, Icon, Kind, Qr};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::safety::{self, Compare as Comparing, Number};

use super::Dialog;

#[component]
pub(super) fn Compare(compare: Comparing) -> Element {
    let ui = use_ui();
    let words = use_words();
    let user = compare.user;
    let known = use_main(move |main| {
        let person = main.roster.person(user)?;
        Some((person.name(), main.safety.number(user).cloned()))
    });
    let Some(Some((name, number))) = known() else { return rsx! {} };
    let send = move |act| ui.send(Event::Main(Act::Safety(act)));
    rsx! {
        Dialog {
            title: words.with("verify-person", &[("name", name.clone().into())]),
            foot: rsx! {
                span { class: "start",
                    Button {
                        label: words.say("they-differ"),
                        kind: Kind::Danger,
                        disabled: number.is_none() || compare.differ,
                        onclick: move |()| send(safety::Act::Differ),
                    }
                }
                Button { label: words.say("later"), onclick: move |()| ui.send(Event::Main(Act::Dismiss)) }
                Button {
                    label: words.say("they-match"),
                    icon: Glyph::Check,
                    kind: Kind::Primary,
                    disabled: number.is_none(),
                    onclick: move |()| send(safety::Act::Match),
                }
            },
            p { class: "lede", {words.with("verify-lede", &[("name", name.clone().into())])} }
            if compare.differ {
                div { class: "callout danger", role: "alert",
                    Icon { glyph: Glyph::Alert }
                    p { {words.with("differ-means", &[("name", name.clone().into())])} }
                }
            }
            if compare.unread {
                div { class: "callout warn", role: "alert",
                    Icon { glyph: Glyph::Alert }
                    p { {words.say("no-number-in-picture")} }
                }
            }
            if let Some(failure) = compare.failure.clone() {
                ErrorNote { failure }
            }
            if let Some(number) = number {
                Digits { number: number.clone(), compare: compare.clone() }
                Levels { level: number.level }
            } else {
                p { class: "hint", role: "status", {words.say("opening")} }
            }
        }
    }
}

#[component]
fn Digits(number: Number, compare: Comparing) -> Element {
    let ui = use_ui();
    let words = use_words();
    let groups: Vec<String> = number.digits.split_whitespace().map(str::to_owned).collect();
    let send = move |act| ui.send(Event::Main(Act::Safety(act)));
    let aloud = compare.aloud;
    rsx! {
        div { class: if aloud { "safety aloud" } else { "safety" },
            if !aloud {
                Qr { text: number.qr.clone(), label: words.say("number-qr") }
            }
            div {
                div { class: "digits", dir: "ltr", role: "group", "aria-label": words.say("sixty-digits"),
                    for (place , group) in groups.into_iter().enumerate() {
                        span { key: "{place}", "{group}" }
                    }
                }
                div { class: "btns",
                    Button {
                        label: words.say(if compare.copied { "copied" } else { "copy" }),
                        icon: if compare.copied { Glyph::Check } else { Glyph::Copy },
                        kind: Kind::Quiet,
                        small: true,
                        onclick: move |()| send(safety::Act::Copy),
                    }
                    Button {
                        label: words.say(if aloud { "show-code" } else { "read-aloud" }),
                        icon: if aloud { Glyph::QrCode } else { Glyph::Speak },
                        kind: Kind::Quiet,
                        small: true,
                        onclick: move |()| send(safety::Act::Aloud(!aloud)),
                    }
                    FilePick {
                        label: words.say("read-number-picture"),
                        glyph: Glyph::QrCode,
                        quiet: true,
                        small: true,
                        onpick: move |path| ui.send(Event::Main(Act::ReadNumber(path))),
                    }
                }
            }
        }
    }
}

#[component]
fn Levels(level: SafetyLevel) -> Element {
    let words = use_words();
    let levels = [
        (SafetyLevel::None, Glyph::Ring, "level-none", "level-none-means"),
        (SafetyLevel::Directory, Glyph::HalfRing, "level-directory", "level-directory-means"),
        (SafetyLevel::Compared, Glyph::Disc, "level-compared", "level-compared-means"),
    ];
    rsx! {
        div { class: "levels", role: "list", "aria-label": words.say("levels"),
            for (one , glyph , name , means) in levels {
                div {
                    key: "{name}",
                    class: if one == level { "level on" } else { "level" },
                    role: "listitem",
                    "aria-current": if one == level { "true" } else { "false" },
                    Icon { glyph }
                    span {
                        b { {words.say(name)} }
                        {words.say(means)}
                    }
                }
            }
        }
    }
}
