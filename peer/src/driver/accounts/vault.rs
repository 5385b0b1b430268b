//! Opening and closing the vault.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use conclave_crypto::keys::UikSecret;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, DeviceKeys, RecoveryCode, UnlockError, VaultHeader};
use conclave_proto::ErrorCode;

use crate::account::{Account, Stage as Progress};
use crate::disk::{Disk, ProfileLock};
use crate::driver::engine::Engine;
use crate::driver::{Driver, Locking, Reply, Stage, answer, online};
use crate::enrol::{Enrolment, Made};
use crate::entropy;
use crate::model::{Event, Failure, Notification, Unlock};
use crate::network::Network;

use super::{blocking, finish};

/// An unlocked vault on its way to an engine or back to an enrolment.
pub(super) struct Opened {
    pub(super) account: Account,
    pub(super) header: VaultHeader,
    pub(super) disk: Disk,
    pub(super) device: Arc<DeviceKeys>,
    /// Only for an account that is not in the log yet.
    pub(super) uik: Option<UikSecret>,
}

impl Driver {
    /// Where the profile is, and where to listen.
    pub(super) fn place(&self) -> (PathBuf, ProfileLock, Vec<String>) {
        (self.profile.clone(), self.lock.clone(), self.options.listen.clone())
    }

    pub(in crate::driver) fn unlock(&mut self, by: Unlock, reply: Reply<()>) {
        let unfinished = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Locked { unfinished }) => unfinished,
            Ok(Stage::Open(engine)) => {
                let header = engine.header.clone();
                self.stage = Stage::Open(engine);
                return self.unlock_again(header, by, reply);
            }
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "no vault")));
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

    /// The vault is open. Who asks is told so only for the right password: a window may have hidden the messages while a
    /// lock is under way.
    fn unlock_again(&self, header: VaultHeader, by: Unlock, reply: Reply<()>) {
        self.spawn(async move {
            let known = match credentials(by) {
                Ok(by) => blocking(move || header.unlock(by.as_ref()).map(drop).map_err(unlock_fault)).await,
                Err(failure) => Err(failure),
            };
            finish(move |driver| {
                let open = matches!(driver.stage, Stage::Open(_)) && driver.locking.is_none();
                let busy = || Failure::new(ErrorCode::ApiBusy);
                answer(reply, known.and_then(|()| open.then_some(()).ok_or_else(busy)));
            })
        });
    }

    /// An unlocked vault becomes an engine, or an enrolment that goes on.
    pub(super) fn settle_opened(&mut self, mut opened: Opened, network: Network) -> Result<(), Failure> {
        if let Some(uik) = opened.uik.take() {
            let made = Made::reopened(opened.account, opened.header, opened.disk, uik);
            let enrolment =
                Enrolment::resumed(self.profile.clone(), self.lock.clone(), network, opened.device, made);
            self.stage = Stage::Enrolling(Box::new(enrolment));
            return Ok(());
        }
        self.open_engine(opened, network)
    }

    pub(super) fn open_engine(&mut self, opened: Opened, network: Network) -> Result<(), Failure> {
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

    pub(in crate::driver) fn lock(&mut self, why: &'static str, reply: Reply<()>) {
        match &mut self.stage {
            Stage::Busy => answer(reply, Err(Failure::new(ErrorCode::ApiBusy))),
            Stage::Open(_) if self.locking.is_some() => answer(reply, Err(Failure::new(ErrorCode::ApiBusy))),
            Stage::Open(engine) => {
                let event = Event::VaultLocked { why: why.to_owned() };
                let seq = engine.note(event, &mut self.subscribers);
                self.locking = Some(Locking { why, seq, generation: engine.generation(), reply });
                self.lock_once_told();
            }
            Stage::Enrolling(enrolment) if enrolment.is_resumable() => self.close_enrolment(reply),
            Stage::Empty | Stage::Enrolling(_) | Stage::Locked { .. } => answer(reply, Ok(())),
        }
    }

    /// An enrolment that the server knows: its keys lie sealed on the disk, and the password leads back to it.
    fn close_enrolment(&mut self, reply: Reply<()>) {
        let Ok(Stage::Enrolling(enrolment)) = self.lend() else { return answer(reply, Ok(())) };
        self.spawn(async move {
            drop(enrolment);
            finish(move |driver| {
                driver.stage = Stage::Locked { unfinished: true };
                answer(reply, Ok(()));
            })
        });
    }

    /// Closes the vault once its last event is durable and told, or never will be.
    pub(in crate::driver) fn lock_once_told(&mut self) {
        let (Some(locking), Stage::Open(engine)) = (&self.locking, &self.stage) else { return };
        if engine.newest_event() < locking.seq && engine.generation() == locking.generation {
            return;
        }
        let (Some(locking), Ok(Stage::Open(engine))) = (self.locking.take(), self.lend()) else { return };
        if locking.seq == 0 || engine.generation() != locking.generation {
            // The disk did not take the event, and a window hides the messages when it hears of it.
            let event = Event::VaultLocked { why: locking.why.to_owned() };
            self.subscribers.notify(&Notification { seq: None, cause: None, event });
        }
        self.spawn(async move {
            engine.close().await;
            finish(move |driver| {
                driver.stage = Stage::Locked { unfinished: false };
                answer(locking.reply, Ok(()));
            })
        });
    }
}

