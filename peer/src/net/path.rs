//! The path in use to a peer (DESIGN §6): known to the core and shown to the person.

use std::net::IpAddr;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// How a peer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Path {
    /// A program on the same computer.
    Loopback,
    /// Directly, in a private or link-local network.
    Lan,
    /// Directly, over public addresses.
    Internet,
    /// Through the relay of the login server.
    Relayed,
}

/// The path of a connection with this remote address.
pub(super) fn path_of(address: &Multiaddr) -> Path {
    let mut path = Path::Internet;
    for part in address {
        match part {
            Protocol::P2pCircuit => return Path::Relayed,
            Protocol::Ip4(ip) => path = of_ip(IpAddr::V4(ip)),
            Protocol::Ip6(ip) => path = of_ip(ip.to_canonical()),
            _ => {}
        }
    }
    path
}

const fn of_ip(ip: IpAddr) -> Path {
    let local = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    if ip.is_loopback() {
        Path::Loopback
    } else if local {
        Path::Lan
    } else {
        Path::Internet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_the_address() {
        for (text, path) in [
            ("/ip4/127.0.0.1/tcp/1", Path::Loopback),
            ("/ip6/::1/udp/1/quic-v1", Path::Loopback),
            ("/ip4/192.168.1.9/tcp/1", Path::Lan),
            ("/ip6/fe80::1/tcp/1", Path::Lan),
            ("/ip6/::ffff:10.0.0.1/tcp/1", Path::Lan),
            ("/ip4/100.64.0.1/tcp/1", Path::Internet),
            ("/ip6/2001:db8::1/tcp/1", Path::Internet),
            ("/ip4/192.168.1.9/tcp/1/p2p-circuit", Path::Relayed),
        ] {
            assert_eq!(path_of(&text.parse().unwrap()), path, "{text}");
        }
    }
}
