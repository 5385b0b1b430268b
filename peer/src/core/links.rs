//! Links to colleagues: Hello, what may be said before it is accepted, dialling (PROTOCOL §2.3, Hello; DESIGN §4).
//!
//! ```text
//! LinkUp ─► HELLO both ways ─► admitted by my own fold? ──no──► behind their log? ask leaves, judge again : close
//!                                    │ yes
//!              outbox, receipts, profiles, files; leaves when their log is shorter or longer
//! ```

use std::collections::BTreeMap;

use conclave_crypto::directory::{Grounds, HeadView};
use conclave_crypto::handshake::SUITE;
use conclave_crypto::hello::Hello;
use conclave_crypto::keys::{TransportPublic, UserId};
use conclave_proto::limits::STEP_TIMEOUT;
use conclave_proto::schema::{Leaves, LeavesRequest, PrekeyReply};
use conclave_proto::{ErrorCode, Frame, FrameKind};

use super::Core;
use super::effect::Effect;
use super::gate::Step;
use super::input::LinkId;
use super::timers::Timer;
use crate::model::{Answer, Event, Failure, Path, PeerCounts, Time};
use crate::record::Read;

/// Links held at once, of which at most two per device are used (BARS §4, libp2p limits).
const MOST_LINKS: usize = 512;
const LINKS_PER_DEVICE: usize = 2;
/// Dials under way at once.
const MOST_DIALS: usize = 8;
/// A dial the driver never answers is given up after this long.
const DIAL_TIMEOUT: Time = 30_000;
/// Back-off of dials: doubled from the first to the last, then half of it drawn by lot.
const FIRST_RETRY: Time = 1_000;
const LAST_RETRY: Time = 60_000;
/// A link that stood this long was no failure: who accepts me and is closed by me again and again backs off too.
const STOOD: Time = 10_000;
/// Who has nothing to send lets the other side dial first, so that two rarely dial each other.
const POLITE_WAIT: Time = 2_000;

/// One stream to a peer.
#[derive(Debug)]
struct Link {
    peer: TransportPublic,
    path: Path,
    since: Time,
    /// Set once their Hello is accepted.
    user: Option<UserId>,
    /// Their Hello, while leaves are missing to judge it.
    held: Option<Hello>,
}

/// All links.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_id: BTreeMap<LinkId, Link>,
    by_user: BTreeMap<UserId, Vec<LinkId>>,
}

/// Efforts to reach one device.
#[derive(Debug, Default)]
pub(super) struct Dial {
    under_way: Option<Time>,
    failures: u32,
    next: Time,
    why: String,
}

