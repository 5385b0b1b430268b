//! A party and a bundle that nobody verified cannot reach the handshake.

use conclave_crypto::handshake::{LocalDevice, Party};
use conclave_crypto::prekey::{PrekeyBundle, SignedBundle};
use conclave_crypto::session::{PeerSessions, Start};
use rand_core::CryptoRng;

fn start<R: CryptoRng>(
    sessions: &PeerSessions,
    me: &LocalDevice,
    peer: &Party,
    signed: &SignedBundle,
    rng: &mut R,
) {
    let bundle: &PrekeyBundle = signed.unverified();
    let _ = sessions.start(me, peer, bundle, None, Start::First, 0, rng);
}

fn main() {}
