//! The session at the login server while it lasts: requests of the core, pushes, presence, and the way back.

use std::time::Duration;

use conclave_crypto::keys::{DeviceId, UserId};
use conclave_proto::schema::{self, push, request::Call, response::Outcome};
use conclave_proto::{ErrorCode, limits};
use rand_core::Rng;
use tokio::sync::mpsc;

use crate::account::Account;
use crate::computer;
use crate::core::Input;
use crate::core::effect::{Ask, RequestId};
use crate::core::input::{PersonPresence, ServerNews};
use crate::directory_stream::DirectoryStream;
use crate::entropy::{self, now};
use crate::model::{Failure, PresenceStatus, Time};
use crate::net::{Net, ServerProtocol};
use crate::network::open_server;
use crate::parcel_stream::{BoxAsk, ParcelStream};

use super::engine::{Engine, Session};
use super::subscribers::Subscribers;

/// The first wait before a new try, milliseconds; doubled up to [`SLOWEST`]. Half of it is drawn by lot and then as
/// much again, so that a thousand clients do not return in one moment (BARS F7).
const FASTEST: u64 = 4_000;
/// The longest wait between tries, milliseconds; with the lot, no more than 45 s.
const SLOWEST: u64 = 30_000;
/// After a change of networks it is this computer that was away: the first try comes within this.
const AT_ONCE: u64 = 300;
/// For so long after a change of networks.
const JUST_CHANGED: Duration = Duration::from_secs(20);
/// A key that is held down asks no more often than this.
const HEEDED: Duration = Duration::from_secs(1);
/// How long a goodbye may take when the program ends.
const GOODBYE: Duration = Duration::from_secs(1);
/// How often a store that failed is tried again: a disk that was full works again within 5 s (BARS F5).
const DISK_AGAIN: Duration = Duration::from_secs(2);

/// What a task tells the loop.
pub(super) enum Told {
    /// An answer to something that a core asked for.
    Input {
        /// Which core asked: numbers of an earlier one mean nothing to the next.
        generation: u32,
        /// The answer.
        input: Box<Input>,
    },
    /// Something to do with the engine itself.
    Act(Act),
}

/// A change of the engine, run by its loop.
pub(super) type Act = Box<dyn FnOnce(&mut Engine, &mut Subscribers) + Send>;

/// How a task tells the core that asked for it.
#[derive(Clone)]
pub(super) struct Teller {
    generation: u32,
    told: mpsc::Sender<Told>,
}

impl Teller {
    pub(super) const fn new(generation: u32, told: mpsc::Sender<Told>) -> Self {
        Self { generation, told }
    }

    /// Tells once there is room in the queue. Where the loop has ended, nobody waits for it.
    pub(super) async fn tell(&self, input: Input) {
        drop(self.told.send(self.told(input)).await);
    }

    /// Tells unless the loop is far behind: for what is told again anyway.
    pub(super) fn try_tell(&self, input: Input) {
        drop(self.told.try_send(self.told(input)));
    }

    fn told(&self, input: Input) -> Told {
        Told::Input { generation: self.generation, input: Box::new(input) }
    }
}

/// A session that stands again, its lease, and the server's clock minus ours.
pub(super) type Returned = Result<(Session, Vec<u8>, i64), Failure>;

