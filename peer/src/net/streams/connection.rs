//! One connection of a peer, and which of several is used.

use libp2p::core::Endpoint;
use libp2p::core::connection::ConnectedPoint;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::net::path::Path;

/// One connection of a peer.
#[derive(Debug, Clone)]
pub(in crate::net) struct Connection {
    pub(in crate::net) id: ConnectionId,
    pub(in crate::net) address: Multiaddr,
    pub(in crate::net) path: Path,
    pub(in crate::net) since: Instant,
    /// Cancelled when the connection closes.
    pub(in crate::net) closed: CancellationToken,
    /// Opened by the side with the lower key. Both sides agree on this, whoever dialled.
    by_lower: bool,
    pub(super) retired: bool,
}

impl Connection {
    pub(super) fn new(
        id: ConnectionId,
        us: &PeerId,
        peer: &PeerId,
        endpoint: &ConnectedPoint,
        path: Path,
    ) -> Self {
        // Two that punch a hole both dial; the one that takes the listener's part says so.
        let ours = matches!(endpoint, ConnectedPoint::Dialer { role_override: Endpoint::Dialer, .. });
        Self {
            id,
            address: endpoint.get_remote_address().clone(),
            path,
            since: Instant::now(),
            closed: CancellationToken::new(),
            by_lower: ours == (us < peer),
            retired: false,
        }
    }

    pub(in crate::net) fn is_relayed(&self) -> bool {
        self.path == Path::Relayed
    }

    /// Whether it has not been given up.
    pub(in crate::net) const fn is_usable(&self) -> bool {
        !self.retired
    }
}

/// The connection to use: a direct one; of several the one that the side with the lower key opened, so that both
/// sides use the same; of several of those the newest.
pub(super) fn best(connections: &[Connection]) -> Option<&Connection> {
    let usable = connections.iter().enumerate().filter(|(_, connection)| connection.is_usable());
    let rank =
        |(age, connection): &(usize, &Connection)| (!connection.is_relayed(), connection.by_lower, *age);
    usable.max_by_key(rank).map(|(_, connection)| connection)
}

#[cfg(test)]
mod tests {
    use libp2p::core::transport::PortUse;

    use super::*;

    fn peers() -> (PeerId, PeerId) {
        let one = PeerId::random();
        let two = PeerId::random();
        (one.min(two), one.max(two))
    }

    fn dialled(role_override: Endpoint) -> ConnectedPoint {
        let address = "/ip4/192.0.2.1/tcp/1".parse().unwrap();
        ConnectedPoint::Dialer { address, role_override, port_use: PortUse::Reuse }
    }

    fn taken() -> ConnectedPoint {
        let address: Multiaddr = "/ip4/192.0.2.1/tcp/1".parse().unwrap();
        ConnectedPoint::Listener { local_addr: address.clone(), send_back_addr: address }
    }

    fn of(us: &PeerId, peer: &PeerId, id: usize, endpoint: &ConnectedPoint, path: Path) -> Connection {
        Connection::new(ConnectionId::new_unchecked(id), us, peer, endpoint, path)
    }

    #[test]
    fn both_sides_use_the_same_of_two_that_crossed() {
        let (low, high) = peers();
        // Connection 1 was dialled by the low side, connection 2 by the high side; either may be seen first.
        let at_low = |order: [usize; 2]| {
            order.map(|id| match id {
                1 => of(&low, &high, 1, &dialled(Endpoint::Dialer), Path::Internet),
                _ => of(&low, &high, 2, &taken(), Path::Internet),
            })
        };
        let at_high = |order: [usize; 2]| {
            order.map(|id| match id {
                1 => of(&high, &low, 1, &taken(), Path::Internet),
                _ => of(&high, &low, 2, &dialled(Endpoint::Dialer), Path::Internet),
            })
        };
        for order in [[1, 2], [2, 1]] {
            assert_eq!(best(&at_low(order)).unwrap().id, ConnectionId::new_unchecked(1));
            assert_eq!(best(&at_high(order)).unwrap().id, ConnectionId::new_unchecked(1));
        }
        // Punched: both dial, and one takes the listener's part.
        let low_listens = of(&low, &high, 1, &dialled(Endpoint::Listener), Path::Internet);
        let high_dials = of(&high, &low, 1, &dialled(Endpoint::Dialer), Path::Internet);
        assert_eq!(low_listens.by_lower, high_dials.by_lower);
    }

    #[test]
    fn a_direct_connection_is_used_before_a_relayed_one() {
        let (low, high) = peers();
        let relayed = of(&low, &high, 1, &dialled(Endpoint::Dialer), Path::Relayed);
        let mut direct = of(&low, &high, 2, &taken(), Path::Lan);
        assert_eq!(best(&[relayed.clone(), direct.clone()]).unwrap().id, direct.id);
        assert_eq!(best(&[direct.clone(), relayed.clone()]).unwrap().id, direct.id);
        direct.retired = true;
        assert_eq!(best(&[relayed.clone(), direct]).unwrap().id, relayed.id);
    }
}
