//! Enrolment, vault and login: what changes the stage of the profile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use conclave_crypto::keys::DeviceId;
use conclave_crypto::lease::Lease;
use conclave_crypto::login::RecordChoice;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, DeviceKeys, KdfParams, RecoveryCode, UnlockError, VaultHeader};
use conclave_proto::ErrorCode;
use conclave_proto::schema::{self, request::Call, response::Outcome};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::account::{Account, Stage as Progress};
use crate::directory_stream::DirectoryStream;
use crate::disk::{Disk, ProfileLock};
use crate::enrol::{Enrolled, Enrolment, Made};
use crate::entropy;
use crate::login::{self, LoginParties, LoginProof};
use crate::model::{
    Call as CoreCall, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, Event, Factor, Failure, LoggedIn,
    ProfileSet, SessionInfo, Unlock,
};
use crate::net::{Net, ServerProtocol};
use crate::network::Network;
use crate::password;
use crate::words::Language;

use super::engine::{Engine, ReplyTo, Session};
use super::{Driver, Finish, Locking, Reply, Stage, answer, online};

/// A clock further off than a TOTP step and its tolerance makes every code wrong: the hint names it.
const CLOCK_HINT_MS: i64 = 30_000;

/// An unlocked vault on its way to an engine or back to an enrolment.
struct Opened {
    account: Account,
    header: VaultHeader,
    disk: Disk,
    device: Arc<DeviceKeys>,
    /// Only for an account that is not in the log yet.
    uik: Option<conclave_crypto::keys::UikSecret>,
}

