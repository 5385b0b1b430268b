//! The directory stream of one connection: answers to requests, and news as they come.
//!
//! ```text
//! no session      only LookUpInvite is answered
//! provisional     logged in, but the device is not in the log: enrolment, leaves
//! full            the account's active device: presence, leases, prekeys, sessions
//! ```
//!
//! News are states, not queues: each kind is a number that rises, and the stream sends what its client has not seen.
//! A slow client so costs the server nothing but its connection.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use conclave_crypto::keys::UserId;
use conclave_proto::schema::{
    self, Leaves, PresenceChanged, Push, Refusal, Request, Response, SessionEnded, push::News,
};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind, limits};
use futures::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;

use super::SignedHead;
use crate::clock;
use crate::login::Client;
use crate::net::{FramedStream, StreamError, refusal};
use crate::presence::Wish;
use crate::session::{Ended, Session};
use crate::shared::{Notice, Shared};

/// How long a stream without a session may be silent: a person may be reading what the invite says.
const SILENT: Duration = limits::CONFIRM_TIMEOUT;
/// How long a stream may be silent that has shown no good invite either.
const STRANGER: Duration = limits::STEP_TIMEOUT;

/// Serves one directory stream.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send>(
    shared: Arc<Shared>,
    client: Client,
    stream: S,
) {
    let step = shared.config().limits.handshake_timeout;
    let mut stream = FramedStream::new(stream, limits::FRAME, step);
    if let Err(error) = stream.open(clock::now()).await {
        tracing::debug!(%error, "a directory stream did not open");
        return;
    }
    let now = clock::now();
    let session = shared.sessions.of(&client.peer).or_else(|| shared.resume(&client, now));
    let head = shared.log.head();
    let seen = head.borrow().clone();
    let mut run = Run {
        presence: shared.presence_changed.subscribe(),
        notice: shared.notice.subscribe(),
        entered: shared.sessions.entered(),
        ended: session.as_ref().map(|session| session.ended()),
        shared,
        client,
        session,
        full: None,
        head,
        leaves_sent: seen.size,
        presence_sent: None,
        guest: false,
        addresses: Vec::new(),
    };
    let end = run.run(&mut stream).await;
    let (shared, client) = (Arc::clone(&run.shared), run.client.clone());
    match end {
        Ok(()) => stream.close().await,
        Err(StreamError::Frame(error)) => {
            tracing::debug!(%error, "a directory stream was refused");
            stream.refuse(refusal(ErrorCode::ApiLine, 0)).await;
            shared.close(client.connection);
        }
        Err(error) => tracing::debug!(%error, "a directory stream ended"),
    }
}

pub(super) struct Run {
    pub(super) shared: Arc<Shared>,
    pub(super) client: Client,
    pub(super) session: Option<Arc<Session>>,
    /// The user, once the session is full.
    pub(super) full: Option<UserId>,
    head: watch::Receiver<SignedHead>,
    presence: watch::Receiver<u64>,
    notice: watch::Receiver<Option<Notice>>,
    entered: watch::Receiver<u64>,
    ended: Option<watch::Receiver<Option<Ended>>>,
    leaves_sent: u64,
    presence_sent: Option<u64>,
    /// Whether a good invite was shown.
    pub(super) guest: bool,
    /// What the client said it listens on.
    pub(super) addresses: Vec<Bytes>,
}

/// What wakes a stream.
enum Woken {
    Frame(Result<Frame, StreamError>),
    Head,
    Presence,
    Notice,
    Entered,
    Ended(Ended),
    Stock,
    Parcels,
    Silent,
}

