//! Handshake PX between two devices (PROTOCOL §2.4).

mod party;

pub use party::{KeyMismatch, LocalDevice, Party, PartyError};
