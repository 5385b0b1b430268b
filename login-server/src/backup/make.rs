//! Making a backup of a running server.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use conclave_crypto::encoding::Writer;
use conclave_crypto::primitives::x_seal;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{BackupError, CHUNK, FORMAT, Header, Opened, SealKey, VERSION, aad, name};
use crate::clock;
use crate::home::Home;
use crate::shared::Shared;
use crate::stretch::Cost;

/// Makes, reads back and checks a backup; the file is there only when all of that went well. `out` is a new file, or
/// `None` for one in the configured directory. Blocks.
pub(crate) fn make(
    shared: &Shared,
    key: &SealKey,
    out: Option<&Path>,
) -> Result<(PathBuf, Header, u64), BackupError> {
    let made = clock::now();
    let path = match out {
        Some(path) => path.to_owned(),
        None => {
            let directory = shared.config().backup_directory();
            if !directory.is_dir() {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(&directory)
                    .map_err(|source| BackupError::Io { path: directory.clone(), source })?;
            }
            directory.join(name(made))
        }
    };
    let failed = |source: std::io::Error| BackupError::Io { path: path.clone(), source };
    if path.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    let (header, body) = body(shared, key, made)?;
    let partial = path.with_extension("partial");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)
        .map_err(failed)?;
    let sealed = seal(&mut file, &header, &body, key).and_then(|()| file.sync_all()).map_err(failed);
    let checked = sealed.and_then(|()| Opened::with_key(&partial, &key.key).map(|_| ()));
    if let Err(error) = checked {
        // Half a backup is worse than none.
        let _ = std::fs::remove_file(&partial);
        return Err(error);
    }
    std::fs::rename(&partial, &path).map_err(failed)?;
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)?;
    }
    let bytes = std::fs::metadata(&path).map_err(failed)?.len();
    Ok((path, header, bytes))
}

/// The records first, then the log: what the records speak of is in the log, never the other way round.
fn body(shared: &Shared, key: &SealKey, made: u64) -> Result<(Header, Zeroizing<Vec<u8>>), BackupError> {
    let home = Home::at(&shared.config().server.data_dir);
    let rows = shared.store.dump().map_err(|error| BackupError::Store(error.to_string()))?;
    let (size, root, note, leaves) = {
        let head = shared.log.head().borrow().clone();
        let fold = shared.log.read();
        let count = usize::try_from(head.size).unwrap_or(usize::MAX);
        let leaves: Vec<Vec<u8>> = fold.leaves_from(0).take(count).map(<[u8]>::to_vec).collect();
        (head.size, fold.root_at(head.size).unwrap_or_default(), head.note, leaves)
    };
    let mut store = Writer::new();
    store.u64(rows.len() as u64);
    for (key, value) in &rows {
        store.bytes32(key).bytes32(value);
    }
    let mut log = Writer::new();
    log.u64(leaves.len() as u64);
    for leaf in &leaves {
        log.bytes32(leaf);
    }
    let store = Zeroizing::new(store.finish());
    let keys = Zeroizing::new(read(&home.server_keys())?);
    let config = match &shared.config().source {
        Some(path) => read(path)?,
        None => Vec::new(),
    };
    let audit = read(&home.audit())?;
    let log = log.finish();
    let entries: [(&str, &[u8]); 6] = [
        ("log", &log),
        ("head", note.as_bytes()),
        ("store", &store),
        ("server.keys", &keys),
        ("config", &config),
        ("audit", &audit),
    ];
    let mut body = Writer::new();
    body.u8(6);
    for (name, bytes) in entries {
        body.bytes8(name.as_bytes()).u64(bytes.len() as u64).raw(bytes);
    }
    let header = Header {
        format: FORMAT.into(),
        version: VERSION,
        made,
        org: shared.org.to_string(),
        leaves: size,
        root: HEXLOWER.encode(&root),
        m_kib: Cost::NEW.m_kib,
        t: Cost::NEW.t,
        p: Cost::NEW.p,
        salt: HEXLOWER.encode(&key.salt),
    };
    Ok((header, Zeroizing::new(body.finish())))
}

fn seal(file: &mut File, header: &Header, body: &[u8], key: &SealKey) -> std::io::Result<()> {
    let header = serde_json::to_vec(header)?;
    file.write_all(&header)?;
    file.write_all(b"\n")?;
    let mut chunks = body.chunks(CHUNK).enumerate().peekable();
    while let Some((index, chunk)) = chunks.next() {
        let aad = aad(&header, index as u64, chunks.peek().is_none());
        let sealed = x_seal(&key.key, &aad, chunk, &mut clock::rng());
        file.write_all(&u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_be_bytes())?;
        file.write_all(&sealed)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, BackupError> {
    std::fs::read(path).map_err(|source| BackupError::Io { path: path.to_owned(), source })
}
