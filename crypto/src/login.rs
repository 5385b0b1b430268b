//! Login by OPAQUE-3DH (PROTOCOL §2.11, RFC 9807): the server never sees the password, nor anything it could be
//! guessed from without an Argon2id each.
//!
//! ```text
//! registration   Registering::start ─ request ─►  LoginServer::register      one step each, consumed;
//!                Registering::finish ─ upload ─►  LoginRecord::parse          a wrong order does not compile
//! login          LoggingIn::start ─ ke1 ─►        LoginServer::start
//!                LoggingIn::finish ◄─ ke2 ──      │
//!                SessionKey ── ke3 ─►             Challenged::finish ─► SessionKey
//! channel        ChannelKeys = KDF(Ext(org_id, session_key), "login c" | "login s", client PeerId ‖ server_tpk, 32)
//! ```
//!
//! ristretto255-SHA512, our own key stretching ([`stretch`]), credential and client identifier = the lower-case user
//! name, server identifier = org_id, context = `lab("opaque", "")`. Only this module names `opaque-ke` and the older
//! generation of crates it stands on; none of their types is public. Every failure is the one opaque [`Refused`].
//!
//! What it does not do: second factors, lock-outs, leases and timing of answers, which are the server's.

mod channel;
mod client;
mod frame;
mod name;
mod server;
mod suite;

pub use channel::{ChannelKeys, Confirm, Factor, LoginResult, Payload, Proof, SealedFrame, SessionKey};
pub use client::{LoggedIn, LoggingIn, Registering};
pub use frame::{LoginFrame, RecordChoice};
pub use name::LoginName;
pub use server::{Challenged, LoginRecord, LoginServer};
pub use suite::stretch;

use thiserror::Error;

/// The one failure of a login: wrong password, unknown name, altered message, all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the login was refused")]
pub struct Refused;
