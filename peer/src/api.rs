//! The handle: cheap to clone, every method a message to the one event loop. A closed loop answers `E-BUG`.
//!
//! Answers and notifications that must keep their order travel on one [`Attached`] stream; [`Peer::call`] is the
//! shorter way when order does not matter. All futures may be dropped at any time: the call itself goes on.

mod account;
mod acts;
mod builder;
mod conversation;
mod credentials;
mod doctor;
mod events;
mod message;

pub use builder::PeerBuilder;
pub use conversation::{Contact, Conversation, Page};
pub use credentials::Credentials;
pub use events::{ContactRequest, Event, Events, Received, repl};
pub use message::{Message, Outgoing, Transfer};

use std::path::Path;

use conclave_proto::ErrorCode;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::driver::{self, Request};
use crate::model::{Answer, Call, ContactList, Failure, Notification, OneUser, Status, UserRef};

/// Calls that may wait for the event loop; one more waits in the caller.
pub(crate) const REQUESTS: usize = 64;
/// Answers and events that may wait for a slow reader; durable events beyond it wait on disk.
pub(crate) const OUTPUTS: usize = 1024;

/// How the engine is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where to listen, as multiaddr text; empty for TCP and QUIC on every interface and any free port.
    pub listen: Vec<String>,
}

/// What an [`Attached`] stream yields, in the order it came about.
#[derive(Debug)]
pub enum Output {
    /// The answer to a submitted call.
    Answer {
        /// The caller's number.
        call: u64,
        /// The answer.
        result: Result<Answer, Failure>,
    },
    /// Something happened.
    Notification(Notification),
}

/// One ordered stream of answers and notifications.
#[derive(Debug)]
pub struct Attached {
    outputs: mpsc::Receiver<Output>,
    subscriber: u64,
}

impl Attached {
    /// The next one; `None` after the engine has stopped. Cancel safe.
    pub async fn next(&mut self) -> Option<Output> {
        self.outputs.recv().await
    }
}

/// The running engine of one profile.
#[derive(Debug, Clone)]
pub struct Peer {
    requests: mpsc::Sender<Request>,
}

impl Peer {
    /// Gathers profile and credentials of a program that runs by itself.
    pub fn builder() -> PeerBuilder {
        PeerBuilder::default()
    }

    /// Everything that happens, from where the last run stopped.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(self.clone())
    }

    /// A colleague by user name.
    ///
    /// # Errors
    /// `E-API-6` when the directory has nobody of that name, `E-API-4` while locked.
    pub async fn contact(&self, name: &str) -> Result<Contact, Failure> {
        let user = UserRef::Name(name.to_owned());
        match self.call(Call::ContactGet(OneUser { user })).await? {
            Answer::Contact { contact } => Ok(Contact::new(self.clone(), contact)),
            _ => Err(unexpected()),
        }
    }

    /// All colleagues: online first, then offline, each by name.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn contacts(&self) -> Result<Vec<Contact>, Failure> {
        match self.call(Call::ContactList(ContactList { filter: None })).await? {
            Answer::Contacts { contacts } => {
                Ok(contacts.into_iter().map(|data| Contact::new(self.clone(), data)).collect())
            }
            _ => Err(unexpected()),
        }
    }

    /// Takes the profile's lock and starts the engine. The vault stays locked.
    ///
    /// # Errors
    /// `E-STORE-2` when another process has the profile, `E-STORE-3` or `-4` when its header does not parse,
    /// `E-FILE-2` when the folder cannot be made.
    pub async fn open(profile: &Path, options: Options) -> Result<Self, Failure> {
        let requests = driver::start(profile.to_owned(), options).await?;
        Ok(Self { requests })
    }

    /// A stream of everything that happens from now on; durable events only after `Call::EventsSubscribe`.
    ///
    /// # Errors
    /// `E-API-8` when there are too many streams.
    pub async fn attach(&self) -> Result<Attached, Failure> {
        let (sender, outputs) = mpsc::channel(OUTPUTS);
        let subscriber = self.ask(|reply| Request::Attach { outputs: sender, reply }).await?;
        Ok(Attached { outputs, subscriber })
    }

    /// Hands a call in; its answer comes on `to`, before the events it causes, which repeat `cause`.
    ///
    /// # Errors
    /// `E-BUG` when the engine has stopped.
    pub async fn submit(
        &self,
        to: &Attached,
        call: u64,
        cause: Option<Value>,
        what: Call,
    ) -> Result<(), Failure> {
        self.submit_to(to.subscriber, call, cause, what).await
    }

    /// As [`Self::submit`], for a writer that does not hold the stream itself.
    pub(crate) async fn submit_to(
        &self,
        subscriber: u64,
        call: u64,
        cause: Option<Value>,
        what: Call,
    ) -> Result<(), Failure> {
        let request = Request::Submit { subscriber, call, cause, what };
        self.requests.send(request).await.map_err(|_| stopped())
    }

    /// Calls and waits for the answer.
    ///
    /// # Errors
    /// The call's own.
    pub async fn call(&self, what: Call) -> Result<Answer, Failure> {
        self.ask(|reply| Request::Call { what, reply }).await
    }

    /// The engine's state.
    ///
    /// # Errors
    /// `E-BUG` when the engine has stopped.
    pub async fn status(&self) -> Result<Status, Failure> {
        self.ask(|reply| Request::Status { reply }).await
    }

    /// Looks at once for the login server and for those that messages wait for, instead of waiting for the next try.
    /// Safe to repeat; once a second is heeded.
    ///
    /// # Errors
    /// `E-API-4` while locked.
    pub async fn try_now(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::TryNow { reply }).await
    }

    /// Says goodbye to the server, syncs and closes everything.
    pub async fn shutdown(&self) {
        let (reply, done) = oneshot::channel();
        if self.requests.send(Request::Shutdown { reply }).await.is_ok() {
            // The loop drops the sender when it has ended; both outcomes mean that it has.
            let _ended = done.await;
        }
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> Request,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Attached {
    /// The number that [`Peer::submit_to`] wants.
    pub(crate) const fn subscriber(&self) -> u64 {
        self.subscriber
    }
}

/// An answer of another kind than the call's: a fault of the engine.
fn unexpected() -> Failure {
    Failure::new(ErrorCode::Bug).with("why", "answer")
}

fn stopped() -> Failure {
    Failure::new(ErrorCode::Bug).with("why", "stopped")
}
