//! The server, the directory, and the paths to others.

use conclave_peer::model::ServerLink;
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::state::Event;
use crate::state::main::Act;

use super::{Group, Setting, Switch};

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
