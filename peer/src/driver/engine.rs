//! The unlocked profile: the core and everything its effects act on.

mod effects;
mod fault;
mod news;
mod reply;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::keys::{DeviceSignSecret, TransportPublic};
use conclave_crypto::vault::{DeviceKeys, VaultHeader};
use conclave_proto::{ErrorCode, Frame};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::account::Account;
use crate::computer;
use crate::core::input::{CallId, LinkId, Token};
use crate::core::{Core, Effect, Input, Setup};
use crate::directory_stream::{DirectoryStream, News};
use crate::disk::{Disk, Durability};
use crate::entropy::{self, now};
use crate::model::{Call, Event, Failure, PresenceStatus, Time, UserId};
use crate::net::NetEvent;
use crate::network::Network;
use crate::parcel_stream::ParcelStream;
use crate::store::{Blobs, Store};

use self::fault::Standing;
pub(super) use self::reply::ReplyTo;
use self::reply::Waiting;
use super::jobs::Jobs;
use super::online::{self, Teller, Told};
use super::subscribers::Subscribers;

/// Frames kept for a link whose queue is full; one more closes the link, and what is unacknowledged goes again.
const WAITING_FRAMES: usize = 1024;
/// Inputs of tasks that may wait for the loop.
const INPUTS: usize = 256;
/// Further things that have happened already are taken in the same turn, so that one write covers them.
const TURN: usize = 256;

/// Something that happened in the world.
pub(super) enum Happening {
    Net(Box<NetEvent>),
    Server(News),
    Durable(Durability),
    Told(Told),
    Timer,
}

/// What this person shows of themself, with the addresses the server hands out.
pub(super) struct Shown {
    pub(super) status: PresenceStatus,
    pub(super) text: String,
    pub(super) until: Time,
}

/// The session at the login server.
pub(super) struct Session {
    pub(super) stream: DirectoryStream,
    pub(super) news: mpsc::Receiver<News>,
}

/// The unlocked profile.
pub(crate) struct Engine {
    pub(super) account: Account,
    pub(super) header: VaultHeader,
    pub(super) device: Arc<DeviceKeys>,
    pub(super) network: Network,
    disk: Disk,
    core: Core<Arc<Store>>,
    calls: BTreeMap<CallId, Waiting>,
    next_call: u64,
    links: BTreeMap<LinkId, (TransportPublic, crate::model::Path)>,
    waiting: BTreeMap<LinkId, VecDeque<Frame>>,
    wake: Option<Time>,
    jobs: Jobs,
    pub(super) session: Option<Session>,
    /// The drop box, once it was asked for something in this session.
    pub(super) parcels: Option<ParcelStream>,
    pub(super) addresses: Vec<Vec<u8>>,
    pub(super) shown: Shown,
    pub(super) told: mpsc::Sender<Told>,
    tell: mpsc::Receiver<Told>,
    pub(super) tries: u32,
    /// When this computer last changed networks or woke.
    pub(super) changed: Option<tokio::time::Instant>,
    /// Lease and clock skew, to open the core again after a failed write.
    online: Option<(Vec<u8>, i64)>,
    standing: Standing,
    generation: u32,
}

impl Engine {
    /// Opens the core over the records of an unlocked vault.
    pub(super) fn open(
        account: Account,
        header: VaultHeader,
        disk: Disk,
        device: Arc<DeviceKeys>,
        network: Network,
        subscribers: &mut Subscribers,
    ) -> Result<Self, Failure> {
        let (core, effects) = open_core(&account, &device, &disk)?;
        let (told, tell) = mpsc::channel(INPUTS);
        network.shelf.serve(disk.blobs());
        let jobs = Jobs::new(disk.store(), disk.blobs(), network.net.clone());
        let mut engine = Self {
            account,
            header,
            device,
            network,
            disk,
            core,
            calls: BTreeMap::new(),
            next_call: 0,
            links: BTreeMap::new(),
            waiting: BTreeMap::new(),
            wake: None,
            jobs,
            session: None,
            parcels: None,
            addresses: Vec::new(),
            shown: Shown { status: PresenceStatus::Available, text: String::new(), until: 0 },
            told,
            tell,
            tries: 0,
            changed: None,
            online: None,
            standing: Standing::Whole,
            generation: 0,
        };
        engine.carry_out(effects, subscribers);
        Ok(engine)
    }

