//! A staged change is committed once.

use conclave_crypto::session::{Envelope, PeerSessions, Staged};

fn twice(staged: Staged<Envelope>, sessions: &mut PeerSessions) {
    let _ = staged.commit(sessions);
    let _ = staged.commit(sessions);
}

fn main() {}
