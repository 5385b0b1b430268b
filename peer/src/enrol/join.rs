//! A new computer for an account that exists (PROTOCOL §2.11, New computer): login first, then the account's identity
//! from its backup at the server, which the recovery key opens. The history stays on the last computer.

use std::path::PathBuf;
use std::sync::Arc;

use conclave_crypto::directory::Directory;
use conclave_crypto::keys::DeviceId;
use conclave_crypto::link::Link;
use conclave_crypto::login::{LoginName, RecordChoice};
use conclave_crypto::password::Password;
use conclave_crypto::uik_backup;
use conclave_crypto::username::Username;
use conclave_crypto::vault::{DeviceKeys, RecoveryCode};
use conclave_proto::ErrorCode;
use conclave_proto::schema::{self, request::Call, response::Outcome};
use zeroize::Zeroizing;

use super::log::read_log;
use super::{Enrolment, invite_fault};
use crate::account::{Account, Stage};
use crate::directory_stream::DirectoryStream;
use crate::disk::ProfileLock;
use crate::entropy;
use crate::login::{self, LoginParties, LoginProof};
use crate::model::{Factor, Failure};
use crate::net::ServerProtocol;
use crate::network::Network;

/// What a person types on a new computer.
pub(crate) struct Join {
    /// Any link of the organisation, used or not: it names the server and the root key.
    pub(crate) link: Zeroizing<String>,
    pub(crate) user_name: String,
    pub(crate) password: Password,
    pub(crate) factor: Factor,
    pub(crate) recovery_key: Zeroizing<String>,
}

impl Enrolment {
    /// Logs in, recovers the identity, makes keys and vault. What is left is `finish`.
    pub(crate) async fn join(
        profile: PathBuf,
        lock: ProfileLock,
        listen: &[String],
        join: Join,
    ) -> Result<Self, Failure> {
        let link = Link::parse(&join.link).map_err(|error| invite_fault(&error.to_string()))?;
        let recovery = RecoveryCode::parse(&join.recovery_key).map_err(|_| wrong_key())?;
        let name = Username::parse(&join.user_name.to_ascii_lowercase())
            .map_err(|_| Failure::new(ErrorCode::AccountName).with("field", "userName"))?;
        let password = Arc::new(join.password);
        let device = Arc::new(DeviceKeys::generate(&mut entropy::rng()));
        let network = Network::start(&device.tpk, listen).await?;
        let (server, org) = (link.link.server_tpk(), link.link.org());
        let open = |protocol| {
            let (net, addresses) = (network.net.clone(), link.link.addresses().to_vec());
            async move {
                net.open_server(server, addresses, protocol)
                    .await
                    .map_err(|error| crate::network::unreachable(&error))
            }
        };
        let parties = LoginParties {
            org,
            name: LoginName::parse(name.as_str()).map_err(|_| Failure::new(ErrorCode::AccountName))?,
            client: device.tpk.public(),
            server,
        };
        let mut stream = open(ServerProtocol::Login).await?;
        let proof = LoginProof::typed(&join.factor, DeviceId::new([0; 16]), [0; 32]);
        let user =
            login::log_in(&mut stream, &parties, &password, RecordChoice::Stored, proof).await?.result.user;
        let (stream, news) = DirectoryStream::start(open(ServerProtocol::Directory).await?);
        let mut log = Directory::new(*link.link.ork());
        read_log(&stream, &mut log).await?;
        let uik = match log.user(&user) {
            Some(listed) if listed.name == name => listed.uik,
            _ => return Err(Failure::new(ErrorCode::DirectoryOwnKeys)),
        };
        let Outcome::UikBackup(found) = stream.request(Call::GetUikBackup(schema::GetUikBackup {})).await?
        else {
            return Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "unexpected answer"));
        };
        if found.backup.is_empty() {
            // Policy keeps none, or the account is older than it: an administrator's reset is the way.
            return Err(Failure::new(ErrorCode::ApiNotFound).with("field", "recoveryKey"));
        }
        let backup: &[u8; uik_backup::LEN] = found.backup.as_ref().try_into().map_err(|_| wrong_key())?;
        let secret = uik_backup::open(&org, &user, &recovery, backup).map_err(|_| wrong_key())?;
        if secret.public() != uik {
            return Err(Failure::new(ErrorCode::DirectoryOwnKeys));
        }
        let account = Account::of_link(&link, name, None, user, &device, &secret).at(Stage::Confirmed);
        let mut enrolment = Self {
            profile,
            lock,
            network,
            device,
            organisation: String::new(),
            link: None,
            named: String::new(),
            keys: None,
            confirming: None,
            directory: Some((stream, news)),
        };
        let made = enrolment.make(account, secret, recovery, None, &password).await?;
        enrolment.keys = Some(made);
        Ok(enrolment)
    }
}

fn wrong_key() -> Failure {
    Failure::new(ErrorCode::StorePassword).with("field", "recoveryKey")
}
