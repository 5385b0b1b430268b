//! Circuits between people whose computers do not reach each other (DESIGN §6, BARS §4 "relay"): who may have one,
//! how much, and the figures an administrator sees.
//!
//! Only a device with a full session may reserve or open a circuit, and only while Policy says so. What passes is
//! sealed between the two ends; here it is only counted, per sending device, and slowed to the rate of the
//! configuration. Who talks to whom is in no figure.

mod bucket;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use conclave_crypto::keys::TransportPublic;
use libp2p::relay::{self, Event, RateLimiter};
use libp2p::{Multiaddr, PeerId};

pub(crate) use self::bucket::Use;
use crate::config;
use crate::shared::{Shared, transport_key};

/// Bytes of one circuit, both ways: the largest file of the default Policy (10 GiB) with its retries fits; a longer
/// life is a new circuit, which the ends open by themselves.
const CIRCUIT_BYTES: u64 = 16 << 30;
/// Circuits of one device: a leadership has tens of people, and only those who reach each other in no other way.
const CIRCUITS_PER_DEVICE: usize = 32;
/// Connections of one device that may hold a reservation: one, and one while it changes networks.
const RESERVATIONS_PER_DEVICE: usize = 1;
/// How long a reservation holds; clients renew it by themselves.
const RESERVATION: Duration = Duration::from_secs(3_600);
/// Reservations a device may ask for at once, and how soon there is another: a computer that moves between networks
/// asks a few times a minute.
const RESERVATIONS_AT_ONCE: NonZeroU32 = NonZeroU32::new(30).unwrap();
const RESERVATION_EVERY: Duration = Duration::from_secs(5);
/// Circuits a device may open at once, and how soon there is another.
const CIRCUITS_AT_ONCE: NonZeroU32 = NonZeroU32::new(60).unwrap();
const CIRCUIT_EVERY: Duration = Duration::from_secs(2);

/// What the relay of a running server knows.
pub(crate) struct Relay {
    config: config::Relay,
    /// Set once the server is whole; nobody is let in before.
    server: OnceLock<Weak<Shared>>,
    /// Whether Policy allowed circuits when last looked.
    on: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
    refused: AtomicU64,
    devices: Mutex<BTreeMap<PeerId, Device>>,
}

/// One device; dropped when it has neither a connection nor anything else.
#[derive(Debug, Default)]
struct Device {
    used: Weak<Use>,
    reserved: bool,
    circuits: usize,
}

/// What an administrator sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Whether Policy allows circuits.
    pub(crate) on: bool,
    /// Devices that can be reached through this server.
    pub(crate) reservations: usize,
    /// Circuits that stand.
    pub(crate) circuits: usize,
    /// Bytes carried since the start.
    pub(crate) bytes: u64,
    /// Requests refused since the start.
    pub(crate) refused: u64,
    /// Devices with a reservation or a circuit: circuits, and bytes sent over the connections that stand.
    pub(crate) devices: Vec<(TransportPublic, usize, u64)>,
}

impl Relay {
    pub(crate) fn new(config: config::Relay) -> Arc<Self> {
        Arc::new(Self {
            config,
            server: OnceLock::new(),
            on: Arc::new(AtomicBool::new(false)),
            bytes: Arc::default(),
            refused: AtomicU64::new(0),
            devices: Mutex::default(),
        })
    }

    /// From now on the sessions of this server are let in.
    pub(crate) fn open(&self, server: &Arc<Shared>) {
        // Set once by the one start of the server.
        let _ = self.server.set(Arc::downgrade(server));
        self.look();
    }

    /// The behaviour for the swarm, with every limit set on purpose.
    pub(crate) fn behaviour(self: &Arc<Self>, us: PeerId, limits: &config::Limits) -> relay::Behaviour {
        let connections = usize::try_from(limits.connections).unwrap_or(usize::MAX);
        let gate = || -> Box<dyn RateLimiter> {
            let relay = Arc::clone(self);
            Box::new(move |peer: PeerId, _: &Multiaddr, _: Instant| relay.admits(&peer))
        };
        let config = relay::Config {
            max_reservations: connections,
            max_reservations_per_peer: RESERVATIONS_PER_DEVICE,
            reservation_duration: RESERVATION,
            reservation_rate_limiters: vec![gate()],
            max_circuits: connections.saturating_mul(2),
            max_circuits_per_peer: CIRCUITS_PER_DEVICE,
            max_circuit_duration: self.config.max_duration,
            max_circuit_bytes: CIRCUIT_BYTES,
            circuit_src_rate_limiters: vec![gate()],
        };
        let config = config
            .reservation_rate_per_peer(RESERVATIONS_AT_ONCE, RESERVATION_EVERY)
            .circuit_src_per_peer(CIRCUITS_AT_ONCE, CIRCUIT_EVERY);
        let mut behaviour = relay::Behaviour::new(us, config);
        // By itself it waits for a confirmed address; whether it may be used is decided per request.
        behaviour.set_status(Some(relay::Status::Enable));
        behaviour
    }

