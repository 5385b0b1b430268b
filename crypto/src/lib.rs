//! Cryptography of Conclave: keys, handshake, ratchet, directory log, vault and login (PROTOCOL).
//!
//! **The composition has not been audited.** Its primitives are standard; the whole is not reviewed by others.
//!
//! No I/O, no async, no clock, no generator of its own: time and randomness are arguments. One module
//! ([`primitives`]) names the primitive crates; another (`login`) the older generation that OPAQUE needs.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod certificate;
pub mod crockford;
pub mod directory;
pub mod encoding;
pub mod error;
pub mod file;
pub mod fingerprint;
pub mod handshake;
pub mod hello;
pub mod invite;
pub mod kdf;
pub mod keys;
pub mod lease;
pub mod link;
pub mod login;
pub mod padding;
pub mod parcel;
pub mod password;
pub mod plain;
pub mod prekey;
pub mod primitives;
mod ratchet;
pub mod reset;
pub mod safety_number;
pub mod seal;
pub mod secret;
pub mod session;
pub mod uik_backup;
pub mod username;
pub mod vault;
pub mod verified;
