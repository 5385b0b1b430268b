//! Six digits in six boxes: one real field lies over them and takes keys and paste; the boxes only show it.

use dioxus::prelude::*;

use crate::app::{use_second, use_words};
use crate::command::Typed;
use crate::state::field;

/// Digits of a one-time code (RFC 6238 as PROTOCOL §2.11 uses it).
const DIGITS: usize = 6;
/// Seconds of a one-time code.
const STEP: u64 = 30;

/// The field of the one-time code. It answers on the sixth digit.
#[component]
pub(crate) fn CodeField(
    /// Changes to empty the field after a refusal.
    attempt: u32,
    /// Whether the last code was refused.
    wrong: bool,
    /// Words at the end of the line below.
    note: Option<Element>,
    /// The six digits.
    oncode: EventHandler<Typed>,
) -> Element {
    rsx! {
        // Keys only count in lists: a list of one, whose new key makes a new field. Nothing is ever written into one
        // that is in use.
        for attempt in [attempt] {
            Boxes { key: "{attempt}", attempt, wrong, oncode }
        }
        div { class: "code-foot",
            SecondsLeft {}
            if let Some(note) = note {
                {note}
            }
        }
    }
}

#[component]
fn Boxes(attempt: u32, wrong: bool, oncode: EventHandler<Typed>) -> Element {
    let words = use_words();
    let mut typed = use_signal(|| Typed::new(String::new()));
    let digits: Vec<char> = typed.read().text().chars().collect();
    let boxes = (0..DIGITS).map(|place| (place, digits.get(place).copied(), place == digits.len()));
    rsx! {
        div { class: if wrong { "code is-error" } else { "code" },
            input {
                id: "{field::CODE}-{attempt}",
                r#type: "text",
                inputmode: "numeric",
                autocomplete: "one-time-code",
                maxlength: "16",
                initial_value: "",
                "aria-label": words.say("six-digit-code"),
                "aria-invalid": if wrong { "true" } else { "false" },
                "aria-describedby": if wrong { "error" } else { "" },
                oninput: move |event| {
                    let digits = only_digits(&event.value());
                    let whole = digits.text().len() == DIGITS;
                    let same = *typed.peek() == digits;
                    typed.set(digits.clone());
                    if whole && !same {
                        oncode.call(digits);
                    }
                },
            }
            for (place , digit , here) in boxes {
                if place == DIGITS / 2 {
                    span { class: "sep", "aria-hidden": "true" }
                }
                span { class: if here { "here" } else { "" }, "aria-hidden": "true",
                    if let Some(digit) = digit {
                        "{digit}"
                    } else if here {
                        i { class: "caret" }
                    }
                }
            }
        }
    }
}

/// The ring with the seconds left of the current code.
#[component]
fn SecondsLeft() -> Element {
    let words = use_words();
    let now = use_second();
    let left = STEP - (now() / 1000) % STEP;
    // The ring's circumference is 44 (r = 7).
    let dash = left * 44 / STEP;
    rsx! {
        span {
            svg { class: "ring", width: "18", height: "18", view_box: "0 0 18 18", "aria-hidden": "true",
                circle { class: "ring-track", cx: "9", cy: "9", r: "7" }
                circle { class: "ring-left", cx: "9", cy: "9", r: "7", stroke_dasharray: "{dash} 44" }
            }
            {words.with("new-code-in", &[("n", left.into())])}
        }
    }
}

fn only_digits(text: &str) -> Typed {
    Typed::new(text.chars().filter(char::is_ascii_digit).take(DIGITS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_code_keeps_its_digits_only() {
        assert_eq!(only_digits(" 123 456 ").text(), "123456");
        assert_eq!(only_digits("123-4567890").text(), "123456");
        assert_eq!(only_digits("１２３abc").text(), "");
    }
}
