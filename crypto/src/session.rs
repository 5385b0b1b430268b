//! All sessions with one peer device: which is active, which opens a message, when to restart (PROTOCOL §2.6).
//!
//! ```text
//! Env  = msg_id[16] ‖ reset_time u64 (of their session) ‖ wire bytes32
//! rank = (reset_time, th): the highest reset_time is active, ties go to the smallest th
//! ```
//!
//! **Effects in order.** Every call that changes something takes `&self` and returns a [`Staged`] value. Its output is
//! out of reach until [`Staged::commit`] has put the new state in place. The caller then writes
//! [`PeerSessions::take_changes`] and the output (ciphertext, or plaintext and acknowledgement) in **one** durable
//! batch, and only after it sends or shows. A refused message changes nothing and draws nothing.
//!
//! **What is written.** The state is kept as named parts, so that a message does not rewrite all of it:
//!
//! | [`PartKey`] | holds | size | changes |
//! |---|---|---|---|
//! | `Peer` | last_reset, accepted EKs, restart times, list of sessions | 0.1 KB + 32 per handshake | handshake, restart |
//! | `Session` | keys, counters, table of 8 chains | 3 to 5 KB | every message |
//! | `Block` | 64 numbers of one receiving chain: opened ids, stored keys | ≤ 1.3 KB, with stored keys ≤ 2.3 KB | every opened message |
//!
//! [`PeerSessions::encode`] is all parts in one string. The caller seals what it writes.
//!
//! **What it does not do.** Whether a msg_id was ever opened from that user is the caller's record, asked before
//! [`PeerSessions::decrypt`]: here a duplicate is only seen within the chains that are remembered. It does not know
//! bans, the directory or the network.

mod envelope;
mod one;
mod opening;
mod peer;
mod restart;
mod staged;
mod store;

pub use crate::ratchet::{Anomaly, EncryptError};
pub use envelope::{Envelope, MAX_WIRE};
pub use one::{Rank, SessionId};
pub use opening::{Consumed, Opened, Refused};
pub use peer::{ACK_EVERY, PeerSessions, SILENCE_MESSAGES, SILENCE_TIME, SessionDetails, Start, Started};
pub use restart::{RestartCause, RestartDecision, RestartPermit};
pub use staged::{Staged, Superseded};
pub use store::{Part, PartKey};
