//! The login server as the computers see it: sessions, presence, the log, prekeys for others.

use std::collections::VecDeque;

use bytes::Bytes;
use conclave_crypto::prekey::{OneTimeKey, SignedOneTime};
use conclave_proto::ErrorCode;

use super::{Happening, World};
use crate::core::Input;
use crate::core::effect::{Ask, RequestId};
use crate::core::input::{PersonPresence, ServerNews};
use crate::model::PresenceStatus;

#[derive(Default)]
pub(super) struct Prekeys {
    pub(super) bundle: Vec<u8>,
    pub(super) dh: VecDeque<Vec<u8>>,
    pub(super) kem: VecDeque<Vec<u8>>,
}

impl World {
    pub(in crate::core::tests) fn server(&mut self, up: bool) {
        if self.server_up == up {
            return;
        }
        self.server_up = up;
        for at in 0..self.nodes.len() {
            if up {
                self.log_in(at);
            } else {
                self.nodes[at].online = false;
                self.input(at, Input::Server(ServerNews::Offline { next_try_at: None }));
            }
        }
    }

    pub(super) fn log_in(&mut self, at: usize) {
        if self.nodes[at].core.is_none() {
            return;
        }
        self.nodes[at].online = true;
        let lease = self.org.lease(&self.nodes[at].person, self.now);
        let skew = -self.nodes[at].skew;
        self.input(at, Input::Server(ServerNews::Online { lease, clock_skew_ms: skew }));
        let people = (0..self.nodes.len()).map(|other| self.presence(other)).collect();
        self.input(at, Input::Server(ServerNews::Presence { snapshot: true, people }));
        self.announce(at);
        self.tell_parcels(at);
    }

    pub(super) fn log_out(&mut self, at: usize) {
        if self.nodes[at].online {
            self.nodes[at].online = false;
            self.announce(at);
        }
    }

    pub(super) fn announce(&mut self, at: usize) {
        let person = self.presence(at);
        for other in 0..self.nodes.len() {
            if other != at && self.nodes[other].online {
                let life = self.nodes[other].life;
                let news = ServerNews::Presence { snapshot: false, people: vec![person.clone()] };
                self.later(20, Happening::Server(other, life, news));
            }
        }
    }

    pub(super) fn presence(&self, at: usize) -> PersonPresence {
        let node = &self.nodes[at];
        PersonPresence {
            user: node.person.user,
            device: Some(node.person.device),
            status: if node.online { PresenceStatus::Available } else { PresenceStatus::Offline },
            text: String::new(),
            last_seen: self.now,
            addresses: vec![vec![at as u8]],
        }
    }

    /// The server's log has grown.
    pub(in crate::core::tests) fn push_leaves(&mut self) {
        for at in 0..self.nodes.len() {
            if self.nodes[at].online {
                let news = self.leaves(self.org.log.size().saturating_sub(3));
                self.input(at, Input::Server(news));
            }
        }
    }

    pub(super) fn leaves(&self, first: u64) -> ServerNews {
        let leaves = self.org.log.leaves_from(first).map(Bytes::copy_from_slice).collect();
        ServerNews::Leaves { first, leaves, checkpoint: self.org.note(self.now).into() }
    }

    pub(super) fn ask(&mut self, at: usize, request: RequestId, what: Ask) {
        if !self.nodes[at].online {
            return;
        }
        let device = self.nodes[at].person.device;
        let news = match what {
            Ask::Leaves { first } => self.leaves(first),
            Ask::Lease => ServerNews::Lease(self.org.lease(&self.nodes[at].person, self.now)),
            Ask::Presence { .. } => ServerNews::Done(request),
            Ask::PublishPrekeys { bundle, one_time } => {
                let org = *self.org.log.org();
                let kept = self.prekeys.entry(device).or_default();
                kept.bundle = bundle;
                for one in one_time {
                    match SignedOneTime::decode(&org, &one).unwrap().unverified().key {
                        OneTimeKey::Dh(_) => kept.dh.push_back(one),
                        OneTimeKey::Kem(_) => kept.kem.push_back(one),
                    }
                }
                ServerNews::PrekeyStock { dh: kept.dh.len() as u32, kem: kept.kem.len() as u32 }
            }
            Ask::Prekeys { device } => match self.prekeys.get_mut(&device) {
                Some(kept) if !kept.bundle.is_empty() => ServerNews::Prekeys {
                    request,
                    bundle: kept.bundle.clone().into(),
                    one_time_dh: kept.dh.pop_front().unwrap_or_default().into(),
                    one_time_kem: kept.kem.pop_front().unwrap_or_default().into(),
                },
                _ => ServerNews::Failed { request, code: ErrorCode::ApiNotFound },
            },
            what => return self.ask_drop_box(at, request, what),
        };
        let life = self.nodes[at].life;
        self.later(10, Happening::Server(at, life, news));
    }
}
