//! The account of this profile, as a sealed record: whom it belongs to and which server it is pinned to.
//!
//! Before the log holds the account, the record also keeps what finishing needs after a crash.

use conclave_crypto::certificate::{DeviceCert, SignedCert};
use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::handshake::{LocalDevice, SUITE};
use conclave_crypto::keys::{DeviceId, OrgId, OrkPublic, TransportPublic, UikPublic, UikSecret, UserId};
use conclave_crypto::lease::Lease;
use conclave_crypto::link::LinkText;
use conclave_crypto::login::LoginName;
use conclave_crypto::username::Username;
use conclave_crypto::vault::DeviceKeys;
use conclave_proto::ErrorCode;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::entropy::{self, now};
use crate::model::{Failure, Time};
use crate::record::{Batch, Key, Read, Tree};

/// Where the record lies.
const NAME: &[u8] = b"account";

/// How far the account has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Keys exist here; the server knows nothing yet.
    Registering,
    /// The server has the password record and the TOTP secret; the log has nothing yet.
    Confirmed,
    /// Account and device are in the log.
    Ready,
    /// As [`Self::Ready`], brought back from a backup: the history opens with the device keys of then, and nothing
    /// goes online by itself. The next login replaces device keys and certificate, with the account's identity that its
    /// password opens in the vault, and writes `Ready`.
    Restored,
}

/// The account of this profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) stage: Stage,
    pub(crate) ork: OrkPublic,
    pub(crate) server: TransportPublic,
    /// Binary multiaddrs of the server.
    pub(crate) addresses: Vec<Vec<u8>>,
    /// `host:port` of the invite link, for people to read.
    pub(crate) host: String,
    pub(crate) name: Username,
    pub(crate) display_name: Option<String>,
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    /// The account's identity key, public half.
    pub(crate) uik: UikPublic,
    /// This device's certificate with its three signatures.
    pub(crate) cert: SignedCert,
}

/// The record as it is written; sealed by the store.
#[derive(Serialize, Deserialize)]
struct Written {
    stage: Stage,
    ork: String,
    server: String,
    addresses: Vec<String>,
    host: String,
    name: String,
    display_name: Option<String>,
    user: String,
    device: String,
    uik: String,
    cert: String,
}

impl Account {
    /// The organisation.
    pub(crate) fn org(&self) -> OrgId {
        OrgId::of(&self.ork)
    }

    /// The name as login frames carry it.
    pub(crate) fn login_name(&self) -> Result<LoginName, Failure> {
        LoginName::parse(self.name.as_str()).map_err(|_| Failure::new(ErrorCode::AccountName))
    }

    /// This device as a party of handshakes: its certificate, verified again, and the secret of its DIK_x.
    pub(crate) fn local_device(&self, keys: &DeviceKeys) -> Result<LocalDevice, Failure> {
        let party = self.cert.party(&self.org(), &self.user, &self.uik).map_err(|_| damaged())?;
        LocalDevice::new(self.org(), party, keys.dik_x.duplicate()).map_err(|_| damaged())
    }

    /// A new account, or a known one on its way to this computer.
    pub(crate) fn of_link(
        link: &LinkText,
        name: Username,
        display_name: Option<String>,
        user: UserId,
        device: &DeviceKeys,
        uik: &UikSecret,
    ) -> Self {
        let (id, cert) = certificate(&link.link.org(), user, device, uik);
        Self {
            stage: Stage::Registering,
            ork: *link.link.ork(),
            server: link.link.server_tpk(),
            addresses: link.link.addresses().to_vec(),
            host: link.server.clone().unwrap_or_default(),
            name,
            display_name,
            user,
            device: id,
            uik: uik.public(),
            cert,
        }
    }

    /// The same account, so far.
    pub(crate) fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    /// The account with a new device, whose certificate the account's key signs.
    pub(crate) fn of_keys(&self, device: &DeviceKeys, uik: &UikSecret) -> Self {
        let (id, cert) = certificate(&self.org(), self.user, device, uik);
        Self { device: id, cert, ..self.clone() }
    }

