//! Acts that need signatures of admin keys, also of keys that are on other machines (ADMIN §1).
//!
//! ```text
//! { "format": "conclave-request", "version": 1, "org": hex16, "leaf": hex (with the signatures so far),
//!   "needed": 1 | 2, "request": what goes to the server's socket }
//! ```
//!
//! The file holds no secret. What it does is read from the leaf, which is what gets signed, never from words in it.

use std::path::{Path, PathBuf};

use conclave_crypto::directory::{Kind, Leaf, Object, Sig, SignWith, Signer, assemble, sign_part};
use conclave_crypto::keys::{OrgId, VerifyingKey};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Global;
use super::client::AdminClient;
use super::keys::{AdminKey, KeyArgs};
use crate::admin::Request;
use crate::exit::{Exit, Failure};
use crate::home::{read_named, replace};
use crate::time::local;
use crate::words::{Said, said};

const FORMAT: &str = "conclave-request";
const VERSION: u32 = 1;
/// Longest file that is read, in bytes: the largest leaf in hex, and a little more.
const LONGEST: u64 = 4 * 1024 * 1024;

/// A leaf that waits for signatures, and the request that takes it to the server.
pub(super) struct Unsigned {
    pub(super) org: OrgId,
    kind: Kind,
    object: Vec<u8>,
    admins: Vec<Sig>,
    /// Signatures that come after those of admins.
    rest: Vec<Sig>,
    needed: usize,
    /// Its member `leaf` is filled when the signatures are there.
    request: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    org: String,
    leaf: String,
    needed: usize,
    request: Value,
}

/// What became of an act.
pub(super) enum Carried {
    /// The server did it.
    Done(Value),
    /// It waits in a file.
    Written(PathBuf),
}

impl Unsigned {
    /// An act of `needed` admin keys; the request's `leaf` may be anything.
    pub(super) fn new(
        org: OrgId,
        object: &Object,
        needed: usize,
        request: &Request,
    ) -> Result<Self, Failure> {
        Self::with_rest(org, object.kind(), object.encode(&org), Vec::new(), needed, request)
    }

    /// The same of an object whose bytes came from elsewhere, with signatures that follow.
    pub(super) fn with_rest(
        org: OrgId,
        kind: Kind,
        object: Vec<u8>,
        rest: Vec<Sig>,
        needed: usize,
        request: &Request,
    ) -> Result<Self, Failure> {
        let request =
            serde_json::to_value(request).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        Ok(Self { org, kind, object, admins: Vec::new(), rest, needed, request })
    }

    /// Adds the signature of an admin key.
    pub(super) fn sign(&mut self, key: &AdminKey) -> Result<(), Failure> {
        if key.org != self.org {
            return Err(Failure::new(Exit::Refused, said("key-of-another-organisation")));
        }
        if self.admins.iter().any(|sig| sig.key_id == key.secret.public().key_id()) {
            return Err(Failure::new(Exit::Conflict, said("key-signed-already").with("key", &key.name)));
        }
        self.admins.push(sign_part(self.kind, &self.object, SignWith::Admin(&key.secret)));
        Ok(())
    }

    /// Whether all signatures are there.
    pub(super) fn is_complete(&self) -> bool {
        self.admins.len() >= self.needed
    }

    /// How many signatures it has, and how many it needs.
    pub(super) const fn count(&self) -> (usize, usize) {
        (self.admins.len(), self.needed)
    }

    fn leaf(&self) -> Vec<u8> {
        let sigs: Vec<Sig> = self.admins.iter().chain(&self.rest).copied().collect();
        assemble(self.kind, &self.object, &sigs)
    }

