//! What the core knows of one colleague while it runs; all of it comes back from records.

use conclave_crypto::plain::Ack;
use conclave_crypto::session::PeerSessions;

use super::gap::Gap;
use super::links::{Dial, Told};
use super::outbox::Outbox;
use super::parcels::Parcels;
use super::sessions::{Asking, PartNumbers};
use crate::model::Time;

/// Delivery to one person.
#[derive(Debug, Default)]
pub(super) struct Peer {
    /// What waits to be sent or acknowledged.
    pub(super) outbox: Outbox,
    /// What is left in the drop box.
    pub(super) parcels: Parcels,
    /// What subscribers know of the path.
    pub(super) path_told: Option<Told>,
    /// Efforts to reach the device.
    pub(super) dial: Dial,
    /// Loaded at first use.
    pub(super) sessions: Option<(PeerSessions, PartNumbers)>,
    /// A question for prekeys that is open.
    pub(super) asking: Option<Asking>,
    /// A batch with a received message is on its way to the disk, its acknowledgement beside it.
    pub(super) acking: bool,
    /// Durable here, not acknowledged yet for want of a link or a session.
    pub(super) acks: Vec<Ack>,
    /// Send a PROFILE_REQ once there is a session.
    pub(super) wants_profile: bool,
    /// They asked for my profile when there was no session to send it in.
    pub(super) owes_profile: bool,
    /// When a NUDGE was last sent in answer to something stale.
    pub(super) nudged: Time,
    /// One-time pairs given on request, and since when they are counted.
    pub(super) pairs_given: (u32, Time),
    /// A message of theirs could not be opened, and asks for another session.
    pub(super) unopened: bool,
    /// When I last told that I am writing, while I am.
    pub(super) typing_sent: Option<Time>,
    /// They are writing.
    pub(super) typing: bool,
    /// What an old copy of this profile, or of theirs, may lack.
    pub(super) gap: Gap,
    /// The restart limit was reached and told.
    pub(super) broken: bool,
}

impl Peer {
    /// The clock was set back: what was to come soon still comes soon.
    pub(super) fn set_back(&mut self, by: Time) {
        self.outbox.set_back(by);
        self.parcels.set_back(by);
        self.dial.set_back(by);
        if let Some(asking) = &mut self.asking {
            asking.set_back(by);
        }
        self.nudged = self.nudged.saturating_sub(by);
        self.typing_sent = self.typing_sent.map(|at| at.saturating_sub(by));
        self.gap.set_back(by);
        self.pairs_given.1 = self.pairs_given.1.saturating_sub(by);
    }
}
