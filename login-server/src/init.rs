//! Making an organisation: its root key, the first admin key, the server's keys and the first leaves of the log.
//!
//! ```text
//! leaf 0 Policy (ORK)   1 ServerKey (ORK)   2 General, everyone (AK)   3 Lounge, open (AK)
//! ```
//!
//! Nothing that exists is overwritten, but for what an `init` has left that did not end. The root key is written sealed and belongs off the machine afterwards.

use std::path::{Path, PathBuf};

use conclave_crypto::directory::{
    Enrolment, LONGEST_SERVER_KEY_LIFE, Policy, PolicyAdmin, RoomKind, RoomOrg, ServerKey, sign_policy,
    sign_room_org, sign_server_key,
};
use conclave_crypto::keys::{AdminSecret, OrgId, OrkSecret, RoomId, UserId};
use conclave_crypto::password::Password;

use crate::clock;
use crate::config::Config;
use crate::directory::Log;
use crate::exit::{Exit, Failure};
use crate::home::{Home, HomeError, sync_directory, write_new};
use crate::key_file::{KeyFile, KeyFileError};
use crate::server_keys::{ServerKeys, ServerKeysError};
use crate::store::SledStore;
use crate::store_key;
use crate::words::said;

/// Who lets newcomers in (ADMIN §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EnrolmentMode {
    /// An admin beforehand, by a signed invite.
    Grant,
    /// An admin afterwards, by comparing 30 digits.
    Manual,
    /// The server by itself.
    Auto,
}

/// What a new organisation is made of.
pub struct NewOrganisation<'a> {
    /// The name of the first admin key, such as `ops-1`.
    pub admin_name: &'a str,
    /// Seals the root key.
    pub root_passphrase: &'a Password,
    /// Seals the first admin key.
    pub admin_passphrase: &'a Password,
    /// Who lets newcomers in.
    pub enrolment: EnrolmentMode,
}

/// A new organisation.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// What administrators read out and newcomers compare.
    pub fingerprint: String,
    /// Its id, in hex.
    pub org_id: String,
    /// The sealed root key, to be taken off the machine.
    pub root_key: PathBuf,
    /// The sealed first admin key.
    pub admin_key: PathBuf,
}

