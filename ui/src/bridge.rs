//! The bridge to the engine: the only file that holds a [`Peer`].
//!
//! Commands come in through a bounded channel, updates go out through another. Calls to the core and the events they
//! cause share one ordered stream; what takes long (keys, connecting) runs in tasks of its own, so that nothing waits
//! for anything else. When the window is slow, the engine's durable events wait on disk.

mod aside;
mod closed;
mod copies;
mod doctor;
mod erased;
mod files;
pub(crate) mod handed;
mod lock;
mod portrait;
mod stream;
mod written;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use conclave_peer::model::{Call, ErrorCode, EventsAck, Factor, Failure, Unlock};
use conclave_peer::{Attached, Options, Output, Password, Peer, password};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::command::{Command, Purpose, SecondFactor, Typed, Update};
use crate::order::Order;
use crate::shelf::Shelf;
use crate::state::attach::{Glance, Source};
use crate::state::crop::Square;
use crate::state::preview::{Kind, Seen, Which};

use handed::Handed;

/// Commands of the window that may wait: a person cannot make more in the time one takes.
pub const COMMANDS: usize = 64;
/// Updates that may wait for the window to draw.
pub const UPDATES: usize = 256;
/// The goodbye to the server and the last sync may take so long; the store survives without them.
pub const GOODBYE: Duration = Duration::from_secs(3);

/// What only a system with a desktop can do; a fixed set of functions.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Puts text on the clipboard, a secret only for a while; whether that worked.
    pub copy: fn(Zeroizing<String>, Stay) -> bool,
    /// Opens an address of the web in the browser.
    pub browse: fn(&str) -> bool,
    /// A picture on the clipboard, as a PNG file.
    pub picture: fn() -> Option<Vec<u8>>,
    /// The text on the clipboard.
    pub text: fn() -> Option<Zeroizing<String>>,
    /// Asks where a file of this name shall be written to.
    pub save_as: fn(String) -> Asked,
    /// A picture without what the camera wrote into it; nothing when there is nothing to take out.
    pub clean: fn(&Path) -> Option<Vec<u8>>,
    /// Lends bytes to the engine as a file that is on no disk; it is gone when the first part is dropped.
    pub lend: fn(&[u8]) -> Option<Lent>,
    /// Looks into the bytes of a file.
    pub look: fn(&Shelf, Which, Kind, Vec<u8>) -> Option<Seen>,
    /// Looks at a file before it is sent; its bytes are read only where something can be shown.
    pub glance: fn(&Shelf, &Source, Option<Kind>) -> Glance,
    /// Where a copy goes that another program opens.
    pub outside: fn() -> Option<PathBuf>,
    /// A new place for such a copy, by how its content begins; nothing for what no other program is handed.
    pub place: fn(&[u8]) -> Option<PathBuf>,
    /// Opens a written file by the program that the system names for it.
    pub open: fn(&Path) -> bool,
    /// Shows a written file in its folder.
    pub reveal: fn(PathBuf) -> Told,
    /// Shows a picture of this computer.
    pub show: fn(&Shelf, &Path) -> Option<Seen>,
    /// A square of a picture of this computer, encoded anew.
    pub cut: fn(&Path, Square) -> Option<Vec<u8>>,
    /// Brings another window to the front that has a profile open.
    pub present: fn(PathBuf) -> Told,
    /// Starts the window of a profile with the system, or no longer; whether that was written.
    pub autostart: fn(&Path, bool) -> bool,
    /// What the QR code in a picture says.
    pub read_code: fn(&Path) -> Option<Zeroizing<String>>,
}

/// A file that is on no disk: what holds it, and where it can be opened.
pub type Lent = (Box<dyn Send + Sync>, PathBuf);

/// The answer to a question about a place, when it comes.
pub type Asked = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// Whether something could be done, when it is known.
pub type Told = Pin<Box<dyn Future<Output = bool> + Send>>;

/// How long text stays on the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// A minute, as a secret should.
    Minute,
    /// Until something else is copied.
    Long,
}

/// Opens the profile and serves the window until it is gone, or `quit` is dropped or sent; then stops the engine. A
/// profile that is damaged may be set aside meanwhile: an empty one takes its place.
pub async fn run(
    profile: &Path,
    system: System,
    shelf: Shelf,
    desk: mpsc::Sender<Order>,
    mut commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    mut quit: oneshot::Receiver<()>,
) {
    // What is asked for first.
    let mut first = Command::Status;
    loop {
        let opened = match Peer::open(profile, Options::default()).await {
            Ok(peer) => peer.attach().await.map(|attached| (peer, attached)),
            Err(failure) => Err(failure),
        };
        let aside = match opened {
            Ok((peer, attached)) => {
                stream::serve(peer.clone(), &shelf);
                let bridge = Bridge {
                    peer,
                    profile: profile.to_owned(),
                    desk: desk.clone(),
                    system,
                    shelf: shelf.clone(),
                    updates: updates.clone(),
                    handed: Handed::default(),
                    look: None,
                    closing: None,
                    password: None,
                    asked: BTreeMap::new(),
                    number: 0,
                };
                bridge.serve(attached, first, &mut commands, &mut quit).await
            }
            Err(failure) => closed::serve(profile, system, failure, &mut commands, &updates, &mut quit).await,
        };
        let Some(Aside { backup, passphrase }) = aside else { return };
        let moved = aside::set(profile)
            .map_err(|error| Failure::new(ErrorCode::FileUnreadable).with("why", error.kind().to_string()));
        let done = moved.is_ok();
        let _gone = updates.send(Update::SetAside(moved)).await;
        first = if done { Command::Restore(backup, passphrase) } else { Command::Status };
    }
}

