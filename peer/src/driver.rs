//! The one event loop: it turns the world into inputs of the pure core, and the core's effects into the world.
//!
//! ```text
//!   Peer (handle) ──Request──►┐                     ┌──► net, store, server stream, disk jobs
//!   net events, server news ─►│  Driver ── Core ──► │
//!   durable, jobs, timer ────►┘                     └──► answers and notifications
//! ```
//!
//! The profile is in one [`Stage`] at a time. What takes long (key stretching, connecting, opening the store) runs in
//! a task that owns the stage meanwhile and hands it back with a closure; the loop itself never waits.

mod accounts;
mod engine;
mod jobs;
mod keeping;
mod online;
mod request;
mod subscribers;

use std::path::PathBuf;

use conclave_proto::ErrorCode;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::api::{Options, REQUESTS};
use crate::disk::{Disk, ProfileLock, store_fault};
use crate::enrol::Enrolment;
use crate::model::{Call, Failure, Status, UserId};
use crate::net::NetReport;

use self::engine::{Engine, ReplyTo};
pub(crate) use self::request::{Reply, Request};
use self::subscribers::Subscribers;

/// What a task hands back: run on the loop, with everything it may change.
type Finish = Box<dyn FnOnce(&mut Driver) + Send>;

/// Finished tasks that may wait for the loop.
const FINISHED: usize = 64;
/// How often readers that lag are looked after.
const CATCH_UP: std::time::Duration = std::time::Duration::from_millis(20);

/// Where the profile stands.
enum Stage {
    /// No vault.
    Empty,
    /// A link was read; from `enrol.account` on with a vault.
    Enrolling(Box<Enrolment>),
    /// A vault, closed. `unfinished`: its account may not exist, and a new enrolment may replace it.
    Locked { unfinished: bool },
    /// Unlocked.
    Open(Box<Engine>),
    /// A task owns the stage.
    Busy,
}

/// A lock that was asked for: it is done once its event is told.
struct Locking {
    /// Why it was asked for.
    why: &'static str,
    /// The event's number; 0 when the store did not take it.
    seq: u64,
    /// Of the engine that keeps the event.
    generation: u32,
    reply: Reply<()>,
}

/// The loop's state.
struct Driver {
    profile: PathBuf,
    options: Options,
    stage: Stage,
    locking: Option<Locking>,
    /// A phone whose first code is awaited; only while unlocked.
    phone: Option<accounts::NewPhone>,
    subscribers: Subscribers,
    finished: mpsc::Sender<Finish>,
    /// Frees the profile for other processes when the loop ends.
    lock: ProfileLock,
}

/// Takes the profile's lock and starts the loop.
pub(crate) async fn start(profile: PathBuf, options: Options) -> Result<mpsc::Sender<Request>, Failure> {
    let folder = profile.clone();
    let (lock, stage) = tokio::task::spawn_blocking(move || {
        let lock = ProfileLock::take(&folder).map_err(|error| store_fault(&error))?;
        if let Err(failure) = Disk::settle_erasure(&folder) {
            tracing::warn!(%failure, "what an erasure left is still there");
        }
        let stage = match (Disk::exists(&folder), Disk::is_unfinished(&folder)) {
            (false, _) => Stage::Empty,
            (true, unfinished) => Stage::Locked { unfinished },
        };
        Ok::<_, Failure>((lock, stage))
    })
    .await
    .map_err(|_| Failure::new(ErrorCode::Bug))??;
    let (requests, asked) = mpsc::channel(REQUESTS);
    let (finished, done) = mpsc::channel(FINISHED);
    let driver = Driver {
        profile,
        options,
        stage,
        locking: None,
        phone: None,
        subscribers: Subscribers::default(),
        finished,
        lock,
    };
    tokio::spawn(driver.run(asked, done));
    Ok(requests)
}

