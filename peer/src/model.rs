//! Plain data of the public API, in the shapes of LIBRARY.md §3: what the desktop shows and the JSON-RPC twin
//! prints. No behaviour, no handles; ids print as lower-case hex, times are milliseconds UTC, sizes bytes.

mod account;
mod act;
mod answer;
mod call;
mod contact;
mod device;
mod directory_act;
mod event;
mod failure;
mod file;
mod message;
mod reason;
mod request;
mod settings;
mod status;
pub(crate) mod text;

pub use account::*;
pub use act::*;
pub use answer::*;
pub use call::*;
pub use contact::*;
pub use device::*;
pub use directory_act::*;
pub use event::*;
pub use failure::*;
pub use file::*;
pub use message::*;
pub use reason::*;
pub use request::*;
pub use settings::*;
pub use status::*;

pub use conclave_crypto::keys::{ConversationId, DeviceId, MessageId, RoomId, UserId};
pub use conclave_proto::ErrorCode;

/// Milliseconds UTC.
pub type Time = u64;
