//! The login server as the core sees it: up or down, the lease, its news.

use conclave_crypto::keys::UserId;
use conclave_crypto::lease::Lease;
use conclave_proto::schema::PrekeyReply;

use super::effect::{Ask, Effect, RequestId};
use super::gate::Step;
use super::input::ServerNews;
use super::records::name;
use super::timers::Timer;
use super::{Core, Pending};
use crate::model::{Answer, CoreStatus, Event, Failure, Me, PresenceStatus, ServerLink, ServerStatus, Time};
use crate::record::{Read, Tree};

/// Leases are renewed this often (PROTOCOL §2.3, One device, one session).
const RENEW: Time = 3_600_000;
/// After a failure, sooner.
const RENEW_AGAIN: Time = 60_000;

/// State of the link to the server.
#[derive(Debug)]
pub(super) struct Server {
    state: ServerLink,
    since: Time,
    next_try_at: Option<Time>,
    clock_skew_ms: i64,
    /// Lease ‖ signature, or empty.
    pub(super) lease: Vec<u8>,
}

impl Server {
    /// Reads the last lease: it runs on while the server is away.
    pub(super) fn open(records: &impl Read, now: Time) -> Result<Self, Failure> {
        let lease =
            records.get(Tree::Settings, &name(b'L', &[]))?.map(|bytes| bytes.to_vec()).unwrap_or_default();
        Ok(Self { state: ServerLink::Offline, since: now, next_try_at: None, clock_skew_ms: 0, lease })
    }

    pub(super) fn is_online(&self) -> bool {
        self.state == ServerLink::Online
    }

    /// Since when it is in its state.
    pub(super) const fn since(&self) -> Time {
        self.since
    }
}

impl<R: Read> Core<R> {
    fn lease_until(&self) -> Option<Time> {
        Lease::parse(&self.setup.org, &self.server.lease).ok().map(|lease| lease.lease().not_after)
    }

    fn keep_lease(&mut self, step: &mut Step<'_>, lease: Vec<u8>) {
        let me = self.setup.device.party();
        let mine = |lease: &Lease| (lease.user_id, lease.device_id) == (me.user_id, me.device_id);
        if let Ok(signed) = Lease::parse(&self.setup.org, &lease)
            && mine(signed.lease())
        {
            // It was signed a moment ago.
            let issued = i64::try_from(signed.lease().issued).unwrap_or(i64::MAX);
            self.clock.compare(issued.saturating_sub_unsigned(step.now));
            step.put(Tree::Settings, name(b'L', &[]), lease.clone().into());
            self.server.lease = lease;
            self.timers.set(Timer::Lease, step.now + RENEW);
        }
    }

    /// The lease was for another device.
    pub(super) fn forget_lease(&mut self, step: &mut Step<'_>) {
        self.server.lease.clear();
        step.delete(Tree::Settings, name(b'L', &[]));
    }

    /// The lease is to be renewed.
    pub(super) fn renew_lease(&mut self, step: &mut Step<'_>) {
        if self.server.is_online() {
            let request = RequestId(self.pend(Pending::Nothing));
            step.soon(Effect::Ask { request, what: Ask::Lease });
            self.timers.set(Timer::Lease, step.now + RENEW_AGAIN);
        }
    }

    fn server_state(&mut self, step: &mut Step<'_>, state: ServerLink, next_try_at: Option<Time>) {
        let changed = self.server.state != state;
        if !changed && self.server.next_try_at == next_try_at {
            return;
        }
        let people: Vec<(UserId, PresenceStatus)> = if changed {
            let users =
                self.log.directory.users().map(|user| user.id).filter(|user| *user != self.setup.user);
            users.map(|user| (user, self.shown_presence(&user))).collect()
        } else {
            Vec::new()
        };
        self.server.state = state;
        self.server.next_try_at = next_try_at;
        if changed {
            self.server.since = step.now;
        }
        let directory_age = self.log.status(step.now).age;
        let since = self.server.since;
        self.ephemeral(step, Event::ServerState { state, since, next_try_at, directory_age });
        for (user, before) in people {
            let presence = self.shown_presence(&user);
            if presence != before {
                self.ephemeral(
                    step,
                    Event::PresenceChanged { user, presence, status_text: None, last_seen: None },
                );
            }
        }
    }

    // Requests die with the session; what waits for them is asked anew in the next one.
    fn server_gone(&mut self) {
        self.pending.retain(|_, pending| !pending.is_request());
        self.stop_collecting();
        self.strangers.settle();
        for peer in self.peers.values_mut() {
            peer.parcels.ask_anew();
        }
    }

