//! Hello: judged by my own fold of the log; a peer that is ahead is asked for the leaves first (PROTOCOL §2.3, Hello).

use conclave_crypto::directory::{Grounds, HeadView};
use conclave_crypto::hello::Hello;
use conclave_crypto::keys::UserId;
use conclave_proto::schema::{LeavesRequest, Resend};
use conclave_proto::{Frame, FrameKind};

use super::dial::LAST_RETRY;
use super::early::Early;
use crate::core::Core;
use crate::core::effect::Effect;
use crate::core::gate::Step;
use crate::core::input::LinkId;
use crate::core::timers::Timer;
use crate::model::{Failure, Time, WaitReason};
use crate::record::Read;

/// A peer that is refused while its clock is off by more than this is refused because of that, as leases and heads are
/// judged by the clock.
const SKEW: Time = 120_000;

impl<R: Read> Core<R> {
    pub(super) fn on_hello(
        &mut self,
        step: &mut Step<'_>,
        link: LinkId,
        frame: &Frame,
    ) -> Result<bool, Failure> {
        let Ok(hello) = Hello::parse(&self.setup.org, &frame.body) else { return Ok(false) };
        let clock = hello.clock;
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
            held.held = Some(Early::new(hello));
            return Ok(true);
        }
        self.refused_peer(step, link, clock);
        Ok(false)
    }

    pub(super) fn judge_again(&mut self, step: &mut Step<'_>, link: LinkId) -> Result<(), Failure> {
        let Some(early) = self.links.by_id.get_mut(&link).and_then(|held| held.held.take()) else {
            return Ok(());
        };
        if self.admit(step, link, &early.hello)? {
            let (frames, lost) = early.into_frames();
            for frame in &frames {
                self.on_frame(step, link, frame)?;
            }
            if lost {
                step.after(Effect::Transmit { link, frame: Frame::message(FrameKind::RESEND, &Resend {}) });
            }
            return Ok(());
        }
        self.refused_peer(step, link, early.hello.clock);
        self.close(step, link)
    }

    fn refused_peer(&mut self, step: &Step<'_>, link: LinkId, clock: Time) {
        let skew = clock.abs_diff(step.now);
        let why = if skew > SKEW { WaitReason::Clock } else { WaitReason::Refused };
        let Some(peer) = self.links.by_id.get(&link).map(|held| held.peer) else { return };
        if let Some(user) = self.log.user_of(&peer) {
            let known = self.peers.entry(user).or_default();
            known.dial.failures = known.dial.failures.saturating_add(1);
            known.dial.next = step.now + LAST_RETRY;
            known.dial.why = Some(why);
            known.dial.skew = skew;
        }
    }

    fn admit(&mut self, step: &mut Step<'_>, link: LinkId, hello: &Hello) -> Result<bool, Failure> {
        let Some(held) = self.links.by_id.get(&link) else { return Ok(false) };
        let peer = held.peer;
        let view = self.log.directory.view(self.clock.judged(), self.server.is_online());
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
        let ends = self.clock_at(until.saturating_add(1));
        self.timers.set(Timer::LinkEnds(link), ends);
        if let Some(held) = self.links.by_id.get_mut(&link) {
            held.user = Some(user);
            held.held = None;
        }
        let links = self.links.by_user.entry(user).or_default();
        let first = links.is_empty();
        links.push(link);
        let known = self.peers.entry(user).or_default();
        known.dial.next = 0;
        known.dial.why = None;
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
        // Nobody but the server was asked for prekeys while there was no link.
        peer.asking = None;
        peer.gap.ask_again();
        self.nothing_to_leave(step, user);
        self.ask_for_gap(step, user)?;
        self.send_acks(step, user)?;
        self.pump(step, user)?;
        self.exchange_profiles(step, user)?;
        self.send_reads(step, user, true)?;
        self.start_fetches(step)
    }
}
