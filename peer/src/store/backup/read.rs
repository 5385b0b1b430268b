//! Reading a backup: whole and unaltered, or refused. Restoring makes a profile of it where there is none; the vault
//! header is written last, so what a crash leaves is no profile.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::sync::Arc;

use conclave_crypto::encoding::Reader;
use conclave_crypto::keys::VaultId;
use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use conclave_crypto::vault::{Credential, JournalRecord, Slot, VaultHeader, VaultKeys};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use super::{BackupError, CONTENT, Contents, END, FIRST, MAGIC, MAX_RECORD, RECORDS, VERSION, is_kept};
use crate::ordinary_file;
use crate::record::Tree;
use crate::store::blobs::BlobWriter;
use crate::store::disk::Folder;
use crate::store::journal::{Journal, Position};
use crate::store::operations::{Changes, Operations, place};
use crate::store::sealing::Sealing;
use crate::store::stats::Counters;
use crate::store::{BlobId, Blobs, Format, HeaderFiles, ProfileLock, StoreError};

/// The epoch of a vault that has no session state yet.
const FIRST_EPOCH: u32 = 1;

/// What a backup says, piece by piece.
enum Piece {
    First { schema: u32, header: VaultHeader, master: Secret<32> },
    Records(Vec<(Tree, Vec<u8>, Zeroizing<Vec<u8>>)>),
    Content { id: BlobId, offset: u64, bytes: Vec<u8> },
    End { messages: u64, files: u64 },
}

/// Reads a whole backup and says what is in it.
///
/// # Errors
/// [`BackupError`].
pub fn verify(path: &Path, passphrase: &Password) -> Result<Contents, BackupError> {
    let mut whole: BTreeMap<BlobId, (conclave_crypto::primitives::Blake3, u64)> = BTreeMap::new();
    read(path, passphrase, &mut |piece| {
        if let Piece::Content { id, offset, bytes } = piece {
            let (hash, length) = whole.entry(id).or_default();
            if *length != offset {
                return Err(BackupError::Damaged);
            }
            hash.update(&bytes);
            *length = length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    })
    .and_then(|contents| {
        let sound = whole.into_iter().all(|(id, (hash, _))| hash.finish() == *id.as_bytes());
        if sound { Ok(contents) } else { Err(BackupError::Damaged) }
    })
}

/// Makes a profile of a backup in a folder without one. It stays locked: the password of the vault opens it.
///
/// # Errors
/// [`BackupError`]; [`StoreError::Exists`] if there is a profile. The folder has no profile then either.
pub fn restore(
    profile: &Path,
    _lock: &ProfileLock,
    path: &Path,
    passphrase: &Password,
    format: Format,
    mark: fn(&[u8]) -> Option<Vec<u8>>,
) -> Result<Contents, BackupError> {
    let files = HeaderFiles::of(profile);
    if files.exist() {
        return Err(StoreError::Exists.into());
    }
    // Before anything is written: all of it must be there.
    verify(path, passphrase)?;
    for name in ["journal", "index", "blobs"] {
        match std::fs::remove_dir_all(profile.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io("clearing the profile folder")(error).into());
            }
            _ => {}
        }
    }
    let blobs = Blobs::open(profile)?;
    let mut made: Option<(Journal, Arc<Sealing>, VaultHeader)> = None;
    let mut content: Option<(BlobId, BlobWriter, u64)> = None;
    let contents = read(path, passphrase, &mut |piece| {
        match piece {
            Piece::First { schema, header, master } => {
                if schema > format.schema() {
                    return Err(BackupError::Newer);
                }
                made = Some(begin(profile, schema, &header, master)?);
            }
            Piece::Records(rows) => {
                let Some((journal, sealing, _)) = &mut made else { return Err(BackupError::Damaged) };
                let mut changes = Changes::new();
                let account = sealing.record_key(Tree::Settings, &crate::record::Key::named(*b"account"));
                for (tree, key, value) in rows {
                    let marked = (tree == Tree::Settings && key == account).then(|| mark(&value)).flatten();
                    let value = marked.map_or(value, Zeroizing::new);
                    changes.insert(place(tree, &key), Some(sealing.seal(tree, &key, &value)));
                }
                journal
                    .append(&Operations::Writes(changes))
                    .map_err(StoreError::io("writing the journal"))?;
            }
            Piece::Content { id, offset, bytes } => {
                if content.as_ref().is_none_or(|(open, _, _)| *open != id) {
                    finish(content.take())?;
                    content = Some((id, blobs.part(&id, u64::try_from(bytes.len()).unwrap_or(0))?, 0));
                }
                if let Some((_, writer, length)) = &mut content {
                    writer.write_at(offset, &bytes)?;
                    *length = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
                }
            }
            Piece::End { .. } => finish(content.take())?,
        }
        Ok(())
    })?;
    let Some((mut journal, _, header)) = made else { return Err(BackupError::Damaged) };
    journal.sync().map_err(StoreError::io("syncing the journal"))?;
    journal.note_head().map_err(StoreError::io("writing the journal's head"))?;
    files.write(&header)?;
    Ok(contents)
}

