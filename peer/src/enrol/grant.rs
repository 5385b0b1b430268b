//! The key that a link gives, kept until the log holds what it permits: after a crash `finish` signs with it.

use conclave_crypto::keys::GrantSecret;
use conclave_crypto::link::Link;
use conclave_crypto::secret::Secret;
use zeroize::Zeroizing;

use crate::record::{Batch, Key, Read, Tree};

/// Where the record lies: a byte that says what the key is for, and its seed of 32 bytes; sealed by the store.
const NAME: &[u8] = b"enrol grant";
const INVITE: u8 = 1;
const RESET: u8 = 2;

/// What the holder of a link may sign.
pub(super) enum Grant {
    /// A new account.
    Invite(GrantSecret),
    /// Another identity key for an account that is there.
    Reset(GrantSecret),
}

impl Grant {
    pub(super) fn of(link: &Link) -> Self {
        let key = link.grant_key();
        match link {
            Link::Invite(_) => Self::Invite(key),
            Link::Reset(_) => Self::Reset(key),
        }
    }

    /// The write that keeps it.
    pub(super) fn keep(&self, batch: &mut Batch) {
        let (what, key) = match self {
            Self::Invite(key) => (INVITE, key),
            Self::Reset(key) => (RESET, key),
        };
        let mut value = Zeroizing::new(Vec::with_capacity(33));
        value.push(what);
        value.extend_from_slice(key.seed().expose());
        batch.put(Tree::Settings, Key::named(NAME), value);
    }

    /// The write that forgets it.
    pub(super) fn forget(batch: &mut Batch) {
        batch.delete(Tree::Settings, Key::named(NAME));
    }

    /// The one that was kept, if there is one.
    pub(super) fn load(records: &impl Read) -> Option<Self> {
        let value = records.get(Tree::Settings, &Key::named(NAME)).ok()??;
        let (what, seed) = value.split_first()?;
        let key = GrantSecret::from_seed(Secret::new(seed.try_into().ok()?));
        match *what {
            INVITE => Some(Self::Invite(key)),
            RESET => Some(Self::Reset(key)),
            _ => None,
        }
    }
}
