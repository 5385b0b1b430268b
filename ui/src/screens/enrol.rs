//! First run, step by step (UI §3.A).

mod code;
mod confirmation;
mod invitation;
mod names;
mod password;
mod profile;
mod recovery;
mod restore;

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, Button, Glyph, Icon, Kind, Mark, Steps};
use crate::state::enrol::{Act, First, Step};
use crate::state::{Event, Screen};

/// The first run.
#[component]
pub(crate) fn Enrol() -> Element {
    let ui = use_ui();
    let run = use_memo(move || match &ui.state.read().screen {
        Screen::Enrol(run) => Some((**run).clone()),
        _ => None,
    });
    let Some(run) = run() else { return rsx! {} };
    match run.step {
        Step::Welcome => rsx! { Welcome { erased: run.erased } },
        Step::Restore => rsx! { restore::Restore { run } },
        // A field of its own for each link that comes from elsewhere: what is typed is never written over.
        Step::Link if run.start.is_none() => rsx! {
            for given in [run.given] {
                invitation::Link { key: "{given}", run: run.clone() }
            }
        },
        Step::Link => rsx! { invitation::Invitation { run } },
        Step::Name => rsx! { names::Names { run } },
        Step::Password => rsx! { password::Password { run } },
        Step::Code => rsx! { code::Code { run } },
        Step::Recovery => rsx! { recovery::Recovery { run } },
        Step::Confirmation => rsx! { confirmation::Confirmation { run } },
        Step::Profile => rsx! { profile::Profile { run } },
        Step::Done => rsx! { Done { reset: run.is_reset() } },
    }
}

#[component]
fn Welcome(
    /// Whether this computer was erased a moment ago.
    erased: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        AuthFrame {
            div { class: "welcome-mark", Mark {} }
            h1 { {words.say("welcome")} }
            p { class: "lede", {words.say("welcome-lede")} }
            if erased {
                div { class: "callout ok", role: "status",
                    Icon { glyph: Glyph::Check }
                    p { {words.say("erased-all")} }
                }
            }
            Button {
                label: words.say("have-invite-link"),
                kind: Kind::Primary,
                wide: true,
                onclick: move |()| ui.send(Event::Enrol(Act::HaveLink)),
            }
            Button {
                label: words.say("have-account"),
                wide: true,
                onclick: move |()| ui.send(Event::Enrol(Act::HaveAccount)),
            }
            Button {
                label: words.say("have-backup"),
                kind: Kind::Quiet,
                onclick: move |()| ui.send(Event::Enrol(Act::HaveBackup)),
            }
        }
    }
}

#[component]
fn Done(
    /// Whether the account was there before.
    reset: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Enter)),
            Steps { step: Step::Done }
            h1 { {words.say("you-are-in")} }
            p { class: "lede", {words.say(if reset { "back-in-lede" } else { "you-are-in-lede" })} }
            ul { class: "firsts",
                for first in First::ALL {
                    li {
                        button {
                            class: "card first-card",
                            r#type: "button",
                            onclick: move |_| ui.send(Event::Enrol(Act::Begin(first))),
                            Icon { glyph: first_glyph(first) }
                            span {
                                b { {words.say(first_keys(first).0)} }
                                small { {words.say(first_keys(first).1)} }
                            }
                        }
                    }
                }
            }
            Button { label: words.say("open-conclave"), kind: Kind::Primary, wide: true, submit: true }
        }
    }
}

const fn first_glyph(first: First) -> Glyph {
    match first {
        First::Hello => Glyph::Chat,
        First::Compare => Glyph::Shield,
        First::Keys => Glyph::Keyboard,
    }
}

/// The keys of what it is, and of why.
const fn first_keys(first: First) -> (&'static str, &'static str) {
    match first {
        First::Hello => ("first-hello", "first-hello-why"),
        First::Compare => ("first-compare", "first-compare-why"),
        First::Keys => ("first-keys", "first-keys-why"),
    }
}

/// Back and on.
#[component]
fn Onward(
    /// The word of the button that goes on.
    label: String,
    /// Whether an answer is awaited.
    busy: bool,
    /// Whether one can go on.
    #[props(default = true)]
    ready: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        div { class: "btns between",
            Button {
                label: words.say("back"),
                disabled: busy,
                onclick: move |()| ui.send(Event::Enrol(Act::Back)),
            }
            Button { label, kind: Kind::Primary, submit: true, disabled: busy || !ready }
        }
    }
}

/// To the door, when the server wants a code before it goes on.
#[component]
fn SignInButton(ready: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        Button {
            label: words.say("sign-in"),
            kind: Kind::Primary,
            disabled: !ready,
            onclick: move |()| ui.send(Event::Enrol(Act::SignIn)),
        }
    }
}

/// Groups of five digits.
fn fives(digits: &str) -> Vec<String> {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    digits.chunks(5).map(|group| group.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_for_reading() {
        assert_eq!(fives("48210 93375 60148"), ["48210", "93375", "60148"]);
    }
}