    /// When a lease of this organisation ends, ms UTC.
    pub(crate) fn lease_end(&self, lease: &[u8]) -> Result<Time, Failure> {
        Lease::parse(&self.org(), lease)
            .map(|signed| signed.lease().not_after)
            .map_err(|_| Failure::new(ErrorCode::ServerIdentity))
    }

    /// The record, or `None` in a profile without an account.
    pub(crate) fn load(records: &impl Read) -> Result<Option<Self>, Failure> {
        let bytes = records.get(Tree::Settings, &Key::named(NAME)).map_err(|_| damaged())?;
        let Some(bytes) = bytes else { return Ok(None) };
        let written: Written = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        Self::parse(written).map(Some).ok_or_else(damaged)
    }

    /// The write that keeps the record.
    pub(crate) fn batch(&self) -> Batch {
        let mut cert = Writer::new();
        self.cert.encode(&mut cert);
        let written = Written {
            stage: self.stage,
            ork: HEXLOWER.encode(self.ork.as_bytes()),
            server: HEXLOWER.encode(self.server.as_bytes()),
            addresses: self.addresses.iter().map(|address| HEXLOWER.encode(address)).collect(),
            host: self.host.clone(),
            name: self.name.as_str().to_owned(),
            display_name: self.display_name.clone(),
            user: self.user.to_string(),
            device: self.device.to_string(),
            uik: HEXLOWER.encode(self.uik.as_bytes()),
            cert: HEXLOWER.encode(&cert.finish()),
        };
        // A struct of strings and numbers always serialises.
        let value = Zeroizing::new(serde_json::to_vec(&written).unwrap_or_default());
        let mut batch = Batch::default();
        batch.put(Tree::Settings, Key::named(NAME), value);
        batch
    }

    fn parse(written: Written) -> Option<Self> {
        let key = |text: &str| HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok();
        let ork = OrkPublic::from_bytes(key(&written.ork)?).ok()?;
        let cert = HEXLOWER.decode(written.cert.as_bytes()).ok()?;
        Some(Self {
            stage: written.stage,
            uik: UikPublic::from_bytes(key(&written.uik)?).ok()?,
            cert: Reader::all(&cert, |reader| SignedCert::decode(reader, &OrgId::of(&ork))).ok()?,
            ork,
            server: TransportPublic::from_bytes(key(&written.server)?).ok()?,
            addresses: written
                .addresses
                .iter()
                .map(|address| HEXLOWER.decode(address.as_bytes()).ok())
                .collect::<Option<_>>()?,
            host: written.host,
            name: Username::parse(&written.name).ok()?,
            display_name: written.display_name,
            user: written.user.parse().ok()?,
            device: written.device.parse().ok()?,
        })
    }
}

// A device id and the certificate of these keys.
fn certificate(org: &OrgId, user: UserId, device: &DeviceKeys, uik: &UikSecret) -> (DeviceId, SignedCert) {
    let id = DeviceId::random(&mut entropy::rng());
    let cert = DeviceCert {
        user_id: user,
        device_id: id,
        dik_s: device.dik_s.public(),
        dik_x: *device.dik_x.public(),
        tpk: device.tpk.public(),
        suites: vec![SUITE],
        created: now(),
    };
    (id, SignedCert::issue(org, cert, uik, &device.dik_s, &device.tpk))
}

/// The account record of a backup, marked as restored; nothing if it is none.
pub(crate) fn restored(record: &[u8]) -> Option<Vec<u8>> {
    let written: Written = serde_json::from_slice(record).ok()?;
    let stage = if written.stage == Stage::Ready { Stage::Restored } else { written.stage };
    serde_json::to_vec(&Written { stage, ..written }).ok()
}

fn damaged() -> Failure {
    Failure::new(ErrorCode::StoreDamaged)
}
