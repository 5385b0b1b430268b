//! The shell of the login machine: one task for one login stream.
//!
//! Times that could tell an unknown name from a known one, or a wrong password from a wrong code, are made equal
//! here: CHALLENGE and REFUSED leave at a fixed time after the frame they answer came in.

use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::keys::{TransportPublic, UserId};
use conclave_crypto::login::{Factor, LoginFrame, LoginName};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind, limits};
use futures::{AsyncRead, AsyncWrite};
use libp2p::swarm::ConnectionId;
use rand_core::Rng;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::{Effect, Entry, Input, Login, Memory, Setting};
use crate::accounts::{TokenHash, TokenKind};
use crate::clock;
use crate::figures::Login as EndedAs;
use crate::net::{FramedStream, StreamError, refusal};
use crate::session::{Ended, Session};
use crate::shared::Shared;
use crate::throttle::{Verdict, Who};

/// When CHALLENGE leaves after LOGIN came: an OPAQUE start and a look-up take about 2 ms.
const CHALLENGE_AFTER: Duration = Duration::from_millis(25);
/// When REFUSED leaves after the frame it answers: a code that is checked costs an `fdatasync`.
const REFUSE_AFTER: Duration = Duration::from_millis(250);

/// How long a client has to read the last frame of a login and to end its stream; a busy computer takes long.
const FAREWELL: Duration = Duration::from_secs(2);

/// The client of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// The connection's proven key.
    pub(crate) peer: TransportPublic,
    /// The connection.
    pub(crate) connection: ConnectionId,
    /// Where it comes from.
    pub(crate) address: Option<std::net::IpAddr>,
}

/// Serves one login stream. Every error closes the stream; nothing is half done then.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send>(
    shared: Arc<Shared>,
    client: Client,
    memory: Arc<tokio::sync::Mutex<Memory>>,
    stream: S,
) {
    let step = shared.config().limits.handshake_timeout;
    let mut stream = FramedStream::new(stream, limits::CONTROL_FRAME, step);
    // One login at a time on a connection: it holds what is remembered. The next one may be quicker than the end of
    // the one before, so it waits a little.
    let Ok(mut memory) = timeout(step, memory.lock()).await else {
        stream.refuse(refusal(ErrorCode::ServerBusy, 0)).await;
        return;
    };
    if let Err(error) = stream.open(clock::now()).await {
        tracing::debug!(%error, "a login stream did not open");
        return;
    }
    let setting = Setting {
        server: Arc::clone(&shared.login),
        org: shared.org,
        client: client.peer,
        server_key: shared.server_key,
        inside: shared.sessions.of(&client.peer).map(|session| session.name.clone()),
    };
    let machine = Login::new(setting, std::mem::take(&mut memory));
    let mut run = Run {
        shared,
        client,
        step,
        machine: Some(machine),
        who: None,
        came: Instant::now(),
        ended: EndedAs::Broken,
    };
    let began = Instant::now();
    match run.run(&mut stream).await {
        Ok(()) => {}
        Err(StreamError::Frame(error)) => {
            tracing::debug!(%error, "a login stream was refused");
            stream.refuse(refusal(ErrorCode::AuthRefused, 0)).await;
        }
        Err(error @ StreamError::Slow) => {
            tracing::debug!(%error, "a login stream ended early");
            // A computer that is busy takes longer over its password than a step may last: it may come again.
            stream.refuse(refusal(ErrorCode::ServerBusy, 0)).await;
        }
        Err(error) => tracing::debug!(%error, "a login stream ended early"),
    }
    run.shared.figures.login(run.ended, began.elapsed());
    run.charge();
    if let Some(machine) = run.machine.take() {
        *memory = machine.into_memory();
    }
    stream.close().await;
    // The connection of a session that was ended is kept while a login holds its memory: what was answered is read
    // first, or it would be lost with the connection.
    let _ = timeout(FAREWELL, stream.next()).await;
    drop(memory);
}

struct Run {
    shared: Arc<Shared>,
    client: Client,
    step: Duration,
    machine: Option<Login>,
    /// Set from LOGIN on until the login succeeds: an end before that is a failed attempt.
    who: Option<Who>,
    came: Instant,
    /// How it ended, for the figures.
    ended: EndedAs,
}

