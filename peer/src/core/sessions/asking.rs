//! Prekeys: asked of the peer, of the server, or taken from what was kept; and the handshake that follows (PROTOCOL §2.4).

use conclave_crypto::handshake::Party;
use conclave_crypto::keys::{DeviceId, UserId};
use conclave_crypto::plain::Body;
use conclave_crypto::prekey::{SignedBundle, SignedOneTime};
use conclave_crypto::session::{RestartCause, RestartDecision, Start};
use conclave_crypto::verified::Verified;
use conclave_proto::schema::{PrekeyReply, PrekeyRequest};
use conclave_proto::{ErrorCode, Frame, FrameKind};
use serde_json::json;

use crate::core::effect::{Ask, Effect, RequestId};
use crate::core::gate::Step;
use crate::core::records::name;
use crate::core::timers::Timer;
use crate::core::{Core, Pending};
use crate::model::{Failure, Time};
use crate::record::{Key, Read, Tree};

/// How long the peer itself has to answer for prekeys before the server is asked.
const ASK_PEER: Time = 3_000;
/// After this long without an answer from anyone, the question is put again.
const ASK_AGAIN: Time = 15_000;
/// The same when the server had none and there is no link: it gives few a day (PROTOCOL §2.3, Prekeys).
const ASK_LATER: Time = 600_000;

/// An open question for prekeys.
#[derive(Debug, Clone, Copy)]
pub(in crate::core) struct Asking {
    since: Time,
    cause: Option<RestartCause>,
    server: bool,
    /// Put again after so long.
    patience: Time,
}

impl Asking {
    /// The clock was set back.
    pub(in crate::core) fn set_back(&mut self, by: Time) {
        self.since = self.since.saturating_sub(by);
    }
}

/// The bundle of a person that was verified last.
fn cached_bundle(user: &UserId) -> Key {
    name(b'b', &[user.as_bytes()])
}

const fn reason(cause: RestartCause) -> u8 {
    match cause {
        RestartCause::Undecryptable => 1,
        RestartCause::Anomaly => 2,
        RestartCause::MissingPrekey => 3,
        _ => 4,
    }
}

