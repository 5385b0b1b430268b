//! Who it is: what the person says of themselves, with the date of the copy (R41).

use dioxus::prelude::*;

use crate::app::{use_now, use_words, use_zone};
use crate::components::{Glyph, Icon};
use crate::dates;
use crate::name;
use crate::state::profile::Card;

/// The fields, with the date of the copy.
#[component]
pub(crate) fn Facts(
    /// What is known; nothing while it is asked for.
    card: Option<Card>,
    /// The name of the person.
    name: String,
    /// Whether they stand on a page of their own.
    #[props(default)]
    wide: bool,
) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let Some(card) = card else { return rsx! {} };
    if card.profile.version == 0 {
        return rsx! {
            p { class: if wide { "card card-in muted section" } else { "hint facts" },
                {words.with("profile-never", &[("name", name.into())])}
            }
        };
    }
    let profile = card.profile;
    let updated = (profile.updated > 0).then(|| words.moment(profile.updated, now(), &zone));
    let facts = [
        (Glyph::User, "full-name", profile.full_name),
        (Glyph::Work, "position", profile.position),
        (Glyph::Text, "description", profile.description),
        (Glyph::Place, "location", profile.location),
        (Glyph::History, "last-updated", updated),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(glyph, key, text)| Some((glyph, key, text.filter(|text| !text.trim().is_empty())?)))
        .collect();
    let received = card.cached_at.filter(|at| dates::date(*at, &zone) != dates::date(now(), &zone));
    rsx! {
        dl { class: if wide { "card facts-card" } else { "facts" },
            for (glyph , key , text) in facts {
                div { key: "{key}", class: if key == "description" { "fact full" } else { "fact" },
                    Icon { glyph }
                    dt { {words.say(key)} }
                    dd { dir: "auto", {name::tame(&text)} }
                }
            }
        }
        if let Some(at) = received {
            p { class: "hint received", {words.with("profile-received", &[("when", words.moment_within(at, now(), &zone).into())])} }
        }
    }
}
