//! What happens, as a stream that goes on where the last run stopped, and the shortest bot.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::{BoxStream, Stream, StreamExt, unfold};

use super::{Attached, Message, Output, Peer};
use crate::model::{
    self, Call, ContactAnswer, EventsAck, EventsSubscribe, Failure, Notification, UserId, UserRef,
};

/// Something happened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A message came; it is durable here.
    Message(Received),
    /// Somebody asks whether we may write to each other, where Policy wants that.
    ContactRequest(ContactRequest),
    /// Anything else, as the JSON-RPC twin tells it.
    Other(Notification),
}

impl Event {
    fn new(peer: &Peer, notification: Notification) -> Self {
        match notification {
            Notification { seq, event: model::Event::MessageReceived { message }, .. } => {
                Self::Message(Received { message: Message::new(peer.clone(), message), seq })
            }
            Notification { seq, event: model::Event::ContactRequest { user, note }, .. } => {
                Self::ContactRequest(ContactRequest { peer: peer.clone(), user, note, seq })
            }
            other => Self::Other(other),
        }
    }

    /// Its place in the sequence of durable events; none for one that is not kept.
    #[must_use]
    pub const fn seq(&self) -> Option<u64> {
        match self {
            Self::Message(received) => received.seq,
            Self::ContactRequest(request) => request.seq,
            Self::Other(notification) => notification.seq,
        }
    }
}

/// A message that came, with its place in the sequence; in all else it is the message.
#[derive(Debug, Clone)]
pub struct Received {
    message: Message,
    seq: Option<u64>,
}

impl std::ops::Deref for Received {
    type Target = Message;

    fn deref(&self) -> &Message {
        &self.message
    }
}

/// Somebody asks whether we may write to each other. It stays open until it is answered.
#[derive(Debug, Clone)]
pub struct ContactRequest {
    peer: Peer,
    user: UserId,
    note: Option<String>,
    seq: Option<u64>,
}

impl ContactRequest {
    /// Who asks.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What they wrote, at most 300 characters; nobody has looked at it.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Answers it; a no is not sent.
    ///
    /// # Errors
    /// `E-API-6` when they do not ask any more.
    pub async fn answer(&self, accept: bool) -> Result<(), Failure> {
        let call = ContactAnswer { user: UserRef::Id(self.user), accept };
        self.peer.call(Call::ContactAnswer(call)).await.map(|_| ())
    }
}

/// Everything that happens, durable events from the first one not [`done`](Self::done). It ends with the engine.
pub struct Events {
    peer: Peer,
    stream: BoxStream<'static, Event>,
}

impl Events {
    pub(super) fn new(peer: Peer) -> Self {
        let stream = unfold(Source::Closed(peer.clone()), Source::next).boxed();
        Self { peer, stream }
    }

    /// The event is dealt with: neither it nor one before it is told again after a restart. Safe to repeat.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub fn done(&self, event: &Event) -> impl Future<Output = Result<(), Failure>> + Send + 'static {
        let (peer, seq) = (self.peer.clone(), event.seq());
        async move {
            match seq {
                Some(seq) => peer.call(Call::EventsAck(EventsAck { seq })).await.map(|_| ()),
                None => Ok(()),
            }
        }
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.stream.poll_next_unpin(context)
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}

/// Opened at the first look, so that making the stream needs no waiting.
enum Source {
    Closed(Peer),
    Open(Peer, Attached),
}

impl Source {
    async fn next(self) -> Option<(Event, Self)> {
        let (peer, mut outputs) = match self {
            Self::Open(peer, outputs) => (peer, outputs),
            Self::Closed(peer) => {
                let outputs = peer.attach().await.ok()?;
                let call = Call::EventsSubscribe(EventsSubscribe { after: None });
                peer.submit(&outputs, 0, None, call).await.ok()?;
                (peer, outputs)
            }
        };
        loop {
            match outputs.next().await? {
                Output::Notification(notification) => {
                    return Some((Event::new(&peer, notification), Self::Open(peer, outputs)));
                }
                Output::Answer { .. } => {}
            }
        }
    }
}

/// Answers every message with what `answer` makes of it, until the engine stops. A message is done when its answer is
/// durable, so after a crash none is lost, and none is answered twice ([`Message::reply`]).
///
/// # Errors
/// The first failure of `answer`, or of acknowledging.
///
/// ```no_run
/// # async fn bot(peer: conclave_peer::Peer) -> conclave_peer::Result<()> {
/// conclave_peer::repl(peer, |message| async move { message.reply(message.text()).await }).await
/// # }
/// ```
pub async fn repl<F, A, T>(peer: Peer, mut answer: F) -> Result<(), Failure>
where
    F: FnMut(Message) -> A,
    A: Future<Output = Result<T, Failure>>,
{
    let mut events = peer.events();
    while let Some(event) = events.next().await {
        if let Event::Message(received) = &event
            && received.is_incoming()
        {
            answer(received.message.clone()).await?;
        }
        events.done(&event).await?;
    }
    Ok(())
}