impl<R: Read> Core<R> {
    /// Asks for prekeys to start a session, or to restart one for a cause. Needs a link or a drop box: without either
    /// nothing is sent anyway.
    pub(in crate::core) fn want_session(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        cause: Option<RestartCause>,
    ) -> Result<(), Failure> {
        let link = self.link_to(user);
        if link.is_none() && !self.may_deposit(user) {
            return Ok(());
        }
        let Some(party) = self.party_of(user) else { return Ok(()) };
        if self.peers.get(user).is_some_and(|peer| peer.asking.is_some()) {
            return Ok(());
        }
        let (sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let cause = cause.or_else(|| (!sessions.is_first()).then_some(RestartCause::Undecryptable));
        let decision = cause.map(|cause| sessions.plan_restart(cause, step.now));
        let peer = self.peers.entry(*user).or_default();
        peer.sessions = Some((sessions, numbers));
        match decision {
            Some(RestartDecision::Wait { until }) => {
                self.timers.sooner(Timer::Peer(*user), until);
                return Ok(());
            }
            Some(RestartDecision::Stop { until }) => {
                let tell = !std::mem::replace(&mut peer.broken, true);
                self.timers.sooner(Timer::Peer(*user), until);
                if tell {
                    self.line(
                        step,
                        user,
                        "sessionBroken",
                        json!({ "code": ErrorCode::MessageSessionBroken.text() }),
                    )?;
                    self.tell_stopped(step, user)?;
                }
                return Ok(());
            }
            _ => {}
        }
        peer.asking = Some(Asking { since: step.now, cause, server: link.is_none(), patience: ASK_AGAIN });
        match link {
            Some(link) => {
                let frame = Frame::message(FrameKind::PREKEY_REQUEST, &PrekeyRequest {});
                step.after(Effect::Transmit { link, frame });
                self.timers.sooner(Timer::Peer(*user), step.now + ASK_PEER);
            }
            None => {
                self.ask_server_for_prekeys(step, user, party.device_id);
                self.timers.sooner(Timer::Peer(*user), step.now + ASK_AGAIN);
            }
        }
        Ok(())
    }

    fn ask_server_for_prekeys(&mut self, step: &mut Step<'_>, user: &UserId, device: DeviceId) {
        let request = RequestId(self.pend(Pending::Prekeys(*user)));
        step.after(Effect::Ask { request, what: Ask::Prekeys { device } });
    }

    /// The server gives no prekeys of a person.
    pub(in crate::core) fn no_prekeys(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let linked = self.link_to(user).is_some();
        if !self.use_cached_prekeys(step, user)?
            && let Some(asking) = self.peers.get_mut(user).and_then(|peer| peer.asking.as_mut())
            && !linked
        {
            asking.patience = ASK_LATER;
        }
        Ok(())
    }

    // The third way to prekeys: the bundle that was verified last, with its last-resort keys. Says whether it was used.
    fn use_cached_prekeys(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<bool, Failure> {
        let Some(party) = self.party_of(user) else { return Ok(false) };
        let Some(bundle) = self.get(step, Tree::State, &cached_bundle(user))? else { return Ok(false) };
        let seen = self.person(user).bundle_seq;
        let holds = SignedBundle::decode(&self.setup.org, &bundle)
            .is_ok_and(|bundle| bundle.verify(&party, seen, step.now).is_ok());
        if !holds {
            step.delete(Tree::State, cached_bundle(user));
            return Ok(false);
        }
        let reply = PrekeyReply { bundle: bundle.to_vec().into(), ..PrekeyReply::default() };
        self.on_prekeys(step, user, &reply)?;
        Ok(true)
    }

    /// The deadline of a question for prekeys: the server next, or what was kept; then all over again.
    pub(in crate::core) fn ask_on(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let Some(mut asking) = self.peers.get(user).and_then(|peer| peer.asking) else { return Ok(()) };
        let waited = step.now.saturating_sub(asking.since);
        if waited >= asking.patience {
            self.peers.entry(*user).or_default().asking = None;
            return self.want_session(step, user, asking.cause);
        }
        if waited >= ASK_PEER && !asking.server {
            asking.server = true;
            self.peers.entry(*user).or_default().asking = Some(asking);
            if !self.server.is_online() {
                self.use_cached_prekeys(step, user)?;
            } else if let Some(party) = self.party_of(user) {
                self.ask_server_for_prekeys(step, user, party.device_id);
            }
        }
        let next = if waited < ASK_PEER { ASK_PEER } else { asking.patience };
        self.timers.sooner(Timer::Peer(*user), asking.since + next);
        Ok(())
    }

    /// Prekeys of a person came, from them or from the server: handshake.
    pub(in crate::core) fn on_prekeys(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        reply: &PrekeyReply,
    ) -> Result<(), Failure> {
        let Some(asking) = self.peers.get_mut(user).and_then(|peer| peer.asking.take()) else {
            return Ok(());
        };
        let Some(party) = self.party_of(user) else { return Ok(()) };
        if self.start_session(step, user, &party, asking.cause, reply)? {
            self.unseal(step, user)?;
        } else {
            self.timers.sooner(Timer::Peer(*user), step.now + ASK_AGAIN);
        }
        self.session_ready(step, user)
    }

    fn start_session(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        party: &Verified<Party>,
        cause: Option<RestartCause>,
        reply: &PrekeyReply,
    ) -> Result<bool, Failure> {
        let org = self.setup.org;
        let seen = self.person(user).bundle_seq;
        let bundle = SignedBundle::decode(&org, &reply.bundle)
            .ok()
            .and_then(|it| it.verify(party, seen, step.now).ok());
        let Some(bundle) = bundle else { return Ok(false) };
        let one = |bytes: &[u8]| SignedOneTime::decode(&org, bytes).ok().and_then(|it| it.verify(party).ok());
        let pair = one(&reply.one_time_dh).zip(one(&reply.one_time_kem));
        let (mut sessions, numbers) = self.take_sessions(step, user, &party.device_id)?;
        let start = match cause {
            None if sessions.has_active() => None,
            None if sessions.is_first() => Some(Start::First),
            cause => match sessions.plan_restart(cause.unwrap_or(RestartCause::Undecryptable), step.now) {
                RestartDecision::Now(permit) => Some(Start::Restart(permit)),
                _ => None,
            },
        };
        let restart = matches!(start, Some(Start::Restart(_)));
        let started = start.and_then(|start| {
            let staged = sessions.start(
                &self.setup.device,
                party,
                &bundle,
                pair.as_ref(),
                start,
                step.now,
                &mut *step.rng,
            );
            staged.ok()?.commit(&mut sessions).ok()
        });
        self.keep_sessions(step, user, sessions, numbers);
        let Some(started) = started else { return Ok(false) };
        let mut person = self.person(user);
        person.bundle_seq = bundle.bundle_seq;
        step.put(Tree::State, cached_bundle(user), reply.bundle.to_vec().into());
        self.save_person(step, user, person);
        if restart {
            let cause = cause.unwrap_or(RestartCause::Undecryptable);
            let reset = Body::Reset { reason: reason(cause), last_good: self.last_good(user) };
            self.send_anyhow(step, user, &reset)?;
            let suspicious = cause == RestartCause::Anomaly;
            let data = json!({ "by": "me", "suspicious": suspicious, "lastResort": started.last_resort });
            self.gap_line(step, user, "sessionRestarted", data)?;
        }
        Ok(true)
    }
}
