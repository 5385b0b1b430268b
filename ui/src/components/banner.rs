//! The one line above the window: what is wrong, what it means for messages, and one act if there is one.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words, use_zone};
use crate::name;
use crate::state::main::{Act, Banner};
use crate::state::{Event, Screen};

use super::{Button, Glyph, Icon};

/// The line, if there is something to say.
#[component]
pub(crate) fn BannerLine() -> Element {
    let ui = use_ui();
    let words = use_words();
    let zone = use_zone();
    let banner = use_memo(move || {
        let state = ui.state.read();
        match &state.screen {
            Screen::Main(main) => main.banner(state.now),
            _ => None,
        }
    });
    let Some(banner) = banner() else { return rsx! {} };
    let now = ui.state.peek().now;
    let (class, glyph) = match &banner {
        Banner::Alarm(_) | Banner::Damaged(_) => ("banner danger", Glyph::Alert),
        Banner::SessionEnded(_) => ("banner warn", Glyph::Stop),
        Banner::ServerDown { .. } => ("banner warn", Glyph::Server),
        Banner::DirectoryTooOld { .. } => ("banner warn", Glyph::History),
        Banner::NotSignedIn => ("banner", Glyph::Key),
        Banner::Reconnecting { .. } => ("banner", Glyph::Refresh),
        Banner::Stopping(_) => ("banner", Glyph::Clock),
        Banner::Notice(_) => ("banner", Glyph::Server),
    };
    let text = match &banner {
        Banner::Alarm(failure) | Banner::Damaged(failure) | Banner::SessionEnded(failure) => {
            words.failure(failure)
        }
        Banner::NotSignedIn => words.say("banner-not-signed-in"),
        Banner::Reconnecting { next: None } => words.say("banner-reconnecting"),
        Banner::Reconnecting { next: Some(n) } => words.with("banner-reconnecting-in", &[("n", (*n).into())]),
        Banner::Stopping(n) => words.with("banner-stopping", &[("n", (*n).into())]),
        Banner::DirectoryTooOld { grace } => {
            let grace = conclave_peer::words::span(words.0, *grace);
            words.with("banner-directory-old", &[("grace", grace.into())])
        }
        Banner::ServerDown { age, until } => {
            let age = conclave_peer::words::span(words.0, *age);
            match until {
                Some(until) => {
                    let when = words.moment(*until, now, &zone);
                    words.with("banner-server-down", &[("age", age.into()), ("when", when.into())])
                }
                None => words.with("banner-server-down-age", &[("age", age.into())]),
            }
        }
        Banner::Notice(text) => words.with("banner-notice", &[("text", name::shown(text, "").into())]),
    };
    let door = matches!(banner, Banner::NotSignedIn | Banner::SessionEnded(_));
    let away = matches!(
        banner,
        Banner::ServerDown { .. } | Banner::DirectoryTooOld { .. } | Banner::Reconnecting { .. }
    );
    rsx! {
        div { class, role: "status",
            Icon { glyph }
            p { dir: "auto", "{text}" }
            if door {
                Button {
                    label: words.say("sign-in"),
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::SignIn)),
                }
            } else if away {
                Button {
                    label: words.say("try-now"),
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::TryNow)),
                }
            }
        }
    }
}
