//! The path in use to a peer (DESIGN §6): known to the core and shown to the person.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// How a peer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Path {
    /// A program on the same computer.
    Loopback,
    /// Directly, in a private or link-local network, or in the same one as this computer.
    Lan,
    /// Directly, over public addresses.
    Internet,
    /// Through the relay of the login server.
    Relayed,
}

/// The addresses of this computer: what has one of them is this computer, whatever kind of address it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Own(BTreeSet<IpAddr>);

impl Own {
    /// From the addresses listened on.
    pub(super) fn of<'a>(listening: impl IntoIterator<Item = &'a Multiaddr>) -> Self {
        Self(listening.into_iter().filter_map(ip).collect())
    }

    /// Whether there is any way out of this computer.
    pub(super) fn has_network(&self) -> bool {
        self.0.iter().any(|ip| !ip.is_loopback())
    }

    /// The path of a connection with this remote address.
    pub(super) fn path_of(&self, address: &Multiaddr) -> Path {
        if address.iter().any(|part| part == Protocol::P2pCircuit) {
            return Path::Relayed;
        }
        match ip(address) {
            Some(ip) if ip.is_loopback() || self.0.contains(&ip) => Path::Loopback,
            Some(ip) if is_private(ip) || self.is_neighbour(ip) => Path::Lan,
            _ => Path::Internet,
        }
    }

    // Computers of one IPv6 network share its first half. IPv4 has no such rule, and masks are not told to us.
    fn is_neighbour(&self, ip: IpAddr) -> bool {
        let IpAddr::V6(ip) = ip else { return false };
        let half = |ip: Ipv6Addr| ip.to_bits() >> 64;
        self.0
            .iter()
            .any(|own| matches!(own, IpAddr::V6(own) if !own.is_loopback() && half(*own) == half(ip)))
    }
}

/// The address of a host, if a multiaddr has one.
pub(super) fn ip(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        Protocol::Ip6(ip) => Some(ip.to_canonical()),
        _ => None,
    })
}

/// Whether a multiaddr is of this computer alone.
pub(super) fn is_loopback(address: &Multiaddr) -> bool {
    ip(address).is_some_and(|ip| ip.is_loopback())
}

const fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(own: &Own, cases: &[(&str, Path)]) {
        for (text, path) in cases {
            assert_eq!(own.path_of(&text.parse().unwrap()), *path, "{text}");
        }
    }

    #[test]
    fn paths_follow_the_address() {
        paths(
            &Own::default(),
            &[
                ("/ip4/127.0.0.1/tcp/1", Path::Loopback),
                ("/ip6/::1/udp/1/quic-v1", Path::Loopback),
                ("/ip4/192.168.1.9/tcp/1", Path::Lan),
                ("/ip6/fe80::1/tcp/1", Path::Lan),
                ("/ip6/::ffff:10.0.0.1/tcp/1", Path::Lan),
                ("/ip4/100.64.0.1/tcp/1", Path::Internet),
                ("/ip6/2001:db8::1/tcp/1", Path::Internet),
                ("/ip4/192.168.1.9/tcp/1/p2p-circuit", Path::Relayed),
            ],
        );
    }

    #[test]
    fn an_own_address_is_this_computer_and_an_ipv6_neighbour_is_near() {
        let listening: Vec<Multiaddr> = ["/ip4/203.0.113.9/tcp/1", "/ip6/2001:db8:0:7::5/udp/1/quic-v1"]
            .map(|text| text.parse().unwrap())
            .into();
        let own = Own::of(&listening);
        assert!(own.has_network() && !Own::of([&"/ip4/127.0.0.1/tcp/1".parse().unwrap()]).has_network());
        paths(
            &own,
            &[
                ("/ip4/203.0.113.9/tcp/4000", Path::Loopback),
                ("/ip4/203.0.113.10/tcp/4000", Path::Internet),
                ("/ip6/2001:db8:0:7::5/tcp/2", Path::Loopback),
                ("/ip6/2001:db8:0:7::6/tcp/2", Path::Lan),
                ("/ip6/2001:db8:0:8::6/tcp/2", Path::Internet),
            ],
        );
    }
}
