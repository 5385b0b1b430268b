//! First run, step by step (UI §3.A).

use conclave_peer::model::ErrorCode;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{
    AuthFrame, Button, CodeField, ErrorNote, Glyph, Hint, Icon, Kind, Mark, PasswordMeter, Qr, Secrecy,
    Steps, TextField,
};
use crate::name;
use crate::state::enrol::{Act, Copied, Enrol as Run, Step};
use crate::state::{Event, Screen, field};

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
        Step::Welcome => rsx! { Welcome {} },
        Step::Link if run.start.is_none() => rsx! { Link { run } },
        Step::Link => rsx! { Invitation { run } },
        Step::Name => rsx! { Names { run } },
        Step::Password => rsx! { Password { run } },
        Step::Code => rsx! { Code { run } },
        Step::Recovery => rsx! { Recovery { run } },
        Step::Confirmation => rsx! { Confirmation { run } },
        Step::Done => rsx! { Done {} },
    }
}

#[component]
fn Welcome() -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        AuthFrame {
            div { class: "welcome-mark", Mark {} }
            h1 { {words.say("welcome")} }
            p { class: "lede", {words.say("welcome-lede")} }
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
        }
    }
}

#[component]
fn Link(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(|| run.link.clone());
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SubmitLink(typed.peek().clone()))),
            Steps { step: run.step }
            h1 { {words.say("your-invitation")} }
            div { class: "field-group",
                TextField {
                    id: field::LINK,
                    label: words.say("invite-link"),
                    initial: run.link.text().to_owned(),
                    longest: 4096,
                    wrong: run.failure.is_some(),
                    oninput: move |text| typed.set(Typed::new(text)),
                }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                } else {
                    Hint { text: words.say("invite-link-hint") }
                }
            }
            Onward { label: words.say(if run.busy { "asking-server" } else { "continue" }), busy: run.busy }
        }
    }
}

#[component]
fn Invitation(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(start) = run.start else { return rsx! {} };
    let organisation = name::shown(&start.organisation, &words.say("no-name"));
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SameFingerprint)),
            Steps { step: run.step }
            h1 { {words.say("your-invitation")} }
            dl { class: "kv",
                div {
                    dt { {words.say("organisation")} }
                    dd { strong { bdi { "{organisation}" } } }
                }
                div {
                    dt { {words.say("login-server")} }
                    dd { dir: "ltr", "{start.server}" }
                }
                if let Some(user_name) = start.user_name {
                    div {
                        dt { {words.say("user-name")} }
                        dd { bdi { "{user_name}" } }
                    }
                }
                div {
                    dt { {words.say("fingerprint")} }
                    dd { class: "mono", dir: "ltr", "{start.fingerprint}" }
                }
            }
            Hint { text: words.say("compare-fingerprint") }
            Onward { label: words.say("same-fingerprint"), busy: false }
        }
    }
}

#[component]
fn Names(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let given = run.start.as_ref().is_some_and(|start| start.user_name.is_some());
    let mut user_name = use_signal(|| run.user_name.clone());
    let mut display_name = use_signal(|| run.display_name.clone());
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| {
                let (user_name, display_name) = (user_name.peek().clone(), display_name.peek().clone());
                ui.send(Event::Enrol(Act::SubmitName { user_name, display_name }));
            },
            Steps { step: run.step }
            h1 { {words.say("your-name")} }
            div { class: "field-group",
                TextField {
                    id: field::USER_NAME,
                    label: words.say("user-name"),
                    initial: run.user_name.clone(),
                    autocomplete: "username",
                    longest: 32,
                    wrong: run.failure.is_some(),
                    readonly: given,
                    oninput: move |text| user_name.set(text),
                }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                } else {
                    Hint { text: words.say(if given { "user-name-given" } else { "user-name-hint" }) }
                }
            }
            div { class: "field-group",
                TextField {
                    id: field::DISPLAY_NAME,
                    label: words.say("display-name"),
                    initial: run.display_name.clone(),
                    autocomplete: "name",
                    longest: 64,
                    oninput: move |text| display_name.set(text),
                }
                Hint { text: words.say("display-name-hint") }
            }
            Onward { label: words.say("continue"), busy: false }
        }
    }
}

