//! Opening, checking and restoring a backup.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use conclave_crypto::encoding::Reader;
use conclave_crypto::password::Password;
use conclave_crypto::primitives::x_open;
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{BackupError, CHUNK, FORMAT, HEADER, Header, VERSION, aad};
use crate::directory::Log;
use crate::exit::{Exit, Failure};
use crate::home::{Home, write_new_config};
use crate::server_keys::ServerKeys;
use crate::store::{Row, SledStore};
use crate::words::said;

/// A sealed chunk is this much longer than what is in it.
const OVERHEAD: usize = 40;

/// A backup that was opened: every chunk holds, and the log folds to the head it names.
pub(crate) struct Opened {
    pub(crate) header: Header,
    leaves: Vec<Vec<u8>>,
    head: Vec<u8>,
    rows: Vec<Row>,
    keys: Zeroizing<Vec<u8>>,
    config: Vec<u8>,
    audit: Vec<u8>,
}

impl Opened {
    /// Opens and checks a file.
    pub(crate) fn new(path: &Path, passphrase: &Password) -> Result<Self, BackupError> {
        let name = path.display().to_string();
        let key = Header::read(path)?.key(passphrase, &name)?;
        Self::with_key(path, &key)
    }

    /// The same with the key made of the passphrase.
    pub(super) fn with_key(path: &Path, key: &Secret<32>) -> Result<Self, BackupError> {
        let name = path.display().to_string();
        let damaged = |why| BackupError::Damaged(name.clone(), why);
        let mut file = reader(path)?;
        let (header, line) = self::header(&mut file, path)?;
        let body = body(&mut file, &line, key, path)?;
        let mut entries: Vec<(String, Zeroizing<Vec<u8>>)> = Vec::new();
        Reader::all(&body, |reader| {
            for _ in 0..reader.u8()? {
                let name = String::from_utf8_lossy(reader.bytes8()?).into_owned();
                let length = usize::try_from(reader.u64()?).unwrap_or(usize::MAX);
                entries.push((name, Zeroizing::new(reader.take(length)?.to_vec())));
            }
            Ok(())
        })
        .map_err(|_| damaged("its entries"))?;
        let mut take = |name: &str| {
            let at = entries
                .iter()
                .position(|(of, _)| of == name)
                .ok_or_else(|| damaged("an entry is missing"))?;
            Ok(entries.swap_remove(at).1)
        };
        let (log, head, store) = (take("log")?, take("head")?, take("store")?);
        let (keys, config, audit) = (take("server.keys")?, take("config")?, take("audit")?);
        let mut leaves = Vec::new();
        Reader::all(&log, |reader| {
            for _ in 0..reader.u64()? {
                leaves.push(reader.bytes32()?.to_vec());
            }
            Ok(())
        })
        .map_err(|_| damaged("its log"))?;
        let mut rows = Vec::new();
        Reader::all(&store, |reader| {
            for _ in 0..reader.u64()? {
                rows.push((reader.bytes32()?.to_vec(), Zeroizing::new(reader.bytes32()?.to_vec())));
            }
            Ok(())
        })
        .map_err(|_| damaged("its records"))?;
        let ork = ServerKeys::parse_organisation(&keys, path).map_err(|_| damaged("its keys"))?;
        let opened = Self {
            header,
            leaves,
            head: head.to_vec(),
            rows,
            keys,
            config: config.to_vec(),
            audit: audit.to_vec(),
        };
        let found =
            Log::check(ork, &opened.leaves, &opened.head).map_err(|_| damaged("its log does not fold"))?;
        if found.size != opened.header.leaves || HEXLOWER.encode(&found.root) != opened.header.root {
            return Err(damaged("its log is not the one of its header"));
        }
        Ok(opened)
    }

    /// The configuration in it.
    pub(crate) fn configuration(&self) -> &[u8] {
        &self.config
    }

    /// Private records in it.
    pub(crate) fn records(&self) -> usize {
        self.rows.len()
    }
}