impl Driver {
    pub(super) fn enrol_start(&mut self, link: Zeroizing<String>, reply: Reply<EnrolStart>) {
        let back = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Empty) => Stage::Empty,
            Ok(Stage::Locked { unfinished: true }) => Stage::Locked { unfinished: true },
            Ok(Stage::Enrolling(enrolment))
                if enrolment.account().is_none_or(|account| account.stage == Progress::Registering) =>
            {
                Stage::Empty
            }
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "enrolled")));
            }
        };
        let (profile, lock, listen) = self.place();
        self.spawn(async move {
            let started = Enrolment::start(profile, lock, &listen, &link).await;
            finish(move |driver| match started {
                Ok((enrolment, told)) => {
                    driver.stage = Stage::Enrolling(Box::new(enrolment));
                    answer(reply, Ok(told));
                }
                Err(failure) => {
                    driver.stage = back;
                    answer(reply, Err(failure));
                }
            })
        });
    }

    /// Where the profile is, and where to listen.
    fn place(&self) -> (PathBuf, ProfileLock, Vec<String>) {
        (self.profile.clone(), self.lock.clone(), self.options.listen.clone())
    }

    /// Lends the enrolment to a step and takes it back.
    fn enrolment_step<T: Send + 'static>(
        &mut self,
        reply: Reply<T>,
        step: impl FnOnce(Box<Enrolment>) -> BoxFuture<'static, (Box<Enrolment>, Result<T, Failure>)>,
    ) {
        match self.lend() {
            Err(failure) => answer(reply, Err(failure)),
            Ok(Stage::Enrolling(enrolment)) => {
                let stepping = step(enrolment);
                self.spawn(async move {
                    let (enrolment, result) = stepping.await;
                    finish(move |driver| {
                        driver.stage = Stage::Enrolling(enrolment);
                        answer(reply, result);
                    })
                });
            }
            Ok(other) => {
                self.stage = other;
                answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "no enrolment")));
            }
        }
    }

    pub(super) fn enrol_account(
        &mut self,
        user_name: String,
        display_name: Option<String>,
        password: Password,
        reply: Reply<EnrolAccount>,
    ) {
        if let Err(failure) = judged(&password, &user_name) {
            return answer(reply, Err(failure));
        }
        self.enrolment_step(reply, move |mut enrolment| {
            Box::pin(async move {
                let made = enrolment.account_made(&user_name, display_name, Arc::new(password)).await;
                (enrolment, made)
            })
        });
    }

    pub(super) fn enrol_confirm(&mut self, totp: Zeroizing<String>, reply: Reply<EnrolConfirm>) {
        self.enrolment_step(reply, move |mut enrolment| {
            Box::pin(async move {
                let confirmed = enrolment.confirm(&totp).await;
                (enrolment, confirmed)
            })
        });
    }

    pub(super) fn enrol_finish(&mut self, reply: Reply<EnrolFinish>) {
        let mut enrolment = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Enrolling(enrolment)) => enrolment,
            Ok(other) => {
                let code = if matches!(other, Stage::Locked { .. }) {
                    ErrorCode::ApiLocked
                } else {
                    ErrorCode::ApiState
                };
                self.stage = other;
                return answer(reply, Err(Failure::new(code)));
            }
        };
        self.spawn(async move {
            let result = enrolment.finish().await;
            finish(move |driver| {
                driver.finished_enrolment(enrolment, result, reply);
            })
        });
    }

    fn finished_enrolment(
        &mut self,
        enrolment: Box<Enrolment>,
        result: Result<EnrolFinish, Failure>,
        reply: Reply<EnrolFinish>,
    ) {
        if !enrolment.is_ready() {
            self.stage = Stage::Enrolling(enrolment);
            return answer(reply, result);
        }
        let Some(Enrolled { account, header, disk, device, network, directory }) = enrolment.into_enrolled()
        else {
            self.stage = Stage::Locked { unfinished: false };
            return answer(reply, result);
        };
        let profile = self.profile.clone();
        drop(Disk::finished(&profile));
        let opened = Opened { account, header, disk, device, uik: None };
        match self.open_engine(opened, network) {
            Ok(()) => {
                self.name_myself();
                if let Some((stream, news)) = directory {
                    self.resume_session(Session { stream, news });
                }
                answer(reply, result);
            }
            Err(failure) => answer(reply, Err(failure)),
        }
    }

    /// The display name of the enrolment becomes the full name of the profile.
    fn name_myself(&mut self) {
        let Stage::Open(engine) = &mut self.stage else { return };
        let Some(full_name) = engine.account.display_name.clone() else { return };
        let fields = ProfileSet { full_name: Some(full_name), ..ProfileSet::default() };
        let (nobody, _) = tokio::sync::oneshot::channel();
        engine.call(ReplyTo::Handle(nobody), None, CoreCall::ProfileSet(fields), &mut self.subscribers);
    }

    /// After an enrolment the session stands already; only the lease is missing.
    fn resume_session(&mut self, session: Session) {
        self.spawn(async move {
            let lease = online::resume(&session.stream).await;
            finish(move |driver| {
                let (Stage::Open(engine), Ok(lease)) = (&mut driver.stage, lease) else { return };
                engine.came_online(session, lease, 0, &mut driver.subscribers);
            })
        });
    }

    pub(super) fn enrol_cancel(&mut self, reply: Reply<()>) {
        match self.lend() {
            Err(failure) => answer(reply, Err(failure)),
            Ok(Stage::Enrolling(enrolment))
                if enrolment.account().is_none_or(|account| account.stage == Progress::Registering) =>
            {
                let profile = self.profile.clone();
                self.spawn(async move {
                    drop(enrolment);
                    let cleared = tokio::task::spawn_blocking(move || Disk::clear_unfinished(&profile)).await;
                    finish(move |driver| {
                        driver.stage = Stage::Empty;
                        answer(reply, cleared.unwrap_or_else(|_| Err(Failure::new(ErrorCode::Bug))));
                    })
                });
            }
            Ok(other) => {
                self.stage = other;
                answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "confirmed")));
            }
        }
    }

    pub(super) fn unlock(&mut self, by: Unlock, reply: Reply<()>) {
        let unfinished = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Locked { unfinished }) => unfinished,
            Ok(other) => {
                let result = match &other {
                    Stage::Open(_) => Ok(()),
                    _ => Err(Failure::new(ErrorCode::ApiState).with("state", "no vault")),
                };
                self.stage = other;
                return answer(reply, result);
            }
        };
        let (profile, lock, listen) = self.place();
        self.spawn(async move {
            let opened = unlock(&profile, lock, by, &listen).await;
            finish(move |driver| match opened {
                Ok((opened, network)) => {
                    let settled = driver.settle_opened(opened, network);
                    if let Stage::Open(engine) = &driver.stage
                        && engine.account.stage == Progress::Ready
                    {
                        online::come_back(engine);
                    }
                    answer(reply, settled);
                }
                Err(failure) => {
                    driver.stage = Stage::Locked { unfinished };
                    answer(reply, Err(failure));
                }
            })
        });
    }

    /// An unlocked vault becomes an engine, or an enrolment that goes on.
    fn settle_opened(&mut self, mut opened: Opened, network: Network) -> Result<(), Failure> {
        if let Some(uik) = opened.uik.take() {
            let made = Made::reopened(opened.account, opened.header, opened.disk, uik);
            let enrolment =
                Enrolment::resumed(self.profile.clone(), self.lock.clone(), network, opened.device, made);
            self.stage = Stage::Enrolling(Box::new(enrolment));
            return Ok(());
        }
        self.open_engine(opened, network)
    }

    fn open_engine(&mut self, opened: Opened, network: Network) -> Result<(), Failure> {
        let Opened { account, header, disk, device, uik: _ } = opened;
        match Engine::open(account, header, disk, device, network, &mut self.subscribers) {
            Ok(engine) => {
                self.stage = Stage::Open(Box::new(engine));
                Ok(())
            }
            Err(failure) => {
                self.stage = Stage::Locked { unfinished: false };
                Err(failure)
            }
        }
    }

    pub(super) fn lock(&mut self, why: &'static str, reply: Reply<()>) {
        match &mut self.stage {
            Stage::Busy => answer(reply, Err(Failure::new(ErrorCode::ApiBusy))),
            Stage::Open(_) if self.locking.is_some() => answer(reply, Err(Failure::new(ErrorCode::ApiBusy))),
            Stage::Open(engine) => {
                let event = Event::VaultLocked { why: why.to_owned() };
                let seq = engine.note(event, &mut self.subscribers);
                self.locking = Some(Locking { seq, generation: engine.generation(), reply });
                self.lock_once_told();
            }
            Stage::Empty | Stage::Enrolling(_) | Stage::Locked { .. } => answer(reply, Ok(())),
        }
    }

    /// Closes the vault once its last event is durable and told, or never will be.
    pub(super) fn lock_once_told(&mut self) {
        let (Some(locking), Stage::Open(engine)) = (&self.locking, &self.stage) else { return };
        if engine.newest_event() < locking.seq && engine.generation() == locking.generation {
            return;
        }
        let (Some(locking), Ok(Stage::Open(engine))) = (self.locking.take(), self.lend()) else { return };
        self.spawn(async move {
            engine.close().await;
            finish(move |driver| {
                driver.stage = Stage::Locked { unfinished: false };
                answer(locking.reply, Ok(()));
            })
        });
    }

    pub(super) fn login(&mut self, password: Password, factor: Factor, reply: Reply<LoggedIn>) {
        let password = Arc::new(password);
        match self.lend() {
            Err(failure) => answer(reply, Err(failure)),
            Ok(Stage::Open(engine)) => {
                let attempt = Attempt::of(&engine, password, factor);
                self.stage = Stage::Open(engine);
                self.attempt(attempt, reply);
            }
            Ok(Stage::Locked { unfinished }) => {
                let (profile, lock, listen) = self.place();
                self.spawn(async move {
                    let by = Credentials::Password(Arc::clone(&password));
                    let opened = open_vault(&profile, lock, by, &listen).await;
                    finish(move |driver| match opened {
                        Ok((opened, network)) => match driver.settle_opened(opened, network) {
                            Ok(()) => driver.login_shared(password, factor, reply),
                            Err(failure) => answer(reply, Err(failure)),
                        },
                        Err(failure) => {
                            driver.stage = Stage::Locked { unfinished };
                            answer(reply, Err(failure));
                        }
                    })
                });
            }
            Ok(Stage::Enrolling(enrolment)) => {
                self.stage = Stage::Enrolling(enrolment);
                self.login_shared(password, factor, reply);
            }
            Ok(other) => {
                self.stage = other;
                answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "no account")));
            }
        }
    }

    /// The login itself, once the vault is open.
    fn login_shared(&mut self, password: Arc<Password>, factor: Factor, reply: Reply<LoggedIn>) {
        if let Stage::Open(engine) = &self.stage {
            let attempt = Attempt::of(engine, password, factor);
            return self.attempt(attempt, reply);
        }
        self.enrolment_step(reply, move |mut enrolment| {
            Box::pin(async move {
                let proof = LoginProof::typed(&factor, DeviceId::new([0; 16]), [0; 32]);
                let result = enrolment.log_in(&password, proof).await;
                (enrolment, result.map(|()| LoggedIn { lease_until: 0, ended_other: None }))
            })
        });
    }

    fn attempt(&mut self, attempt: Attempt, reply: Reply<LoggedIn>) {
        self.spawn(async move {
            let outcome = attempt.run().await;
            finish(move |driver| match (outcome, &mut driver.stage) {
                (Ok((session, lease, skew, told)), Stage::Open(engine)) => {
                    engine.came_online(session, lease, skew, &mut driver.subscribers);
                    answer(reply, Ok(told));
                }
                (Ok(_), _) => answer(reply, Err(Failure::new(ErrorCode::ApiLocked))),
                (Err(failure), _) => answer(reply, Err(failure)),
            })
        });
    }

    pub(super) fn logout(&mut self, reply: Reply<()>) {
        let stream = match &self.stage {
            Stage::Open(engine) => engine.session.as_ref().map(|session| session.stream.clone()),
            _ => None,
        };
        if let Some(stream) = stream {
            self.spawn(async move {
                // Without an answer the session ends by itself at the server; locking does not wait for it.
                drop(end_own_session(&stream).await);
                finish(move |driver| driver.lock("call", reply))
            });
        } else {
            self.lock("call", reply);
        }
    }

    pub(super) fn sessions(&mut self, reply: Reply<Vec<SessionInfo>>) {
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        let Some(session) = &engine.session else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLogin)));
        };
        let stream = session.stream.clone();
        tokio::spawn(async move { answer(reply, list_sessions(&stream).await) });
    }

    pub(super) fn change_password(
        &mut self,
        old: Password,
        new: Password,
        totp: Zeroizing<String>,
        reply: Reply<()>,
    ) {
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        if engine.session.is_none() {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLogin)));
        }
        if let Err(failure) = judged(&new, engine.account.name.as_str()) {
            return answer(reply, Err(failure));
        }
        let change = Change {
            profile: self.profile.clone(),
            header: engine.header.clone(),
            attempt: Attempt::of(engine, Arc::new(new), Factor::Totp(totp)),
            old: Arc::new(old),
        };
        self.spawn(async move {
            let outcome = change.run().await;
            finish(move |driver| {
                let result = match (outcome, &mut driver.stage) {
                    (Ok(header), Stage::Open(engine)) => {
                        engine.header = header;
                        Ok(())
                    }
                    (Ok(_), _) => Ok(()),
                    (Err(failure), _) => Err(failure),
                };
                answer(reply, result);
            })
        });
    }
}