    /// What it does, read from what is signed.
    pub(super) fn about(&self) -> Result<Said, Failure> {
        let object = Object::parse(self.kind, &self.object, &self.org).map_err(|_| damaged("the request"))?;
        Ok(match object {
            Object::ResetGrant(grant) if grant.reset_seq == 0 => {
                said("about-phone").with("account", grant.user_id).with("until", local(grant.expires))
            }
            Object::ResetGrant(grant) => said("about-reset")
                .with("account", grant.user_id)
                .with("number", grant.reset_seq)
                .with("until", local(grant.expires)),
            Object::InviteGrant(grant) if grant.is_withdrawal() => {
                said("about-withdrawal").with("user", grant.username)
            }
            Object::InviteGrant(grant) if grant.username.is_empty() => {
                said("about-company").with("uses", grant.uses).with("until", local(grant.expires))
            }
            Object::InviteGrant(grant) => {
                said("about-invite").with("user", grant.username).with("until", local(grant.expires))
            }
            Object::Ban(ban) => said("about-ban").with("whom", target(&ban.target)),
            Object::Unban(unban) => said("about-unban").with("whom", target(&unban.target)),
            Object::UserAdd(user) => {
                said("about-account").with("user", user.username).with("account", user.user_id)
            }
            _ => return Err(damaged("the request")),
        })
    }

    /// The request with the leaf in it.
    pub(super) fn request(&self) -> Result<Request, Failure> {
        let mut request = self.request.clone();
        let leaf = Value::String(HEXLOWER.encode(&self.leaf()));
        request.as_object_mut().ok_or_else(|| damaged("the request"))?.insert("leaf".into(), leaf);
        serde_json::from_value(request).map_err(|_| damaged("the request"))
    }

    /// Sends it.
    pub(super) fn submit(&self, client: &mut AdminClient) -> Result<Value, Failure> {
        let (signed, needed) = self.count();
        if !self.is_complete() {
            return Err(Failure::new(
                Exit::Later,
                said("signatures-missing").with("signed", signed).with("needed", needed),
            )
            .hint(said("signatures-missing-hint")));
        }
        client.ask(&self.request()?)
    }

    /// Writes the file; one of an earlier step is replaced.
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        let stored = Stored {
            format: FORMAT.into(),
            version: VERSION,
            org: self.org.to_string(),
            leaf: HEXLOWER.encode(&self.leaf()),
            needed: self.needed,
            request: self.request.clone(),
        };
        let text = serde_json::to_vec_pretty(&stored)
            .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        replace(path, &text)
            .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))
    }

    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = read_named(path, LONGEST)?;
        let name = path.display().to_string();
        let bad = || damaged(&name);
        let stored: Stored = serde_json::from_slice(&text).map_err(|_| bad())?;
        if stored.format != FORMAT || stored.version != VERSION || !(1..=2).contains(&stored.needed) {
            return Err(bad());
        }
        let org: OrgId = stored.org.parse().map_err(|_| bad())?;
        let bytes = HEXLOWER.decode(stored.leaf.as_bytes()).map_err(|_| bad())?;
        let leaf = Leaf::parse(&bytes, &org).map_err(|_| bad())?;
        let (admins, rest) = leaf.sigs.iter().copied().partition(|sig: &Sig| sig.signer == Signer::Admin);
        let unsigned = Self {
            org,
            kind: leaf.kind,
            object: leaf.bytes.to_vec(),
            admins,
            rest,
            needed: stored.needed,
            request: stored.request,
        };
        unsigned.about()?;
        unsigned.request()?;
        Ok(unsigned)
    }
}

/// Signs and sends, or writes what is to be signed elsewhere.
pub(super) fn carry_out(
    global: &Global,
    client: &mut AdminClient,
    key: &KeyArgs,
    mut unsigned: Unsigned,
) -> Result<Carried, Failure> {
    if let Some(path) = &key.request_out {
        if key.is_given() {
            unsigned.sign(&key.open(global)?)?;
        }
        global.no_dry_run()?;
        unsigned.write(path)?;
        return Ok(Carried::Written(path.clone()));
    }
    if unsigned.needed > 1 {
        return Err(Failure::new(Exit::Later, said("two-keys")).hint(said("two-keys-hint")));
    }
    let key = key.open(global)?;
    unsigned.sign(&key)?;
    client.signed_by(&key.name);
    unsigned.submit(client).map(Carried::Done)
}

fn target(target: &conclave_crypto::directory::Target) -> String {
    match target {
        conclave_crypto::directory::Target::User(user) => said("target-account").with("account", user).text(),
        conclave_crypto::directory::Target::Device(device) => {
            said("target-device").with("device", device).text()
        }
    }
}

fn damaged(what: &str) -> Failure {
    Failure::new(Exit::Damaged, said("request-damaged").with("file", what))
}