#[component]
fn Password(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(Typed::default);
    let good = run.verdict.as_ref().is_some_and(|verdict| verdict.reasons.is_empty());
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SubmitPassword(typed.peek().clone()))),
            Steps { step: run.step }
            h1 { {words.say("choose-password")} }
            p { class: "lede", {words.say("password-lede")} }
            div { class: "field-group",
                TextField {
                    id: field::PASSWORD,
                    label: words.say("new-password"),
                    secrecy: Secrecy::Hidden,
                    autocomplete: "new-password",
                    wrong: run.failure.is_some(),
                    oninput: move |text: String| {
                        let password = Typed::new(text);
                        typed.set(password.clone());
                        ui.send(Event::Enrol(Act::TypePassword(password)));
                    },
                }
                PasswordMeter { verdict: run.verdict }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                }
            }
            Onward {
                label: words.say(if run.busy { "making-keys" } else { "continue" }),
                busy: run.busy,
                ready: good,
            }
        }
    }
}

#[component]
fn Code(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(secret) = run.secret else { return rsx! {} };
    let groups = grouped(&secret.secret);
    rsx! {
        AuthFrame {
            wide: true,
            Steps { step: run.step }
            h1 { {words.say("add-authenticator")} }
            div { class: "totp",
                Qr { text: secret.otpauth.to_string(), label: words.say("authenticator-qr") }
                ol {
                    li { {words.say("authenticator-1")} }
                    li { {words.say("authenticator-2")} }
                    li { {words.say("authenticator-3")} }
                }
            }
            div { class: "input secret",
                span { class: "mono", dir: "ltr", "{groups}" }
                CopyIcon { label: words.say("copy-secret"), what: Copied::Secret, copied: run.copied }
            }
            CodeField {
                attempt: run.attempt,
                wrong: run.failure.is_some(),
                note: Some(rsx! { span { {words.say(if run.busy { "checking" } else { "submits-on-sixth" })} } }),
                oncode: move |code| ui.send(Event::Enrol(Act::SubmitCode(code))),
            }
            if let Some(failure) = run.failure {
                ErrorNote { failure }
            }
            div { class: "btns",
                Button {
                    label: words.say("start-again"),
                    disabled: run.busy,
                    onclick: move |()| ui.send(Event::Enrol(Act::Back)),
                }
            }
        }
    }
}

#[component]
fn Recovery(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(recovery) = run.recovery else { return rsx! {} };
    let wants_sign_in = run.failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::ApiLogin);
    let key: Vec<String> = recovery.recovery_key.split(['-', ' ']).map(str::to_owned).collect();
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Finish)),
            Steps { step: run.step }
            h1 { {words.say("keep-safe")} }
            div { class: "field",
                span { class: "field-label",
                    {words.say("recovery-codes")}
                    small { {words.say("recovery-codes-for")} }
                }
                ol { class: "codes", dir: "ltr", "aria-label": words.say("recovery-codes"),
                    for (place , code) in recovery.recovery_codes.iter().enumerate() {
                        li { "data-n": "{place + 1}", "{code}" }
                    }
                }
            }
            div { class: "field",
                span { class: "field-label",
                    {words.say("recovery-key")}
                    small { {words.say("recovery-key-for")} }
                }
                div { class: "codes key", dir: "ltr", role: "group", "aria-label": words.say("recovery-key"),
                    for group in key {
                        span { "{group}" }
                    }
                }
            }
            div { class: "btns",
                Button {
                    label: words.say(if run.copied == Some(Copied::Recovery) { "copied" } else { "copy" }),
                    icon: if run.copied == Some(Copied::Recovery) { Glyph::Check } else { Glyph::Copy },
                    small: true,
                    onclick: move |()| ui.send(Event::Enrol(Act::Copy(Copied::Recovery))),
                }
            }
            label { class: "check",
                input {
                    r#type: "checkbox",
                    initial_checked: run.stored,
                    onchange: move |event| ui.send(Event::Enrol(Act::Stored(event.checked()))),
                }
                {words.say("have-stored")}
            }
            if wants_sign_in {
                p { class: "hint", role: "alert", {words.say("sign-in-to-go-on")} }
            } else if let Some(failure) = run.failure {
                ErrorNote { failure }
            }
            div { class: "btns between",
                span {}
                if wants_sign_in {
                    SignInButton { ready: run.stored }
                } else {
                    Button {
                        label: words.say(if run.busy { "creating-account" } else { "continue" }),
                        kind: Kind::Primary,
                        submit: true,
                        disabled: run.busy || !run.stored,
                    }
                }
            }
        }
    }
}