/// What a login needs of an open engine.
struct Attempt {
    net: Net,
    account: Account,
    parties: Result<LoginParties, Failure>,
    password: Arc<Password>,
    proof: LoginProof,
}

impl Attempt {
    fn of(engine: &Engine, password: Arc<Password>, factor: Factor) -> Self {
        let account = engine.account.clone();
        let parties = account.login_name().map(|name| LoginParties {
            org: account.org(),
            name,
            client: engine.device.tpk.public(),
            server: account.server,
        });
        let proof = LoginProof::typed(&factor, account.device, account.cert.hash());
        Self { net: engine.network.net.clone(), account, parties, password, proof }
    }

    async fn run(self) -> Result<(Session, Vec<u8>, i64, LoggedIn), Failure> {
        let parties = self.parties?;
        let (server, addresses) = (self.account.server, self.account.addresses.clone());
        let open = |protocol| {
            let (net, addresses) = (self.net.clone(), addresses.clone());
            async move {
                net.open_server(server, addresses, protocol)
                    .await
                    .map_err(|error| crate::network::unreachable(&error))
            }
        };
        let mut stream = open(ServerProtocol::Login).await?;
        let skew = online::skew(stream.clock_ms());
        let accepted = login::log_in(&mut stream, &parties, &self.password, RecordChoice::Stored, self.proof)
            .await
            .map_err(|failure| clock_hint(failure, skew))?;
        if accepted.result.user != self.account.user {
            return Err(Failure::new(ErrorCode::DirectoryOwnKeys));
        }
        let (stream, news) = DirectoryStream::start(open(ServerProtocol::Directory).await?);
        let lease = match accepted.result.lease {
            lease if lease.is_empty() => online::resume(&stream).await?,
            lease => lease,
        };
        let lease_until = Lease::parse(&self.account.org(), &lease)
            .map(|signed| signed.lease().not_after)
            .map_err(|_| Failure::new(ErrorCode::ServerIdentity))?;
        Ok((Session { stream, news }, lease, skew, LoggedIn { lease_until, ended_other: None }))
    }
}