    /// The next happening. Cancel safe: every source is.
    pub(super) async fn next(&mut self) -> Happening {
        let wake = self.wake.map(|at| Duration::from_millis(at.saturating_sub(now())));
        let news = async {
            match &mut self.session {
                Some(session) => session.news.recv().await.unwrap_or(News::Ended),
                None => std::future::pending().await,
            }
        };
        let timer = async {
            match wake {
                Some(delay) => tokio::time::sleep(delay).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            durable = self.disk.next() => Happening::Durable(durable),
            Some(event) = self.network.events.recv() => Happening::Net(Box::new(event)),
            news = news => Happening::Server(news),
            Some(told) = self.tell.recv() => Happening::Told(told),
            () = timer => Happening::Timer,
        }
    }

    /// Takes a happening and whatever else has happened by now.
    pub(super) fn take(&mut self, happening: Happening, subscribers: &mut Subscribers) {
        self.take_one(happening, subscribers);
        for _ in 0..TURN {
            let Ok(event) = self.network.events.try_recv() else { break };
            self.take_one(Happening::Net(Box::new(event)), subscribers);
        }
    }

    fn take_one(&mut self, happening: Happening, subscribers: &mut Subscribers) {
        match happening {
            Happening::Net(event) => self.net_event(*event, subscribers),
            Happening::Server(news) => self.server_news(news, subscribers),
            Happening::Durable(Durability::UpTo(token)) => {
                self.standing.write_succeeded();
                self.input(Input::Durable(Token(token)), subscribers);
            }
            Happening::Durable(Durability::Failed(failure)) => self.write_failed(&failure, subscribers),
            Happening::Told(Told::Input { generation, input }) if generation == self.generation => {
                self.input(*input, subscribers);
            }
            Happening::Told(Told::Input { .. }) => {}
            Happening::Told(Told::Act(act)) => act(self, subscribers),
            Happening::Timer => {
                self.wake = None;
                self.input(Input::Timer, subscribers);
            }
        }
    }

    /// A call from the API.
    pub(super) fn call(
        &mut self,
        to: ReplyTo,
        cause: Option<Value>,
        what: Call,
        subscribers: &mut Subscribers,
    ) {
        if let (Call::EventsSubscribe(params), ReplyTo::Subscriber { reader, .. }) = (&what, &to) {
            subscribers.follow(*reader, params.after.unwrap_or_else(|| self.core.acknowledged_event()));
        }
        self.ask(Waiting::new(to, cause, &what), what, subscribers);
    }

    fn ask(&mut self, waiting: Waiting, what: Call, subscribers: &mut Subscribers) {
        // Who has made room need not wait for the next look at the disk.
        if self.standing.wants_room() && !what.reads() && self.disk.lacks_room().is_none() {
            self.retry_disk(subscribers);
        }
        if let Some(failure) = self.standing.refuses(&what) {
            waiting.to.answer(Err(failure), subscribers);
            return;
        }
        self.next_call += 1;
        let call = CallId(self.next_call);
        let cause = waiting.cause.clone();
        self.calls.insert(call, waiting);
        self.input(Input::Call { call, cause, what }, subscribers);
    }

    /// One step of the core.
    pub(super) fn input(&mut self, input: Input, subscribers: &mut Subscribers) {
        match (&self.standing, &input) {
            (Standing::Whole | Standing::Tried, _) => {
                let effects = self.core.handle(input, now(), &mut entropy::rng());
                // Without room the index dies, often before a write has failed: what it held is not damaged.
                if effects.iter().any(fault::tells_damage)
                    && let Some(full) = self.disk.lacks_room()
                {
                    return self.write_failed(&full, subscribers);
                }
                self.carry_out(effects, subscribers);
            }
            (Standing::Reading(_), Input::Call { .. } | Input::Job { .. }) => self.read(input, subscribers),
            (Standing::Reading(_) | Standing::Broken(_), _) => {}
        }
    }

    /// Serves readers that lag.
    pub(super) fn settle(&mut self, subscribers: &mut Subscribers) {
        if let Some((safe, lost)) = self.disk.loss() {
            self.input(Input::StoreDamaged { safe, lost }, subscribers);
        }
        let core = &self.core;
        subscribers.catch_up(core.newest_event(), |after, limit| {
            core.events_after(after, limit).unwrap_or_default()
        });
    }

    /// The transport key of a person's device.
    pub(super) fn device_of(&self, user: &UserId) -> Option<TransportPublic> {
        self.core.device_of(user)
    }

    /// What a backup is made of.
    pub(super) fn vault(&self) -> (Arc<Store>, Blobs, VaultHeader) {
        (self.disk.store(), self.disk.blobs(), self.header.clone())
    }

    /// The newest durable event told of.
    pub(super) const fn newest_event(&self) -> u64 {
        self.core.newest_event()
    }

    /// Goodbye to the server, then everything is closed and synced.
    pub(super) async fn close(mut self) {
        if let Some(session) = self.session.take() {
            online::goodbye(&session).await;
        }
        self.jobs.cancel_all();
        self.network.net.shutdown().await;
        self.disk.close().await;
    }

    /// Keeps something that happened as a durable event; gives its number. Nothing is kept, and the number is 0, while
    /// the store takes no write.
    pub(super) fn note(&mut self, event: Event, subscribers: &mut Subscribers) -> u64 {
        if !self.standing.writes() {
            return 0;
        }
        self.input(Input::Note(Box::new(event)), subscribers);
        self.core.last_event()
    }

    /// How a task tells the core of now.
    pub(super) fn teller(&self) -> Teller {
        Teller::new(self.generation, self.told.clone())
    }

    /// Counts the cores opened here: what an earlier one did not make durable never comes.
    pub(super) const fn generation(&self) -> u32 {
        self.generation
    }
}

fn open_core(
    account: &Account,
    device: &DeviceKeys,
    disk: &Disk,
) -> Result<(Core<Arc<Store>>, Vec<Effect>), Failure> {
    let setup = Setup {
        org: account.org(),
        ork: account.ork,
        user: account.user,
        name: account.name.as_str().to_owned(),
        computer: computer::name(),
        device: account.local_device(device)?,
        sign: DeviceSignSecret::from_seed(device.dik_s.seed().duplicate()),
    };
    Core::open(setup, disk.store(), now(), &mut entropy::rng())
        .map_err(|error| Failure::new(ErrorCode::StoreDamaged).with("why", error.to_string()))
}
