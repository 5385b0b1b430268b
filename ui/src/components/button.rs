//! Buttons: one filled one per view; the label names the act.

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// How much weight a button has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    /// The one next step.
    Primary,
    /// Any other act.
    #[default]
    Plain,
    /// An act beside the text.
    Quiet,
    /// An act that cannot be taken back.
    Danger,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Plain => "btn",
            Self::Quiet => "btn btn-quiet",
            Self::Danger => "btn btn-danger",
        }
    }
}

/// A button with a word, and an icon if that helps.
#[component]
pub(crate) fn Button(
    /// Its word.
    label: String,
    /// Its name, when there are several of that word.
    #[props(default)]
    name: Option<String>,
    /// Its weight.
    #[props(default)]
    kind: Kind,
    /// An icon before the word.
    #[props(default)]
    icon: Option<Glyph>,
    /// As wide as the form.
    #[props(default)]
    wide: bool,
    /// 30 pixels high instead of 36.
    #[props(default)]
    small: bool,
    /// Whether it sends the form it stands in.
    #[props(default)]
    submit: bool,
    /// Whether it waits for something.
    #[props(default)]
    disabled: bool,
    /// Its id, when the keyboard is put on it.
    #[props(default)]
    id: Option<&'static str>,
    /// The act; a submitting button leaves it to the form.
    #[props(default)]
    onclick: EventHandler<()>,
) -> Element {
    let wide = if wide { " btn-wide" } else { "" };
    let small = if small { " btn-s" } else { "" };
    rsx! {
        button {
            id,
            class: "{kind.class()}{wide}{small}",
            r#type: if submit { "submit" } else { "button" },
            disabled,
            "aria-label": name,
            onclick: move |_| if !submit { onclick.call(()) },
            if let Some(glyph) = icon {
                Icon { glyph, size: 16 }
            }
            "{label}"
        }
    }
}
