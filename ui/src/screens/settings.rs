//! The settings, page by page (UI §3.I). A setting is here only when it does something.

mod about;
mod account;
mod appearance;
mod chats;
mod doctor;
mod libraries;
mod log;
mod network;
mod notices;
mod privacy;
mod profile;
mod sessions;
mod storage;

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{BackToList, Button, KeyTable, Segmented, Switch};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::settings::Page;

/// The page that is open.
#[component]
pub(crate) fn Settings() -> Element {
    let ui = use_ui();
    let words = use_words();
    let page = use_main(|main| main.page);
    let page = page().unwrap_or_default();
    rsx! {
        main { class: "main", "aria-label": words.say(page.key()), "data-region": "main",
            header { class: "head",
                BackToList { onclick: move |()| ui.send(Event::Main(Act::Close)) }
                h1 { {words.say(page.key())} }
            }
            // A page without a control is scrolled by the keys too.
            div { class: "page", tabindex: "0",
                div { class: "page-in",
                    match page {
                        Page::Account => rsx! { account::Account {} },
                        Page::Profile => rsx! { profile::Profile {} },
                        Page::Appearance => rsx! { appearance::Appearance {} },
                        Page::Privacy => rsx! { privacy::Privacy {} },
                        Page::Chats => rsx! { chats::Chats {} },
                        Page::Notices => rsx! { notices::Notices {} },
                        Page::Lock => rsx! { chats::Lock {} },
                        Page::Sessions => rsx! { sessions::Sessions {} },
                        Page::Network => rsx! { network::Network {} },
                        Page::Storage => rsx! { storage::Storage {} },
                        Page::Log => rsx! { log::Log {} },
                        Page::Doctor => rsx! { doctor::Doctor {} },
                        Page::Keyboard => rsx! {
                            div { class: "btns log-acts",
                                Button {
                                    label: words.say("show-keys"),
                                    small: true,
                                    onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Keys))),
                                }
                            }
                            div { class: "card card-in", KeyTable {} }
                        },
                        Page::About => rsx! { about::About {} },
                    }
                }
            }
        }
    }
}

/// A group of settings under a name.
#[component]
fn Group(
    /// Its name.
    label: String,
    /// The settings.
    children: Element,
) -> Element {
    rsx! {
        section { class: "section",
            div { class: "section-head", h2 { "{label}" } }
            div { class: "card", {children} }
        }
    }
}

/// A setting: what it is, what it does, and its control.
#[component]
fn Setting(
    /// What it is.
    label: String,
    /// What it does.
    #[props(default)]
    hint: Option<String>,
    /// Its control.
    children: Element,
) -> Element {
    rsx! {
        div { class: "set",
            div {
                b { "{label}" }
                if let Some(hint) = hint {
                    small { "{hint}" }
                }
            }
            {children}
        }
    }
}