/// A change of password: new slot, new record at the server, old slot gone. A crash leaves at least one that works.
struct Change {
    profile: std::path::PathBuf,
    header: VaultHeader,
    attempt: Attempt,
    old: Arc<Password>,
}

impl Change {
    async fn run(self) -> Result<VaultHeader, Failure> {
        let Self { profile, header, attempt, old } = self;
        let new = Arc::clone(&attempt.password);
        let folder = profile.clone();
        let (both, place) = blocking(move || {
            let place = header.unlock(Credential::Password(&old)).map_err(unlock_fault)?.slot;
            let both = header
                .add_slot(
                    Credential::Password(&old),
                    Credential::Password(&new),
                    KdfParams::DEFAULT,
                    &mut entropy::rng(),
                )
                .map_err(unlock_fault)?;
            Disk::write_header(&folder, &both)?;
            Ok((both, place))
        })
        .await?;
        let parties = attempt.parties.clone()?;
        let replaced = async {
            let mut stream = attempt
                .net
                .open_server(attempt.account.server, attempt.account.addresses.clone(), ServerProtocol::Login)
                .await
                .map_err(|error| crate::network::unreachable(&error))?;
            login::register(&mut stream, &parties, &attempt.password).await?;
            login::log_in(&mut stream, &parties, &attempt.password, RecordChoice::Fresh, attempt.proof).await
        }
        .await;
        let new = Arc::clone(&attempt.password);
        blocking(move || {
            let unlocked = both.unlock(Credential::Password(&new)).map_err(unlock_fault)?;
            let gone = if replaced.is_ok() { place } else { unlocked.slot };
            let header =
                both.remove_slot(&unlocked.keys, gone).ok_or_else(|| Failure::new(ErrorCode::Bug))?;
            Disk::write_header(&profile, &header)?;
            replaced.map(|_| header)
        })
        .await
    }
}

