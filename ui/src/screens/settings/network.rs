//! The server, the directory, and the paths to others.

use conclave_peer::model::ServerLink;
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{Avatar, Button, Hint, path};
use crate::state::main::Act;
use crate::state::{Event, doctor};

use super::{Group, Setting, Switch};

/// People listed with their path: more are in the list of people, each with the badge.
const MOST: usize = 200;

#[component]
pub(super) fn Network() -> Element {
    let ui = use_ui();
    let words = use_words();
    let privacy = use_main(|main| main.privacy);
    let now = use_now();
    let zone = use_zone();
    let status = use_main(|main| main.status.clone());
    let Some(Some(status)) = status() else {
        return rsx! {
            p { class: "hint", role: "status", {words.say("opening")} }
        };
    };
    let link = match status.server.state {
        ServerLink::Online => "server-online",
        ServerLink::Connecting => "server-connecting",
        ServerLink::Offline => "server-offline",
    };
    let age = conclave_peer::words::span(words.0, status.directory.age);
    let server = [
        ("server-link", words.say(link)),
        ("since", words.moment(status.server.since, now(), &zone)),
        ("clock-skew", words.with("seconds", &[("n", (status.clock_skew_ms / 1000).into())])),
    ];
    let directory = [
        ("directory-entries", status.directory.size.to_string()),
        ("directory-age", age),
        ("directory-until", words.moment(status.directory.valid_until, now(), &zone)),
    ];
    let peers = [
        ("path-lan", status.peers.lan.to_string()),
        ("path-internet", status.peers.internet.to_string()),
        ("path-relayed", status.peers.relayed.to_string()),
        ("waiting-messages", status.waiting_messages.to_string()),
    ];
    let root = status.directory.root.get(..16).unwrap_or_default().to_owned();
    rsx! {
        Group { label: words.say("login-server"), Values { values: server.to_vec() } }
        Group { label: words.say("directory"),
            Values { values: directory.to_vec() }
            div { class: "set",
                b { {words.say("directory-root")} }
                span { class: "mono", dir: "ltr", "{root}…" }
            }
        }
        Group { label: words.say("path-of-each"), Paths {} }
        Group { label: words.say("connections"),
            Values { values: peers.to_vec() }
            if let Some(Some(privacy)) = privacy() {
                Setting { label: words.say("lan-discovery"), hint: words.say("lan-discovery-hint"),
                    Switch {
                        label: words.say("lan-discovery"),
                        on: privacy.lan_discovery,
                        onchange: move |on| ui.send(Event::Main(Act::SearchLan(on))),
                    }
                }
            }
        }
    }
}

#[component]
fn Values(values: Vec<(&'static str, String)>) -> Element {
    let words = use_words();
    rsx! {
        for (name , value) in values {
            div { key: "{name}", class: "set",
                b { {words.say(name)} }
                span { class: "num", "{value}" }
            }
        }
    }
}

/// The path to each person, by name; those who are there first.
#[component]
fn Paths() -> Element {
    let ui = use_ui();
    let words = use_words();
    let people = use_main(|main| {
        let mut people = main.roster.half(true, "");
        people.extend(main.roster.half(false, ""));
        people.into_iter().take(MOST).cloned().collect::<Vec<_>>()
    });
    let people = people().unwrap_or_default();
    let offline = path::use_offline();
    rsx! {
        if people.is_empty() {
            div { class: "card-in", Hint { text: words.say("nobody-yet") } }
        }
        for person in people {
            {
                let (user, name, path) = (person.contact.user, person.name(), path::shown(words, &person, offline));
                rsx! {
                    div { key: "{user}", class: "set",
                        div { class: "person",
                            Avatar { user, name: name.clone(), size: "s", presence: person.contact.presence, silent: true }
                            div {
                                b { bdi { "{name}" } }
                                small { "{path.says}" }
                            }
                        }
                        Button {
                            label: words.say("check-connection"),
                            name: words.with("check-connection-of", &[("name", name.into())]),
                            icon: path.glyph,
                            small: true,
                            onclick: move |()| ui.send(Event::Main(Act::Doctor(doctor::Act::Run(Some(user))))),
                        }
                    }
                }
            }
        }
    }
}