/// The profile is to be set aside for a backup.
struct Aside {
    backup: PathBuf,
    passphrase: Typed,
}

struct Bridge {
    peer: Peer,
    profile: PathBuf,
    /// The desktop around the window.
    desk: mpsc::Sender<Order>,
    system: System,
    shelf: Shelf,
    updates: mpsc::Sender<Update>,
    /// What other programs were handed.
    handed: Handed,
    /// The look that is being written.
    look: Option<JoinHandle<()>>,
    /// The lock that is under way.
    closing: Option<JoinHandle<()>>,
    /// Between unlock and sign-in only.
    password: Option<Arc<Zeroizing<String>>>,
    /// What the answers on the stream are for.
    asked: BTreeMap<u64, Purpose>,
    number: u64,
}

impl Bridge {
    /// Serves the window until it is gone, or the profile is to be set aside; then stops the engine.
    async fn serve(
        mut self,
        mut attached: Attached,
        first: Command,
        commands: &mut mpsc::Receiver<Command>,
        quit: &mut oneshot::Receiver<()>,
    ) -> Option<Aside> {
        self.take(&attached, first).await;
        let aside = loop {
            tokio::select! {
                // What was asked before the end is still done: the last keys of a draft are among it.
                biased;
                command = commands.recv() => match command {
                    Some(Command::RestoreInstead(backup, passphrase)) => break Some(Aside { backup, passphrase }),
                    Some(command) => self.take(&attached, command).await,
                    None => break None,
                },
                _ = &mut *quit => break None,
                output = attached.next() => match output {
                    Some(output) => self.report(&attached, output).await,
                    None => break None,
                },
            }
        };
        self.handed.withdraw();
        let _late = tokio::time::timeout(GOODBYE, self.peer.shutdown()).await;
        aside
    }

    async fn take(&mut self, attached: &Attached, command: Command) {
        let peer = self.peer.clone();
        match command {
            Command::Ask(purpose, call) => self.submit(attached, purpose, *call).await,
            Command::Status => self.spawn(async move { Update::Status(peer.status().await) }),
            Command::EnrolStart(link) => {
                self.spawn(async move { Update::EnrolStarted(peer.enrol_start(link.into_inner()).await) });
            }
            Command::Judge { password, user_name, number } => self.spawn(async move {
                let judged =
                    tokio::task::spawn_blocking(move || password::judge(password.text(), &[&user_name]))
                        .await;
                let verdict = judged.unwrap_or(password::Verdict { score: 0, reasons: Vec::new() });
                Update::Judged { number, verdict }
            }),
            Command::EnrolAccount { user_name, display_name, password } => {
                let password = Password::new(password.text());
                self.spawn(async move {
                    Update::EnrolAccount(peer.enrol_account(user_name, display_name, password).await)
                });
            }
            Command::EnrolConfirm(code) => {
                self.spawn(
                    async move { Update::EnrolConfirmed(peer.enrol_confirm(code.into_inner()).await) },
                );
            }
            Command::EnrolFinish => {
                self.spawn(async move { Update::EnrolFinished(peer.enrol_finish().await) });
            }
            Command::EnrolCancel => drop(tokio::spawn(async move { peer.enrol_cancel().await })),
            Command::Unlock(password) => {
                let by = Unlock::Password(Password::new(password.text()));
                self.password = Some(Arc::new(password.into_inner()));
                self.unlock(by);
            }
            Command::Login(factor) => self.login(factor),
            Command::ReplacePhone(code) => {
                let password = self.password.clone();
                self.spawn(async move {
                    let password = Password::new(password.as_ref().map_or("", |text| text.as_str()));
                    Update::PhoneGiven(peer.totp_replace(password, code.into_inner()).await)
                });
            }
            Command::ProvePhone(code) => {
                self.spawn(async move { Update::PhoneProven(peer.totp_confirm(code.into_inner()).await) });
            }
            Command::KeepPassword(password) => self.password = Some(Arc::new(password.into_inner())),
            Command::ForgetPassword => self.password = None,
            Command::Lock => self.lock(),
            Command::UnlockByKey(key) => {
                let by = Unlock::RecoveryKey(key.into_inner());
                self.password = None;
                self.unlock(by);
            }
            Command::Logout => {
                self.password = None;
                self.spawn(async move { Update::SignedOut(peer.logout().await) });
            }
            Command::ChangePassword { old, new, code } => self.spawn(async move {
                let (old, new) = (Password::new(old.text()), Password::new(new.text()));
                Update::PasswordChanged(peer.change_password(old, new, code.into_inner()).await)
            }),
            Command::EraseAll { confirm, password } => {
                let (look, handed) = (self.look.take(), self.handed.clone());
                self.spawn(erased::everything(peer, confirm, password, look, handed));
            }
            Command::Sessions => self.spawn(async move { Update::Sessions(peer.sessions().await) }),
            Command::Copy(text) => self.copy(text, Stay::Minute),
            Command::CopyText(text) => self.copy(text, Stay::Long),
            Command::OpenLink(link) => {
                let browse = self.system.browse;
                drop(tokio::task::spawn_blocking(move || browse(&link)));
            }
            Command::ForgetPictures(names) => self.shelf.forget(&names),
            Command::ForgetViews => {
                self.shelf.clear();
                self.order(Order::Clear);
            }
            Command::Notify(notice) => self.order(Order::Show(notice)),
            Command::Withdraw(user) => self.order(Order::Withdraw(user)),
            Command::Tray(tray) => self.order(Order::Tray(tray)),
            Command::Autostart(on) => {
                let (profile, autostart) = (self.profile.clone(), self.system.autostart);
                drop(tokio::task::spawn_blocking(move || autostart(&profile, on)));
            }
            Command::KeepLook(look) => self.keep_look(look),
            command => self.doctor(command),
        }
    }

