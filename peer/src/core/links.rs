//! Links to colleagues: Hello, what may be said before it is accepted, dialling (PROTOCOL §2.3, Hello; DESIGN §4).
//!
//! ```text
//! LinkUp ─► HELLO both ways ─► admitted by my own fold? ──no──► behind their log? ask leaves, judge again : close
//!                                    │ yes
//!              outbox, receipts, profiles, files; leaves when their log is shorter or longer; what they said meanwhile
//! ```

mod dial;
mod early;
mod frames;
mod hello;
mod path;
mod ways;

use std::collections::BTreeMap;

use conclave_crypto::handshake::SUITE;
use conclave_crypto::hello::Hello;
use conclave_crypto::keys::{TransportPublic, UserId};
use conclave_proto::limits::STEP_TIMEOUT;
use conclave_proto::{Frame, FrameKind};

pub(super) use self::dial::Dial;
use self::early::Early;
pub(super) use self::path::Told;
pub(super) use self::ways::Surroundings;
use super::Core;
use super::effect::Effect;
use super::gate::Step;
use super::input::LinkId;
use super::timers::Timer;
use crate::model::{Failure, Path, Time};
use crate::record::Read;

/// Links held at once, of which at most two per device are used (BARS §4, libp2p limits).
const MOST_LINKS: usize = 512;
const LINKS_PER_DEVICE: usize = 2;
/// A link that stood this long was no failure: who accepts me and is closed by me again and again backs off too.
const STOOD: Time = 10_000;

/// One stream to a peer.
#[derive(Debug)]
struct Link {
    peer: TransportPublic,
    path: Path,
    since: Time,
    /// The round trip, when it was measured.
    rtt_ms: Option<u64>,
    /// Set once their Hello is accepted.
    user: Option<UserId>,
    /// Their Hello and what came after it, while leaves are missing to judge it.
    held: Option<Early>,
}

/// All links.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_id: BTreeMap<LinkId, Link>,
    by_user: BTreeMap<UserId, Vec<LinkId>>,
}

impl Links {
    pub(super) fn is_up(&self, link: LinkId) -> bool {
        self.by_id.contains_key(&link)
    }

    /// The accepted link that is used for a person: the oldest, so that frames keep their order while it stands.
    pub(super) fn of(&self, user: &UserId) -> Option<LinkId> {
        self.by_user.get(user)?.first().copied()
    }

    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        for link in self.by_id.values_mut() {
            link.since = link.since.saturating_sub(by);
        }
    }

    fn accepted(&self) -> impl Iterator<Item = (&UserId, Path)> {
        self.by_user.iter().filter_map(|(user, links)| {
            let link = self.by_id.get(links.first()?)?;
            Some((user, link.path))
        })
    }
}

impl<R: Read> Core<R> {
    /// The accepted link used for a person.
    pub(super) fn link_to(&self, user: &UserId) -> Option<LinkId> {
        self.links.of(user)
    }

    /// A stream is open.
    pub(super) fn link_up(&mut self, step: &mut Step<'_>, link: LinkId, peer: TransportPublic, path: Path) {
        let same = self.links.by_id.values().filter(|other| other.peer == peer).count();
        if self.links.by_id.len() >= MOST_LINKS || same >= LINKS_PER_DEVICE {
            step.soon(Effect::Close(link));
            return;
        }
        if let Some(user) = self.log.user_of(&peer)
            && let Some(known) = self.peers.get_mut(&user)
        {
            known.dial.under_way = None;
        }
        self.links
            .by_id
            .insert(link, Link { peer, path, since: step.now, rtt_ms: None, user: None, held: None });
        self.timers.set(Timer::Hello(link), step.now + STEP_TIMEOUT.as_millis() as Time);
        let party = self.setup.device.party();
        let hello = Hello {
            user_id: party.user_id,
            device_id: party.device_id,
            devcert_hash: party.devcert_hash,
            lease: self.server.lease.clone(),
            checkpoint: self
                .log
                .directory
                .head()
                .map(|head| head.text().as_bytes().to_vec())
                .unwrap_or_default(),
            suites: vec![SUITE],
            clock: step.now,
        };
        step.after(Effect::Transmit {
            link,
            frame: Frame::raw(FrameKind::HELLO, hello.encode(&self.setup.org)),
        });
    }

    /// A stream ended.
    pub(super) fn link_down(&mut self, step: &mut Step<'_>, link: LinkId) -> Result<(), Failure> {
        let Some(gone) = self.links.by_id.remove(&link) else { return Ok(()) };
        self.timers.clear(Timer::Hello(link));
        self.timers.clear(Timer::LinkEnds(link));
        let Some(user) = gone.user else {
            // Refused, here or there, or silent.
            if let Some(user) = self.log.user_of(&gone.peer) {
                self.dial_later(step, &user);
                self.plan_dial(step, &user);
            }
            return Ok(());
        };
        let rest = self.links.by_user.get_mut(&user).map(|links| {
            links.retain(|other| *other != link);
            links.len()
        });
        if rest == Some(0) {
            self.links.by_user.remove(&user);
            let stood = step.now.saturating_sub(gone.since) >= STOOD;
            let mut at_once = false;
            if let Some(peer) = self.peers.get_mut(&user) {
                peer.asking = None;
                peer.dial.why = None;
                peer.dial.lost(step.now);
                if stood {
                    peer.dial.failures = 0;
                    at_once = !peer.outbox.is_empty();
                }
            }
            self.stop_typing(step, &user);
            // What was on its way over a link that stood for long does not wait for a lot.
            if !at_once {
                self.dial_later(step, &user);
            }
            step.after(Effect::Authorise { peer: gone.peer, allowed: false });
            self.tell_path(step, &user);
            self.plan_dial(step, &user);
            return Ok(());
        }
        self.pump(step, &user)
    }

    /// Closes a link from this side.
    pub(super) fn close(&mut self, step: &mut Step<'_>, link: LinkId) -> Result<(), Failure> {
        step.soon(Effect::Close(link));
        self.link_down(step, link)
    }

    /// Closes every link to a person: blocked, banned or with other keys.
    pub(super) fn close_all(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        for link in self.links.by_user.get(user).cloned().unwrap_or_default() {
            self.close(step, link)?;
        }
        Ok(())
    }

    /// The deadline of a link: no Hello in time, or its grounds have ended.
    pub(super) fn link_due(&mut self, step: &mut Step<'_>, link: LinkId) -> Result<(), Failure> {
        self.close(step, link)
    }

    /// A link that was full takes frames again. The driver kept what did not fit, in order, so nothing is repeated.
    pub(super) fn writable(&mut self, step: &mut Step<'_>, link: LinkId) -> Result<(), Failure> {
        match self.links.by_id.get(&link).and_then(|link| link.user) {
            Some(user) => self.pump(step, &user),
            None => Ok(()),
        }
    }
}
