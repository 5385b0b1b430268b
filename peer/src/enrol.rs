//! Enrolment (PROTOCOL §2.3, §2.11): from an invite link to an account and a device in the directory log.
//!
//! ```text
//! start     read the link, ask the server what it is for                         nothing on disk
//! account   keys, vault, store; register the password; login by token            stage Registering
//! confirm   prove the first TOTP code: account exists at the server              stage Confirmed
//! finish    read the log; append UserAdd (signed by the link's key) and DeviceList   stage Ready
//! ```
//!
//! A reset link goes the same way for an account that is there: its name and id stay, and `finish` appends UikReset in
//! place of UserAdd. Vault, history and contacts of before are not opened.
//!
//! `join` is the short way for a new computer of an account that exists.
//!
//! A crash before `confirm` leaves no account: the next start clears the folder. A crash after it leaves a vault
//! from which `finish` goes on. The server never sees the link's token, only what is derived from it.

mod backup;
mod grant;
mod join;
mod log;
mod made;

use std::path::PathBuf;
use std::sync::Arc;

use conclave_crypto::fingerprint::fingerprint;
use conclave_crypto::keys::{DeviceId, UikSecret, UserId};
use conclave_crypto::link::{Link, LinkText};
use conclave_crypto::login::{ChannelKeys, Factor as FactorKind, RecordChoice};
use conclave_crypto::password::Password;
use conclave_crypto::safety_number::HalfNumber;
use conclave_crypto::secret::Secret;
use conclave_crypto::username::Username;
use conclave_crypto::vault::{DeviceKeys, RecoveryCode, VaultHeader};
use conclave_proto::ErrorCode;
use conclave_proto::schema::{self, request::Call, response::Outcome};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::account::{Account, Stage};
use crate::directory_stream::{DirectoryStream, News};
use crate::disk::{Disk, ProfileLock};
use crate::entropy::{self, now};
use crate::login::{self, LoginParties, LoginProof};
use crate::model::{
    EnrolAccount, EnrolConfirm, EnrolFinish, EnrolKind, EnrolStart, EnrolState, Failure, RecoveryCodes,
};
use crate::net::{ServerProtocol, ServerStream};
use crate::network::Network;
use crate::password;

use self::backup::IdentityBackup;
use self::grant::Grant;
pub(crate) use self::join::Join;
use self::log::append;
pub(crate) use self::log::{list_device, unlist_device};
pub(crate) use self::made::Made;

/// An enrolment under way. It owns the connection, and from `account` on the vault and the store.
pub(crate) struct Enrolment {
    profile: PathBuf,
    lock: ProfileLock,
    pub(crate) network: Network,
    device: Arc<DeviceKeys>,
    link: Option<LinkText>,
    /// The name that the server has for the link; empty: the newcomer chooses.
    named: String,
    organisation: String,
    keys: Option<Made>,
    confirming: Option<Confirming>,
    directory: Option<(DirectoryStream, mpsc::Receiver<News>)>,
}

/// A login by token that waits for the first code.
struct Confirming {
    /// `None` after a wrong code, which ends the stream: the next try logs in again and finds the same secret.
    stream: Option<(ServerStream, ChannelKeys)>,
    password: Arc<Password>,
    token: Secret<16>,
}

/// What a finished enrolment hands to the engine.
pub(crate) struct Enrolled {
    pub(crate) account: Account,
    pub(crate) header: VaultHeader,
    pub(crate) disk: Disk,
    pub(crate) device: Arc<DeviceKeys>,
    pub(crate) network: Network,
    pub(crate) directory: Option<(DirectoryStream, mpsc::Receiver<News>)>,
}

impl Enrolment {
    /// Reads the link and asks the server what it is for.
    pub(crate) async fn start(
        profile: PathBuf,
        lock: ProfileLock,
        listen: &[String],
        link: &str,
    ) -> Result<(Self, EnrolStart), Failure> {
        let link = Link::parse(link).map_err(|error| invite_fault(&error.to_string()))?;
        if link.link.expires() <= now() {
            return Err(invite_fault("expired"));
        }
        let device = Arc::new(DeviceKeys::generate(&mut entropy::rng()));
        let network = Network::start(&device.tpk, listen).await?;
        let stream = network
            .net
            .open_server(link.link.server_tpk(), link.link.addresses().to_vec(), ServerProtocol::Directory)
            .await
            .map_err(|error| crate::network::unreachable(&error))?;
        let (directory, _news) = DirectoryStream::start(stream);
        let token = link.link.login_token();
        let call = Call::LookUpInvite(schema::LookUpInvite { login_token: token.expose().to_vec().into() });
        let Outcome::Invite(found) = directory.request(call).await? else {
            return Err(invite_fault("unexpected answer"));
        };
        let kind = match &link.link {
            Link::Invite(_) if !found.reset => EnrolKind::New,
            Link::Reset(_) if found.reset && !found.user_name.is_empty() => EnrolKind::Reset,
            Link::Invite(_) | Link::Reset(_) => return Err(invite_fault("another kind of link")),
        };
        let answer = EnrolStart {
            kind,
            organisation: found.organisation.clone(),
            fingerprint: fingerprint(link.link.ork()),
            server: link.server.clone().unwrap_or_default(),
            user_name: (!found.user_name.is_empty()).then(|| found.user_name.clone()),
            rules: password::RULES,
        };
        let enrolment = Self {
            profile,
            lock,
            network,
            device,
            organisation: found.organisation,
            link: Some(link),
            named: found.user_name,
            keys: None,
            confirming: None,
            directory: None,
        };
        Ok((enrolment, answer))
    }

