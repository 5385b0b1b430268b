//! Logging in at the server.

use std::sync::Arc;

use conclave_crypto::keys::DeviceId;
use conclave_crypto::login::{LoginResult, RecordChoice};
use conclave_crypto::password::Password;
use conclave_crypto::vault::VaultHeader;
use conclave_proto::ErrorCode;

use crate::account::{Account, Stage as Progress};
use crate::directory_stream::DirectoryStream;
use crate::driver::engine::{Engine, Session};
use crate::driver::{Driver, Reply, Stage, answer, online};
use crate::login::{self, Accepted, LoginParties, LoginProof};
use crate::model::{Factor, Failure, LoggedIn};
use crate::net::{Net, ServerProtocol, ServerStream};
use crate::network::open_server;

use super::finish;
use super::move_in::{self, Moved};
use super::vault::{Credentials, open_vault};

/// A clock further off than a TOTP step and its tolerance makes every code wrong: the hint names it.
const CLOCK_HINT_MS: i64 = 30_000;

impl Driver {
    pub(in crate::driver) fn login(&mut self, password: Password, factor: Factor, reply: Reply<LoggedIn>) {
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
            finish(move |driver| driver.entered(outcome, reply))
        });
    }

    /// Goes on from a login that another act has made, and for which nobody waits.
    pub(super) fn enter(&mut self, inside: Inside, result: LoginResult, skew: i64) {
        let (nobody, _) = tokio::sync::oneshot::channel();
        self.spawn(async move {
            let outcome = inside.enter(result, skew).await;
            finish(move |driver| driver.entered(outcome, nobody))
        });
    }

    fn entered(&mut self, outcome: Result<Entered, Failure>, reply: Reply<LoggedIn>) {
        match (outcome, &mut self.stage) {
            (Ok(Entered::Online(session, lease, skew, told)), Stage::Open(engine)) => {
                engine.came_online(session, lease, skew, &mut self.subscribers);
                answer(reply, Ok(told));
            }
            (Ok(Entered::Moved(moved)), Stage::Open(_)) => self.move_in(*moved, reply),
            (Ok(_), _) => answer(reply, Err(Failure::new(ErrorCode::ApiLocked))),
            (Err(failure), _) => answer(reply, Err(failure)),
        }
    }
}

/// What a login needs of an open engine.
pub(super) struct Attempt {
    pub(super) net: Net,
    pub(super) account: Account,
    header: VaultHeader,
    pub(super) parties: Result<LoginParties, Failure>,
    pub(super) password: Arc<Password>,
    pub(super) proof: LoginProof,
}

/// What a login needs after the server has let it in.
pub(super) struct Inside {
    net: Net,
    account: Account,
    header: VaultHeader,
    password: Arc<Password>,
}

/// A login that the server has let in.
pub(super) struct LogIn {
    pub(super) stream: ServerStream,
    /// The server's clock minus ours, ms.
    pub(super) skew: i64,
    pub(super) accepted: Accepted,
}

/// How a login ends.
enum Entered {
    /// With a session: its lease, and the server's clock minus ours.
    Online(Session, Vec<u8>, i64, LoggedIn),
    /// With other keys for this computer, under which it comes back.
    Moved(Box<Moved>),
}

impl Attempt {
    pub(super) fn of(engine: &Engine, password: Arc<Password>, factor: Factor) -> Self {
        let proof = LoginProof::typed(&factor, engine.account.device, engine.account.cert.hash());
        Self::with(engine, password, proof)
    }

    /// With any proof.
    pub(super) fn with(engine: &Engine, password: Arc<Password>, proof: LoginProof) -> Self {
        let account = engine.account.clone();
        let parties = account.login_name().map(|name| LoginParties {
            org: account.org(),
            name,
            client: engine.device.tpk.public(),
            server: account.server,
        });
        let header = engine.header.clone();
        Self { net: engine.network.net.clone(), account, header, parties, password, proof }
    }

    async fn run(self) -> Result<Entered, Failure> {
        let (login, inside) = self.log_in().await?;
        inside.enter(login.accepted.result, login.skew).await
    }

    /// As far as the server's answer.
    pub(super) async fn log_in(self) -> Result<(LogIn, Inside), Failure> {
        let Self { net, account, header, parties, password, proof } = self;
        let parties = parties?;
        let inside = Inside { net, account, header, password };
        let mut again = true;
        let (mut stream, skew, opened) = loop {
            let mut stream = open_server(&inside.net, &inside.account, ServerProtocol::Login).await?;
            let skew = online::skew(stream.clock_ms());
            match login::challenge(&mut stream, &parties, &inside.password, RecordChoice::Stored).await {
                Ok(opened) => break (stream, skew, opened),
                // The connection of a session that was ended may go while the login begins: another one is made.
                Err(failure) if again && failure.code == ErrorCode::ServerUnreachable => again = false,
                Err(failure) => return Err(clock_hint(failure, skew)),
            }
        };
        let accepted = login::prove(&mut stream, &parties, opened, proof)
            .await
            .map_err(|failure| clock_hint(failure, skew))?;
        Ok((LogIn { stream, skew, accepted }, inside))
    }

    /// What is left of it when its answer is there already.
    pub(super) fn into_inside(self) -> Inside {
        let Self { net, account, header, password, .. } = self;
        Inside { net, account, header, password }
    }
}

impl Inside {
    /// A session for this computer, under its keys or under new ones.
    async fn enter(self, result: LoginResult, skew: i64) -> Result<Entered, Failure> {
        if result.user != self.account.user {
            return Err(Failure::new(ErrorCode::DirectoryOwnKeys));
        }
        let (session, lease) = match self.session().await {
            Ok(entered) => entered,
            Err(failure) => {
                let (session, lease, _) = online::standing_after(failure, &self.net, &self.account).await?;
                (session, Some(lease))
            }
        };
        match lease {
            Some(lease) => {
                let told = LoggedIn { lease_until: self.account.lease_end(&lease)?, ended_other: None };
                Ok(Entered::Online(session, lease, skew, told))
            }
            None => {
                let moved =
                    move_in::list(session, &self.net, self.account, self.header, self.password).await?;
                Ok(Entered::Moved(Box::new(moved)))
            }
        }
    }

    /// The session that the login has opened, with a lease if the directory lists this computer. It is asked for: since
    /// the login another computer may have taken over.
    async fn session(&self) -> Result<(Session, Option<Vec<u8>>), Failure> {
        let stream = open_server(&self.net, &self.account, ServerProtocol::Directory).await?;
        let (stream, news) = DirectoryStream::start(stream);
        let session = Session { stream, news };
        if self.account.stage == Progress::Restored {
            return Ok((session, None));
        }
        match online::resume(&session.stream).await {
            Ok(lease) => Ok((session, Some(lease))),
            // Another one has taken over, or it was removed.
            Err(failure) if failure.code == ErrorCode::ApiState => Ok((session, None)),
            Err(failure) => Err(failure),
        }
    }
}

fn clock_hint(failure: Failure, skew: i64) -> Failure {
    if failure.code == ErrorCode::AuthRefused && skew.abs() > CLOCK_HINT_MS {
        failure.with("clockSkewMs", skew)
    } else {
        failure
    }
}
