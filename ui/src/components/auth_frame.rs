//! The frame of the doors: mark, language and theme above, one form, one quiet line below.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::i18n::{Language, Words};
use crate::state::Event;

use super::{Glyph, Icon, IconButton, Mark};

/// The mark with the name beside it.
#[component]
fn Brand() -> Element {
    let words = use_words();
    rsx! {
        span { class: "brand",
            Mark {}
            {words.say("app-name")}
        }
    }
}

/// The frame around a form.
#[component]
pub(crate) fn AuthFrame(
    /// Whether the form is one of the wider ones of the first run.
    #[props(default)]
    wide: bool,
    /// The form is sent: Enter or its button.
    #[props(default)]
    onsubmit: EventHandler<()>,
    /// What stands in the form.
    children: Element,
) -> Element {
    let words = use_words();
    rsx! {
        div { class: "auth",
            header { class: "auth-top",
                Brand {}
                div { class: "btns", Choices {} }
            }
            main { class: "auth-body",
                form {
                    class: if wide { "auth-form wide" } else { "auth-form" },
                    onsubmit: move |event| {
                        event.prevent_default();
                        onsubmit.call(());
                    },
                    {children}
                }
            }
            footer { class: "auth-foot",
                span {
                    Icon { glyph: Glyph::Lock, size: 14 }
                    {words.say("opened-here-only")}
                }
            }
        }
    }
}

/// Language and theme.
#[component]
fn Choices() -> Element {
    let ui = use_ui();
    let words = use_words();
    let next = match words.0 {
        Language::En => Language::Fr,
        Language::Fr => Language::En,
    };
    rsx! {
        button {
            class: "btn btn-quiet btn-s choice",
            r#type: "button",
            lang: Words::of(next).code(),
            onclick: move |_| ui.send(Event::Language(next)),
            Icon { glyph: Glyph::Globe, size: 16 }
            {Words::of(next).own_name()}
        }
        IconButton {
            label: words.say("theme-switch"),
            glyph: Glyph::Theme,
            small: true,
            size: 16,
            onclick: move |()| ui.send(Event::OtherTheme),
        }
    }
}
