//! The one line above the window: what is wrong, what it means for messages, and one act if there is one.

use conclave_peer::model::{BlockReason, ErrorCode, Failure, Time};
use dioxus::prelude::*;
use jiff::tz::TimeZone;

use crate::app::{use_main, use_ui, use_words, use_zone};
use crate::i18n::Words;
use crate::name;
use crate::state::main::{Act, Banner, Main};
use crate::state::{Event, Screen};

use super::{Button, Glyph, Icon, Remedies, Technical};

/// Hex digits of the number of a computer.
const ID: usize = 32;

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
    let administrator = use_main(|main| main.roster.administrator());
    let blocked = use_main(blocked_by);
    let Some(banner) = banner() else { return rsx! {} };
    let now = ui.state.peek().now;
    let (class, glyph) = match &banner {
        Banner::Alarm(_) | Banner::Damaged(_) => ("banner danger", Glyph::Alert),
        Banner::SessionEnded(ended) => match ended.code {
            ErrorCode::SessionElsewhere => ("banner danger", Glyph::Computer),
            ErrorCode::AuthBanned => ("banner danger", Glyph::Ban),
            ErrorCode::AuthKicked => ("banner warn", Glyph::Logout),
            _ => ("banner warn", Glyph::Key),
        },
        Banner::NoNetwork => ("banner", Glyph::Offline),
        Banner::ServerDown { .. } => ("banner warn", Glyph::Server),
        Banner::DirectoryTooOld { .. } => ("banner warn", Glyph::History),
        Banner::NotSignedIn => ("banner", Glyph::Key),
        Banner::Reconnecting { .. } => ("banner", Glyph::Refresh),
        Banner::Stopping(_) => ("banner", Glyph::Clock),
        Banner::Notice(_) => ("banner", Glyph::Server),
    };
    let text = text(words, &banner, blocked().flatten(), now, &zone);
    let door = match &banner {
        Banner::NotSignedIn => true,
        Banner::SessionEnded(ended) => !matches!(ended.code, ErrorCode::AuthBanned | ErrorCode::AuthKicked),
        _ => false,
    };
    let told = match &banner {
        Banner::SessionEnded(ended) if ended.code == ErrorCode::SessionElsewhere => administrator().flatten(),
        _ => None,
    };
    let failure = match &banner {
        Banner::Alarm(failure) | Banner::Damaged(failure) | Banner::SessionEnded(failure) => {
            Some(failure.clone())
        }
        _ => None,
    };
    let away = matches!(
        banner,
        Banner::ServerDown { .. } | Banner::DirectoryTooOld { .. } | Banner::Reconnecting { .. }
    );
    rsx! {
        // What counts down in it would be read out each second: what is new of it is said apart.
        div { class, role: "status", "aria-live": "off",
            Icon { glyph }
            div { class: "banner-says",
                p { dir: "auto", "{text}" }
                if let Some(failure) = failure {
                    if matches!(banner, Banner::Damaged(_)) {
                        Remedies { failure: failure.clone() }
                    }
                    Technical { at: failure.details.get("time").and_then(|time| time.as_u64()), failure }
                }
            }
            if let Some(user) = told {
                Button {
                    label: words.say("tell-administrator"),
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Open(user))),
                }
            }
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

/// Who blocked this account, by name, and why.
type Blocked = Option<(Option<String>, BlockReason)>;

fn blocked_by(main: &Main) -> Blocked {
    let (by, reason) = main.blocked?;
    let by = by.and_then(|by| main.roster.person(by)).map(|person| person.name());
    Some((by, reason))
}

/// The words of a line.
pub(crate) fn banner_words(words: Words, main: &Main, banner: &Banner, now: Time, zone: &TimeZone) -> String {
    text(words, banner, blocked_by(main), now, zone)
}

fn text(words: Words, banner: &Banner, blocked: Blocked, now: Time, zone: &TimeZone) -> String {
    match banner {
        Banner::SessionEnded(ended) => match elsewhere(ended) {
            Some((device, time)) => {
                let variables = [
                    ("device", computer(words, device).into()),
                    ("time", words.moment_within(time, now, zone).into()),
                ];
                words.with("banner-elsewhere", &variables)
            }
            None => words.failure(&with_block(ended, blocked, words)),
        },
        Banner::Alarm(failure) | Banner::Damaged(failure) => words.failure(failure),
        Banner::NoNetwork => words.say("banner-no-network"),
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
                    let when = words.moment_within(*until, now, zone);
                    words.with("banner-server-down", &[("age", age.into()), ("when", when.into())])
                }
                None => words.with("banner-server-down-age", &[("age", age.into())]),
            }
        }
        Banner::Notice(text) => words.with("banner-notice", &[("text", name::shown(text, "").into())]),
    }
}

/// On which computer I signed in, and when this one heard of it.
fn elsewhere(ended: &Failure) -> Option<(&str, Time)> {
    let (device, time) = (ended.details.get("device")?, ended.details.get("time")?);
    (ended.code == ErrorCode::SessionElsewhere).then_some((device.as_str()?, time.as_u64()?))
}

/// The end of a session with who ended it and why, as far as the signed log says so.
fn with_block(ended: &Failure, blocked: Blocked, words: Words) -> Failure {
    let Some((by, reason)) = blocked.filter(|_| ended.code == ErrorCode::AuthBanned) else {
        return ended.clone();
    };
    let reason = match reason {
        BlockReason::Suspended => words.say("blocked-suspended"),
        BlockReason::Removed => words.say("blocked-removed"),
        BlockReason::Closed => words.say("blocked-closed"),
        _ => return ended.clone(),
    };
    let contact = by.unwrap_or_else(|| words.say("log-administrator"));
    ended.clone().with("reason", reason).with("contact", contact)
}

/// A computer by its name; by a short part of its number where no name of it is known.
fn computer(words: Words, device: &str) -> String {
    let numbered = device.len() == ID && device.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (device.get(..4), device.get(4..8)) {
        (Some(first), Some(second)) if numbered => {
            let short = format!("{first} {second}").to_uppercase();
            words.with("computer-numbered", &[("short", short.into())])
        }
        _ => name::shown(device, ""),
    }
}
