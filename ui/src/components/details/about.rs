//! Who it is: what the person says of themselves, with the date of the copy.

use dioxus::prelude::*;

use crate::app::{use_now, use_words, use_zone};
use crate::components::{Glyph, Icon};
use crate::dates;
use crate::name;
use crate::state::profile::Card;

/// The six fields, with the date of the copy.
#[component]
pub(super) fn Facts(card: Option<Card>, name: String) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let Some(card) = card else { return rsx! {} };
    if card.profile.version == 0 {
        return rsx! {
            p { class: "hint facts", {words.with("profile-never", &[("name", name.into())])} }
        };
    }
    let profile = card.profile;
    let updated = (profile.updated > 0).then(|| words.moment(profile.updated, now(), &zone));
    let facts = [
        (Glyph::Work, "position", profile.position),
        (Glyph::Text, "description", profile.description),
        (Glyph::Place, "location", profile.location),
        (Glyph::History, "last-updated", updated),
    ];
    let facts: Vec<_> =
        facts.into_iter().filter_map(|(glyph, key, text)| Some((glyph, key, text?))).collect();
    rsx! {
        dl { class: "facts",
            for (glyph , key , text) in facts {
                div { key: "{key}", class: "fact",
                    Icon { glyph }
                    div {
                        dt { {words.say(key)} }
                        dd { dir: "auto", {name::tame(&text)} }
                    }
                }
            }
            if let Some(at) = card.cached_at.filter(|at| dates::date(*at, &zone) != dates::date(now(), &zone)) {
                p { class: "hint", {words.with("profile-received", &[("when", words.moment(at, now(), &zone).into())])} }
            }
        }
    }
}
