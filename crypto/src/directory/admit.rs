//! Whether a peer's Hello is accepted (PROTOCOL §2.3, Hello).
//!
//! ```text
//! accept iff  tpk of the device's certificate in MY fold = the PeerId's key   (the transport has proven it)
//!        and  the device is active  and  devcert_hash matches
//!        and  (the lease holds  or  grace: the server is out of my reach, my newest head ≤ grace_s old)
//! ```

use thiserror::Error;

use super::fold::CLOCK_TOLERANCE;
use super::{Directory, Policy};
use crate::handshake::Party;
use crate::hello::Hello;
use crate::keys::{TransportPublic, UserId};
use crate::lease::Lease;
use crate::verified::Verified;

/// What the verifier itself knows: freshness is its own view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Now, ms UTC.
    pub now: u64,
    /// Whether the server can be reached from here.
    pub server_reachable: bool,
    /// When the newest verified head was signed, ms UTC; none: there is no grace.
    pub head_time: Option<u64>,
}

/// Why the peer may talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grounds {
    /// Its lease, until this time, ms UTC.
    Lease {
        /// End of the lease.
        not_after: u64,
    },
    /// The server is away and the head is young enough, until this time, ms UTC.
    Grace {
        /// End of the grace.
        until: u64,
    },
}

/// An accepted peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The account.
    pub user_id: UserId,
    /// The device.
    pub party: Verified<Party>,
    /// Why.
    pub grounds: Grounds,
}

/// Why a peer is refused. All look alike on the wire; this is for the log at this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotAdmitted {
    /// Not in its user's list, or banned, or another user's.
    #[error("the device is not an active device of that user")]
    NotActive,
    /// The connection is with another PeerId.
    #[error("the device's transport key is not the one of the connection")]
    OtherPeer,
    /// The hash of the certificate is another.
    #[error("the certificate hash is another")]
    Certificate,
    /// Neither lease nor grace.
    #[error("there is no valid lease and no grace")]
    NoLease,
}

impl Directory {
    /// The view with the newest head adopted here.
    #[must_use]
    pub fn view(&self, now: u64, server_reachable: bool) -> View {
        View { now, server_reachable, head_time: self.head().map(super::Checkpoint::time_ms) }
    }

    /// Judges a Hello from the peer whose PeerId has the key `peer`.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn admit(&self, hello: &Hello, peer: &TransportPublic, view: &View) -> Result<Admitted, NotAdmitted> {
        let party = self.party(&hello.device_id).ok_or(NotAdmitted::NotActive)?;
        if party.user_id != hello.user_id {
            return Err(NotAdmitted::NotActive);
        }
        if party.tpk != *peer {
            return Err(NotAdmitted::OtherPeer);
        }
        if party.devcert_hash != hello.devcert_hash {
            return Err(NotAdmitted::Certificate);
        }
        let policy = self.policy().ok_or(NotAdmitted::NoLease)?;
        let grounds = self
            .lease_grounds(hello, policy, view)
            .or_else(|| grace_grounds(policy, view))
            .ok_or(NotAdmitted::NoLease)?;
        Ok(Admitted { user_id: party.user_id, party, grounds })
    }

    fn lease_grounds(&self, hello: &Hello, policy: &Policy, view: &View) -> Option<Grounds> {
        let lease = Lease::parse(self.org(), &hello.lease).ok()?;
        let said = lease.lease();
        let same = said.user_id == hello.user_id
            && said.device_id == hello.device_id
            && said.devcert_hash == hello.devcert_hash;
        let life = said.not_after.checked_sub(said.issued)?;
        let longest = u64::from(policy.lease_ttl_s).saturating_mul(1000);
        let timed = 0 < life
            && life <= longest
            && said.issued.saturating_sub(CLOCK_TOLERANCE) <= view.now
            && view.now <= said.not_after;
        let signed =
            self.server_keys().iter().any(|key| key.covers(said.issued) && lease.verify(&key.key).is_ok());
        (same && timed && signed).then_some(Grounds::Lease { not_after: said.not_after })
    }
}

fn grace_grounds(policy: &Policy, view: &View) -> Option<Grounds> {
    if view.server_reachable {
        return None;
    }
    let until = view.head_time?.saturating_add(u64::from(policy.grace_s).saturating_mul(1000));
    (view.now <= until).then_some(Grounds::Grace { until })
}
