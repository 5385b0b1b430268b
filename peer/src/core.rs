//! The pure core: one state machine that turns inputs into effects, without I/O, clock or generator of its own.
//!
//! ```text
//!            Input                          Effect
//!   calls ──────────►┌──────────────┐──────────────► Persist, then only after Durable:
//!   frames, links ──►│     Core     │                Reply, Event, Transmit, Dial, Ask, …
//!   Durable, time ──►└──────────────┘
//! ```
//!
//! Order of effects (DESIGN §3): what depends on a write is released by the core itself when `Durable` says that
//! the write is on disk. If a write fails, the driver drops the core and opens a new one from the durable records.
//! Everything here comes back from records but links, presence and efforts under way.

mod actions;
mod calls;
mod clock;
mod collect;
mod compose;
mod contacts;
mod conversation;
mod custody;
mod device;
mod directory;
mod directory_acts;
mod drafts;
pub mod effect;
mod erase;
mod events;
mod expiry;
mod export;
mod export_data;
pub(crate) mod file_name;
mod files;
mod format;
mod gap;
mod gate;
mod half_numbers;
mod history;
mod inbox;
pub mod input;
mod jobs;
mod leaves;
mod lines;
mod links;
mod outbox;
mod parcels;
#[cfg(feature = "past")]
mod past;
mod peer;
mod pending;
mod preferences;
mod prekeys;
mod presence;
mod profiles;
mod receipts;
mod records;
mod requests;
mod safety;
mod search;
mod server;
mod sessions;
mod settings;
mod setup;
mod shown;
mod stats;
mod storage;
mod strangers;
mod timers;
mod turn;
mod typing;

pub use effect::Effect;
pub use files::ObjectGrant;
pub(crate) use format::FORMAT;
pub use input::Input;
#[cfg(feature = "past")]
pub(crate) use past::Past;
pub use setup::{OpenError, Setup};

use std::collections::BTreeMap;

use conclave_crypto::keys::UserId;
use conclave_proto::ErrorCode;
use rand_core::CryptoRng;

use self::clock::Clock;
use self::collect::Collecting;
use self::contacts::PersonRecord;
use self::conversation::ConversationRecord;
use self::directory::Log;
use self::events::EventLog;
use self::files::Files;
use self::gap::Gap;
use self::gate::{Gate, Step};
use self::half_numbers::HalfNumbers;
use self::input::ServerNews;
use self::links::{Links, Surroundings};
use self::peer::Peer;
use self::pending::Pending;
use self::prekeys::OwnPrekeys;
use self::presence::Presence;
use self::records::{name, parse};
use self::server::Server;
use self::strangers::{Strangers, Waiting};
use self::timers::{Timer, Timers};
use crate::model::{Event, Failure, Settings, Time};
use crate::record::{Read, Tree};

/// A timer that comes later than this, in milliseconds, has slept through something.
const SLEPT: Time = 10_000;

/// The pure core.
#[derive(Debug)]
pub struct Core<R> {
    setup: Setup,
    records: R,
    gate: Gate,
    timers: Timers,
    events: EventLog,
    log: Log,
    server: Server,
    people: BTreeMap<UserId, PersonRecord>,
    conversations: BTreeMap<UserId, ConversationRecord>,
    presence: Presence,
    links: Links,
    surroundings: Surroundings,
    peers: BTreeMap<UserId, Peer>,
    prekeys: OwnPrekeys,
    collecting: Collecting,
    files: Files,
    own_profile: Vec<u8>,
    settings: Settings,
    pending: BTreeMap<u64, Pending>,
    strangers: Strangers,
    half_numbers: HalfNumbers,
    asked: u64,
    clock: Clock,
    last: Time,
}

impl<R: Read> Core<R> {
    /// Opens the core from its records. The effects are to be carried out first.
    ///
    /// # Errors
    /// [`OpenError`] when a record cannot be read or does not parse.
    pub fn open(
        setup: Setup,
        records: R,
        now: Time,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<(Self, Vec<Effect>), OpenError> {
        let log = Log::open(setup.ork, &records)?;
        let mut people = BTreeMap::new();
        let mut conversations = BTreeMap::new();
        let mut peers: BTreeMap<UserId, Peer> = BTreeMap::new();
        for user in log.directory.users().map(|user| user.id).filter(|user| *user != setup.user) {
            if let Some(person) = Self::open_person(&records, &user)? {
                people.insert(user, person);
            }
            let mut peer = Peer::default();
            let mut conversation = ConversationRecord::default();
            if let Some(bytes) = records.get(Tree::History, &name(b'c', &[user.as_bytes()]))? {
                conversation = parse(&bytes)?;
                conversations.insert(user, conversation.clone());
                peer.outbox = Self::open_outbox(&records, &user)?;
                peer.parcels = Self::open_parcels(&records, &user, &peer.outbox)?;
            }
            peer.gap = Gap::of(&conversation);
            peers.insert(user, peer);
        }
        let mut core = Self {
            gate: Gate::default(),
            timers: Timers::default(),
            events: EventLog::open(&records)?,
            server: Server::open(&records, now)?,
            presence: Presence::open(&records)?,
            links: Links::default(),
            surroundings: Surroundings::default(),
            prekeys: OwnPrekeys::open(&records)?,
            collecting: Collecting::default(),
            files: Files::open(&records)?,
            own_profile: Self::open_own_profile(&records)?,
            settings: settings::open(&records)?,
            pending: BTreeMap::new(),
            strangers: Strangers::default(),
            half_numbers: HalfNumbers::default(),
            asked: 0,
            clock: Clock::open(&records, now)?,
            last: now,
            log,
            people,
            conversations,
            peers,
            setup,
            records,
        };
        let mut rng = rng;
        let effects = core.run(now, &mut rng, |core, step| {
            core.take_over_device(step)?;
            core.withhold_paused(step);
            core.look_after_prekeys(step, false);
            let users: Vec<UserId> = core.peers.keys().copied().collect();
            for user in users {
                core.pump(step, &user)?;
            }
            core.expire(step)
        });
        Ok((core, effects))
    }

    /// Takes one input and says what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Time, rng: &mut (impl CryptoRng + ?Sized)) -> Vec<Effect> {
        let mut rng = rng;
        // One call an input: what a step has written is there to be read when the next input comes.
        if matches!(input, Input::Timer)
            && let Some(Waiting { call, cause, what }) = self.next_waiting()
        {
            return self.run(now, &mut rng, |core, step| {
                core.timers.woken(step.now);
                core.timers.clear(Timer::Waiting);
                step.cause = cause;
                core.call(step, call, what);
                Ok(())
            });
        }
        self.run(now, &mut rng, |core, step| core.take(step, input))
    }