impl Run {
    async fn run<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        loop {
            self.become_full(stream).await?;
            match self.wait(stream).await {
                Woken::Frame(frame) => {
                    if self.frame(stream, &frame?).await? {
                        return Ok(());
                    }
                }
                Woken::Head => self.send_leaves(stream).await?,
                Woken::Presence => self.send_presence(stream).await?,
                Woken::Notice => {
                    let notice = self.notice.borrow_and_update().clone();
                    if let Some(notice) = notice {
                        let news = schema::Notice { text: notice.text, stops_at_ms: notice.stops_at };
                        push(stream, News::Notice(news)).await?;
                    }
                }
                Woken::Entered => self.find_session(),
                Woken::Ended(why) => {
                    // The reason of a ban stands in the log, which its client cannot ask for any more afterwards.
                    if why.code == ErrorCode::AuthBanned {
                        self.send_leaves(stream).await?;
                    }
                    let news = SessionEnded {
                        code: why.code.number(),
                        until_ms: why.until,
                        device_id: why
                            .by
                            .map_or_else(Bytes::new, |device| Bytes::copy_from_slice(device.as_bytes())),
                    };
                    push(stream, News::SessionEnded(news)).await?;
                    self.shared.close_unless_back(self.client.connection);
                    return Ok(());
                }
                Woken::Stock => self.send_stock(stream).await?,
                Woken::Parcels => self.send_parcels(stream).await?,
                Woken::Silent => return Err(StreamError::Slow),
            }
        }
    }

    async fn wait<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
    ) -> Woken {
        let logged_in = self.session.is_some();
        let patience = if self.guest { SILENT } else { STRANGER };
        let silent = Instant::now() + patience;
        let session = self.session.clone();
        let stock = async {
            match &session {
                Some(session) => session.stock.notified().await,
                None => std::future::pending().await,
            }
        };
        let parcels = async {
            match &session {
                Some(session) => session.parcels.notified().await,
                None => std::future::pending().await,
            }
        };
        let ended = async {
            match &mut self.ended {
                Some(ended) => match ended.wait_for(Option::is_some).await.map(|ended| *ended) {
                    Ok(Some(why)) => why,
                    _ => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        };
        // A sender that is gone means that the server stops, which closes the connection.
        tokio::select! {
            biased;
            why = ended => Woken::Ended(why),
            Ok(()) = self.head.changed(), if logged_in => Woken::Head,
            Ok(()) = self.presence.changed(), if self.full.is_some() => Woken::Presence,
            Ok(()) = self.notice.changed(), if logged_in => Woken::Notice,
            Ok(()) = self.entered.changed(), if !logged_in => Woken::Entered,
            () = stock, if logged_in => Woken::Stock,
            () = parcels, if logged_in => Woken::Parcels,
            frame = stream.next() => Woken::Frame(frame),
            () = tokio::time::sleep_until(silent), if !logged_in => Woken::Silent,
        }
    }

    /// One frame of the client. Whether the stream is at its end.
    async fn frame<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
        frame: &Frame,
    ) -> Result<bool, StreamError> {
        if frame.kind != FrameKind::REQUEST {
            if frame.optional {
                return Ok(false);
            }
            return Err(match frame.kind {
                FrameKind::OPENING | FrameKind::RESPONSE | FrameKind::PUSH => {
                    FrameError::OutOfOrder(frame.kind)
                }
                FrameKind::REFUSAL => {
                    let refusal: Refusal = frame.parse()?;
                    tracing::debug!(code = refusal.code, "a client refused the directory stream");
                    return Ok(true);
                }
                kind => FrameError::Unknown(kind),
            }
            .into());
        }
        let request: Request = frame.parse()?;
        let Some(call) = request.call else { return Err(FrameError::Body(frame.kind).into()) };
        self.find_session();
        self.become_full(stream).await?;
        let goodbye = matches!(call, schema::request::Call::Goodbye(_));
        let outcome = self.answer(call).await;
        let response = Response { id: request.id, outcome: Some(outcome) };
        stream.send(&Frame::message(FrameKind::RESPONSE, &response)).await?;
        if goodbye && let Some(session) = self.session.take() {
            self.shared.sessions.leave(&session);
            self.shared.session_gone(&session, clock::now());
            self.shared.close(self.client.connection);
            return Ok(true);
        }
        Ok(false)
    }

    /// Looks for a session that was opened on the login stream meanwhile.
    fn find_session(&mut self) {
        if let Some(session) = &self.session {
            session.touch(clock::now());
            return;
        }
        self.session = self.shared.sessions.of(&self.client.peer);
        self.ended = self.session.as_ref().map(|session| session.ended());
        if self.session.is_some() {
            self.leaves_sent = self.leaves_sent.min(self.head.borrow().size);
        }
    }

    /// Notices that the session's device is the account's active one, or is so no more.
    async fn become_full<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        let Some(session) = self.session.clone() else { return Ok(()) };
        let active = self.shared.is_active(&session.name, &self.client.peer);
        if !active {
            self.full = None;
            return Ok(());
        }
        if self.full.is_some() {
            return Ok(());
        }
        let user = self.shared.log.read().user_by_name(session.name.as_str()).map(|user| user.id);
        let Some(user) = user else { return Ok(()) };
        self.full = Some(user);
        self.shared.keep_session(&session, clock::now()).await;
        self.show_online(user);
        self.send_presence(stream).await?;
        self.send_stock(stream).await?;
        self.send_parcels(stream).await
    }

    /// Shows the person online, at the addresses known now.
    pub(super) fn show_online(&self, user: UserId) {
        let device = {
            let fold = self.shared.log.read();
            fold.user(&user).and_then(|user| {
                user.devices
                    .iter()
                    .map(|cert| cert.cert())
                    .find(|cert| cert.tpk == self.client.peer)
                    .map(|cert| cert.device_id)
            })
        };
        let Some(device) = device else { return };
        let addresses = answer::with_observed(&self.addresses, self.client.address);
        self.shared.change_presence(|table| table.online(user, device, addresses, clock::now()));
    }

    /// Changes how the person wishes to be seen.
    pub(super) fn set_wish(&self, user: UserId, wish: Wish) {
        self.shared.change_presence(|table| table.wish(user, wish, clock::now()));
    }

    async fn send_leaves<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        loop {
            let head = self.head.borrow_and_update().clone();
            let leaves = self.leaves(&head, self.leaves_sent);
            self.leaves_sent = leaves.first + leaves.leaves.len() as u64;
            let done = !leaves.checkpoint.is_empty();
            push(stream, News::Leaves(leaves)).await?;
            if done {
                return Ok(());
            }
        }
    }

    /// Leaves from `first` on, as many as fit a frame; with the checkpoint when they reach the head.
    pub(super) fn leaves(&self, head: &SignedHead, first: u64) -> Leaves {
        let fold = self.shared.log.read();
        let mut size = 0;
        let mut leaves = Vec::new();
        let count = usize::try_from(head.size.saturating_sub(first)).unwrap_or(usize::MAX);
        for leaf in fold.leaves_from(first).take(count) {
            size += leaf.len();
            if size > limits::LEAVES_BYTES && !leaves.is_empty() {
                break;
            }
            leaves.push(Bytes::copy_from_slice(leaf));
        }
        let reached = first.saturating_add(leaves.len() as u64) >= head.size;
        let checkpoint = if reached { Bytes::copy_from_slice(head.note.as_bytes()) } else { Bytes::new() };
        Leaves { first, leaves, checkpoint, size: head.size }
    }

    /// The newest head.
    pub(super) fn head(&self) -> SignedHead {
        self.head.borrow().clone()
    }

    async fn send_presence<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &mut self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        self.presence.mark_unchanged();
        let (people, version) = {
            let table = self.shared.presence();
            (table.since(self.presence_sent.unwrap_or(0)), table.version())
        };
        let snapshot = self.presence_sent.is_none();
        self.presence_sent = Some(version);
        if people.is_empty() && !snapshot {
            return Ok(());
        }
        push(stream, News::Presence(PresenceChanged { snapshot, people })).await
    }

    async fn send_stock<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        if let Some(stock) = self.low_stock().await {
            push(stream, News::PrekeyStock(stock)).await?;
        }
        Ok(())
    }

    /// Tells how many parcels wait, if any do.
    async fn send_parcels<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        let waiting = self.parcels_waiting();
        if waiting.count > 0 {
            push(stream, News::Parcels(waiting)).await?;
        }
        Ok(())
    }
}

async fn push<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: &mut FramedStream<S>,
    news: News,
) -> Result<(), StreamError> {
    stream.send(&Frame::message(FrameKind::PUSH, &Push { news: Some(news) })).await
}
