//! Listening: every address of the configuration, with its real port, or the reason why not.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use libp2p::core::transport::ListenerId;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Swarm};
use tokio::time::Instant;

use super::ServeError;
use crate::net::Behaviour;

/// How long the address of a listener may take to be known.
const LISTEN: Duration = Duration::from_secs(5);

pub(super) async fn listen(
    swarm: &mut Swarm<Behaviour>,
    addresses: &[Multiaddr],
) -> Result<Vec<Multiaddr>, ServeError> {
    let failed =
        |address: &Multiaddr, reason: String| ServeError::Listen { address: address.to_string(), reason };
    let mut waiting: BTreeMap<String, (ListenerId, Multiaddr)> = BTreeMap::new();
    for address in addresses {
        let id = swarm.listen_on(address.clone()).map_err(|error| failed(address, reason(&error)))?;
        waiting.insert(id.to_string(), (id, address.clone()));
    }
    let mut bound = Vec::new();
    let deadline = Instant::now() + LISTEN;
    while let Some((_, first)) = waiting.values().next().cloned() {
        let event = tokio::time::timeout_at(deadline, swarm.select_next_some())
            .await
            .map_err(|_| failed(&first, "it took too long".into()))?;
        match event {
            SwarmEvent::NewListenAddr { listener_id, address } => {
                bound.push(address);
                waiting.remove(&listener_id.to_string());
            }
            SwarmEvent::ListenerClosed { listener_id, reason: why, .. } => {
                let address =
                    waiting.get(&listener_id.to_string()).map_or(first, |(_, address)| address.clone());
                return Err(failed(
                    &address,
                    why.err().map_or_else(|| "it was closed".into(), |error| error.to_string()),
                ));
            }
            SwarmEvent::ListenerError { error, .. } => return Err(failed(&first, error.to_string())),
            _ => {}
        }
    }
    Ok(bound)
}

/// The innermost cause, which is what the system said.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
