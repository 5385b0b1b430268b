//! A message key is consumed by the first use.

use conclave_crypto::kdf::Label;
use conclave_crypto::seal::{MessageKey, open1, seal1};
use rand_core::CryptoRng;

fn twice<R: CryptoRng>(key: MessageKey, rng: &mut R) {
    let sealed = seal1(key, Label::DR_MSG, &[], b"one", rng);
    let _ = open1(key, Label::DR_MSG, &[], &sealed);
}

fn main() {}
