//! What is in a parcel cannot be had before its sender is proven, and an unverified party proves nobody.

use conclave_crypto::handshake::{LocalDevice, Party};
use conclave_crypto::parcel::{Opened, Unsealed};

fn read(unsealed: Unsealed) -> Vec<u8> {
    unsealed.payload
}

fn prove(unsealed: Unsealed, me: &LocalDevice, sender: &Party) -> Opened {
    unsealed.authenticate(me, sender).unwrap()
}

fn main() {}