/// What opens the vault, shared with a login that follows.
enum Credentials {
    Password(Arc<Password>),
    Recovery(RecoveryCode),
}

async fn unlock(
    profile: &Path,
    lock: ProfileLock,
    by: Unlock,
    listen: &[String],
) -> Result<(Opened, Network), Failure> {
    let by = match by {
        Unlock::Password(password) => Credentials::Password(Arc::new(password)),
        Unlock::RecoveryKey(text) => Credentials::Recovery(
            RecoveryCode::parse(&text).map_err(|_| Failure::new(ErrorCode::StorePassword))?,
        ),
    };
    open_vault(profile, lock, by, listen).await
}

async fn open_vault(
    profile: &Path,
    lock: ProfileLock,
    by: Credentials,
    listen: &[String],
) -> Result<(Opened, Network), Failure> {
    let folder = profile.to_owned();
    let opened = blocking(move || {
        let credential = match &by {
            Credentials::Password(password) => Credential::Password(password),
            Credentials::Recovery(code) => Credential::Recovery(code),
        };
        let mut fault = Failure::new(ErrorCode::StoreDamaged);
        for header in Disk::headers(&folder)? {
            match header.unlock(credential) {
                Ok(unlocked) => {
                    let device = header.device_keys(&unlocked.keys).map_err(unlock_fault)?;
                    let disk = Disk::open(&folder, lock, unlocked.keys)?;
                    let account = Account::load(disk.store().as_ref())?
                        .ok_or_else(|| Failure::new(ErrorCode::StoreDamaged).with("why", "no account"))?;
                    let uik = match account.stage {
                        Progress::Ready | Progress::Restored => None,
                        _ => Some(header.uik(credential).map_err(unlock_fault)?),
                    };
                    return Ok(Opened { account, header, disk, device: Arc::new(device), uik });
                }
                // The other copy may be whole.
                Err(error) => fault = unlock_fault(error),
            }
        }
        Err(fault)
    })
    .await?;
    let network = Network::start(&opened.device.tpk, listen).await?;
    Ok((opened, network))
}

