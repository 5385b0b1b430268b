//! New keys for a computer whose device is not listed (PROTOCOL §2.3, One device, one session): it was restored from a
//! backup, another computer has taken over, or it was removed.
//!
//! ```text
//! login, not listed ─► keys and certificate ─► DeviceList with them alone ─► the server ends the other session
//!   ─► engine closed ─► vault header, then account record ─► engine opened as the new device ─► back by its new key
//! ```
//!
//! A crash before the header leaves a device in the log that nobody has; one after it leaves keys without a certificate.
//! Either way the next login makes others.

use std::sync::Arc;

use conclave_crypto::keys::UikSecret;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, DeviceKeys, VaultHeader, VaultKeys};
use conclave_proto::ErrorCode;

use crate::account::{Account, Stage as Progress};
use crate::directory_stream::News;
use crate::disk::Disk;
use crate::driver::engine::Session;
use crate::driver::online::Returned;
use crate::driver::{Driver, Reply, Stage, answer, online};
use crate::enrol::list_device;
use crate::entropy;
use crate::model::{EndedOther, Failure, LoggedIn, SessionInfo};
use crate::net::Net;
use crate::network::Network;

use super::sessions::list_sessions;
use super::vault::{Opened, unlock_fault};
use super::{blocking, finish};

/// What the directory lists and this computer has not written yet.
pub(super) struct Moved {
    account: Account,
    header: VaultHeader,
    keys: VaultKeys,
    device: DeviceKeys,
    /// Under the keys of before.
    session: Session,
    ended_other: Option<EndedOther>,
}

/// Makes keys and has them listed alone.
pub(super) async fn list(
    mut session: Session,
    net: &Net,
    account: Account,
    header: VaultHeader,
    password: Arc<Password>,
) -> Result<Moved, Failure> {
    let (uik, keys) = identity(header.clone(), password).await?;
    let device = DeviceKeys::generate(&mut entropy::rng());
    let mut new = account.of_keys(&device, &uik);
    new.stage = Progress::Ready;
    let listed = async {
        let sessions = list_sessions(&session.stream).await?;
        list_device(&session.stream, &new, &uik).await?;
        let of_another = |other: &SessionInfo| !other.current && other.device != account.device.to_string();
        Ok::<_, Failure>(sessions.into_iter().find(of_another))
    };
    let other = match listed.await {
        Ok(other) => other,
        Err(failure) => {
            let failure = match ended(&mut session) {
                Some(told) => told,
                None => online::standing_after(failure.clone(), net, &account).await.err().unwrap_or(failure),
            };
            return Err(failure);
        }
    };
    let ended_other =
        other.map(|other| EndedOther { device: other.device, address: other.address, since: other.since });
    Ok(Moved { account: new, header, keys, device, session, ended_other })
}

/// The account's key and the keys of the vault, by the password.
pub(super) async fn identity(
    header: VaultHeader,
    password: Arc<Password>,
) -> Result<(UikSecret, VaultKeys), Failure> {
    blocking(move || {
        let credential = Credential::Password(&password);
        let uik = header.uik(credential).map_err(unlock_fault)?;
        Ok((uik, header.unlock(credential).map_err(unlock_fault)?.keys))
    })
    .await
}

/// Why the server has ended a session, if it has said so: another computer was faster.
fn ended(session: &mut Session) -> Option<Failure> {
    std::iter::from_fn(|| session.news.try_recv().ok()).find_map(|news| match news {
        News::Push(push) => online::end_of(*push),
        News::Ended => None,
    })
}

impl Driver {
    /// Takes the new keys over and comes back under them.
    pub(super) fn move_in(&mut self, moved: Moved, reply: Reply<LoggedIn>) {
        let engine = match self.lend() {
            Ok(Stage::Open(engine)) => engine,
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
            }
            Err(failure) => return answer(reply, Err(failure)),
        };
        let (profile, lock, listen) = self.place();
        let Moved { account, header, keys, device, session, ended_other } = moved;
        self.spawn(async move {
            online::goodbye(&session).await;
            drop(session);
            engine.close().await;
            let opened = async {
                let header = header.with_device_keys(&keys, &device, &mut entropy::rng());
                let (written, mut disk) = blocking(move || {
                    Disk::write_header(&profile, &header)?;
                    Ok((header, Disk::open(&profile, lock, keys)?))
                })
                .await?;
                disk.write(account.batch()).await?;
                let network = Network::start(&device.tpk, &listen).await?;
                let device = Arc::new(device);
                Ok((Opened { account, header: written, disk, device, uik: None }, network))
            }
            .await;
            let (opened, network): (Opened, Network) = match opened {
                Ok(opened) => opened,
                Err(failure) => {
                    return finish(move |driver| {
                        driver.stage = Stage::Locked { unfinished: false };
                        answer(reply, Err(failure));
                    });
                }
            };
            let back = come_back(&opened.account, &network).await;
            finish(move |driver| {
                let end = back
                    .as_ref()
                    .map_err(Clone::clone)
                    .and_then(|(_, lease, _)| opened.account.lease_end(lease));
                let told = driver.open_engine(opened, network).and(end);
                if let (Ok((session, lease, skew)), Stage::Open(engine)) = (back, &mut driver.stage) {
                    engine.came_online(session, lease, skew, &mut driver.subscribers);
                }
                answer(reply, told.map(|lease_until| LoggedIn { lease_until, ended_other }));
            })
        });
    }
}

/// The session of a device that was listed a moment ago.
async fn come_back(account: &Account, network: &Network) -> Returned {
    let outcome = match online::standing(&network.net, account).await {
        Err(failure) => online::standing_after(failure, &network.net, account).await,
        outcome => outcome,
    };
    match outcome {
        // Another computer has been listed since.
        Err(failure) if matches!(failure.code, ErrorCode::ApiLogin | ErrorCode::ApiState) => {
            Err(Failure::new(ErrorCode::SessionElsewhere))
        }
        outcome => outcome,
    }
}