pub(super) fn reader(path: &Path) -> Result<BufReader<File>, BackupError> {
    let file = File::open(path).map_err(|source| BackupError::Io { path: path.to_owned(), source })?;
    Ok(BufReader::new(file))
}

/// The header and its line without the line break.
pub(super) fn header(file: &mut BufReader<File>, path: &Path) -> Result<(Header, Vec<u8>), BackupError> {
    let damaged = || BackupError::Damaged(path.display().to_string(), "its header");
    let mut line = Vec::new();
    file.take(HEADER as u64).read_until(b'\n', &mut line).map_err(|_| damaged())?;
    if line.pop() != Some(b'\n') {
        return Err(damaged());
    }
    let header: Header = serde_json::from_slice(&line).map_err(|_| damaged())?;
    if header.format != FORMAT || header.version != VERSION {
        return Err(damaged());
    }
    Ok((header, line))
}

fn body(
    file: &mut BufReader<File>,
    header: &[u8],
    key: &Secret<32>,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, BackupError> {
    let name = path.display().to_string();
    let damaged = |why| BackupError::Damaged(name.clone(), why);
    let mut body = Zeroizing::new(Vec::new());
    for index in 0_u64.. {
        let mut length = [0; 4];
        file.read_exact(&mut length).map_err(|_| damaged("it is cut short"))?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if !(OVERHEAD..=CHUNK + OVERHEAD).contains(&length) {
            return Err(damaged("a chunk"));
        }
        let mut sealed = vec![0; length];
        file.read_exact(&mut sealed).map_err(|_| damaged("it is cut short"))?;
        let last = file.fill_buf().map_err(|_| damaged("it cannot be read"))?.is_empty();
        let opened = x_open(key, &aad(header, index, last), &sealed).map_err(|_| match index {
            // The first chunk cannot tell a wrong passphrase from a flipped bit; the passphrase is likelier.
            0 => BackupError::Passphrase(name.clone()),
            _ => damaged("a chunk was altered"),
        })?;
        body.extend_from_slice(&opened);
        if last {
            break;
        }
    }
    Ok(body)
}

/// Writes the contents into an empty data directory, and the configuration where there is none. The keys come last:
/// without them there is no organisation, so a crash in between leaves nothing that starts.
pub(crate) fn restore(opened: &Opened, home: &Home, config: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, error.to_string());
    if home.has_organisation() {
        let message = said("organisation-exists").with("directory", home.path().display());
        return Err(Failure::new(Exit::Conflict, message).hint(said("move-away-first")));
    }
    home.create()?;
    let _lock = home.lock()?;
    // Left by a restore, or a sealing, that did not finish: without keys they are nobody's.
    for left in [home.store(), home.sealed_store()].iter().filter(|left| left.exists()) {
        std::fs::remove_dir_all(left).map_err(|error| failed(&error))?;
    }
    let store = SledStore::create(&home.store()).map_err(|error| failed(&error))?;
    store.load(&opened.rows).map_err(|error| failed(&error))?;
    drop(store);
    crate::home::replace(&home.audit(), &opened.audit).map_err(|error| failed(&error))?;
    if !config.exists() && !opened.config.is_empty() {
        write_new_config(config, &opened.config)?;
    }
    let ork = ServerKeys::parse_organisation(&opened.keys, &home.server_keys())?;
    let partial = home.path().join("directory.partial");
    Log::restore(&partial, &home.head(), ork, &opened.leaves, &opened.head)
        .map_err(|error| failed(&error))?;
    let keys = home.path().join("server.partial");
    crate::home::replace(&keys, &opened.keys).map_err(|error| failed(&error))?;
    std::fs::rename(&partial, home.log()).map_err(|error| failed(&error))?;
    std::fs::rename(&keys, home.server_keys()).map_err(|error| failed(&error))?;
    std::fs::File::open(home.path()).and_then(|home| home.sync_all()).map_err(|error| failed(&error))
}