    /// Goes on with an account that was confirmed before a crash.
    pub(crate) fn resumed(
        profile: PathBuf,
        lock: ProfileLock,
        network: Network,
        device: Arc<DeviceKeys>,
        made: Made,
    ) -> Self {
        Self {
            profile,
            lock,
            network,
            device,
            link: None,
            named: String::new(),
            organisation: String::new(),
            keys: Some(made),
            confirming: None,
            directory: None,
        }
    }

    /// The account, once there is one.
    pub(crate) fn account(&self) -> Option<&Account> {
        self.keys.as_ref().map(|made| &made.account)
    }

    /// Whether the password leads back to it: the server knows it, and its keys lie sealed on the disk.
    pub(crate) fn is_resumable(&self) -> bool {
        self.account().is_some_and(|account| account.stage != Stage::Registering)
    }

    /// Makes keys, vault and store, registers the password, logs in by token.
    pub(crate) async fn account_made(
        &mut self,
        user_name: &str,
        display_name: Option<String>,
        password: Arc<Password>,
    ) -> Result<EnrolAccount, Failure> {
        let Some(link) = &self.link else { return Err(out_of_turn("link")) };
        if self.account().is_some_and(|account| account.stage != Stage::Registering) {
            return Err(out_of_turn("confirmed"));
        }
        let bad_name = || Failure::new(ErrorCode::AccountName).with("field", "userName");
        let name = Username::parse(&user_name.to_ascii_lowercase()).map_err(|_| bad_name())?;
        // An account that is there keeps its name.
        if link.link.user().is_some() && name.as_str() != self.named {
            return Err(bad_name());
        }
        self.confirming = None;
        self.keys = None;
        let token = link.link.login_token();
        let uik = UikSecret::generate(&mut entropy::rng());
        let user = link.link.user().unwrap_or_else(|| UserId::random(&mut entropy::rng()));
        let account = Account::of_link(link, name, display_name, user, &self.device, &uik);
        let recovery = RecoveryCode::generate(&mut entropy::rng());
        let grant = Some(Grant::of(&link.link));
        let made = self.make(account, uik, recovery, grant, &password).await?;
        let parties = parties(&made.account, &self.device)?;
        let mut stream = self.open(&made.account, ServerProtocol::Login).await?;
        login::register(&mut stream, &parties, &password).await?;
        let proof = token_proof(&token);
        let accepted = login::log_in(&mut stream, &parties, &password, RecordChoice::Fresh, proof)
            .await
            .map_err(token_fault)?;
        let answer = authenticator(&accepted.result.totp_secret, &made.account.name, &self.organisation)?;
        self.confirming = Some(Confirming { stream: Some((stream, accepted.channel)), password, token });
        self.keys = Some(made);
        Ok(answer)
    }

    /// Proves the first code. After it the account exists at the server.
    pub(crate) async fn confirm(&mut self, totp: &str) -> Result<EnrolConfirm, Failure> {
        let Some(made) = &self.keys else { return Err(out_of_turn("account")) };
        let Some(mut confirming) = self.confirming.take() else { return Err(out_of_turn("account")) };
        let (mut stream, channel) = match confirming.stream.take() {
            Some(open) => open,
            None => {
                let parties = parties(&made.account, &self.device)?;
                let mut stream = self.open(&made.account, ServerProtocol::Login).await?;
                let proof = token_proof(&confirming.token);
                let again =
                    login::log_in(&mut stream, &parties, &confirming.password, RecordChoice::Fresh, proof);
                let accepted = again.await;
                match accepted {
                    Ok(accepted) => (stream, accepted.channel),
                    Err(failure) => {
                        self.confirming = Some(confirming);
                        return Err(failure);
                    }
                }
            }
        };
        let result = match login::confirm(&mut stream, &channel, totp).await {
            Ok(result) => result,
            Err(failure) => {
                self.confirming = Some(confirming);
                return Err(failure);
            }
        };
        let Some(made) = &mut self.keys else { return Err(out_of_turn("account")) };
        made.account.stage = Stage::Confirmed;
        made.disk.write(made.account.batch()).await?;
        // The open stream holds the session while the person writes the codes down.
        let Some(made) = &self.keys else { return Err(out_of_turn("account")) };
        if let Ok(stream) = self.open(&made.account, ServerProtocol::Directory).await {
            self.directory = Some(DirectoryStream::start(stream));
        }
        let Some(made) = &self.keys else { return Err(out_of_turn("account")) };
        let RecoveryCodes { recovery_codes } = RecoveryCodes::of(&result.codes);
        let key = made.recovery.as_ref().map(RecoveryCode::to_text).unwrap_or_default();
        Ok(EnrolConfirm { recovery_codes, recovery_key: key })
    }