/// What opens the vault, shared with a login that follows.
pub(super) enum Credentials {
    Password(Arc<Password>),
    Recovery(RecoveryCode),
}

impl Credentials {
    fn as_ref(&self) -> Credential<'_> {
        match self {
            Self::Password(password) => Credential::Password(password),
            Self::Recovery(code) => Credential::Recovery(code),
        }
    }
}

fn credentials(by: Unlock) -> Result<Credentials, Failure> {
    Ok(match by {
        Unlock::Password(password) => Credentials::Password(Arc::new(password)),
        Unlock::RecoveryKey(text) => Credentials::Recovery(
            RecoveryCode::parse(&text).map_err(|_| Failure::new(ErrorCode::StorePassword))?,
        ),
    })
}

async fn unlock(
    profile: &Path,
    lock: ProfileLock,
    by: Unlock,
    listen: &[String],
) -> Result<(Opened, Network), Failure> {
    open_vault(profile, lock, credentials(by)?, listen).await
}

pub(super) async fn open_vault(
    profile: &Path,
    lock: ProfileLock,
    by: Credentials,
    listen: &[String],
) -> Result<(Opened, Network), Failure> {
    let folder = profile.to_owned();
    let opened = blocking(move || {
        let credential = by.as_ref();
        let mut fault = Failure::new(ErrorCode::StoreDamaged);
        let mut ahead = Disk::ahead(&folder);
        for header in Disk::headers(&folder)? {
            match header.unlock(credential) {
                Ok(unlocked) => {
                    let mut device = header.device_keys(&unlocked.keys).map_err(unlock_fault)?;
                    let ahead = std::mem::take(&mut ahead);
                    let disk = Disk::open_after(ahead, &folder, lock, unlocked.keys)?;
                    let mut account = Account::load(disk.store().as_ref())?
                        .ok_or_else(|| Failure::new(ErrorCode::StoreDamaged).with("why", "no account"))?;
                    // Keys of a backup are used no more, and after a crash there may be no certificate for those of the
                    // header: the history opens under keys that nobody lists, and the next login makes others.
                    let other = account.cert.cert().dik_s != device.dik_s.public();
                    if other || account.stage == Progress::Restored {
                        device = DeviceKeys::generate(&mut entropy::rng());
                        let uik = header.uik(credential).map_err(unlock_fault)?;
                        account = account.of_keys(&device, &uik).at(Progress::Restored);
                    }
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

pub(in crate::driver) fn unlock_fault(error: UnlockError) -> Failure {
    Failure::new(match error {
        UnlockError::Refused => ErrorCode::StorePassword,
        _ => ErrorCode::StoreDamaged,
    })
}