impl Driver {
    async fn run(mut self, mut asked: mpsc::Receiver<Request>, mut done: mpsc::Receiver<Finish>) {
        let mut look = tokio::time::interval(CATCH_UP);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let lagging = self.lagging();
            tokio::select! {
                request = asked.recv() => match request {
                    None => break,
                    Some(Request::Shutdown { reply }) => {
                        self.close().await;
                        drop(reply);
                        return;
                    }
                    Some(request) => self.take(request),
                },
                Some(finish) = done.recv() => finish(&mut self),
                happening = self.stage.next() => {
                    if let Stage::Open(engine) = &mut self.stage {
                        engine.take(happening, &mut self.subscribers);
                    }
                }
                _ = look.tick(), if lagging => {}
            }
            self.settle();
        }
        self.close().await;
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Attach { outputs, reply } => answer(reply, self.subscribers.attach(outputs)),
            Request::Submit { subscriber, call, cause, what } => {
                self.call(ReplyTo::Subscriber { reader: subscriber, call }, cause, what);
            }
            Request::Call { what, reply } => self.call(ReplyTo::Handle(reply), None, what),
            Request::Status { reply } => self.status(reply),
            Request::Network { user, reply } => self.network(user, reply),
            Request::TryNow { reply } => answer(reply, self.try_now()),
            Request::EnrolStart { link, reply } => self.enrol_start(link, reply),
            Request::EnrolAccount { user_name, display_name, password, reply } => {
                self.enrol_account(user_name, display_name, password, reply);
            }
            Request::EnrolConfirm { totp, reply } => self.enrol_confirm(totp, reply),
            Request::EnrolFinish { reply } => self.enrol_finish(reply),
            Request::EnrolDevice { join, reply } => self.enrol_device(join, reply),
            Request::EnrolCancel { reply } => self.enrol_cancel(reply),
            Request::Unlock { by, reply } => self.unlock(by, reply),
            Request::Lock { reply } => self.lock("call", reply),
            Request::Login { password, factor, reply } => self.login(password, factor, reply),
            Request::Logout { reply } => self.logout(reply),
            Request::BackupCreate { path, passphrase, reply } => self.backup_create(path, passphrase, reply),
            Request::BackupVerify { path, passphrase, reply } => Self::backup_verify(path, passphrase, reply),
            Request::BackupRestore { path, passphrase, reply } => {
                self.backup_restore(path, passphrase, reply);
            }
            Request::ExportData { what, password, reply } => self.export_data(what, password, reply),
            Request::EraseAll { confirm, password, reply } => self.erase_all(&confirm, password, reply),
            Request::Sessions { reply } => self.sessions(reply),
            Request::EndSession { id, reply } => self.end_session(id, reply),
            Request::RemoveDevice { device, password, reply } => self.remove_device(device, password, reply),
            Request::ChangePassword { old, new, totp, reply } => self.change_password(old, new, totp, reply),
            Request::TotpReplace { password, code, reply } => self.totp_replace(password, &code, reply),
            Request::TotpConfirm { totp, reply } => self.totp_confirm(totp, reply),
            // Handled by the loop itself.
            Request::Shutdown { reply } => drop(reply),
        }
    }

    fn call(&mut self, to: ReplyTo, cause: Option<Value>, what: Call) {
        match &mut self.stage {
            Stage::Open(engine) => engine.call(to, cause, what, &mut self.subscribers),
            Stage::Empty | Stage::Enrolling(_) | Stage::Locked { .. } | Stage::Busy => {
                to.answer(Err(Failure::new(ErrorCode::ApiLocked)), &mut self.subscribers);
            }
        }
    }

    fn status(&mut self, reply: Reply<Status>) {
        match &mut self.stage {
            Stage::Open(engine) => {
                engine.call(ReplyTo::Status(reply), None, Call::Status, &mut self.subscribers);
            }
            other => {
                let enrolled = matches!(other, Stage::Locked { unfinished: false });
                answer(reply, Ok(Status { locked: true, enrolled, logged_in: false, core: None }));
            }
        }
    }

    fn try_now(&mut self) -> Result<(), Failure> {
        let Stage::Open(engine) = &mut self.stage else { return Err(Failure::new(ErrorCode::ApiLocked)) };
        online::try_now(engine, &mut self.subscribers);
        Ok(())
    }

    /// What the network knows of itself and of one person's computer, and free bytes where the profile is.
    fn network(&self, user: Option<UserId>, reply: Reply<(NetReport, Option<u64>)>) {
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        let (net, device) = (engine.network.net.clone(), user.and_then(|user| engine.device_of(&user)));
        let room =
            rustix::fs::statvfs(&self.profile).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
        tokio::spawn(async move {
            let report = net.report(device).await.map(|report| (report, room));
            answer(reply, report.map_err(|_| Failure::new(ErrorCode::Bug).with("why", "stopped")));
        });
    }

    /// After every input: a store that failed means a new core; readers that lag are served from disk.
    fn settle(&mut self) {
        if !matches!(self.stage, Stage::Open(_) | Stage::Busy) {
            self.phone = None;
        }
        if let Stage::Open(engine) = &mut self.stage {
            engine.settle(&mut self.subscribers);
        }
        self.lock_once_told();
    }

    fn lagging(&self) -> bool {
        let newest = match &self.stage {
            Stage::Open(engine) => engine.newest_event(),
            Stage::Empty | Stage::Enrolling(_) | Stage::Locked { .. } | Stage::Busy => 0,
        };
        self.subscribers.lags(newest)
    }

    /// Runs a task whose result changes this loop.
    fn spawn(&self, task: impl Future<Output = Finish> + Send + 'static) {
        let finished = self.finished.clone();
        tokio::spawn(async move {
            // The loop has ended: nothing is left to change.
            let _ended = finished.send(task.await).await;
        });
    }

    /// Hands the stage to a task, or says that one has it already.
    fn lend(&mut self) -> Result<Stage, Failure> {
        match std::mem::replace(&mut self.stage, Stage::Busy) {
            Stage::Busy => Err(Failure::new(ErrorCode::ApiBusy)),
            stage => Ok(stage),
        }
    }

    async fn close(mut self) {
        if let Stage::Open(engine) = std::mem::replace(&mut self.stage, Stage::Busy) {
            engine.close().await;
        }
    }
}

impl Stage {
    /// What happens next in the open profile; never for the other stages. Cancel safe.
    async fn next(&mut self) -> engine::Happening {
        match self {
            Self::Open(engine) => engine.next().await,
            Self::Empty | Self::Enrolling(_) | Self::Locked { .. } | Self::Busy => {
                std::future::pending().await
            }
        }
    }
}

/// Answers a caller; one that has gone is no fault.
fn answer<T>(reply: Reply<T>, result: Result<T, Failure>) {
    drop(reply.send(result));
}