/// Carries a request of the core out.
pub(super) fn ask(engine: &mut Engine, request: RequestId, what: Ask) {
    let Some(session) = &engine.session else {
        let news = ServerNews::Failed { request, code: ErrorCode::ServerUnreachable };
        // The core asks again at the next session.
        engine.teller().try_tell(Input::Server(news));
        return;
    };
    if let Ask::Presence { status, text, until } = &what {
        engine.shown.status = *status;
        engine.shown.text.clone_from(text);
        engine.shown.until = *until;
    }
    let (stream, teller) = (session.stream.clone(), engine.teller());
    let call = match what {
        Ask::Leaves { first } => Call::GetLeaves(schema::GetLeaves { first }),
        Ask::Lease => Call::RenewLease(schema::RenewLease {}),
        Ask::Prekeys { device } => {
            Call::ClaimPrekeys(schema::ClaimPrekeys { device_id: device.as_bytes().to_vec().into() })
        }
        Ask::PublishPrekeys { bundle, one_time } => Call::PublishPrekeys(schema::PublishPrekeys {
            bundle: bundle.into(),
            one_time: one_time.into_iter().map(Into::into).collect(),
        }),
        Ask::Presence { .. } => presence(engine),
        Ask::Deposit { parcel } => return ask_box(engine, request, BoxAsk::Deposit(parcel)),
        Ask::ListParcels { after } => return ask_box(engine, request, BoxAsk::List(after)),
        Ask::FetchParcel { item } => return ask_box(engine, request, BoxAsk::Fetch(item)),
        Ask::EraseParcels { items } => return ask_box(engine, request, BoxAsk::Erase(items)),
    };
    tokio::spawn(async move {
        let news = match stream.request(call).await {
            Ok(outcome) => answered(request, outcome),
            Err(failure) => ServerNews::Failed { request, code: failure.code },
        };
        teller.tell(Input::Server(news)).await;
    });
}

fn ask_box(engine: &mut Engine, request: RequestId, ask: BoxAsk) {
    let teller = engine.teller();
    let parcels = engine.parcels.get_or_insert_with(|| {
        let tell = move |news| {
            let teller = teller.clone();
            async move { teller.tell(Input::Server(news)).await }
        };
        let (net, account) = (engine.network.net.clone(), &engine.account);
        ParcelStream::start(net, account.server, account.addresses.clone(), tell)
    });
    if let Err(failed) = parcels.ask(request, ask) {
        // The core asks again after a while.
        engine.teller().try_tell(Input::Server(failed));
    }
}

fn answered(request: RequestId, outcome: Outcome) -> ServerNews {
    match outcome {
        Outcome::Leaves(leaves) => grown(leaves),
        Outcome::Lease(granted) => ServerNews::Lease(granted.lease.to_vec()),
        Outcome::Prekeys(keys) => ServerNews::Prekeys {
            request,
            bundle: keys.bundle,
            one_time_dh: keys.one_time_dh,
            one_time_kem: keys.one_time_kem,
        },
        Outcome::PrekeyStock(stock) => ServerNews::PrekeyStock { dh: stock.dh, kem: stock.kem },
        _ => ServerNews::Done(request),
    }
}

/// A push as news for the core; `None` for one this version does not know.
pub(super) fn pushed(push: schema::Push) -> Option<ServerNews> {
    Some(match push.news? {
        push::News::Leaves(leaves) => grown(leaves),
        push::News::Presence(change) => ServerNews::Presence {
            snapshot: change.snapshot,
            people: change.people.into_iter().filter_map(person).collect(),
        },
        push::News::SessionEnded(ended) => ServerNews::SessionEnded {
            code: ErrorCode::from_number(ended.code).unwrap_or(ErrorCode::SessionEnded),
            until: ended.until_ms,
            device: ended.device_id.as_ref().try_into().ok().map(DeviceId::new),
        },
        push::News::Notice(notice) => ServerNews::Notice { text: notice.text, stops_at: notice.stops_at_ms },
        push::News::PrekeyStock(stock) => ServerNews::PrekeyStock { dh: stock.dh, kem: stock.kem },
        push::News::Parcels(waiting) => ServerNews::ParcelsWaiting { count: waiting.count },
    })
}

/// Why a session has ended, if that is what a push tells.
pub(super) fn end_of(push: schema::Push) -> Option<Failure> {
    match pushed(push)? {
        ServerNews::SessionEnded { code, .. } => Some(Failure::new(code)),
        _ => None,
    }
}

fn grown(leaves: schema::Leaves) -> ServerNews {
    ServerNews::Leaves { first: leaves.first, leaves: leaves.leaves, checkpoint: leaves.checkpoint }
}