impl Dial {
    /// Something changed: try again at once.
    pub(super) const fn forget_failures(&mut self) {
        self.failures = 0;
        self.next = 0;
    }

    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        self.next = self.next.saturating_sub(by);
        self.under_way = self.under_way.map(|since| since.saturating_sub(by));
    }
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

    /// Linked people by path.
    pub(super) fn peer_counts(&self) -> PeerCounts {
        let mut counts = PeerCounts::default();
        for (_, path) in self.links.accepted() {
            match path {
                Path::Lan => counts.lan += 1,
                Path::Internet => counts.internet += 1,
                Path::Relayed => counts.relayed += 1,
                Path::Waiting => {}
            }
        }
        counts
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
        self.links.by_id.insert(link, Link { peer, path, since: step.now, user: None, held: None });
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
            if let Some(peer) = self.peers.get_mut(&user) {
                peer.asking = None;
                peer.dial.why = "offline".to_owned();
                if stood {
                    peer.dial.failures = 0;
                }
            }
            self.dial_later(step, &user);
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

    /// A frame came.
    pub(super) fn on_frame(
        &mut self,
        step: &mut Step<'_>,
        link: LinkId,
        frame: &Frame,
    ) -> Result<(), Failure> {
        let Some(held) = self.links.by_id.get(&link) else { return Ok(()) };
        let well = match (held.user, frame.kind) {
            (None, FrameKind::HELLO) if held.held.is_none() => self.on_hello(step, link, frame)?,
            (None, FrameKind::LEAVES) if held.held.is_some() => match frame.parse::<Leaves>() {
                Ok(leaves) => {
                    self.on_peer_leaves(step, leaves)?;
                    self.judge_again(step, link)?;
                    true
                }
                Err(_) => false,
            },
            // A peer that has accepted me and is ahead may speak before I can judge it: it is not listened to yet.
            (None, _) => frame.optional || held.held.is_some(),
            (Some(user), FrameKind::ENVELOPE) => self.on_envelope(step, &user, &frame.body)?.is_ok(),
            (Some(user), FrameKind::PREKEY_REQUEST) => {
                self.on_prekey_request(step, &user, link);
                true
            }
            (Some(user), FrameKind::PREKEY_REPLY) => match frame.parse::<PrekeyReply>() {
                Ok(reply) => {
                    self.on_prekeys(step, &user, &reply)?;
                    true
                }
                Err(_) => false,
            },
            (Some(_), FrameKind::LEAVES_REQUEST) => match frame.parse::<LeavesRequest>() {
                Ok(request) => {
                    if let Some(leaves) = self.log.answer(request.first) {
                        step.after(Effect::Transmit {
                            link,
                            frame: Frame::message(FrameKind::LEAVES, &leaves),
                        });
                    }
                    true
                }
                Err(_) => false,
            },
            (Some(_), FrameKind::LEAVES) => match frame.parse::<Leaves>() {
                Ok(leaves) => {
                    self.on_peer_leaves(step, leaves)?;
                    true
                }
                Err(_) => false,
            },
            (Some(user), FrameKind::RESEND) => {
                self.resend(step, &user)?;
                true
            }
            (Some(_), _) => frame.optional,
        };
        if well { Ok(()) } else { self.close(step, link) }
    }

    fn on_hello(&mut self, step: &mut Step<'_>, link: LinkId, frame: &Frame) -> Result<bool, Failure> {
        let Ok(hello) = Hello::parse(&self.setup.org, &frame.body) else { return Ok(false) };
        let view = if hello.checkpoint.is_empty() {
            None
        } else {
            self.log.directory.compare(&hello.checkpoint).ok()
        };
        if let Some(HeadView::Split(split)) = &view {
            self.split_view(step, split);
            return Ok(false);
        }
        let ahead = matches!(view, Some(HeadView::Ahead { .. }));
        if ahead && !self.log.split {
            let request = LeavesRequest { first: self.log.directory.size() };
            step.after(Effect::Transmit { link, frame: Frame::message(FrameKind::LEAVES_REQUEST, &request) });
        }
        if self.admit(step, link, &hello)? {
            return Ok(true);
        }
        if ahead && let Some(held) = self.links.by_id.get_mut(&link) {
            held.held = Some(hello);
            return Ok(true);
        }
        self.refused_peer(step, link);
        Ok(false)
    }

    fn judge_again(&mut self, step: &mut Step<'_>, link: LinkId) -> Result<(), Failure> {
        let Some(hello) = self.links.by_id.get_mut(&link).and_then(|held| held.held.take()) else {
            return Ok(());
        };
        if self.admit(step, link, &hello)? {
            return Ok(());
        }
        self.refused_peer(step, link);
        self.close(step, link)
    }

    fn refused_peer(&mut self, step: &Step<'_>, link: LinkId) {
        let Some(peer) = self.links.by_id.get(&link).map(|held| held.peer) else { return };
        if let Some(user) = self.log.user_of(&peer) {
            let known = self.peers.entry(user).or_default();
            known.dial.failures = known.dial.failures.saturating_add(1);
            known.dial.next = step.now + LAST_RETRY;
            known.dial.why = ErrorCode::PeerRefused.text().to_owned();
        }
    }

    fn admit(&mut self, step: &mut Step<'_>, link: LinkId, hello: &Hello) -> Result<bool, Failure> {
        let Some(held) = self.links.by_id.get(&link) else { return Ok(false) };
        let peer = held.peer;
        let view = self.log.directory.view(step.now, self.server.is_online());
        let Ok(admitted) = self.log.directory.admit(hello, &peer, &view) else { return Ok(false) };
        let user = admitted.user_id;
        if user == self.setup.user || self.person(&user).blocked {
            return Ok(false);
        }
        let until = match admitted.grounds {
            Grounds::Lease { not_after } => not_after,
            Grounds::Grace { until } => until,
        };
        self.timers.clear(Timer::Hello(link));
        self.timers.set(Timer::LinkEnds(link), until.saturating_add(1));
        if let Some(held) = self.links.by_id.get_mut(&link) {
            held.user = Some(user);
            held.held = None;
        }
        let links = self.links.by_user.entry(user).or_default();
        let first = links.is_empty();
        links.push(link);
        let known = self.peers.entry(user).or_default();
        known.dial.next = 0;
        known.dial.why = String::new();
        if first {
            step.after(Effect::Authorise { peer, allowed: true });
            self.tell_path(step, &user);
            self.remember_met(step, &user);
            self.linked(step, &user)?;
        }
        Ok(true)
    }

    // A person is reachable: everything that waited for that.
    fn linked(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let peer = self.peers.entry(*user).or_default();
        peer.wants_profile = true;
        self.send_acks(step, user)?;
        self.pump(step, user)?;
        self.exchange_profiles(step, user)?;
        self.send_reads(step, user, true)?;
        self.start_fetches(step)
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

    /// Sees to it that a person is dialled when there is reason to and the time has come.
    pub(super) fn plan_dial(&mut self, step: &mut Step<'_>, user: &UserId) {
        if self.link_to(user).is_some() || self.stopped(user).is_some() {
            return;
        }
        let Some(party) = self.party_of(user) else { return };
        let busy = self.peers.values().filter(|peer| peer.dial.under_way.is_some()).count();
        let online = self.is_online(user);
        let addresses = self.addresses_of(user);
        let polite = if party.tpk < self.setup.device.party().tpk { POLITE_WAIT } else { 0 };
        let peer = self.peers.entry(*user).or_default();
        let waiting = !peer.outbox.is_empty();
        if !waiting && !online {
            return;
        }
        if peer.dial.next == 0 {
            peer.dial.next = if waiting { step.now } else { step.now + polite };
        }
        if let Some(since) = peer.dial.under_way {
            if step.now < since + DIAL_TIMEOUT {
                self.timers.sooner(Timer::Peer(*user), since + DIAL_TIMEOUT);
                return;
            }
            peer.dial.under_way = None;
        }
        if step.now < peer.dial.next {
            self.timers.sooner(Timer::Peer(*user), peer.dial.next);
            return;
        }
        if busy >= MOST_DIALS {
            self.timers.sooner(Timer::Peer(*user), step.now + FIRST_RETRY);
            return;
        }
        peer.dial.under_way = Some(step.now);
        self.timers.sooner(Timer::Peer(*user), step.now + DIAL_TIMEOUT);
        step.soon(Effect::Dial { peer: party.tpk, addresses });
    }

    /// A dial ended without a link.
    pub(super) fn dial_failed(&mut self, step: &mut Step<'_>, peer: &TransportPublic, why: String) {
        let Some(user) = self.log.user_of(peer) else { return };
        self.dial_later(step, &user);
        let known = self.peers.entry(user).or_default();
        let tell = known.dial.why != why;
        known.dial.why = why;
        if tell {
            self.tell_path(step, &user);
        }
        self.plan_dial(step, &user);
    }

    // Jittered back-off after a failure.
    fn dial_later(&mut self, step: &mut Step<'_>, user: &UserId) {
        let mut lot = [0; 8];
        step.rng.fill_bytes(&mut lot);
        let dial = &mut self.peers.entry(*user).or_default().dial;
        dial.under_way = None;
        let full = (FIRST_RETRY << dial.failures.min(6)).min(LAST_RETRY);
        dial.failures = dial.failures.saturating_add(1);
        dial.next = dial.next.max(step.now + full / 2 + u64::from_be_bytes(lot) % (full / 2 + 1));
    }

    /// Path to a person, why there is none, and since when.
    pub(super) fn path_of(&self, user: &UserId) -> (Path, Option<String>, Time) {
        if let Some(link) = self.link_to(user).and_then(|link| self.links.by_id.get(&link)) {
            return (link.path, None, link.since);
        }
        let why = match self.stopped(user) {
            Some(code) => code.text().to_owned(),
            None => match self.peers.get(user).map(|peer| peer.dial.why.as_str()) {
                Some(why) if !why.is_empty() => why.to_owned(),
                _ if self.is_online(user) => "connecting".to_owned(),
                _ => "offline".to_owned(),
            },
        };
        (Path::Waiting, Some(why), self.person(user).met)
    }

    /// `path.get`.
    pub(super) fn path_get(&self, user: &UserId) -> Answer {
        let (path, reason, since) = self.path_of(user);
        Answer::Path { path, reason, rtt_ms: None, since }
    }

    fn tell_path(&self, step: &mut Step<'_>, user: &UserId) {
        let (path, reason, _) = self.path_of(user);
        self.ephemeral(step, Event::PathChanged { user: *user, path, reason });
    }
}