/// Makes an organisation in the data directory of a configuration.
///
/// # Errors
/// [`Failure`] with [`Exit::Conflict`] when there is one already, else with what failed.
pub fn init(config: &Config, new: &NewOrganisation<'_>) -> Result<Organisation, Failure> {
    let now = clock::now();
    let mut rng = clock::rng();
    let home = Home::at(&config.server.data_dir);
    if home.has_organisation() {
        let message = said("organisation-exists").with("directory", home.path().display());
        return Err(Failure::new(Exit::Conflict, message).hint(said("nothing-changed")));
    }
    let store_key = store_key::find(config).map_err(|error| Failure::new(Exit::Config, error.said()))?;
    home.create()?;
    let _lock = home.lock()?;
    let root_path = home.keys().join("root.key");
    let admin_path = home.keys().join(format!("{}.key", new.admin_name));
    begin(&home, &[&root_path, &admin_path])?;

    let ork = OrkSecret::generate(&mut rng);
    let admin = AdminSecret::generate(&mut rng);
    let mut keys = ServerKeys::generate(ork.public(), &mut rng)?;
    if let Some(store_key) = store_key {
        keys.seal_with(&store_key, &mut rng)?;
    }
    KeyFile::root(&ork, new.root_passphrase, &mut rng)?.write(&root_path)?;
    KeyFile::admin(new.admin_name, &ork.public(), &admin, new.admin_passphrase, &mut rng)?
        .write(&admin_path)?;
    keys.write(&home.server_keys())?;

    let org = OrgId::of(&ork.public());
    let listed = PolicyAdmin { key: admin.public(), user_id: UserId::random(&mut rng), nbf: now };
    let mut policy = Policy::first(now, vec![listed]);
    // A company's people know each other: they need not ask before they write.
    policy.contact_requests_allowed = true;
    policy.enrolment = match new.enrolment {
        EnrolmentMode::Grant => Enrolment::Grant,
        EnrolmentMode::Manual => Enrolment::Manual,
        EnrolmentMode::Auto => Enrolment::Auto(keys.enrol.public()),
    };
    let server_key = ServerKey { key: keys.directory.public(), nbf: now, naf: now + LONGEST_SERVER_KEY_LIFE };
    let room = |kind, name: &str, id: RoomId| RoomOrg {
        room_id: id,
        rno: 1,
        prev: [0; 32],
        kind,
        archived: false,
        name: name.into(),
        topic: Vec::new(),
        admins_only: false,
        admins: Vec::new(),
        members: Vec::new(),
        barred: Vec::new(),
        cuts: Vec::new(),
        at: now,
    };
    let leaves = [
        sign_policy(&org, policy, &ork),
        sign_server_key(&org, server_key, &ork),
        sign_room_org(&org, room(RoomKind::Everyone, "General", RoomId::random(&mut rng)), &admin),
        sign_room_org(&org, room(RoomKind::Open, "Lounge", RoomId::random(&mut rng)), &admin),
    ];
    drop(SledStore::create(&home.store()).map_err(failed)?);
    Log::create(&home, ork.public(), &keys.directory, &leaves, now).map_err(failed)?;
    std::fs::remove_file(home.half_made()).map_err(failed)?;
    sync_directory(home.path())?;
    Ok(Organisation {
        fingerprint: conclave_crypto::fingerprint::fingerprint(&ork.public()),
        org_id: org.to_string(),
        root_key: root_path,
        admin_key: admin_path,
    })
}

/// Marks the directory, and clears away what an `init` has left that did not end.
fn begin(home: &Home, keys: &[&Path]) -> Result<(), Failure> {
    if home.is_half_made() {
        let (log, head, server) = (home.log(), home.head(), home.server_keys());
        for path in keys.iter().copied().chain([log.as_path(), &head, &server]) {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        for left in [home.store(), home.sealed_store()].iter().filter(|left| left.exists()) {
            std::fs::remove_dir_all(left).map_err(failed)?;
        }
    } else {
        write_new(&home.half_made(), b"")?;
    }
    Ok(sync_directory(home.path())?)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

impl From<HomeError> for Failure {
    fn from(error: HomeError) -> Self {
        let exit = match &error {
            HomeError::Locked { .. } => Exit::Locked,
            HomeError::Open { .. } => Exit::Refused,
            HomeError::Io { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Exit::Conflict
            }
            HomeError::Io { .. } => Exit::Failed,
        };
        Self::new(exit, error.said())
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        match error {
            KeyFileError::Home(error) => error.into(),
            KeyFileError::Damaged(file) => {
                Self::new(Exit::Damaged, said("key-file-damaged").with("file", file))
            }
            KeyFileError::Kind(file) => Self::new(Exit::Refused, said("key-file-kind").with("file", file)),
            KeyFileError::Passphrase(key) => {
                Self::new(Exit::Refused, said("key-passphrase").with("key", key))
            }
        }
    }
}

impl From<ServerKeysError> for Failure {
    fn from(error: ServerKeysError) -> Self {
        match error {
            ServerKeysError::Home(error) => error.into(),
            ServerKeysError::Missing(path) => {
                Self::new(Exit::Config, said("no-organisation").with("directory", path))
            }
            ServerKeysError::Damaged(file) => {
                Self::new(Exit::Damaged, said("file-damaged").with("file", file))
            }
            ServerKeysError::Sealed(file) => Self::new(Exit::Refused, said("keys-sealed").with("file", file)),
            ServerKeysError::StoreKey(file) => {
                Self::new(Exit::Refused, said("store-key-wrong").with("file", file))
            }
        }
    }
}