/// An empty journal of the vault, with epoch keys of its own.
fn begin(
    profile: &Path,
    schema: u32,
    header: &VaultHeader,
    master: Secret<32>,
) -> Result<(Journal, Arc<Sealing>, VaultHeader), BackupError> {
    let rng = &mut UnwrapErr(SysRng);
    let old = VaultKeys::from_keys(*header.vault(), master.duplicate(), BTreeMap::new());
    // Device keys of this very vault prove that header and master key belong together.
    header.device_keys(&old)?;
    let epochs = BTreeMap::from([(FIRST_EPOCH, Secret::random(rng))]);
    let keys = VaultKeys::from_keys(*header.vault(), master, epochs);
    let (header, keys) = header.drop_old_epochs(&keys, rng);
    let disk = Folder::open(profile.join("journal")).map_err(StoreError::io("making the journal folder"))?;
    let sealing = Arc::new(Sealing::new(keys));
    let (disk, counters) = (Arc::new(disk), Arc::new(Counters::default()));
    let segment = crate::store::journal::SEGMENT;
    let journal = Journal::resume(disk, Arc::clone(&sealing), counters, segment, Position::START, schema);
    Ok((journal.map_err(StoreError::io("making the journal"))?, sealing, header))
}

/// Ends a content file, with the hashes beside it from which it is handed on.
fn finish(content: Option<(BlobId, BlobWriter, u64)>) -> Result<(), BackupError> {
    let Some((id, writer, length)) = content else { return Ok(()) };
    let hashed = (|| {
        let mut object = writer.file();
        std::io::Seek::rewind(&mut object)?;
        let outboard = writer.outboard().map_err(std::io::Error::other)?;
        crate::net::transfer::hash_reader(BufReader::new(object), length, &outboard)
    })();
    if hashed.map_err(StoreError::io("hashing a content file"))? != *id.as_bytes() {
        return Err(BackupError::Damaged);
    }
    Ok(writer.finish(&id, length)?)
}

/// Visits every piece in order; the last one must be the end, and nothing may follow it.
fn read(
    path: &Path,
    passphrase: &Password,
    visit: &mut dyn FnMut(Piece) -> Result<(), BackupError>,
) -> Result<Contents, BackupError> {
    let (file, metadata) = ordinary_file::open(path).map_err(BackupError::Unreadable)?;
    let mut source = BufReader::new(file);
    let keys = open(&mut source, passphrase)?;
    let (mut seq, mut prev) = (0_u64, JournalRecord::FIRST_PREV);
    let mut ended = None;
    while let Some(record) = next(&mut source)? {
        seq += 1;
        if ended.is_some() {
            return Err(BackupError::Damaged);
        }
        let opened = keys.open_journal(&record, seq, &prev).map_err(|_| BackupError::Damaged)?;
        prev = record.hash();
        let piece = parse(&opened).ok_or(BackupError::Damaged)?;
        let in_order = matches!(piece, Piece::First { .. }) == (seq == 1);
        if !in_order {
            return Err(BackupError::Damaged);
        }
        if let Piece::End { messages, files } = piece {
            ended = Some(Contents { messages, files, bytes: metadata.len() });
        }
        visit(piece)?;
    }
    ended.ok_or(BackupError::Damaged)
}

