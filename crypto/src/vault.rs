//! The vault: what a stolen, locked computer holds of a user (PROTOCOL §2.10). Pure: bytes in, bytes out.
//!
//! ```text
//! password ─ Argon2id ─┐
//!                      ├─ KEK ─ opens a slot ─► VMK ─┬─ device keys, epoch keys, header MAC
//! recovery code ───────┘                  └──► UWK   └─ Kt per tree and epoch, Ki per tree ─► records, journal
//!                                               └─ opens UIK, only on request, wiped at once
//! ```
//!
//! * [`VaultHeader`] is the file `vault.hdr`, of which two copies lie outside the database; [`choose`] orders them.
//! * [`VaultKeys`] is the open vault: it seals and opens records and journal entries.
//! * Every change of the header gives a *new* header with a higher generation, to be written before anything
//!   depends on it. A password change is [`VaultHeader::add_slot`], write, then [`VaultHeader::remove_slot`], write.
//!
//! What it does not do: read or write files, detect a rollback of the whole store, or judge a password.

mod device;
mod header;
mod journal;
mod keys;
mod parameters;
mod record;
mod recovery;
mod slot;

pub use device::DeviceKeys;
pub use header::{HeaderCopy, NewVault, Unlocked, VaultHeader, choose};
pub use journal::{BrokenJournal, JournalRecord};
pub use keys::VaultKeys;
pub use parameters::{BadParameters, KdfParams};
pub use record::{BadValue, Tree};
pub use recovery::RecoveryCode;
pub use slot::{Credential, MasterKeys, Slot, SlotKind, UnlockError};
