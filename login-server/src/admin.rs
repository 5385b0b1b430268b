//! The administrator's socket: a Unix socket, mode 0600 in a directory of mode 0700, one JSON object a line each
//! way. Only the server's own user and root are answered. Never over TCP.
//!
//! Keys of administrators never come here: the command opens them itself and sends signed leaves.

mod act;
mod backup;
mod block;
mod dropbox;
mod invite_many;
mod invites;
mod key;
mod kick;
mod leaf;
mod look;
mod operate;
mod person;
mod phone;
mod policy;
mod reset;
mod usage;
pub(crate) mod wire;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::Instrument as _;

pub(crate) use operate::config_row;
pub(crate) use wire::{Answer, Reply, Request};

use crate::audit::Act;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::words::said;

/// Longest request line, in bytes: a leaf in hex and a little more.
const LINE: u64 = 1024 * 1024;
/// Administrators at once.
const CLIENTS: usize = 16;
/// How long a line may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest path of a Unix socket, in bytes (Linux `sun_path`, with its final zero).
const PATH: usize = 107;

/// The bound socket; its file goes with it.
#[derive(Debug)]
pub(crate) struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl AdminSocket {
    /// Binds the socket. A file left by a server that died is removed; one of a server that answers is not.
    pub(crate) fn bind(path: &Path) -> std::io::Result<Self> {
        if path.as_os_str().len() > PATH {
            return Err(std::io::Error::other(format!(
                "the path is longer than {PATH} bytes; set server.socket"
            )));
        }
        if path.exists() {
            if std::os::unix::net::UnixStream::connect(path).is_ok() {
                return Err(std::io::ErrorKind::AddrInUse.into());
            }
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers until the server stops.
    pub(crate) async fn serve(self, shared: Arc<Shared>) {
        let clients = Arc::new(Semaphore::new(CLIENTS));
        let number = Arc::new(AtomicU64::new(0));
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = shared.stop.cancelled() => return,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Ok(permit) = Arc::clone(&clients).try_acquire_owned() else { continue };
            let (shared, number) = (Arc::clone(&shared), Arc::clone(&number));
            tokio::spawn(async move {
                if let Err(error) = client(&shared, stream, &number).await {
                    tracing::debug!(%error, "an administrator's connection ended");
                }
                drop(permit);
            });
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Answers one connection; `number` counts the requests of all, and names each in the log of the process.
async fn client(shared: &Arc<Shared>, stream: UnixStream, number: &AtomicU64) -> std::io::Result<()> {
    let peer = stream.peer_cred()?;
    let own = rustix::process::geteuid().as_raw();
    if peer.uid() != own && peer.uid() != 0 {
        tracing::warn!(uid = peer.uid(), "a stranger tried the administrator's socket");
        return Ok(());
    }
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let count = timeout(PATIENCE, (&mut read).take(LINE).read_until(b'\n', &mut line)).await??;
        if count == 0 {
            return Ok(());
        }
        let reply = match serde_json::from_slice::<Request>(&line) {
            Ok(request) => {
                let (caller, request) = Caller::of(peer.uid(), request);
                let id = number.fetch_add(1, Ordering::Relaxed);
                answer(shared, &caller, request).instrument(tracing::info_span!("admin", request = id)).await
            }
            Err(error) => Err(Failure::new(Exit::Usage, said("request-unparsed").with("why", error))),
        };
        let mut text = serde_json::to_vec(&Answer::from(Reply::from(reply)))?;
        text.push(b'\n');
        timeout(PATIENCE, write.write_all(&text)).await??;
    }
}

async fn answer(
    shared: &Arc<Shared>,
    caller: &Caller,
    request: Request,
) -> Result<serde_json::Value, Failure> {
    if request.writes() && !caller.dry_run && !shared.config().service.writes() {
        return Err(read_only());
    }
    match request {
        Request::With { .. } => Err(Failure::new(Exit::Usage, said("request-nested"))),
        Request::Status => look::status(shared).await,
        Request::UserList => look::users(shared).await,
        Request::UserShow { name } => look::user(shared, &name).await,
        Request::SessionList { user } => look::sessions(shared, user.as_deref()),
        Request::SessionShow { id } => look::session(shared, &id),
        Request::BanList => Ok(look::bans(shared)),
        Request::UserTarget { name } => look::target(shared, &name),
        Request::RelayShow => Ok(look::relay(shared)),
        Request::PendingShow { name } => look::pending(shared, &name).await,
        Request::Invite(invite) => act::invite(shared, caller, invite).await,
        Request::InviteMany { invites } => invite_many::invite(shared, caller, &invites).await,
        Request::InviteList => invites::list(shared).await,
        Request::InviteShow { id } => invites::show(shared, &id).await,
        Request::InviteRevoke { id, leaf } => invites::revoke(shared, caller, &id, leaf.as_deref()).await,
        Request::InvitePurge => invites::purge(shared, caller).await,
        Request::Ban(ban) => act::ban(shared, caller, ban).await,
        Request::Unban { name, leaf } => act::unban(shared, caller, &name, &leaf).await,
        Request::Approve { name, leaf } => act::approve(shared, caller, &name, &leaf).await,
        Request::Reset(reset) => reset::reset(shared, caller, reset).await,
        Request::TotpReset(reset) => phone::totp_reset(shared, caller, reset).await,
        Request::SessionEnd { id } => act::end_session(shared, caller, &id),
        Request::Kick { name, until } => kick::kick(shared, caller, name.as_deref(), until).await,
        Request::DropboxShow => Ok(dropbox::show(shared)),
        Request::DropboxPurge { name } => dropbox::purge(shared, caller, &name).await,
        Request::Unlock { name } => act::unlock(shared, caller, &name),
        Request::PolicyShow => policy::show(shared),
        Request::PolicySet { leaf, action, target } => {
            policy::set(shared, caller, &leaf, &action, &target).await
        }
        Request::KeyPrepare { which } => key::prepare(shared, caller, which).await,
        Request::KeyRotate { which, leaf } => key::rotate(shared, caller, which, leaf.as_deref()).await,
        Request::BlockAdd { network, until } => block::add(shared, caller, &network, until).await,
        Request::BlockPreview { network } => block::preview(shared, &network),
        Request::BlockLift { network } => block::lift(shared, caller, &network).await,
        Request::Erase { name, leaf, at } => person::erase(shared, caller, &name, &leaf, at).await,
        Request::Export { name } => person::export(shared, caller, &name).await,
        Request::Backup { salt, key, out } => backup::create(shared, caller, &salt, key, out).await,
        Request::BackupList => Ok(backup::list(shared)),
        Request::BackupShow => backup::show(shared),
        Request::BackupSchedule { salt, key } => backup::schedule(shared, caller, &salt, key),
        Request::BackupPrune { keep } => backup::prune(shared, caller, keep),
        Request::ConfigShow => Ok(operate::config(shared)),
        Request::ConfigReload => operate::reload(shared, caller),
        Request::NoticeSend { text } => operate::notice(shared, caller, &text),
        Request::LogLevel { filter } => operate::log_level(shared, caller, filter.as_deref()),
        Request::LogTail { from, most } => Ok(operate::log_tail(from, most)),
        Request::TaskList => Ok(operate::task_list(shared)),
        Request::Usage { name } => usage::usage(shared, name.as_deref()),
        Request::StatsShow => Ok(operate::stats(shared)),
        Request::DirectoryShow { since } => Ok(operate::directory(shared, since)),
        Request::Stop { in_ms, notice } => Ok(act::stop(shared, caller, in_ms, notice)),
    }
}

/// Who asks, and what they said about it.
#[derive(Debug)]
struct Caller {
    actor: String,
    /// Everything is checked and nothing is changed.
    dry_run: bool,
    reason: Option<String>,
    key: Option<String>,
}

impl Caller {
    fn of(uid: u32, request: Request) -> (Self, Request) {
        let actor = format!("uid {uid}");
        match request {
            Request::With { dry_run, reason, key, request } => {
                (Self { actor, dry_run, reason, key }, *request)
            }
            request => (Self { actor, dry_run: false, reason: None, key: None }, request),
        }
    }

    /// The same, who only tries.
    fn trying(&self) -> Self {
        Self { actor: self.actor.clone(), dry_run: true, reason: None, key: None }
    }

    /// Writes what was done to the audit log; nothing for a dry run.
    fn audit(&self, shared: &Shared, action: &str, target: &str, details: serde_json::Value) {
        if self.dry_run {
            return;
        }
        tracing::info!(action, "an administrator has acted");
        shared.audit(Act {
            at: clock::now(),
            actor: self.actor.clone(),
            key: self.key.clone(),
            action: action.to_owned(),
            target: target.to_owned(),
            details,
            reason: self.reason.clone(),
        });
    }
}

fn read_only() -> Failure {
    Failure::new(Exit::Later, said("read-only")).hint(said("read-only-hint"))
}

/// Whatever the store or the disk does wrong towards an administrator.
fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