/// Reads the head and opens the slot.
fn open(source: &mut impl std::io::Read, passphrase: &Password) -> Result<VaultKeys, BackupError> {
    let mut head = [0; 8 + 1 + 16 + Slot::LEN];
    source.read_exact(&mut head).map_err(|_| BackupError::Damaged)?;
    let mut reader = Reader::new(&head);
    let damaged = |_| BackupError::Damaged;
    if reader.array().map_err(damaged)? != *MAGIC {
        return Err(BackupError::Damaged);
    }
    match reader.u8().map_err(damaged)? {
        VERSION => {}
        0 => return Err(BackupError::Damaged),
        _ => return Err(BackupError::Newer),
    }
    let id = VaultId::decode(&mut reader).map_err(damaged)?;
    let slot = Slot::decode(&mut reader, &id).map_err(damaged)?;
    let master = slot.open(Credential::Password(passphrase)).map_err(|_| BackupError::Passphrase)?;
    Ok(VaultKeys::from_keys(id, master.vmk, BTreeMap::new()))
}

/// The next record; nothing at the end of the file.
fn next(source: &mut impl std::io::Read) -> Result<Option<JournalRecord>, BackupError> {
    let mut head = [0; JournalRecord::HEAD];
    let mut there = 0;
    while let Some(rest) = head.get_mut(there..).filter(|rest| !rest.is_empty()) {
        match source.read(rest).map_err(BackupError::Unreadable)? {
            0 if there == 0 => return Ok(None),
            0 => return Err(BackupError::Damaged),
            read => there += read,
        }
    }
    let length = JournalRecord::length(&head);
    if length > MAX_RECORD {
        return Err(BackupError::Damaged);
    }
    let mut bytes = head.to_vec();
    let body = length.saturating_sub(u64::try_from(JournalRecord::HEAD).unwrap_or(0));
    source.by_ref().take(body).read_to_end(&mut bytes).map_err(BackupError::Unreadable)?;
    JournalRecord::read(&bytes).map(|(record, _)| Some(record)).map_err(|_| BackupError::Damaged)
}

fn parse(bytes: &[u8]) -> Option<Piece> {
    let parsed = Reader::all(bytes, |reader| {
        Ok(match reader.u8()? {
            FIRST => {
                let schema = reader.u32()?;
                let header = VaultHeader::decode(reader.bytes32()?)?;
                Piece::First { schema, header, master: Secret::new(reader.array()?) }
            }
            RECORDS => {
                let mut rows = Vec::new();
                while !reader.rest().is_empty() {
                    let tree = Tree::from_id(reader.u8()?).filter(|tree| is_kept(*tree));
                    let tree = tree.ok_or(conclave_crypto::error::DecodeError::Range)?;
                    let key = reader.bytes8()?.to_vec();
                    rows.push((tree, key, Zeroizing::new(reader.bytes32()?.to_vec())));
                }
                Piece::Records(rows)
            }
            CONTENT => {
                let (id, offset) = (BlobId::new(reader.array()?), reader.u64()?);
                let bytes = reader.take(reader.rest().len())?.to_vec();
                Piece::Content { id, offset, bytes }
            }
            END => Piece::End { messages: reader.u64()?, files: reader.u64()? },
            _ => return Err(conclave_crypto::error::DecodeError::Version),
        })
    });
    parsed.ok()
}
