//! What administrators did, by date, in words. Each line was checked by this computer when it came.

use conclave_peer::model::{ActKind, DirectoryAct, UserId};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{Button, ErrorNote, Glyph, Hint};
use crate::dates;
use crate::i18n::Words;
use crate::name;
use crate::state::Event;
use crate::state::log;
use crate::state::main::{Act, Main};

/// A day with its lines: the time of each, and its words.
type Day = (String, Vec<(u64, String, String)>);

#[component]
pub(super) fn Log() -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let log = use_main(|main| main.log.clone());
    let lines = use_main(move |main| {
        main.log.acts.iter().map(|act| (act.leaf, act.time, said(words, main, act))).collect::<Vec<_>>()
    });
    let (Some(log), Some(lines)) = (log(), lines()) else { return rsx! {} };
    let mut days: Vec<Day> = Vec::new();
    for (leaf, time, line) in lines {
        let clock = time.map(|at| words.clock(at, &zone)).unwrap_or_default();
        // What says no time stands with what came after it.
        let day = match (time, days.last()) {
            (Some(at), _) => words.day(dates::day(at, now(), &zone)),
            (None, Some((last, _))) => last.clone(),
            (None, None) => words.say("log-no-date"),
        };
        match days.last_mut().filter(|(last, _)| *last == day) {
            Some((_, lines)) => lines.push((leaf, clock, line)),
            None => days.push((day, vec![(leaf, clock, line)])),
        }
    }
    rsx! {
        Hint { text: words.say("log-means") }
        div { class: "btns log-acts",
            Button {
                label: words.say("log-export"),
                icon: Glyph::Save,
                small: true,
                onclick: move |()| ui.send(Event::Main(Act::Log(log::Act::Export))),
            }
        }
        for (place , (day , lines)) in days.into_iter().enumerate() {
            section { key: "{place}", class: "section",
                div { class: "section-head", h2 { "{day}" } }
                ul { class: "card",
                    for (leaf , clock , line) in lines {
                        li { key: "{leaf}", class: "set",
                            span { dir: "auto", "{line}" }
                            span { class: "num", "{clock}" }
                        }
                    }
                }
            }
        }
        if let Some(failure) = log.failure.clone() {
            ErrorNote { failure }
        }
        if log.loading {
            p { class: "hint", role: "status", {words.say("opening")} }
        } else if log.next.is_some() {
            Button {
                label: words.say("log-older"),
                onclick: move |()| ui.send(Event::Main(Act::Log(log::Act::Older))),
            }
        } else if log.acts.is_empty() && log.failure.is_none() {
            Hint { text: words.say("log-empty") }
        }
    }
}

/// The whole sentence.
fn said(words: Words, main: &Main, act: &DirectoryAct) -> String {
    let person = |user: UserId| match (&main.me, main.roster.person(user)) {
        (Some(me), _) if me.user == user => main.own_name(me),
        (_, Some(person)) => person.name(),
        _ => words.say("log-somebody"),
    };
    let known = |user: &&UserId| {
        main.me.as_ref().is_some_and(|me| me.user == **user) || main.roster.person(**user).is_some()
    };
    // The key of the first administrator may belong to nobody who has an account.
    let by: Vec<String> = act.by.iter().filter(known).map(|user| person(*user)).collect();
    let by = match (by.is_empty(), act.by.is_empty()) {
        (false, _) => by.join(", "),
        (true, false) => words.say("log-administrator"),
        (true, true) => words.say("log-root"),
    };
    let whom = act.user.map(person);
    let whom = whom
        .or_else(|| act.name.as_deref().map(|text| name::shown(text, "")))
        .unwrap_or_else(|| words.say("log-anybody"));
    words.with(key(act.what), &[("by", by.into()), ("name", whom.into())])
}

const fn key(what: ActKind) -> &'static str {
    match what {
        ActKind::Policy => "log-policy",
        ActKind::ServerKey => "log-server-key",
        ActKind::UserAdded => "log-user-added",
        ActKind::Invited => "log-invited",
        ActKind::InviteWithdrawn => "log-withdrawn",
        ActKind::ResetGranted => "log-reset",
        ActKind::Blocked => "log-blocked",
        ActKind::DeviceBlocked => "log-device-blocked",
        ActKind::Unblocked => "log-unblocked",
        ActKind::DeviceUnblocked => "log-device-unblocked",
        ActKind::Room => "log-room",
        ActKind::RoomMember => "log-room-member",
        _ => "log-other",
    }
}