fn person(told: schema::Presence) -> Option<PersonPresence> {
    let status = match told.status() {
        schema::PresenceStatus::Offline | schema::PresenceStatus::Invisible => PresenceStatus::Offline,
        schema::PresenceStatus::Available => PresenceStatus::Available,
        schema::PresenceStatus::Away => PresenceStatus::Away,
        schema::PresenceStatus::DoNotDisturb => PresenceStatus::Dnd,
    };
    Some(PersonPresence {
        user: UserId::new(told.user_id.as_ref().try_into().ok()?),
        device: told.device_id.as_ref().try_into().ok().map(DeviceId::new),
        status,
        text: told.text.chars().take(limits::STATUS_TEXT).collect(),
        last_seen: told.last_seen_ms,
        addresses: told.addresses.into_iter().take(limits::ADDRESSES).map(|bytes| bytes.to_vec()).collect(),
    })
}

fn presence(engine: &Engine) -> Call {
    let status = match engine.shown.status {
        PresenceStatus::Offline | PresenceStatus::Available => schema::PresenceStatus::Available,
        PresenceStatus::Away => schema::PresenceStatus::Away,
        PresenceStatus::Dnd => schema::PresenceStatus::DoNotDisturb,
        PresenceStatus::Invisible => schema::PresenceStatus::Invisible,
    };
    Call::SetPresence(schema::SetPresence {
        status: status.into(),
        text: engine.shown.text.clone(),
        until_ms: engine.shown.until,
        addresses: engine
            .addresses
            .iter()
            .take(limits::ADDRESSES)
            .map(|bytes| bytes.clone().into())
            .collect(),
        system: computer::system().to_owned(),
    })
}

/// Tells the server what to show of this person and where to reach this computer.
pub(super) fn show(engine: &Engine) {
    let Some(session) = &engine.session else { return };
    let (stream, call) = (session.stream.clone(), presence(engine));
    tokio::spawn(async move {
        if let Err(failure) = stream.carry_out(call).await {
            tracing::debug!(code = %failure.code, "presence was not taken");
        }
    });
}

/// Plans the way back to the server; tells when.
pub(super) fn reconnect(engine: &mut Engine) -> Time {
    let lot = entropy::rng().next_u64();
    let here = engine.changed.is_some_and(|at| at.elapsed() < JUST_CHANGED);
    let wait = if here && engine.tries == 0 { lot % AT_ONCE } else { wait(engine.tries, lot) };
    engine.tries = engine.tries.saturating_add(1);
    attempt(engine, wait, returned);
    now() + wait
}

/// The wait before try number `tries`, milliseconds.
fn wait(tries: u32, lot: u64) -> u64 {
    let base = (FASTEST << tries.min(8)).min(SLOWEST);
    base / 2 + lot % base
}

/// Addresses changed or the computer slept: a try that waits for its turn is made now.
pub(super) fn network_changed(engine: &mut Engine) {
    engine.changed = Some(tokio::time::Instant::now());
    let away = engine.session.is_none() && engine.tries > 0;
    engine.tries = 0;
    if away {
        attempt(engine, entropy::rng().next_u64() % AT_ONCE, |engine, readers, outcome| {
            // The try that waits goes on if this one fails.
            if let (Ok((session, lease, skew)), true) = (outcome, engine.session.is_none()) {
                engine.came_online(session, lease, skew, readers);
            }
        });
    }
}

/// A person does not want to wait: as after a change of networks.
pub(super) fn try_now(engine: &mut Engine, readers: &mut Subscribers) {
    if engine.changed.is_some_and(|at| at.elapsed() < HEEDED) {
        return;
    }
    engine.tries = engine.tries.max(1);
    network_changed(engine);
    engine.input(Input::NetworkChanged, readers);
}

/// After an unlock: the session of an earlier run may still stand. If it does not, a login is needed, and nothing is
/// said about it.
pub(super) fn come_back(engine: &Engine) {
    attempt(engine, 0, |engine, readers, outcome| match outcome {
        Ok((session, lease, skew)) if engine.session.is_none() => {
            engine.came_online(session, lease, skew, readers);
        }
        Ok(_) => {}
        Err(failure) if is_over(failure.code) => {}
        Err(failure) => returned(engine, readers, Err(failure)),
    });
}