    /// Logs in again with a code, when the session of `confirm` is gone.
    pub(crate) async fn log_in(
        &mut self,
        password: &Arc<Password>,
        proof: LoginProof,
    ) -> Result<(), Failure> {
        let Some(made) = &self.keys else { return Err(out_of_turn("account")) };
        let parties = parties(&made.account, &self.device)?;
        let mut stream = self.open(&made.account, ServerProtocol::Login).await?;
        login::log_in(&mut stream, &parties, password, RecordChoice::Stored, proof).await?;
        self.directory = None;
        Ok(())
    }

    /// Puts account and device into the log. May be repeated.
    pub(crate) async fn finish(&mut self) -> Result<EnrolFinish, Failure> {
        let Some(made) = &self.keys else { return Err(out_of_turn("account")) };
        if made.account.stage == Stage::Registering {
            return Err(out_of_turn("confirm"));
        }
        if self.directory.is_none() {
            let stream = self.open(&made.account, ServerProtocol::Directory).await?;
            self.directory = Some(DirectoryStream::start(stream));
        }
        let (Some((stream, _)), Some(made)) = (&self.directory, &mut self.keys) else {
            return Err(out_of_turn("account"));
        };
        let outcome = append(stream, made).await;
        if outcome.as_ref().is_err_and(|failure| failure.code == ErrorCode::ServerUnreachable) {
            self.directory = None;
        }
        let state = outcome?;
        if state == EnrolState::Ready {
            if let (Some((stream, _)), Some(backup)) = (&self.directory, &made.backup) {
                backup.hand_in(stream).await?;
            }
            made.account.stage = Stage::Ready;
            let mut batch = made.account.batch();
            Grant::forget(&mut batch);
            IdentityBackup::forget(&mut batch);
            made.disk.write(batch).await?;
            (made.grant, made.backup) = (None, None);
        }
        Ok(EnrolFinish {
            state,
            user_id: made.account.user,
            device_id: made.account.device,
            digits30: HalfNumber::of(&made.account.uik, &made.account.user).digits().to_owned(),
        })
    }

    /// Whether account and device are in the log.
    pub(crate) fn is_ready(&self) -> bool {
        self.account().is_some_and(|account| account.stage == Stage::Ready)
    }

    /// What the engine goes on with, once `finish` has said ready.
    pub(crate) fn into_enrolled(self) -> Option<Enrolled> {
        let made = self.keys?;
        (made.account.stage == Stage::Ready).then(|| Enrolled {
            account: made.account,
            header: made.header,
            disk: made.disk,
            device: self.device,
            network: self.network,
            directory: self.directory,
        })
    }

    /// A stream to the server. The future holds nothing of the enrolment, whose streams may not be shared.
    fn open(
        &self,
        account: &Account,
        protocol: ServerProtocol,
    ) -> impl Future<Output = Result<ServerStream, Failure>> + Send + use<> {
        let (net, server, addresses) = (self.network.net.clone(), account.server, account.addresses.clone());
        async move {
            net.open_server(server, addresses, protocol)
                .await
                .map_err(|error| crate::network::unreachable(&error))
        }
    }
}

/// What a person puts into the authenticator.
pub(crate) fn authenticator(
    secret: &[u8],
    name: &Username,
    organisation: &str,
) -> Result<EnrolAccount, Failure> {
    // The issuer is what the authenticator shows; a colon would end it.
    let issuer = if organisation.is_empty() { "Conclave".to_owned() } else { organisation.replace(':', " ") };
    let totp = totp_rs::Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(name.as_str())
        .with_issuer(Some(issuer))
        .build()
        .map_err(|_| Failure::new(ErrorCode::ServerUnreachable).with("why", "unusable secret"))?;
    let url = totp.to_url().map_err(|_| Failure::new(ErrorCode::Bug))?;
    Ok(EnrolAccount {
        otpauth: Zeroizing::new(url),
        secret: Zeroizing::new(data_encoding::BASE32_NOPAD.encode(secret)),
    })
}

fn parties(account: &Account, device: &DeviceKeys) -> Result<LoginParties, Failure> {
    Ok(LoginParties {
        org: account.org(),
        name: account.login_name()?,
        client: device.tpk.public(),
        server: account.server,
    })
}

fn token_proof(token: &Secret<16>) -> LoginProof {
    LoginProof {
        factor: FactorKind::LoginToken,
        value: Zeroizing::new(token.expose().to_vec()),
        device: DeviceId::new([0; 16]),
        devcert_hash: [0; 32],
    }
}

fn invite_fault(why: &str) -> Failure {
    Failure::new(ErrorCode::AccountInvite).with("why", why)
}

/// A refused token is a used or expired link, whatever the server's neutral words are.
fn token_fault(failure: Failure) -> Failure {
    if failure.code == ErrorCode::AuthRefused { invite_fault("refused") } else { failure }
}

fn out_of_turn(missing: &str) -> Failure {
    Failure::new(ErrorCode::ApiState).with("state", missing)
}
