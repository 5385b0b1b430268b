//! The records of the core as the store must know them: what can be found, and how older ones come to this schema.
//!
//! | schema | since it |
//! |---|---|
//! | 1 | first release |
//! | 2 | a message keeps the name of its file, so that it is found by it |
//! | 3 | and the type of its content |

use prost::Message as _;
use zeroize::Zeroizing;

use super::files::{FileRecord, GROUP};
use super::history::StoredMessage;
use super::records::{name, parse};
use super::search::searchable;
use crate::record::{Key, Read, Tree};
use crate::store::Format;

/// What this version of the core writes.
pub(crate) const FORMAT: Format = Format { documents: searchable, migrations: &[name_files, type_files] };

/// Schema 2: the name of a file, from the record of the file.
fn name_files(records: &dyn Read, tree: Tree, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    with_file(records, tree, value, |stored, file| {
        stored.file_name.is_empty().then(|| stored.file_name = file.name)
    })
}

/// Schema 3: the type of a file, from there too.
fn type_files(records: &dyn Read, tree: Tree, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    with_file(records, tree, value, |stored, file| {
        stored.file_mime.is_empty().then(|| stored.file_mime = file.mime)
    })
}

/// A message with something of its file's record; nothing if it has it.
fn with_file(
    records: &dyn Read,
    tree: Tree,
    value: &[u8],
    take: impl FnOnce(&mut StoredMessage, FileRecord) -> Option<()>,
) -> Option<Zeroizing<Vec<u8>>> {
    searchable(tree, value)?;
    let mut stored = parse::<StoredMessage>(value).ok()?;
    if stored.file.is_empty() {
        return None;
    }
    let number = records.get(Tree::Files, &name(b'f', &[&stored.file])).ok()??;
    let number = u64::from_be_bytes(number.as_slice().try_into().ok()?);
    let file = records.get(Tree::Files, &Key::ordered(GROUP, number)).ok()??;
    take(&mut stored, parse::<FileRecord>(&file).ok()?)?;
    Some(Zeroizing::new(stored.encode_to_vec()))
}
