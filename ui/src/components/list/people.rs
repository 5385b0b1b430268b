//! People: online first, then offline, each by name. One click opens the whole history.

use dioxus::prelude::*;

use crate::app::{use_main, use_words};
use crate::components::Glyph;
use crate::state::field;
use crate::state::main::Main;

use super::row::{Line, Lines, Row};
use super::{Empty, NothingFound, Pane};

#[component]
pub(super) fn People() -> Element {
    let words = use_words();
    let online = use_main(|main| rows(main, true));
    let offline = use_main(|main| rows(main, false));
    let nobody = use_main(|main| main.roster.loaded && main.roster.is_empty());
    let filter = use_main(|main| main.filter.trim().to_owned());
    let (online, offline) = (online().unwrap_or_default(), offline().unwrap_or_default());
    let filter = filter().unwrap_or_default();
    let nothing = !filter.is_empty() && online.is_empty() && offline.is_empty();
    rsx! {
        Pane { name: "people", find: "find-person", id: field::FILTER_PEOPLE,
            if nobody() == Some(true) {
                Empty { glyph: Glyph::People, says: words.say("nobody-yet"), next: words.say("nobody-yet-next") }
            } else if nothing {
                NothingFound { text: filter }
            } else {
                Lines { label: words.with("online-count", &[("n", online.len().into())]), rows: online }
                Lines { label: words.with("offline-count", &[("n", offline.len().into())]), rows: offline }
            }
        }
    }
}

fn rows(main: &Main, online: bool) -> Vec<Row> {
    let open = main.person.or_else(|| main.open.as_ref().map(|open| open.with));
    let half = main.roster.half(online, &main.filter);
    half.into_iter()
        .map(|person| {
            let user = person.contact.user;
            let card = main.profiles.card(user);
            let position = card.and_then(|card| card.profile.position.clone());
            Row {
                selected: open == Some(user),
                changed: main.safety.change(user).is_some(),
                line: Line::Who(position),
                person: person.clone(),
            }
        })
        .collect()
}