impl Run {
    async fn run<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        loop {
            let patience = match &self.machine {
                Some(machine) if machine.awaits_confirm() => limits::CONFIRM_TIMEOUT,
                _ => self.step,
            };
            let frame = timeout_at(Instant::now() + patience, stream.next())
                .await
                .map_err(|_| StreamError::Slow)??;
            self.came = Instant::now();
            if frame.kind != FrameKind::LOGIN {
                if frame.optional {
                    continue;
                }
                return Err(FrameError::Unknown(frame.kind).into());
            }
            let parsed = LoginFrame::decode(&frame.body).map_err(|_| FrameError::Body(frame.kind))?;
            // Whoever registers wants an account or another password.
            if matches!(parsed, LoginFrame::Register { .. }) && !self.shared.config().service.writes() {
                stream.refuse(refusal(ErrorCode::ServerBusy, 0)).await;
                return Ok(());
            }
            if let LoginFrame::Register { name, .. } | LoginFrame::Login { name, .. } = &parsed
                && let Some(wait) = self.hold(name)
            {
                self.ended = EndedAs::Throttled;
                let wait_ms = u32::try_from(wait).unwrap_or(u32::MAX);
                let code = u8::try_from(ErrorCode::AuthThrottled.number()).unwrap_or_default();
                return send(stream, &LoginFrame::Refused { code, wait_ms }).await;
            }
            if self.follow(stream, Input::Frame(parsed)).await? {
                return Ok(());
            }
        }
    }

    /// Feeds the machine and does its effects until it waits for a frame. Whether the stream is at its end.
    async fn follow<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
        input: Input,
    ) -> Result<bool, StreamError> {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            for effect in self.handle(input).await? {
                match effect {
                    Effect::Send(frame) => send(stream, &frame).await?,
                    Effect::Challenge(frame) => {
                        sleep_until(self.leaves(CHALLENGE_AFTER)).await;
                        send(stream, &frame).await?;
                    }
                    Effect::Refuse => {
                        self.ended = EndedAs::Refused;
                        sleep_until(self.leaves(REFUSE_AFTER)).await;
                        let code = u8::try_from(ErrorCode::AuthRefused.number()).unwrap_or_default();
                        send(stream, &LoginFrame::Refused { code, wait_ms: 0 }).await?;
                        return Ok(true);
                    }
                    Effect::Done => {
                        self.ended = EndedAs::Ok;
                        return Ok(true);
                    }
                    // Told only to who has proven both factors, so it tells a stranger nothing.
                    Effect::Open(entry) if let Some(until) = self.kicked(&entry.name) => {
                        let code = u8::try_from(ErrorCode::AuthKicked.number()).unwrap_or_default();
                        self.ended = EndedAs::Kicked;
                        let wait = until.saturating_sub(clock::now());
                        let wait_ms = u32::try_from(wait).unwrap_or(u32::MAX);
                        send(stream, &LoginFrame::Refused { code, wait_ms }).await?;
                        return Ok(true);
                    }
                    question => next = Some(self.answer(question).await),
                }
            }
        }
        Ok(false)
    }

    /// When an answer leaves: so long after the frame it answers came, or twice as long, or three times. How late a busy
    /// server is would otherwise tell what it had to do.
    fn leaves(&self, after: Duration) -> Instant {
        let late = self.came.elapsed().as_nanos() / after.as_nanos().max(1);
        self.came + after.saturating_mul(u32::try_from(late).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// One step of the machine, where its arithmetic holds nobody up.
    async fn handle(&mut self, input: Input) -> Result<Vec<Effect>, StreamError> {
        let Some(mut machine) = self.machine.take() else { return Err(StreamError::Closed) };
        let permit =
            Arc::clone(&self.shared.hashes).acquire_owned().await.map_err(|_| StreamError::Closed)?;
        let done = tokio::task::spawn_blocking(move || {
            let effects = machine.handle(input, clock::now(), &mut clock::rng());
            drop(permit);
            (machine, effects)
        })
        .await;
        let Ok((machine, effects)) = done else { return Err(StreamError::Closed) };
        self.machine = Some(machine);
        effects.map_err(|_| FrameError::OutOfOrder(FrameKind::LOGIN).into())
    }

    /// Does what the machine asks. A store that fails answers like a refusal; the cause is in the log.
    async fn answer(&mut self, effect: Effect) -> Input {
        let shared = Arc::clone(&self.shared);
        let accounts = &shared.accounts;
        let now = clock::now();
        match effect {
            Effect::Find(name) => {
                let account = accounts.find(&name).await;
                let record = told(account).flatten().map(|account| account.record);
                Input::Found { record, barred: shared.is_banned(&name, &self.client.peer) }
            }
            Effect::Check(name, factor, proof) => {
                if !shared.throttle().try_code(name.as_str(), now) {
                    return Input::Answer(false);
                }
                let right = match factor {
                    Factor::Totp => accounts.spend_totp(&name, &proof, now).await,
                    Factor::RecoveryCode => accounts.spend_recovery(&name, &proof).await,
                    Factor::LoginToken => Ok(false),
                };
                let right = told(right).unwrap_or(false);
                if right {
                    shared.throttle().right_code(name.as_str());
                }
                Input::Answer(right)
            }
            Effect::FindToken(name, hash) => Input::Token(self.token(&name, hash, now).await),
            Effect::Create(name, account, hash) => {
                Input::Answer(told(accounts.create(&name, &account, hash, now).await).unwrap_or(false))
            }
            Effect::Replace(name, record) => {
                Input::Answer(told(accounts.replace_record(&name, &record).await).unwrap_or(false))
            }
            Effect::Open(entry) => self.open(&entry, now),
            Effect::Send(_) | Effect::Challenge(_) | Effect::Refuse | Effect::Done => Input::Answer(false),
        }
    }

    async fn token(&self, name: &LoginName, hash: TokenHash, now: u64) -> Option<TokenKind> {
        let token = told(self.shared.accounts.token(hash).await)??;
        let exists = told(self.shared.accounts.find(name).await)?.is_some();
        let fits = match token.kind {
            TokenKind::New => !exists && !self.taken(name),
            TokenKind::Phone => exists,
            TokenKind::Reset => self.shared.log.read().user_by_name(name.as_str()).is_some(),
        };
        (token.admits(name, now) && fits).then_some(token.kind)
    }

    /// Whether the log has this name or one that looks like it.
    fn taken(&self, name: &LoginName) -> bool {
        conclave_crypto::username::Username::parse(name.as_str())
            .is_ok_and(|name| self.shared.log.read().is_name_taken(&name))
    }

    /// Opens the session and says what the client gets to know.
    fn open(&mut self, entry: &Entry, now: u64) -> Input {
        let shared = &self.shared;
        if let Some(who) = self.who.take() {
            shared.throttle().succeeded(&who);
        }
        let mut id = [0; 16];
        clock::rng().fill_bytes(&mut id);
        let session = Session::new(
            id,
            entry.name.clone(),
            self.client.peer,
            self.client.connection,
            entry.device,
            self.client.address,
            now,
        );
        if let Some(old) = shared.sessions.enter(&session)
            && old.connection != session.connection
        {
            // The same device has come back before its old connection was seen to be dead.
            shared.close(old.connection);
        }
        if entry.ends_others {
            let why = Ended::because(ErrorCode::SessionEnded);
            shared.end_sessions(&entry.name, Some(&session), why, now);
        }
        tracing::debug!(user = entry.name.as_str(), "logged in");
        let user = shared.log.read().user_by_name(entry.name.as_str()).map(|user| user.id);
        let lease = user
            .filter(|_| shared.is_active(&entry.name, &self.client.peer))
            .and_then(|user| shared.log.lease(&user, &entry.device, &entry.devcert_hash, now));
        Input::Opened { user: user.unwrap_or(UserId::new([0; 16])), lease: lease.unwrap_or_default() }
    }

    /// Until when the account is kept out by a kick. The person has proven who they are: no failed try.
    fn kicked(&mut self, name: &LoginName) -> Option<u64> {
        let until = self.shared.kicks.until(name, clock::now())?;
        if let Some(who) = self.who.take() {
            self.shared.throttle().succeeded(&who);
        }
        Some(until)
    }

    /// How long an attempt on this name has to wait, if it has to. A registration counts too: it is a question
    /// to the same oblivious function, with which passwords could be tried against a recorded CHALLENGE.
    fn hold(&mut self, name: &LoginName) -> Option<u64> {
        let who = self.shared.who(name, &self.client.peer, self.client.address);
        match self.shared.throttle().attempt(&who, clock::now()) {
            Verdict::Allowed => {
                self.who = Some(who);
                None
            }
            Verdict::Wait(wait) => Some(wait),
        }
    }

    /// The stream ended before anybody was let in.
    fn charge(&mut self) {
        if let Some(who) = self.who.take() {
            self.shared.throttle().failed(&who, clock::now());
        }
    }
}

async fn send<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: &mut FramedStream<S>,
    frame: &LoginFrame,
) -> Result<(), StreamError> {
    stream.send(&Frame::raw(FrameKind::LOGIN, frame.encode())).await
}

/// The value, or nothing and a line in the log.
fn told<T>(result: Result<T, crate::store::StoreError>) -> Option<T> {
    result.map_err(|error| tracing::error!(%error, "the store failed during a login")).ok()
}