    /// News from the server.
    pub(super) fn on_server(&mut self, step: &mut Step<'_>, news: ServerNews) -> Result<(), Failure> {
        match news {
            ServerNews::Online { lease, clock_skew_ms } => {
                self.server.clock_skew_ms = clock_skew_ms;
                self.server_state(step, ServerLink::Online, None);
                self.keep_lease(step, lease);
                self.ask_leaves(step);
                self.show_presence(step);
                self.look_after_prekeys(step, true);
                self.on_parcels_waiting(step, 0);
                self.pump_all_parcels(step)?;
            }
            ServerNews::Connecting => self.server_state(step, ServerLink::Connecting, None),
            ServerNews::Offline { next_try_at } => {
                self.server_state(step, ServerLink::Offline, next_try_at);
                self.server_gone();
            }
            ServerNews::Lease(lease) => self.keep_lease(step, lease),
            ServerNews::Leaves { first, leaves, checkpoint } => {
                self.on_server_leaves(step, first, leaves, &checkpoint)?
            }
            ServerNews::Presence { snapshot, people } => self.on_presence(step, snapshot, people)?,
            ServerNews::PrekeyStock { dh, kem } => self.on_prekey_stock(step, dh, kem),
            ServerNews::Prekeys { request, bundle, one_time_dh, one_time_kem } => {
                if let Some(Pending::Prekeys(user)) = self.pending.remove(&request.0) {
                    let reply = PrekeyReply { bundle, one_time_dh, one_time_kem };
                    self.on_prekeys(step, &user, &reply)?;
                }
            }
            ServerNews::ParcelsWaiting { count } => self.on_parcels_waiting(step, count),
            ServerNews::Deposited { request, receipt } => {
                if let Some(Pending::Deposit(user)) = self.pending.remove(&request.0) {
                    self.on_deposited(step, &user, request, &receipt)?;
                }
            }
            ServerNews::Parcels { request, listed, more } => {
                if let Some(Pending::ListParcels) = self.pending.remove(&request.0) {
                    self.on_parcel_list(step, listed, more);
                }
            }
            ServerNews::Parcel { request, bytes } => {
                if let Some(Pending::FetchParcel(item)) = self.pending.remove(&request.0) {
                    self.on_parcel(step, item, bytes)?;
                }
            }
            ServerNews::Done(request) => match self.pending.remove(&request.0) {
                Some(Pending::Publish) => self.prekeys_published(step),
                Some(Pending::EraseParcels(items)) => self.on_erased(step, &items, true),
                _ => {}
            },
            ServerNews::Failed { request, code } => match self.pending.remove(&request.0) {
                Some(Pending::Leaves) => {
                    self.strangers.settle();
                    self.timers.set(Timer::Directory, step.now + RENEW_AGAIN);
                }
                Some(Pending::Prekeys(user)) => self.no_prekeys(step, &user)?,
                Some(Pending::Deposit(user)) => self.on_deposit_failed(step, &user, request, code)?,
                Some(Pending::ListParcels) => self.on_collect_failed(step, None, code),
                Some(Pending::FetchParcel(item)) => self.on_collect_failed(step, Some(item), code),
                Some(Pending::EraseParcels(items)) => self.on_erased(step, &items, false),
                _ => {}
            },
            ServerNews::SessionEnded { code, until, device } => {
                let event = Event::SessionEnded {
                    code: code.text().to_owned(),
                    until: (until != 0).then_some(until),
                    device: device.map(|device| device.to_string()),
                    time: step.now,
                };
                self.event(step, event);
                self.server_state(step, ServerLink::Offline, None);
                self.server_gone();
                step.after(Effect::SessionOver);
            }
            ServerNews::Notice { text, stops_at } => {
                let stops_at = (stops_at != 0).then_some(stops_at);
                self.ephemeral(step, Event::ServerNotice { text, stops_at });
            }
        }
        Ok(())
    }

    /// The core's part of `status`.
    pub(super) fn status(&self, now: Time) -> Answer {
        Answer::Status(Box::new(CoreStatus {
            me: Me {
                user: self.setup.user,
                name: self.setup.name.clone(),
                display_name: self.my_display_name(),
            },
            server: ServerStatus {
                state: self.server.state,
                since: self.server.since,
                next_try_at: self.server.next_try_at,
            },
            directory: self.log.status(now),
            lease_until: self.lease_until(),
            clock_skew_ms: self.server.clock_skew_ms,
            peers: self.peer_counts(),
            waiting_messages: self.peers.values().map(|peer| peer.outbox.len() as u64).sum(),
            policy: self.log.policy(),
        }))
    }
}