#[component]
fn Confirmation(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let digits = run.finish.as_ref().map(|finish| finish.digits30.clone());
    let groups: Vec<String> = digits.as_deref().map(fives).unwrap_or_default();
    let wants_sign_in = run.failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::ApiLogin);
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Finish)),
            Steps { step: run.step }
            if digits.is_some() {
                h1 { {words.say("one-call")} }
                p { class: "lede", {words.say("one-call-lede")} }
                div { class: "digits", dir: "ltr", role: "group", "aria-label": words.say("thirty-digits"),
                    for group in groups {
                        span { "{group}" }
                    }
                }
                div { class: "state",
                    Icon { glyph: Glyph::Clock }
                    div {
                        strong { {words.say("waiting-confirmation")} }
                        small { {words.say("waiting-confirmation-next")} }
                    }
                }
            } else {
                h1 { {words.say("creating-account")} }
                p { class: "lede", {words.say("creating-account-lede")} }
            }
            if wants_sign_in {
                p { class: "hint", role: "alert", {words.say("sign-in-to-go-on")} }
            } else if let Some(failure) = run.failure {
                ErrorNote { failure }
            }
            div { class: "btns between",
                if digits.is_some() {
                    Button {
                        label: words.say(if run.copied == Some(Copied::Digits) { "copied" } else { "copy-digits" }),
                        onclick: move |()| ui.send(Event::Enrol(Act::Copy(Copied::Digits))),
                    }
                } else {
                    span {}
                }
                if wants_sign_in {
                    SignInButton { ready: true }
                } else {
                    Button {
                        label: words.say(if run.finishing { "asking-server" } else { "check-again" }),
                        kind: Kind::Primary,
                        submit: true,
                        disabled: run.finishing,
                    }
                }
            }
        }
    }
}

#[component]
fn Done() -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Enter)),
            Steps { step: Step::Done }
            h1 { {words.say("you-are-in")} }
            p { class: "lede", {words.say("you-are-in-lede")} }
            Button { label: words.say("open-conclave"), kind: Kind::Primary, wide: true, submit: true }
        }
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

/// A copy button with no word, as it stands in a field.
#[component]
fn CopyIcon(label: String, what: Copied, copied: Option<Copied>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let done = copied == Some(what);
    rsx! {
        button {
            class: "icon-btn icon-btn-s",
            r#type: "button",
            "aria-label": if done { words.say("copied") } else { label },
            onclick: move |_| ui.send(Event::Enrol(Act::Copy(what))),
            Icon { glyph: if done { Glyph::Check } else { Glyph::Copy } }
        }
    }
}

/// Groups of four, as people read a secret.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().filter(|letter| !letter.is_whitespace()).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
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
    fn secrets_and_digits_are_grouped_for_reading() {
        assert_eq!(grouped("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
        assert_eq!(fives("48210 93375 60148"), ["48210", "93375", "60148"]);
    }
}
