//! How the window looks.

mod themes;

use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::dates::{self, Hours};
use crate::i18n::{Language, Words};
use crate::state::Event;
use crate::state::settings::Choice;

use super::{Group, Segmented, Setting, Switch};
use themes::Themes;

#[component]
pub(super) fn Appearance() -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let settings = use_memo(move || ui.state.read().settings);
    let tray = use_memo(move || ui.state.read().tray.there);
    let settings = settings();
    let choose = move |choice| ui.send(Event::Choose(choice));
    let language = Language::ALL.iter().position(|language| *language == words.0).unwrap_or_default();
    let at = |hours| dates::clock(now(), &zone, hours).into();
    let clocks = [("on", at(Hours::TwentyFour)), ("off", at(Hours::Twelve))];
    let size = format!("{} %", settings.percent());
    rsx! {
        section { class: "section",
            div { class: "section-head", h2 { {words.say("theme")} } }
            Themes {}
        }
        Group { label: words.say("reading"),
            Setting { label: words.say("text-size"), hint: words.say("text-size-hint"),
                div { class: "stepper", role: "group", "aria-label": words.say("text-size"),
                    button { class: "btn btn-s", r#type: "button", "aria-label": words.say("smaller"), onclick: move |_| choose(Choice::Resize(Some(-1))), "−" }
                    output { class: "num", "{size}" }
                    button { class: "btn btn-s", r#type: "button", "aria-label": words.say("larger"), onclick: move |_| choose(Choice::Resize(Some(1))), "+" }
                }
            }
            Setting { label: words.say("density"), hint: words.say("density-hint"),
                Segmented {
                    label: words.say("density"),
                    choices: vec![words.say("density-usual"), words.say("density-compact")],
                    on: usize::from(settings.compact),
                    onchange: move |place| choose(Choice::Compact(place == 1)),
                }
            }
            Setting { label: words.say("motion"), hint: words.say("motion-hint"),
                Switch { label: words.say("motion"), on: settings.still, onchange: move |on| choose(Choice::Still(on)) }
            }
        }
        Group { label: words.say("with-system"),
            if tray() {
                Setting { label: words.say("tray"), hint: words.say("tray-hint"),
                    Switch { label: words.say("tray"), on: settings.tray, onchange: move |on| choose(Choice::Tray(on)) }
                }
            }
            Setting { label: words.say("autostart"), hint: words.say("autostart-hint"),
                Switch { label: words.say("autostart"), on: settings.autostart, onchange: move |on| choose(Choice::Autostart(on)) }
            }
        }
        Group { label: words.say("language"),
            Setting { label: words.say("clock"), hint: words.with("clock-hint", &clocks),
                Switch {
                    label: words.say("clock"),
                    on: settings.hours == Hours::TwentyFour,
                    onchange: move |on| choose(Choice::Hours(if on { Hours::TwentyFour } else { Hours::Twelve })),
                }
            }
            Setting { label: words.say("language"),
                Segmented {
                    label: words.say("language"),
                    choices: Language::ALL.iter().map(|language| Words::of(*language).own_name()).collect::<Vec<_>>(),
                    on: language,
                    onchange: move |place: usize| {
                        if let Some(language) = Language::ALL.get(place) {
                            ui.send(Event::Language(*language));
                        }
                    },
                }
            }
        }
    }
}