/// Asks after a while whether a session stands.
fn attempt(engine: &Engine, wait: u64, then: fn(&mut Engine, &mut Subscribers, Returned)) {
    let (net, account, told) = (engine.network.net.clone(), engine.account.clone(), engine.told.clone());
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let outcome = standing(&net, &account).await;
        let act: Act = Box::new(move |engine, readers| then(engine, readers, outcome));
        drop(told.send(Told::Act(act)).await);
    });
}

/// The session of this computer, if one stands at the server, or why there is none.
pub(super) async fn standing(net: &Net, account: &Account) -> Returned {
    let stream = open_server(net, account, ServerProtocol::Directory).await?;
    let skew = skew(stream.clock_ms());
    let (stream, news) = DirectoryStream::start(stream);
    resume(&stream).await.map(|lease| (Session { stream, news }, lease, skew))
}

/// The same after a failure. A connection that is lost does not say why: the server closes the one of a session that
/// another computer has ended, and tells it on the next. Where nothing stands for no reason, the failure stays.
pub(super) async fn standing_after(failure: Failure, net: &Net, account: &Account) -> Returned {
    if failure.code != ErrorCode::ServerUnreachable {
        return Err(failure);
    }
    match standing(net, account).await {
        Err(again) if !is_over(again.code) || again.code == ErrorCode::ApiLogin => Err(failure),
        outcome => outcome,
    }
}

fn returned(engine: &mut Engine, readers: &mut Subscribers, outcome: Returned) {
    match outcome {
        Ok(_) if engine.session.is_some() => {}
        Ok((session, lease, skew)) => engine.came_online(session, lease, skew, readers),
        Err(_) if engine.session.is_some() => {}
        Err(failure) if is_over(failure.code) => {
            let ended = ServerNews::SessionEnded { code: failure.code, until: 0, device: None };
            engine.input(Input::Server(ended), readers);
        }
        Err(_) => {
            let next_try_at = Some(reconnect(engine));
            engine.input(Input::Server(ServerNews::Offline { next_try_at }), readers);
        }
    }
}

/// Codes after which only a new login helps.
pub(super) const fn is_over(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ApiLogin
            | ErrorCode::AuthBanned
            | ErrorCode::AuthKicked
            | ErrorCode::SessionElsewhere
            | ErrorCode::SessionEnded
    )
}

/// A lease for a session that stands: the server knows this computer by its transport key.
pub(super) async fn resume(stream: &DirectoryStream) -> Result<Vec<u8>, Failure> {
    match stream.request(Call::RenewLease(schema::RenewLease {})).await? {
        Outcome::Lease(granted) => Ok(granted.lease.to_vec()),
        _ => Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "unexpected answer")),
    }
}

/// The server's clock minus ours.
pub(super) fn skew(clock_ms: Time) -> i64 {
    let clock = i64::try_from(clock_ms).unwrap_or(i64::MAX);
    clock.saturating_sub(i64::try_from(now()).unwrap_or(i64::MAX))
}

/// Colleagues see this person offline at once.
pub(super) async fn goodbye(session: &Session) {
    let call = Call::Goodbye(schema::Goodbye {});
    // A server that does not answer learns it from the closed connection.
    drop(tokio::time::timeout(GOODBYE, session.stream.request(call)).await);
}

/// Plans another try at a store that failed.
pub(super) fn try_disk_again(engine: &Engine) {
    let told = engine.told.clone();
    tokio::spawn(async move {
        tokio::time::sleep(DISK_AGAIN).await;
        drop(told.send(Told::Act(Box::new(Engine::retry_disk))).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_clients_come_back_within_a_minute_and_not_at_once() {
        // Multiples of an odd number spread evenly over all lots.
        let lot = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
        let mut seconds = [0_u32; 60];
        for client in 0..1_000 {
            let at = wait(0, lot(client));
            seconds[usize::try_from(at / 1_000).unwrap()] += 1;
        }
        assert!(seconds.iter().all(|arrivals| *arrivals <= 300), "{seconds:?}");
        for tries in 0..40 {
            assert!(wait(tries, u64::MAX) <= 60_000 && wait(tries, 0) >= FASTEST / 2);
        }
    }
}
