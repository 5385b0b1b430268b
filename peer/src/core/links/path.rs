//! The path to a person, as it is shown (UI §3.D).

use conclave_crypto::keys::UserId;

use super::dial::Dial;
use crate::core::Core;
use crate::core::gate::Step;
use crate::core::input::LinkId;
use crate::core::timers::Timer;
use crate::model::{Answer, Event, Path, PeerCounts, Time, WaitReason};
use crate::record::Read;

/// A path that is lost is told of after this: a link that moves to a better connection has none for a moment.
const SETTLE: Time = 1_000;
/// Milliseconds.
const MINUTE: Time = 60_000;

/// What is told of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core) struct Told {
    pub(in crate::core) path: Path,
    /// Why there is none.
    reason: Option<String>,
    /// For a reason of clocks: by how many minutes they differ.
    clock_minutes: Option<u64>,
}

impl Told {
    const fn there(path: Path) -> Self {
        Self { path, reason: None, clock_minutes: None }
    }
}

impl<R: Read> Core<R> {
    /// Linked people by path.
    pub(in crate::core) fn peer_counts(&self) -> PeerCounts {
        let mut counts = PeerCounts::default();
        for (_, path) in self.links.accepted() {
            match path {
                Path::Lan => counts.lan += 1,
                Path::Internet => counts.internet += 1,
                Path::Relayed => counts.relayed += 1,
                Path::Waiting => {}
            }
        }
        counts
    }

    /// Path to a person, why there is none, and since when.
    pub(in crate::core) fn path_of(&self, user: &UserId) -> (Told, Time) {
        if let Some(link) = self.link_to(user).and_then(|link| self.links.by_id.get(&link)) {
            return (Told::there(link.path), link.since);
        }
        let met = self.person(user).met;
        // A link that moves is gone for a moment only.
        if self.timers.is_set(Timer::Path(*user))
            && let Some(told) = self.peers.get(user).and_then(|peer| peer.path_told.as_ref())
            && told.reason.is_none()
        {
            return (told.clone(), met);
        }
        let mut clock_minutes = None;
        let why = match self.stopped(user) {
            Some(code) => code.text(),
            None => {
                let dial = self.peers.get(user).map(|peer| &peer.dial);
                let why = self.wait_reason(user, dial);
                clock_minutes = dial.filter(|_| why == WaitReason::Clock).map(|dial| dial.skew / MINUTE);
                why.text()
            }
        };
        (Told { path: Path::Waiting, reason: Some(why.to_owned()), clock_minutes }, met)
    }

    fn wait_reason(&self, user: &UserId, dial: Option<&Dial>) -> WaitReason {
        match dial.and_then(|dial| dial.why) {
            // Without a relay nobody gets through two routers.
            Some(WaitReason::Unreachable) if self.is_online(user) && !self.ways().relay => {
                WaitReason::Blocked
            }
            Some(WaitReason::Unreachable) if !self.is_online(user) => WaitReason::Offline,
            Some(why) => why,
            None if self.is_online(user) => WaitReason::Connecting,
            None => WaitReason::Offline,
        }
    }

    /// `path.get`.
    pub(in crate::core) fn path_get(&self, user: &UserId) -> Answer {
        let (Told { path, reason, clock_minutes }, since) = self.path_of(user);
        let link = self.link_to(user).and_then(|link| self.links.by_id.get(&link));
        Answer::Path { path, reason, clock_minutes, rtt_ms: link.and_then(|link| link.rtt_ms), since }
    }

    /// The round trip of a link was measured.
    pub(in crate::core) fn measured(&mut self, link: LinkId, rtt_ms: u64) {
        if let Some(link) = self.links.by_id.get_mut(&link) {
            link.rtt_ms = Some(rtt_ms);
        }
    }

    /// Tells of the path to a person if it is another than was told: at once when there is one, else when it has not
    /// come back for a moment.
    pub(in crate::core) fn tell_path(&mut self, step: &mut Step<'_>, user: &UserId) {
        if self.link_to(user).is_none() {
            let (now, _) = self.path_of(user);
            let told = self.peers.get(user).and_then(|peer| peer.path_told.as_ref());
            if told != Some(&now) {
                self.timers.sooner(Timer::Path(*user), step.now + SETTLE);
            }
        } else {
            self.timers.clear(Timer::Path(*user));
            self.path_due(step, user);
        }
    }

    /// The path has settled.
    pub(in crate::core) fn path_due(&mut self, step: &mut Step<'_>, user: &UserId) {
        let (now, _) = self.path_of(user);
        let peer = self.peers.entry(*user).or_default();
        if peer.path_told.as_ref() == Some(&now) {
            return;
        }
        peer.path_told = Some(now.clone());
        let Told { path, reason, clock_minutes } = now;
        self.ephemeral(step, Event::PathChanged { user: *user, path, reason, clock_minutes });
        // Without the server nobody else says who is there.
        if !self.server.is_online() {
            let presence = self.shown_presence(user);
            let event = Event::PresenceChanged { user: *user, presence, status_text: None, last_seen: None };
            self.ephemeral(step, event);
        }
    }
}