    /// A desktop that is that far behind misses a notice.
    fn order(&self, order: Order) {
        drop(self.desk.try_send(order));
    }

    /// One file after the other: what was chosen last stands.
    fn keep_look(&mut self, look: String) {
        let (profile, before) = (self.profile.clone(), self.look.take());
        self.look = Some(tokio::spawn(async move {
            if let Some(before) = before {
                drop(before.await);
            }
            // A disk that takes nothing costs the look of the next start.
            drop(tokio::task::spawn_blocking(move || crate::look::write(&profile, &look)).await);
        }));
    }

    fn copy(&self, text: Typed, stay: Stay) {
        self.spawn(copy(self.system, text, stay));
    }

    async fn report(&mut self, attached: &Attached, output: Output) {
        match output {
            Output::Answer { call, result } => {
                let Some(purpose) = self.asked.remove(&call) else { return };
                self.send(Update::Answer(purpose, Box::new(result))).await;
            }
            Output::Notification(notification) => {
                let seen = notification.seq;
                let locks = matches!(notification.event, conclave_peer::model::Event::VaultLocked { .. });
                // A lock of before is told again once the messages are open: it could not be acknowledged.
                let past = locks && self.peer.status().await.is_ok_and(|status| !status.locked);
                if locks && !past {
                    self.withdraw();
                }
                if !past {
                    self.send(Update::Notification(Box::new(notification))).await;
                }
                // The window reads everything anew when it starts: what it was handed, it needs no second time.
                if let Some(seq) = seen {
                    self.submit(attached, Purpose::Ack, Call::EventsAck(EventsAck { seq })).await;
                }
            }
        }
    }

    fn login(&mut self, factor: SecondFactor) {
        let (peer, password) = (self.peer.clone(), self.password.clone());
        let factor = match factor {
            SecondFactor::Code(code) => Factor::Totp(code.into_inner()),
            SecondFactor::RecoveryCode(code) => Factor::RecoveryCode(code.into_inner()),
        };
        self.spawn(async move {
            let password = Password::new(password.as_ref().map_or("", |text| text.as_str()));
            Update::LoggedIn(peer.login(password, factor).await)
        });
    }

    async fn submit(&mut self, attached: &Attached, purpose: Purpose, call: Call) {
        self.number += 1;
        self.asked.insert(self.number, purpose);
        if let Err(failure) = self.peer.submit(attached, self.number, None, call).await {
            let Some(purpose) = self.asked.remove(&self.number) else { return };
            self.send(Update::Answer(purpose, Box::new(Err(failure)))).await;
        }
    }

    /// Runs what takes long beside the stream, and reports how it ended.
    fn spawn(&self, task: impl Future<Output = Update> + Send + 'static) {
        let updates = self.updates.clone();
        drop(tokio::spawn(async move {
            // The window has gone: nobody waits for the answer.
            let _gone = updates.send(task.await).await;
        }));
    }

    async fn send(&self, update: Update) {
        let _gone = self.updates.send(update).await;
    }
}

/// Puts a text on the clipboard.
async fn copy(system: System, text: Typed, stay: Stay) -> Update {
    let done = tokio::task::spawn_blocking(move || (system.copy)(text.into_inner(), stay)).await;
    Update::Copied(done.unwrap_or(false))
}
