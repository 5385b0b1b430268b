//! The path between two computers in words: the badge, what it means, and for each reason why there is none what helps
//! (UI §3.D).

use conclave_peer::model::{ErrorCode, MessageState, Path, PresenceStatus, WaitReason};

use crate::app::use_main;
use crate::i18n::Words;
use crate::state::main::Main;
use crate::state::roster::Person;

use super::Glyph;

/// A path as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its icon.
    pub(crate) glyph: Glyph,
    /// What it is, or why there is none.
    pub(crate) says: String,
    /// What that means, or what helps.
    pub(crate) means: String,
}

/// Whether this computer has no network.
pub(crate) fn use_offline() -> bool {
    use_main(Main::no_network)().unwrap_or_default()
}

/// The path to a person; `offline` when this computer has no network.
pub(crate) fn shown(words: Words, person: &Person, offline: bool) -> Shown {
    let (glyph, says, means) = match person.contact.path {
        Path::Lan => (Glyph::Home, "path-lan", "path-direct-means"),
        Path::Internet => (Glyph::Direct, "path-internet", "path-direct-means"),
        Path::Relayed => (Glyph::Relay, "path-relayed", "path-relayed-means"),
        Path::Waiting => waiting(person, offline),
    };
    let variables = [("name", person.name().into()), ("n", person.clock_minutes.unwrap_or_default().into())];
    Shown { glyph, says: words.with(says, &variables), means: words.with(means, &variables) }
}

fn waiting(person: &Person, offline: bool) -> (Glyph, &'static str, &'static str) {
    let reason = person.reason.as_deref().unwrap_or_default();
    let is = |wait: WaitReason| reason == wait.text();
    let stopped = |code: ErrorCode| reason == code.text();
    let no_network = (Glyph::Offline, "path-no-network", "path-no-network-means");
    if is(WaitReason::NoNetwork) {
        no_network
    } else if is(WaitReason::Blocked) {
        (Glyph::Ban, "path-blocked", "path-blocked-means")
    } else if is(WaitReason::TooOld) {
        (Glyph::Clock, "path-too-old", "path-too-old-means")
    } else if is(WaitReason::Clock) && person.clock_minutes.is_some() {
        (Glyph::Clock, "path-clock", "path-clock-means")
    } else if is(WaitReason::Clock) {
        (Glyph::Clock, "path-clocks", "path-clock-means")
    } else if is(WaitReason::Refused) {
        (Glyph::Ban, "path-refused", "path-refused-means")
    } else if stopped(ErrorCode::Blocked) {
        (Glyph::Ban, "path-stopped-by-me", "path-stopped-means")
    } else if stopped(ErrorCode::KeyChanged) {
        (Glyph::Alert, "path-stopped-by-key", "path-stopped-means")
    } else if stopped(ErrorCode::AuthBanned) {
        (Glyph::Ban, "path-stopped-by-admin", "path-stopped-means")
    } else if offline {
        no_network
    } else if is(WaitReason::Unreachable) {
        (Glyph::Offline, "path-unreachable", "path-waiting-means")
    } else if is(WaitReason::Offline) || person.contact.presence == PresenceStatus::Offline {
        match &person.last {
            Some(last) if last.state == MessageState::InDropBox => {
                (Glyph::Box, "path-boxed", "path-boxed-means")
            }
            _ => (Glyph::Clock, "path-offline", "path-waiting-means"),
        }
    } else {
        (Glyph::Clock, "path-waiting", "path-waiting-means")
    }
}