    /// Whether this peer may have a circuit now.
    fn admits(&self, peer: &PeerId) -> bool {
        let Some(server) = self.server.get().and_then(Weak::upgrade) else { return false };
        let Some(key) = transport_key(peer) else { return false };
        let Some(session) = server.sessions.of(&key) else { return false };
        allowed(&server) && server.is_active(&session.name, &key) && !server.is_banned(&session.name, &key)
    }

    /// Looks at Policy again: circuits that stand carry nothing once it says no.
    pub(crate) fn look(&self) {
        let on = self.server.get().and_then(Weak::upgrade).is_some_and(|server| allowed(&server));
        self.on.store(on, Ordering::Relaxed);
    }

    /// What the circuits of a device share: its allowance and its count.
    pub(crate) fn user(&self, peer: PeerId) -> Arc<Use> {
        let mut devices = self.devices();
        devices.retain(|_, device| !device.is_idle());
        let device = devices.entry(peer).or_default();
        device.used.upgrade().unwrap_or_else(|| {
            let used =
                Arc::new(Use::new(self.config.per_user_rate, Arc::clone(&self.bytes), Arc::clone(&self.on)));
            device.used = Arc::downgrade(&used);
            used
        })
    }

    /// Keeps the figures.
    pub(crate) fn on_event(&self, event: &Event) {
        let mut devices = self.devices();
        match event {
            Event::ReservationReqAccepted { src_peer_id, .. } => {
                devices.entry(*src_peer_id).or_default().reserved = true;
            }
            Event::ReservationClosed { src_peer_id } | Event::ReservationTimedOut { src_peer_id } => {
                if let Some(device) = devices.get_mut(src_peer_id) {
                    device.reserved = false;
                }
            }
            Event::CircuitReqAccepted { src_peer_id, dst_peer_id } => {
                for peer in [src_peer_id, dst_peer_id] {
                    devices.entry(*peer).or_default().circuits += 1;
                }
            }
            Event::CircuitClosed { src_peer_id, dst_peer_id, .. } => {
                for peer in [src_peer_id, dst_peer_id] {
                    if let Some(device) = devices.get_mut(peer) {
                        device.circuits = device.circuits.saturating_sub(1);
                    }
                }
            }
            Event::ReservationReqDenied { .. } | Event::CircuitReqDenied { .. } => {
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
        devices.retain(|_, device| !device.is_idle());
    }

    /// Whether a device has a circuit now.
    pub(crate) fn carries(&self, key: &TransportPublic) -> bool {
        self.devices()
            .iter()
            .any(|(peer, device)| device.circuits > 0 && transport_key(peer).as_ref() == Some(key))
    }

    /// Bytes that a device has sent to this server and got from it, on the connections that stand.
    pub(crate) fn traffic(&self, key: &TransportPublic) -> (u64, u64) {
        let devices = self.devices();
        let own = devices.iter().find(|(peer, _)| transport_key(peer).as_ref() == Some(key));
        own.and_then(|(_, device)| device.used.upgrade()).map_or((0, 0), |used| used.traffic())
    }

    /// The figures now.
    pub(crate) fn figures(&self) -> Figures {
        let devices = self.devices();
        let rows = devices.iter().filter(|(_, device)| device.reserved || device.circuits > 0);
        Figures {
            on: self.on.load(Ordering::Relaxed),
            reservations: devices.values().filter(|device| device.reserved).count(),
            circuits: devices.values().map(|device| device.circuits).sum::<usize>() / 2,
            bytes: self.bytes.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            devices: rows
                .filter_map(|(peer, device)| {
                    let sent = device.used.upgrade().map_or(0, |used| used.bytes());
                    Some((transport_key(peer)?, device.circuits, sent))
                })
                .collect(),
        }
    }

    fn devices(&self) -> MutexGuard<'_, BTreeMap<PeerId, Device>> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device {
    fn is_idle(&self) -> bool {
        self.used.strong_count() == 0 && !self.reserved && self.circuits == 0
    }
}

fn allowed(server: &Shared) -> bool {
    server.log.read().policy().is_some_and(|policy| policy.relay)
}
