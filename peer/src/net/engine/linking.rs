//! Linking: one PEER stream per peer. While ours is being opened and has precedence, theirs is parked; while theirs
//! has precedence, ours is given up. What crosses all the same is decided by the rule of [`crate::net::race`].

use std::sync::Arc;

use conclave_crypto::keys::TransportPublic;
use libp2p::PeerId;
use libp2p::swarm::ConnectionId;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Engine, negotiated};
use crate::net::error::{OpenError, StreamError};
use crate::net::event::LinkId;
use crate::net::link::{self, Established, Running};
use crate::net::path::Path;
use crate::net::purpose::Purpose;
use crate::net::race::{Contender, Opener, replaces};
use crate::net::streams::{Connection, Opened};

/// An attempt to open a link; dropping it cuts the task.
pub(super) struct Attempt {
    number: u64,
    cut: CancellationToken,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.cut.cancel();
    }
}

/// The link that stands.
pub(super) struct Linked {
    link: LinkId,
    opener: Opener,
    connection: Connection,
    since: Instant,
    ending: bool,
    replaced: CancellationToken,
    /// Resolves when the link's last event has been told.
    done: oneshot::Receiver<()>,
}

impl Linked {
    pub(super) const fn stands(&self) -> bool {
        !self.ending
    }

    pub(super) fn is_relayed(&self) -> bool {
        self.connection.is_relayed()
    }

    /// The link, if it runs on this connection.
    pub(super) fn on(&self, connection: ConnectionId) -> Option<LinkId> {
        (self.connection.id == connection).then_some(self.link)
    }

    pub(super) const fn path(&self) -> Path {
        self.connection.path
    }

    fn contender(&self) -> Contender {
        Contender { opener: self.opener, direct: !self.is_relayed() }
    }
}

impl Engine {
    /// Opens a PEER stream on a standing connection.
    pub(super) fn start_attempt(&mut self, peer: TransportPublic, id: PeerId) {
        let stream = self.swarm.behaviour_mut().streams.open(id, Purpose::Peer);
        let attempt = self.attempt(peer, Opener::Us, negotiated(stream));
        self.peers.entry(peer).or_default().ours = Some(attempt);
    }

    pub(super) fn on_inbound_link(&mut self, peer: TransportPublic, opened: Opened) {
        let we_are_lower = self.us < peer;
        let state = self.peers.entry(peer).or_default();
        if state.ours.is_some() && we_are_lower {
            state.parked = Some(opened);
            return;
        }
        state.ours = None;
        self.take_theirs(peer, opened);
    }

    /// The newest of their attempts counts: they have given up the one before.
    fn take_theirs(&mut self, peer: TransportPublic, opened: Opened) {
        let attempt = self.attempt(peer, Opener::Them, core::future::ready(Ok(opened)));
        self.peers.entry(peer).or_default().theirs = Some(attempt);
    }

    fn attempt(
        &mut self,
        peer: TransportPublic,
        opener: Opener,
        stream: impl Future<Output = Result<Opened, OpenError>> + Send + 'static,
    ) -> Attempt {
        let number = self.number();
        let cut = self.shared.stop.child_token();
        tokio::spawn(link::open(Arc::clone(&self.shared), peer, opener, number, stream, cut.clone()));
        Attempt { number, cut }
    }

    pub(super) fn on_opened(
        &mut self,
        peer: TransportPublic,
        opener: Opener,
        attempt: u64,
        outcome: Result<Box<Established>, OpenError>,
    ) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let slot = match opener {
            Opener::Us => &mut state.ours,
            Opener::Them => &mut state.theirs,
        };
        if slot.take_if(|current| current.number == attempt).is_none() {
            return;
        }
        match outcome {
            Ok(established) => self.link(peer, opener, *established),
            Err(why) => {
                if let (Opener::Us, Some(parked)) = (opener, state.parked.take()) {
                    self.take_theirs(peer, parked);
                    return;
                }
                let fallback = core::mem::take(&mut state.fallback);
                let dead = why == OpenError::Stream(StreamError::Lost);
                if opener == Opener::Us && dead && state.wanted && !fallback.is_empty() {
                    self.start_dial(peer, fallback);
                } else {
                    self.settle(peer, why);
                }
            }
        }
    }

    fn link(&mut self, peer: TransportPublic, opener: Opener, established: Established) {
        let we_are_lower = self.us < peer;
        let link = LinkId(self.number());
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let new = Contender { opener, direct: !established.connection.is_relayed() };
        let stays =
            |old: &Linked| old.stands() && !replaces(new, old.contender(), old.since.elapsed(), we_are_lower);
        if let Some(old) = state.link.as_ref().filter(|link| stays(link)) {
            // They may have lost the old one without our knowing: then it does not answer, and their next try counts.
            let old = old.connection.id;
            if old != established.connection.id {
                self.probe(old);
            }
            return;
        }
        state.wanted = false;
        state.parked = None;
        let after = state.link.take().map(|old| {
            old.replaced.cancel();
            old.done
        });
        let replaced = CancellationToken::new();
        let (done, over) = oneshot::channel();
        state.link = Some(Linked {
            link,
            opener,
            connection: established.connection.clone(),
            since: Instant::now(),
            ending: false,
            replaced: replaced.clone(),
            done: over,
        });
        Running { link, peer, established, replaced, after, done }.start(&self.shared);
    }

    pub(super) fn on_ending(&mut self, peer: TransportPublic, link: LinkId) {
        let current = self.peers.get_mut(&peer).and_then(|state| state.link.as_mut());
        if let Some(linked) = current.filter(|linked| linked.link == link) {
            linked.ending = true;
        }
    }

    pub(super) fn on_ended(&mut self, peer: TransportPublic, link: LinkId) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        if state.link.take_if(|current| current.link == link).is_some() {
            self.settle(peer, OpenError::Stream(StreamError::Lost));
        }
    }
}
