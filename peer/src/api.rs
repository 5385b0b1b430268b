//! The handle: cheap to clone, every method a message to the one event loop. A closed loop answers `E-BUG`.
//!
//! Answers and notifications that must keep their order travel on one [`Attached`] stream; [`Peer::call`] is the
//! shorter way when order does not matter. All futures may be dropped at any time: the call itself goes on.

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

use std::path::{Path, PathBuf};

use conclave_crypto::password::Password;
use conclave_proto::ErrorCode;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use crate::driver::{self, Request};
use crate::enrol::Join;
use crate::model::{
    Answer, Call, ContactList, Contents, DeviceId, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart,
    Factor, Failure, LoggedIn, Notification, OneUser, RecoveryCodes, SessionInfo, Status, Unlock, UserRef,
};

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

    /// Reads an invite link and asks the server what it is for. Nothing is spent.
    ///
    /// # Errors
    /// `E-ACC-4` for a bad or used link, `E-SRV-1` to `-3`, `E-API-9` when the profile has an account.
    pub async fn enrol_start(&self, link: Zeroizing<String>) -> Result<EnrolStart, Failure> {
        self.ask(|reply| Request::EnrolStart { link, reply }).await
    }

    /// Makes keys and vault, registers the password, and gives the secret for the authenticator.
    ///
    /// # Errors
    /// `E-ACC-1` to `-4`, `E-SRV-1`, `E-API-9` without a start.
    pub async fn enrol_account(
        &self,
        user_name: String,
        display_name: Option<String>,
        password: Password,
    ) -> Result<EnrolAccount, Failure> {
        self.ask(|reply| Request::EnrolAccount { user_name, display_name, password, reply }).await
    }

    /// Proves the first code; the account exists at the server from here on.
    ///
    /// # Errors
    /// `E-AUTH-1` for a wrong code.
    pub async fn enrol_confirm(&self, totp: Zeroizing<String>) -> Result<EnrolConfirm, Failure> {
        self.ask(|reply| Request::EnrolConfirm { totp, reply }).await
    }

    /// Puts the account and this device into the directory log. May be repeated after a crash.
    ///
    /// # Errors
    /// `E-SRV-1`, `E-DIR-1`, `E-ACC-2`, `E-ACC-4`.
    pub async fn enrol_finish(&self) -> Result<EnrolFinish, Failure> {
        self.ask(|reply| Request::EnrolFinish { reply }).await
    }

    /// Makes this computer the one of an account that exists: logs in, opens the identity with the recovery key, and
    /// lists this computer alone. `link` is any invite link of the organisation, used or not. May be finished by
    /// [`Self::enrol_finish`] if the connection breaks.
    ///
    /// # Errors
    /// `E-AUTH-1` to `-5`, `E-ACC-4` for a damaged link, `E-STORE-1` for a wrong recovery key, `E-API-6` when the server
    /// keeps no identity, `E-API-9` when the profile has an account.
    pub async fn enrol_device(
        &self,
        link: Zeroizing<String>,
        user_name: String,
        password: Password,
        factor: Factor,
        recovery_key: Zeroizing<String>,
    ) -> Result<EnrolFinish, Failure> {
        let join = Join { link, user_name, password, factor, recovery_key };
        self.ask(|reply| Request::EnrolDevice { join, reply }).await
    }

    /// Gives up an enrolment that is not confirmed; nothing of it stays on disk.
    ///
    /// # Errors
    /// `E-API-9` once it is confirmed.
    pub async fn enrol_cancel(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::EnrolCancel { reply }).await
    }

    /// Begins to put another phone in the place of one that an administrator took away (`login-server user totp-reset`):
    /// with the password and the administrator's one-time code. The vault is open.
    ///
    /// # Errors
    /// `E-AUTH-1` for a wrong password or code, `E-API-4`, `E-SRV-1` to `-4`.
    pub async fn totp_replace(
        &self,
        password: Password,
        code: Zeroizing<String>,
    ) -> Result<EnrolAccount, Failure> {
        self.ask(|reply| Request::TotpReplace { password, code, reply }).await
    }

    /// Proves the first code of that phone: it counts from here on, with other recovery codes, and a session begins.
    ///
    /// # Errors
    /// `E-AUTH-1` for a wrong code, `E-API-9` without [`Self::totp_replace`].
    pub async fn totp_confirm(&self, totp: Zeroizing<String>) -> Result<RecoveryCodes, Failure> {
        self.ask(|reply| Request::TotpConfirm { totp, reply }).await
    }

    /// Opens the vault: history is there, with or without the server.
    ///
    /// # Errors
    /// `E-STORE-1`, `E-STORE-3`, `E-API-9` without an account.
    pub async fn unlock(&self, by: Unlock) -> Result<(), Failure> {
        self.ask(|reply| Request::Unlock { by, reply }).await
    }

    /// Closes the vault and every connection; keys leave memory.
    ///
    /// # Errors
    /// `E-BUG` when the engine has stopped.
    pub async fn lock(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::Lock { reply }).await
    }

    /// Opens the vault if needed and logs in at the server.
    ///
    /// # Errors
    /// `E-STORE-1` when the password does not open the vault, `E-AUTH-1` to `-5`, `E-SRV-1` to `-4`.
    pub async fn login(&self, password: Password, factor: Factor) -> Result<LoggedIn, Failure> {
        self.ask(|reply| Request::Login { password, factor, reply }).await
    }

    /// Ends the session at the server and locks; history stays.
    ///
    /// # Errors
    /// `E-BUG` when the engine has stopped.
    pub async fn logout(&self) -> Result<(), Failure> {
        self.ask(|reply| Request::Logout { reply }).await
    }

    /// Writes an encrypted backup to a path where nothing is, and reads it back.
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-ACC-3` for a passphrase under twelve characters, `E-API-7` if there is a file,
    /// `E-FILE-2` or `-5` if it cannot be written.
    pub async fn backup_create(&self, path: PathBuf, passphrase: Password) -> Result<Contents, Failure> {
        self.ask(|reply| Request::BackupCreate { path, passphrase, reply }).await
    }

    /// Reads a whole backup.
    ///
    /// # Errors
    /// `E-FILE-2` if it cannot be read, `-3` if it is damaged, `E-STORE-1` for another passphrase, `-4` if it is newer.
    pub async fn backup_verify(&self, path: PathBuf, passphrase: Password) -> Result<Contents, Failure> {
        self.ask(|reply| Request::BackupVerify { path, passphrase, reply }).await
    }

    /// Makes this empty profile the one of a backup. It stays locked; its password opens it.
    ///
    /// # Errors
    /// As [`Self::backup_verify`]; `E-API-9` if the profile is not empty.
    pub async fn backup_restore(&self, path: PathBuf, passphrase: Password) -> Result<Contents, Failure> {
        self.ask(|reply| Request::BackupRestore { path, passphrase, reply }).await
    }

    /// Erases this profile from this computer. `confirm` is the own user name.
    ///
    /// # Errors
    /// `E-API-4` while locked, `E-API-3` for another name, `E-STORE-1` for a wrong password.
    pub async fn erase_all(&self, confirm: String, password: Password) -> Result<(), Failure> {
        self.ask(|reply| Request::EraseAll { confirm, password, reply }).await
    }

    /// Sessions of this account.
    ///
    /// # Errors
    /// `E-API-5` when not logged in.
    pub async fn sessions(&self) -> Result<Vec<SessionInfo>, Failure> {
        self.ask(|reply| Request::Sessions { reply }).await
    }

    /// Ends a session of this account, also the own one.
    ///
    /// # Errors
    /// `E-API-5` when not logged in, `E-API-6` when there is no such session.
    pub async fn end_session(&self, id: [u8; 16]) -> Result<(), Failure> {
        self.ask(|reply| Request::EndSession { id, reply }).await
    }

    /// Takes a device from the account's list; its session ends. The own one gets new keys at the next login.
    ///
    /// # Errors
    /// `E-STORE-1` for a wrong password, `E-API-5` when not logged in, `E-API-6` when it is not listed.
    pub async fn remove_device(&self, device: DeviceId, password: Password) -> Result<(), Failure> {
        self.ask(|reply| Request::RemoveDevice { device, password, reply }).await
    }

    /// Changes the password of vault and account; a crash at any moment leaves at least one that works.
    ///
    /// # Errors
    /// `E-STORE-1` for a wrong old one, `E-AUTH-1` for a wrong code, `E-API-5` when not logged in.
    pub async fn change_password(
        &self,
        old: Password,
        new: Password,
        totp: Zeroizing<String>,
    ) -> Result<(), Failure> {
        self.ask(|reply| Request::ChangePassword { old, new, totp, reply }).await
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
