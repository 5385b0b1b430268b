//! The ciphertext of a staged message cannot be sent before the state is in place.

use conclave_crypto::session::{Envelope, Staged};

fn send(staged: Staged<Envelope>) -> Envelope {
    staged.output
}

fn main() {}
