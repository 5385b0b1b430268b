//! Making a backup, and checking it by reading it back.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use conclave_crypto::encoding::Writer;
use conclave_crypto::keys::VaultId;
use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use conclave_crypto::vault::{JournalRecord, KdfParams, MasterKeys, Slot, VaultHeader, VaultKeys};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use super::{BackupError, CONTENT, Contents, END, FIRST, MAGIC, PIECE, RECORDS, VERSION, is_kept};
use crate::store::disk::{private, sync_folder};
use crate::store::operations::split;
use crate::store::{Blobs, Store, StoreError};

/// A file that is not finished goes when the backup fails.
struct Unfinished<'a>(Option<&'a Path>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            // Best effort: what is left lacks its end, and is no backup.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The end of a backup that is written.
struct Sink {
    file: BufWriter<File>,
    keys: VaultKeys,
    seq: u64,
    prev: [u8; 32],
    bytes: u64,
}

impl Store {
    /// Writes a backup to a path where nothing is, and reads it back. `header` is that of this vault. What comes in
    /// meanwhile may be missing.
    ///
    /// # Errors
    /// [`BackupError`]; nothing is left at the path then.
    pub fn back_up(
        &self,
        header: &VaultHeader,
        blobs: &Blobs,
        path: &Path,
        passphrase: &Password,
        cost: KdfParams,
    ) -> Result<Contents, BackupError> {
        let file = private(OpenOptions::new().write(true).create_new(true)).open(path);
        let file = file.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => BackupError::Exists,
            _ => BackupError::Unwritable(error),
        })?;
        let mut unfinished = Unfinished(Some(path));
        self.queue.wait_applied();
        let mut sink = Sink::start(file, passphrase, cost)?;
        let mut first = Writer::new();
        first.u8(FIRST).u32(self.parts.format.schema()).bytes32(&header.encode());
        first.raw(self.parts.sealing.keys().master().expose());
        sink.piece(&Zeroizing::new(first.finish()))?;
        let messages = self.records_into(&mut sink)?;
        let mut files = 0;
        for id in blobs.list()? {
            let Some(mut content) = blobs.read(&id)? else { continue };
            let (length, mut offset) = (content.length()?, 0);
            while offset < length {
                let bytes = content.read_at(offset, PIECE - 64)?;
                if bytes.is_empty() {
                    return Err(StoreError::Blob.into());
                }
                let piece = Writer::new().u8(CONTENT).raw(id.as_bytes()).u64(offset).raw(&bytes).finish();
                sink.piece(&piece)?;
                offset = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            }
            files += 1;
        }
        sink.piece(&Writer::new().u8(END).u64(messages).u64(files).finish())?;
        sink.finish()?;
        path.parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .map_or(Ok(()), sync_folder)
            .map_err(BackupError::Unwritable)?;
        let contents = super::verify(path, passphrase)?;
        unfinished.0 = None;
        Ok(contents)
    }

    fn records_into(&self, sink: &mut Sink) -> Result<u64, BackupError> {
        let (mut messages, mut next) = (0, Some(Vec::new()));
        let mut piece = Zeroizing::new(vec![RECORDS]);
        while let Some(from) = next {
            let page = self.index.page(&from, PIECE).map_err(|_| StoreError::Index);
            let (rows, end) = page.or_else(|error| {
                self.index.rebuild().map_err(|_| error)?;
                self.index.page(&from, PIECE).map_err(|_| StoreError::Index)
            })?;
            for (place, sealed) in rows {
                let Some((tree, key)) = split(&place).filter(|(tree, _)| is_kept(*tree)) else { continue };
                let Ok(open) = self.parts.sealing.open(tree, key, &sealed) else { continue };
                messages += u64::from((self.parts.format.documents)(tree, &open).is_some());
                let row = Zeroizing::new(Writer::new().u8(tree.id()).bytes8(key).bytes32(&open).finish());
                if piece.len() > 1 && piece.len() + row.len() > PIECE {
                    sink.piece(&piece)?;
                    piece = Zeroizing::new(vec![RECORDS]);
                }
                piece.extend_from_slice(&row);
            }
            next = end;
        }
        if piece.len() > 1 {
            sink.piece(&piece)?;
        }
        Ok(messages)
    }
}

impl Sink {
    fn start(file: File, passphrase: &Password, cost: KdfParams) -> Result<Self, BackupError> {
        let rng = &mut UnwrapErr(SysRng);
        let id = VaultId::random(rng);
        let master = MasterKeys { vmk: Secret::random(rng), uwk: Secret::random(rng) };
        let slot =
            Slot::with_password(&id, &master, passphrase, cost, rng).map_err(|_| BackupError::Damaged)?;
        let keys = VaultKeys::from_keys(id, master.vmk, BTreeMap::new());
        let mut sink =
            Self { file: BufWriter::new(file), keys, seq: 0, prev: JournalRecord::FIRST_PREV, bytes: 0 };
        let head = Writer::new().raw(MAGIC).u8(VERSION).raw(id.as_bytes()).raw(slot.as_bytes()).finish();
        sink.write(&head)?;
        Ok(sink)
    }

    fn piece(&mut self, piece: &[u8]) -> Result<(), BackupError> {
        self.seq += 1;
        let record = self.keys.seal_journal(self.seq, &self.prev, piece, &mut UnwrapErr(SysRng));
        self.prev = record.hash();
        self.write(record.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.file.write_all(bytes).map_err(full)?;
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    fn finish(mut self) -> Result<(), BackupError> {
        self.file.flush().map_err(full)?;
        self.file.get_ref().sync_all().map_err(full)
    }
}

fn full(error: std::io::Error) -> BackupError {
    match StoreError::io("writing the backup")(error) {
        StoreError::Io { source, .. } => BackupError::Unwritable(source),
        other => BackupError::Store(other),
    }
}
