//! The change of a password.

use std::sync::Arc;

use conclave_crypto::login::RecordChoice;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, KdfParams, VaultHeader};
use conclave_proto::ErrorCode;
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::driver::{Driver, Reply, Stage, answer};
use crate::entropy;
use crate::login;
use crate::model::{Factor, Failure};
use crate::net::ServerProtocol;
use crate::password;
use crate::words::Language;

use super::login::Attempt;
use super::vault::unlock_fault;
use super::{blocking, finish};

impl Driver {
    pub(in crate::driver) fn change_password(
        &mut self,
        old: Password,
        new: Password,
        totp: Zeroizing<String>,
        reply: Reply<()>,
    ) {
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        if engine.session.is_none() {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLogin)));
        }
        if let Err(failure) = judged(&new, engine.account.name.as_str()) {
            return answer(reply, Err(failure));
        }
        let change = Change {
            profile: self.profile.clone(),
            header: engine.header.clone(),
            attempt: Attempt::of(engine, Arc::new(new), Factor::Totp(totp)),
            old: Arc::new(old),
        };
        self.spawn(async move {
            let outcome = change.run().await;
            finish(move |driver| {
                let result = match (outcome, &mut driver.stage) {
                    (Ok(header), Stage::Open(engine)) => {
                        engine.header = header;
                        Ok(())
                    }
                    (Ok(_), _) => Ok(()),
                    (Err(failure), _) => Err(failure),
                };
                answer(reply, result);
            })
        });
    }
}

/// A change of password: new slot, new record at the server, old slot gone. A crash leaves at least one that works.
struct Change {
    profile: std::path::PathBuf,
    header: VaultHeader,
    attempt: Attempt,
    old: Arc<Password>,
}

impl Change {
    async fn run(self) -> Result<VaultHeader, Failure> {
        let Self { profile, header, attempt, old } = self;
        let new = Arc::clone(&attempt.password);
        let folder = profile.clone();
        let (both, place) = blocking(move || {
            let place = header.unlock(Credential::Password(&old)).map_err(unlock_fault)?.slot;
            let both = header
                .add_slot(
                    Credential::Password(&old),
                    Credential::Password(&new),
                    KdfParams::DEFAULT,
                    &mut entropy::rng(),
                )
                .map_err(unlock_fault)?;
            Disk::write_header(&folder, &both)?;
            Ok((both, place))
        })
        .await?;
        let parties = attempt.parties.clone()?;
        let replaced = async {
            let mut stream = attempt
                .net
                .open_server(attempt.account.server, attempt.account.addresses.clone(), ServerProtocol::Login)
                .await
                .map_err(|error| crate::network::unreachable(&error))?;
            login::register(&mut stream, &parties, &attempt.password).await?;
            login::log_in(&mut stream, &parties, &attempt.password, RecordChoice::Fresh, attempt.proof).await
        }
        .await;
        let new = Arc::clone(&attempt.password);
        blocking(move || {
            let unlocked = both.unlock(Credential::Password(&new)).map_err(unlock_fault)?;
            let gone = if replaced.is_ok() { place } else { unlocked.slot };
            let header =
                both.remove_slot(&unlocked.keys, gone).ok_or_else(|| Failure::new(ErrorCode::Bug))?;
            Disk::write_header(&profile, &header)?;
            replaced.map(|_| header)
        })
        .await
    }
}

/// The rules of a new password; the reasons are worded by the faces, in their own language.
pub(super) fn judged(password: &Password, name: &str) -> Result<(), Failure> {
    let text = std::str::from_utf8(password.as_bytes()).unwrap_or_default();
    password::judge(text, &[name]).into_result(Language::default())
}
