//! The network shell: everything that touches libp2p, and nothing that decides.
//!
//! ```text
//!  driver ──Net──► commands ──► engine (one task, owns the swarm) ──► streams (own behaviour)
//!    ▲                            │ starts, cuts                        │ direct connection first
//!    └────── NetEvent ◄── link tasks (one PEER stream per peer) ◄───────┘
//! ```
//!
//! DESIGN §6, PROTOCOL §2.3 and §2.9, frames in [`conclave_proto`]. TCP with Noise and Yamux, and QUIC; each transport
//! offers one security protocol. The first frames both ways are `Opening`; what follows is handed up as frames and
//! judged by the core, Hello first. No libp2p type leaves this module: peers are transport keys, addresses are binary
//! multiaddrs. A closed command channel is [`Stopped`].
//!
//! It does not know who a peer is: a connection proves a transport key, and the core says with [`Net::allow`] whose
//! link it has accepted. It dials directly first and through the relay of the own server beside that; a link that runs
//! through the relay moves to a direct connection, punched or dialled, as soon as there is one.

mod address;
mod behaviour;
mod candidates;
mod carrier;
mod config;
mod dial;
mod discovery;
mod engine;
mod error;
mod event;
mod frames;
mod handle;
mod link;
mod opening;
mod path;
mod probe;
mod purpose;
mod race;
mod report;
mod server;
mod shared;
mod stalling;
mod streams;
mod talk;
#[cfg(test)]
mod tests;
pub mod transfer;

pub use address::{BadAddress, address_from_text, address_to_text};
pub use config::{Clock, NetConfig, system_clock};
pub use dial::{AddressCause, AddressFailure};
pub use error::{LinkLoss, NetError, OpenError, SendError, Stopped, StreamError};
pub use event::{LinkId, NetEvent};
pub use handle::Net;
pub use path::Path;
pub use report::{NetReport, PeerReport};
pub use server::{ServerProtocol, ServerReceiver, ServerSender, ServerStream};
