//! `conclave_peer`: the engine of Conclave. Everything a client, bot or service needs; the desktop uses nothing else.

mod account;
mod api;
#[doc(hidden)]
mod computer;
pub mod core;
mod directory_stream;
mod disk;
mod doctor;
mod driver;
mod enrol;
mod entropy;
mod login;
mod media_type;
pub mod model;
#[doc(hidden)]
pub mod net;
mod network;
mod ordinary_file;
mod parcel_stream;
pub mod password;
#[doc(hidden)]
#[cfg(feature = "past")]
pub mod past;
mod picture;
#[doc(hidden)]
pub mod record;
pub mod rpc;
pub mod search;
mod shelf;
#[doc(hidden)]
pub mod store;
pub mod words;

pub use api::{
    Attached, Contact, ContactRequest, Conversation, Credentials, Event, Events, Message, Options, Outgoing,
    Output, Page, Peer, PeerBuilder, Received, Transfer, repl,
};
pub use conclave_crypto::password::Password;
pub use doctor::Include;
pub use media_type::media_type;
pub use model::{ErrorCode, Failure as Error};

/// What a call of the library comes to.
pub type Result<T> = std::result::Result<T, Error>;
