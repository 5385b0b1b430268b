//! The wire of Conclave: schema, frames, versions, limits and error codes.
//!
//! ```text
//! stream  = Opening each way, then frames            (one libp2p substream, protocol names in `protocol`)
//! frame   = len u32 ‖ kind u16 ‖ flags u8 ‖ body      len counts kind, flags and body; integers big-endian
//! flags   = bit 0: optional — a receiver that does not know the kind skips it; else it refuses the stream
//! ```
//!
//! Cryptographic objects travel inside as opaque bytes: this crate knows no socket, no disk and no key.

pub mod error_code;
pub mod frame;
pub mod limits;
pub mod protocol;
pub mod version;

/// Messages generated from `schema/*.proto`.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated code; the documentation is in the schema files"
)]
pub mod schema {
    include!(concat!(env!("OUT_DIR"), "/conclave.v1.rs"));
}

pub use error_code::ErrorCode;
pub use frame::{Frame, FrameError, FrameKind};
