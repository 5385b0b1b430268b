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

/// What subscribers were last told.
pub(in crate::core) type Told = (Path, Option<String>);

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
    pub(in crate::core) fn path_of(&self, user: &UserId) -> (Path, Option<String>, Time) {
        if let Some(link) = self.link_to(user).and_then(|link| self.links.by_id.get(&link)) {
            return (link.path, None, link.since);
        }
        // A link that moves is gone for a moment only.
        if self.timers.is_set(Timer::Path(*user))
            && let Some((path, None)) = self.peers.get(user).and_then(|peer| peer.path_told.clone())
        {
            return (path, None, self.person(user).met);
        }
        let why = match self.stopped(user) {
            Some(code) => code.text(),
            None => self.wait_reason(user, self.peers.get(user).map(|peer| &peer.dial)).text(),
        };
        (Path::Waiting, Some(why.to_owned()), self.person(user).met)
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
        let (path, reason, since) = self.path_of(user);
        let link = self.link_to(user).and_then(|link| self.links.by_id.get(&link));
        Answer::Path { path, reason, rtt_ms: link.and_then(|link| link.rtt_ms), since }
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
            let (path, reason, _) = self.path_of(user);
            let told = self.peers.get(user).and_then(|peer| peer.path_told.as_ref());
            if told != Some(&(path, reason)) {
                self.timers.sooner(Timer::Path(*user), step.now + SETTLE);
            }
        } else {
            self.timers.clear(Timer::Path(*user));
            self.path_due(step, user);
        }
    }

    /// The path has settled.
    pub(in crate::core) fn path_due(&mut self, step: &mut Step<'_>, user: &UserId) {
        let (path, reason, _) = self.path_of(user);
        let peer = self.peers.entry(*user).or_default();
        if peer.path_told.as_ref() == Some(&(path, reason.clone())) {
            return;
        }
        peer.path_told = Some((path, reason.clone()));
        self.ephemeral(step, Event::PathChanged { user: *user, path, reason });
    }
}
