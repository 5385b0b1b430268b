//! Starting an engine that unlocks and logs in by itself.

use std::path::PathBuf;
use std::time::Duration;

use conclave_proto::ErrorCode;

use super::{Credentials, Options, Peer};
use crate::model::{Factor, Failure, Unlock};

/// A used code is followed by one wait for the next: a program that is started again within half a minute.
const WAIT_FOR_NEXT_CODE: Duration = Duration::from_secs(31);

/// Gathers what [`PeerBuilder::connect`] needs.
#[derive(Debug, Default)]
#[must_use]
pub struct PeerBuilder {
    profile: Option<PathBuf>,
    credentials: Option<Credentials>,
    options: Options,
}

impl PeerBuilder {
    /// The folder made by `conclave enrol`; one process at a time. Required.
    pub fn profile(mut self, folder: impl Into<PathBuf>) -> Self {
        self.profile = Some(folder.into());
        self
    }

    /// What to log in with. Required.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// One more address to listen on, as multiaddr text; without any, every interface and any free port.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.options.listen.push(address.into());
        self
    }

    /// Opens the profile, unlocks it and logs in. A session that still runs is taken up again without a code. When the
    /// server cannot be reached the engine is returned offline: it goes on trying, and history is there.
    ///
    /// # Errors
    /// `E-API-3` when the profile or the credentials are missing, those of [`Peer::open`], `E-STORE-1` for a wrong
    /// password, `E-AUTH-1` to `-5` for a refused login.
    pub async fn connect(self) -> Result<Peer, Failure> {
        let missing = |field: &str| Failure::new(ErrorCode::ApiParams).with("field", field);
        let profile = self.profile.ok_or_else(|| missing("profile"))?;
        let credentials = self.credentials.ok_or_else(|| missing("credentials"))?;
        let peer = Peer::open(&profile, self.options).await?;
        match log_in(&peer, &credentials).await {
            Ok(()) => Ok(peer),
            Err(failure) => {
                peer.shutdown().await;
                Err(failure)
            }
        }
    }
}

async fn log_in(peer: &Peer, credentials: &Credentials) -> Result<(), Failure> {
    peer.unlock(Unlock::Password(credentials.password())).await?;
    if peer.status().await?.logged_in {
        return Ok(());
    }
    let mut last = once(peer, credentials).await;
    if last.as_ref().is_err_and(|failure| failure.code == ErrorCode::AuthRefused) {
        tokio::time::sleep(credentials.until_next_code().min(WAIT_FOR_NEXT_CODE)).await;
        last = once(peer, credentials).await;
    }
    last.or_else(|failure| match failure.code {
        ErrorCode::ServerUnreachable | ErrorCode::ServerBusy => Ok(()),
        _ => Err(failure),
    })
}

async fn once(peer: &Peer, credentials: &Credentials) -> Result<(), Failure> {
    let factor = Factor::Totp(credentials.code());
    peer.login(credentials.password(), factor).await.map(|_| ())
}
