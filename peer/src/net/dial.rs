//! Why a dial failed, address by address, in words a person can act on.

use core::fmt;
use std::error::Error;
use std::io;

use libp2p::core::transport::TransportError;

/// Why one address did not lead to the peer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressCause {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    TimedOut,
    /// The name is not known, or cannot be looked up.
    UnknownHost,
    /// There is no way to that network.
    Unreachable,
    /// Something answers that has another key.
    WrongIdentity,
    /// Something answers that does not speak our transport, or ended the handshake.
    Handshake,
    /// A limit of this program.
    Limit,
    /// The relay of the login server does not have the peer: it is not connected to the server.
    NotAtRelay,
    /// The relay of the login server carries no more, or nothing.
    RelayRefused,
}

impl fmt::Display for AddressCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "nothing listens there",
            Self::TimedOut => "no answer in time",
            Self::UnknownHost => "the name is not known",
            Self::Unreachable => "no way to that network",
            Self::WrongIdentity => "another key answers",
            Self::Handshake => "no handshake",
            Self::Limit => "too many connections",
            Self::NotAtRelay => "not connected to the login server",
            Self::RelayRefused => "the login server does not relay it",
        })
    }
}

/// An address and why it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressFailure {
    /// The address as text, without the peer id.
    pub address: String,
    /// Why.
    pub cause: AddressCause,
}

impl fmt::Display for AddressFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.address, self.cause)
    }
}

/// The cause inside an error of the transport. Its layers wrap each other, so the chain is searched for the error of
/// the operating system first; what none of them types is known by its words.
pub(super) fn cause_of(error: &TransportError<io::Error>) -> AddressCause {
    let TransportError::Other(error) = error else { return AddressCause::Handshake };
    let mut words = String::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            match error.kind() {
                io::ErrorKind::ConnectionRefused => return AddressCause::Refused,
                io::ErrorKind::TimedOut => return AddressCause::TimedOut,
                io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                    return AddressCause::Unreachable;
                }
                _ => {}
            }
        }
        words.push_str(&error.to_string().to_lowercase());
        // An `io::Error` hides what it wraps from `source`.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    let has = |word: &str| words.contains(word);
    if has("no reservation for destination") || has("failed to connect to destination") {
        AddressCause::NotAtRelay
    } else if has("resource limit")
        || has("denied permission")
        || has("does not support the `/libp2p/circuit")
    {
        AddressCause::RelayRefused
    } else if has("refused") {
        AddressCause::Refused
    } else if has("resolve") || has("lookup") || has("dns") || has("no record") {
        AddressCause::UnknownHost
    } else if has("timed out") || has("timeout") {
        AddressCause::TimedOut
    } else if has("unreachable") {
        AddressCause::Unreachable
    } else {
        AddressCause::Handshake
    }
}
