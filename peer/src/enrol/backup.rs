//! The account's identity as the server keeps it, sealed to the recovery key (PROTOCOL §2.11, UIK backup). It is sealed
//! while the key is at hand, and kept until the server has it: `finish` hands it in also after a crash, and when an
//! administrator has let the account in days later.

use conclave_crypto::keys::UikSecret;
use conclave_crypto::uik_backup::{LEN, seal};
use conclave_crypto::vault::RecoveryCode;
use conclave_proto::schema::{self, request::Call};

use crate::account::Account;
use crate::directory_stream::DirectoryStream;
use crate::entropy;
use crate::model::Failure;
use crate::record::{Batch, Key, Read, Tree};

/// Where the record lies: the 88 bytes that the server gets.
const NAME: &[u8] = b"uik backup";

/// A backup that the server does not have yet.
pub(super) struct IdentityBackup([u8; LEN]);

impl IdentityBackup {
    pub(super) fn seal(account: &Account, recovery: &RecoveryCode, uik: &UikSecret) -> Self {
        Self(seal(&account.org(), &account.user, recovery, uik, &mut entropy::rng()))
    }

    /// The write that keeps it.
    pub(super) fn keep(&self, batch: &mut Batch) {
        batch.put(Tree::Settings, Key::named(NAME), self.0.to_vec());
    }

    /// The write that forgets it.
    pub(super) fn forget(batch: &mut Batch) {
        batch.delete(Tree::Settings, Key::named(NAME));
    }

    /// The one that was kept, if there is one.
    pub(super) fn load(records: &impl Read) -> Option<Self> {
        let value = records.get(Tree::Settings, &Key::named(NAME)).ok()??;
        value.as_slice().try_into().ok().map(Self)
    }

    /// Gives it to the server, which keeps the last one.
    pub(super) async fn hand_in(&self, stream: &DirectoryStream) -> Result<(), Failure> {
        stream.carry_out(Call::PutUikBackup(schema::PutUikBackup { backup: self.0.to_vec().into() })).await
    }
}