    fn take(&mut self, step: &mut Step<'_>, input: Input) -> Result<(), Failure> {
        match input {
            Input::Call { call, cause, what } => {
                step.cause = cause;
                if !self.waits_for_leaves(step, call, &what) {
                    self.call(step, call, what);
                }
                Ok(())
            }
            Input::Durable(token) => {
                for gated in self.gate.open(token) {
                    step.again(gated);
                }
                Ok(())
            }
            Input::LinkUp { link, peer, path } => {
                self.link_up(step, link, peer, path);
                Ok(())
            }
            Input::LinkDown { link } => self.link_down(step, link),
            Input::Frame { link, frame } => self.on_frame(step, link, &frame),
            Input::Writable(link) => self.writable(step, link),
            Input::DialFailed { peer, why } => {
                self.dial_failed(step, &peer, why);
                Ok(())
            }
            Input::Measured { link, rtt_ms } => {
                self.measured(link, rtt_ms);
                Ok(())
            }
            Input::Serving { peer, file, done, ended } => self.on_serving(step, &peer, file, done, ended),
            Input::NetworkChanged => {
                self.network_changed(step);
                Ok(())
            }
            Input::Nearby { peer, addresses } => {
                self.on_nearby(step, peer, addresses);
                Ok(())
            }
            Input::Server(news) => self.on_server_news(step, news),
            Input::Job { job, news } => self.on_job(step, job, news),
            Input::Note(event) => {
                self.event(step, *event);
                Ok(())
            }
            Input::StoreDamaged { safe, lost } => {
                let code = ErrorCode::StoreDamaged.text().to_owned();
                self.event(step, Event::StoreDamaged { code, safe, lost });
                Ok(())
            }
            Input::Timer => {
                // A timer this late means that the computer slept, or the program was stopped.
                if self.timers.woken(step.now) >= SLEPT {
                    self.network_changed(step);
                }
                while let Some(timer) = self.timers.due(step.now) {
                    self.on_timer(step, timer)?;
                }
                Ok(())
            }
        }
    }

    fn on_server_news(&mut self, step: &mut Step<'_>, news: ServerNews) -> Result<(), Failure> {
        self.on_server(step, news)
    }

    fn on_timer(&mut self, step: &mut Step<'_>, timer: Timer) -> Result<(), Failure> {
        match timer {
            Timer::Hello(link) | Timer::LinkEnds(link) => self.link_due(step, link),
            Timer::Peer(user) => {
                self.ask_on(step, &user)?;
                self.resend_if_stuck(step, &user)?;
                self.nudge_if_due(step, &user)?;
                self.ask_for_gap(step, &user)?;
                self.plan_dial(step, &user);
                Ok(())
            }
            Timer::Parcels(user) => self.parcels_due(step, &user),
            Timer::Collect => {
                self.collect_due(step);
                Ok(())
            }
            Timer::Lease => {
                self.renew_lease(step);
                Ok(())
            }
            Timer::Prekeys => {
                self.look_after_prekeys(step, false);
                Ok(())
            }
            Timer::Directory => {
                self.ask_leaves(step);
                Ok(())
            }
            Timer::Strangers => {
                self.strangers.settle();
                Ok(())
            }
            Timer::Files => self.start_fetches(step),
            Timer::Expiry => self.expire(step),
            Timer::Typing(user) => {
                self.stop_typing(step, &user);
                Ok(())
            }
            Timer::Path(user) => {
                self.path_due(step, &user);
                Ok(())
            }
            // What may be used is looked at after every step, and a call that waits before it.
            Timer::Ways | Timer::Waiting => Ok(()),
        }
    }

    #[cfg(test)]
    fn box_state(&self) -> String {
        let leaving: Vec<_> = self.peers.values().map(|peer| (&peer.parcels, &peer.acks)).collect();
        format!("{:?}\n{leaving:?}", self.collecting)
    }

    #[cfg(test)]
    fn delivery(&self, user: &UserId) -> String {
        format!(
            "{:?}\nlink {:?}, stopped {:?}, {:?}",
            self.peers.get(user),
            self.link_to(user),
            self.stopped(user),
            self.links
        )
    }
}

#[cfg(test)]
mod tests;
