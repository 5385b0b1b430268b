//! Only this crate says that something is verified.

use conclave_crypto::handshake::Party;
use conclave_crypto::verified::Verified;

fn pretend(party: Party) -> Verified<Party> {
    Verified::new(party)
}

fn main() {}
