//! The path to a person, as it is shown (UI §3.D).

use conclave_crypto::keys::UserId;

use crate::core::Core;
use crate::core::gate::Step;
use crate::model::{Answer, Event, Path, PeerCounts, Time};
use crate::record::Read;

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
        let why = match self.stopped(user) {
            Some(code) => code.text().to_owned(),
            None => match self.peers.get(user).map(|peer| peer.dial.why.as_str()) {
                Some(why) if !why.is_empty() => why.to_owned(),
                _ if self.is_online(user) => "connecting".to_owned(),
                _ => "offline".to_owned(),
            },
        };
        (Path::Waiting, Some(why), self.person(user).met)
    }

    /// `path.get`.
    pub(in crate::core) fn path_get(&self, user: &UserId) -> Answer {
        let (path, reason, since) = self.path_of(user);
        Answer::Path { path, reason, rtt_ms: None, since }
    }

    pub(super) fn tell_path(&self, step: &mut Step<'_>, user: &UserId) {
        let (path, reason, _) = self.path_of(user);
        self.ephemeral(step, Event::PathChanged { user: *user, path, reason });
    }
}
