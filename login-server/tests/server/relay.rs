//! Reservations and circuits: for logged-in devices, while Policy allows them.

use std::time::Duration;

use conclave_crypto::keys::TransportSecret;
use conclave_crypto::secret::Secret;
use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::{Swarm, SwarmBuilder, noise, relay, tcp, yamux};
use login_server::EnrolmentMode;
use serde_json::json;
use tokio::time::timeout;

use crate::person::Person;
use crate::rig::Rig;

const PATIENCE: Duration = Duration::from_secs(30);

/// A client of a relay and of nothing else.
fn client(key: &TransportSecret) -> Swarm<relay::client::Behaviour> {
    SwarmBuilder::with_existing_identity(Keypair::ed25519_from_bytes(*key.seed().expose()).unwrap())
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_relay_client(noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_, relay| relay)
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
        .build()
}

/// Asks for a reservation; whether there is one.
async fn reserves(swarm: &mut Swarm<relay::client::Behaviour>, rig: &Rig) -> bool {
    let server = rig.address(false).clone().with(Protocol::P2p(rig.bound.peer));
    let listener = swarm.listen_on(server.with(Protocol::P2pCircuit)).unwrap();
    loop {
        match timeout(PATIENCE, swarm.select_next_some()).await.unwrap() {
            SwarmEvent::Behaviour(relay::client::Event::ReservationReqAccepted { .. }) => return true,
            SwarmEvent::ListenerClosed { listener_id, .. } if listener_id == listener => return false,
            _ => {}
        }
    }
}

async fn shown(rig: &Rig, figure: &str) -> serde_json::Value {
    rig.admin(json!({ "op": "relay_show" })).await["ok"][figure].clone()
}

#[tokio::test]
async fn a_stranger_gets_no_reservation_and_is_counted() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let mut stranger = client(&TransportSecret::from_seed(Secret::new([7; 32])));
    assert!(!reserves(&mut stranger, &rig).await);
    assert_eq!(shown(&rig, "reservations").await, 0);
    assert_eq!(shown(&rig, "refused").await, 1);
    assert_eq!(shown(&rig, "on").await, true);
}

#[tokio::test]
async fn a_device_has_a_reservation_while_it_is_logged_in() {
    let rig = Rig::start(EnrolmentMode::Grant).await;
    let (person, net, _desk) = Person::enrol(&rig, "ada", "zebra quilt canyon").await;
    let mut device = client(&person.device.tpk);
    assert!(reserves(&mut device, &rig).await);
    assert_eq!(shown(&rig, "reservations").await, 1);
    let session = rig.admin(json!({ "op": "session_list", "user": "ada" })).await;
    let id = session["ok"]["sessions"][0]["id"].as_str().unwrap().to_owned();
    rig.admin(json!({ "op": "session_end", "id": id })).await;
    net.closed().await;
    // The session has gone, so the next reservation is refused, on whichever connection.
    let mut again = client(&person.device.tpk);
    assert!(!reserves(&mut again, &rig).await);
}