/// The rules of a new password; the reasons are worded by the faces, in their own language.
fn judged(password: &Password, name: &str) -> Result<(), Failure> {
    let text = std::str::from_utf8(password.as_bytes()).unwrap_or_default();
    password::judge(text, &[name]).into_result(Language::default())
}

pub(super) fn unlock_fault(error: UnlockError) -> Failure {
    Failure::new(match error {
        UnlockError::Refused => ErrorCode::StorePassword,
        _ => ErrorCode::StoreDamaged,
    })
}

fn clock_hint(failure: Failure, skew: i64) -> Failure {
    if failure.code == ErrorCode::AuthRefused && skew.abs() > CLOCK_HINT_MS {
        failure.with("clockSkewMs", skew)
    } else {
        failure
    }
}

async fn list_sessions(stream: &DirectoryStream) -> Result<Vec<SessionInfo>, Failure> {
    let Outcome::Sessions(found) = stream.request(Call::ListSessions(schema::ListSessions {})).await? else {
        return Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "unexpected answer"));
    };
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let sessions = found.sessions.into_iter().map(|session| SessionInfo {
        id: hex(&session.session_id),
        device: hex(&session.device_id),
        current: session.current,
        address: session.address,
        since: session.since_ms,
        last_active: session.last_active_ms,
    });
    Ok(sessions.collect())
}

async fn end_own_session(stream: &DirectoryStream) -> Result<(), Failure> {
    let own = list_sessions(stream).await?.into_iter().find(|session| session.current);
    let Some(own) = own else { return Ok(()) };
    let id = data_encoding::HEXLOWER.decode(own.id.as_bytes()).unwrap_or_default();
    stream.carry_out(Call::EndSession(schema::EndSession { session_id: id.into() })).await
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Failure::new(ErrorCode::Bug)))
}

pub(super) fn finish(change: impl FnOnce(&mut Driver) + Send + 'static) -> Finish {
    Box::new(change)
}
