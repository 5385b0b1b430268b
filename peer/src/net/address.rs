//! Addresses and peers at the border to libp2p: binary multiaddrs outside, `Multiaddr` inside; a transport key outside,
//! a `PeerId` inside (PROTOCOL §2.2: the PeerId *is* the TPK, as an identity multihash).

use conclave_crypto::keys::TransportPublic;
use libp2p::identity::{PublicKey, ed25519};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use thiserror::Error;

/// An address that cannot be dialled or listened on by this program.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not an address of the form /ip4|ip6|dns/…/tcp/… or …/udp/…/quic-v1: {0}")]
pub struct BadAddress(String);

/// The binary form of an address written as text, such as `/dns/chat.example.org/tcp/7400`.
///
/// # Errors
/// [`BadAddress`].
pub fn address_from_text(text: &str) -> Result<Vec<u8>, BadAddress> {
    Ok(listen_address(text)?.to_vec())
}

/// The text of a binary address, for display; `None` when it is not a multiaddr.
#[must_use]
pub fn address_to_text(bytes: &[u8]) -> Option<String> {
    Multiaddr::try_from(bytes.to_vec()).ok().map(|address| address.to_string())
}

/// An address of a configuration.
pub(super) fn listen_address(text: &str) -> Result<Multiaddr, BadAddress> {
    let address: Multiaddr = text.parse().map_err(|_| BadAddress(text.to_owned()))?;
    dialable(&address).ok_or_else(|| BadAddress(text.to_owned()))
}

/// A binary address from a colleague or the server, without its peer id; `None` when this program does not dial such.
pub(super) fn parse(bytes: &[u8]) -> Option<Multiaddr> {
    dialable(&Multiaddr::try_from(bytes.to_vec()).ok()?)
}

/// The address without its peer id, when it is plain TCP or QUIC.
pub(super) fn dialable(address: &Multiaddr) -> Option<Multiaddr> {
    let address = without_peer(address);
    let mut parts = address.iter();
    let host = matches!(
        parts.next()?,
        Protocol::Ip4(_) | Protocol::Ip6(_) | Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)
    );
    let carried = match parts.next()? {
        Protocol::Tcp(_) => true,
        Protocol::Udp(_) => matches!(parts.next()?, Protocol::QuicV1),
        _ => false,
    };
    (host && carried && parts.next().is_none()).then_some(address)
}

/// The address with a trailing `/p2p/…` cut off.
pub(super) fn without_peer(address: &Multiaddr) -> Multiaddr {
    address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect()
}

/// The peer of a transport key; `None` is impossible for a checked key and refused like an unknown peer.
pub(super) fn peer_of(key: &TransportPublic) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(key.as_bytes()).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

/// The transport key of a peer; `None` for a peer whose key is of another kind or weak.
pub(super) fn key_of(peer: &PeerId) -> Option<TransportPublic> {
    let key = PublicKey::try_decode_protobuf(peer.as_ref().digest()).ok()?;
    TransportPublic::from_bytes(key.try_into_ed25519().ok()?.to_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_its_transport_key() {
        let keys = libp2p::identity::Keypair::generate_ed25519();
        let peer = keys.public().to_peer_id();
        let key = key_of(&peer).unwrap();
        assert_eq!(peer_of(&key), Some(peer));
    }

    #[test]
    fn only_plain_tcp_and_quic_are_dialled() {
        for good in ["/ip4/1.2.3.4/tcp/1", "/ip6/::1/udp/9/quic-v1", "/dns/a.example/tcp/7400"] {
            let bytes = address_from_text(good).unwrap();
            assert_eq!(address_to_text(&bytes).as_deref(), Some(good));
            assert!(parse(&bytes).is_some());
        }
        for bad in
            ["/ip4/1.2.3.4", "/ip4/1.2.3.4/udp/1", "/ip4/1.2.3.4/tcp/1/ws", "/memory/1", "nonsense", ""]
        {
            assert!(address_from_text(bad).is_err(), "{bad}");
        }
        assert!(parse(b"\xff\xff").is_none());
    }

    #[test]
    fn the_peer_id_of_an_address_is_cut_off() {
        let peer = libp2p::identity::Keypair::generate_ed25519().public().to_peer_id();
        let address: Multiaddr = format!("/ip4/1.2.3.4/tcp/1/p2p/{peer}").parse().unwrap();
        assert_eq!(dialable(&address).unwrap().to_string(), "/ip4/1.2.3.4/tcp/1");
    }
}
