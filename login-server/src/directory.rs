//! The directory log at the server: the fold in memory, the file behind it, and the signed head that goes out.
//!
//! ```text
//! leaf ─► server rules, fold (check) ─► log file, fdatasync ─► fold (append) ─► head signed and written ─► acknowledged
//! ```
//!
//! A leaf that does not fold changes nothing. Heads are signed anew when a leaf comes and every few minutes, so that
//! clients can tell a quiet log from a withheld one (PROTOCOL §2.3, Tree and head).

mod file;
pub(crate) mod stream;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use conclave_crypto::directory::{Checkpoint, Directory, Folded, Head, LeafRefused};
use conclave_crypto::keys::{DeviceId, UserId};
use conclave_crypto::keys::{DirectorySecret, OrgId, OrkPublic};
use conclave_crypto::lease::Lease;
use thiserror::Error;
use tokio::sync::{Mutex, watch};

pub(crate) use self::file::{LogFile, LogFileError};
use crate::home::{Home, replace};

/// How often a head is signed anew, in milliseconds: half of what PROTOCOL §2.3 allows, so a delay does not show.
pub(crate) const RESIGN_MS: u64 = 5 * 60 * 1_000;

/// The log of the organisation.
#[derive(Debug)]
pub(crate) struct Log {
    fold: RwLock<Directory>,
    writer: Mutex<Option<LogFile>>,
    head_path: PathBuf,
    org: OrgId,
    dsk: RwLock<Arc<DirectorySecret>>,
    head: watch::Sender<SignedHead>,
}

/// The newest head and its note.
#[derive(Debug, Clone)]
pub(crate) struct SignedHead {
    /// Leaves.
    pub(crate) size: u64,
    /// The checkpoint note.
    pub(crate) note: String,
    /// When it was signed, milliseconds UTC.
    pub(crate) signed: u64,
}

/// Why the log cannot be opened.
#[derive(Debug, Error)]
pub(crate) enum LogError {
    /// The file.
    #[error(transparent)]
    File(#[from] LogFileError),
    /// A leaf that does not fold was accepted once, so this is not what was written.
    #[error("leaf {index} of the directory log does not fold: {source}")]
    Fold {
        /// Which.
        index: usize,
        /// Why.
        source: LeafRefused,
    },
    /// The file with the last head is missing, unreadable or of another log.
    #[error("the head of the directory log is damaged: {0}")]
    Head(&'static str),
}

/// Why a leaf was not appended.
#[derive(Debug, Error)]
pub(crate) enum AppendError {
    /// It does not fold, or breaks a rule of the server.
    #[error(transparent)]
    Refused(#[from] LeafRefused),
    /// The server was started to write nothing.
    #[error("the server is read-only")]
    ReadOnly,
    /// The disk failed; the leaf is not in the log.
    #[error("the directory log cannot be written: {0}")]
    Disk(String),
}

impl Log {
    /// Writes the log of a new organisation.
    pub(crate) fn create(
        home: &Home,
        ork: OrkPublic,
        dsk: &DirectorySecret,
        leaves: &[Vec<u8>],
        now: u64,
    ) -> Result<(), LogError> {
        let mut fold = Directory::new(ork);
        let mut file = LogFile::create(&home.log(), fold.org())?;
        for (index, leaf) in leaves.iter().enumerate() {
            fold.append(leaf, now).map_err(|source| LogError::Fold { index, source })?;
            file.append(leaf)?;
        }
        let note = Checkpoint::sign(fold.org(), fold.current(), now / 1000, dsk);
        replace(&home.head(), note.text().as_bytes()).map_err(|_| LogError::Head("it cannot be written"))
    }

    /// Opens the log; a torn tail is cut off and told, damage is an error. `dsk` gives the key in force by the log.
    pub(crate) fn open<E: From<LogError>>(
        home: &Home,
        ork: OrkPublic,
        dsk: impl FnOnce(&Directory) -> Result<DirectorySecret, E>,
        now: u64,
    ) -> Result<Self, E> {
        let org = OrgId::of(&ork);
        let acknowledged = read_head(&home.head(), &org)?;
        let durable = usize::try_from(acknowledged.size).unwrap_or(usize::MAX);
        let opened = LogFile::open(&home.log(), &org, durable).map_err(LogError::from)?;
        if opened.torn > 0 {
            tracing::warn!(
                bytes = opened.torn,
                "a torn tail of the directory log was cut off; nobody was told of it"
            );
        }
        let fold = fold(ork, &opened.leaves, &acknowledged)?;
        let dsk = dsk(&fold)?;
        let head = sign(&org, &fold, &dsk, now);
        let log = Self {
            fold: RwLock::new(fold),
            writer: Mutex::new(Some(opened.file)),
            head_path: home.head(),
            org,
            dsk: RwLock::new(Arc::new(dsk)),
            head: watch::Sender::new(head.clone()),
        };
        replace(&log.head_path, head.note.as_bytes()).map_err(|_| LogError::Head("it cannot be written"))?;
        Ok(log)
    }

    /// Checks the files of a log without touching them: the number of leaves and the root.
    pub(crate) fn verify(home: &Home, ork: OrkPublic) -> Result<Head, LogError> {
        let org = OrgId::of(&ork);
        let acknowledged = read_head(&home.head(), &org)?;
        let durable = usize::try_from(acknowledged.size).unwrap_or(usize::MAX);
        let leaves = LogFile::verify(&home.log(), &org, durable)?;
        Ok(fold(ork, &leaves, &acknowledged)?.current())
    }

    /// Checks leaves that are in memory against the note of their head.
    pub(crate) fn check(ork: OrkPublic, leaves: &[Vec<u8>], head: &[u8]) -> Result<Head, LogError> {
        let note =
            Checkpoint::parse(&OrgId::of(&ork), head).map_err(|_| LogError::Head("it does not parse"))?;
        let leaves: Vec<bytes::Bytes> =
            leaves.iter().map(|leaf| bytes::Bytes::copy_from_slice(leaf)).collect();
        Ok(fold(ork, &leaves, note.head())?.current())
    }

    /// Writes a log of leaves that [`Self::check`] has found good.
    pub(crate) fn restore(
        path: &Path,
        head_path: &Path,
        ork: OrkPublic,
        leaves: &[Vec<u8>],
        head: &[u8],
    ) -> Result<(), LogError> {
        // Left by a try that did not end.
        let _ = std::fs::remove_file(path);
        let mut file = LogFile::create(path, &OrgId::of(&ork))?;
        for leaf in leaves {
            file.append(leaf)?;
        }
        replace(head_path, head).map_err(|_| LogError::Head("it cannot be written"))
    }

    /// Adds the leaves that a client has and this log lacks, in a data directory that no server uses. `note` is the
    /// head of `leaves` as a server key has signed it. Returns the number of leaves before and after.
    pub(crate) fn extend(
        home: &Home,
        ork: OrkPublic,
        leaves: &[Vec<u8>],
        note: &[u8],
        dry_run: bool,
    ) -> Result<(u64, u64), LogError> {
        let org = OrgId::of(&ork);
        let acknowledged = read_head(&home.head(), &org)?;
        let durable = usize::try_from(acknowledged.size).unwrap_or(usize::MAX);
        let own = LogFile::verify(&home.log(), &org, durable)?;
        fold(ork, &own, &acknowledged)?;
        let theirs: Vec<bytes::Bytes> =
            leaves.iter().map(|leaf| bytes::Bytes::copy_from_slice(leaf)).collect();
        let more =
            theirs.strip_prefix(own.as_slice()).ok_or(LogError::Head("the leaves are of another log"))?;
        let head = Checkpoint::parse(&org, note).map_err(|_| LogError::Head("it does not parse"))?;
        let whole = fold(ork, &theirs, head.head())?;
        if head.head().size != whole.size() {
            return Err(LogError::Head("it is the head of fewer leaves"));
        }
        // A client that made leaves up could not have them signed.
        if !whole.server_keys().iter().any(|key| head.verify(&org, &key.key).is_ok()) {
            return Err(LogError::Head("no key of this organisation's server has signed it"));
        }
        if !dry_run && !more.is_empty() {
            let mut opened = LogFile::open(&home.log(), &org, durable)?;
            for leaf in more {
                opened.file.append(leaf)?;
            }
            replace(&home.head(), note).map_err(|_| LogError::Head("it cannot be written"))?;
        }
        Ok((own.len() as u64, theirs.len() as u64))
    }

    /// The fold as it is now. Not to be held across an await.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.fold.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest head, and word of every later one.
    pub(crate) fn head(&self) -> watch::Receiver<SignedHead> {
        self.head.subscribe()
    }

    /// The directory key in force.
    pub(crate) fn dsk(&self) -> Arc<DirectorySecret> {
        Arc::clone(&self.dsk.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Signs with another directory key from now on, first the head.
    pub(crate) async fn sign_with(&self, dsk: DirectorySecret, now: u64) {
        *self.dsk.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(dsk);
        self.resign(now).await;
    }

    /// Appends a leaf; on return it is on the disk and its head is out.
    pub(crate) async fn append(&self, leaf: &[u8], now: u64) -> Result<Folded, AppendError> {
        let mut writer = self.writer.lock().await;
        {
            let fold = self.read();
            fold.server_rules(leaf, now)?;
            fold.check(leaf, now)?;
        }
        let Some(mut file) = writer.take() else {
            return Err(AppendError::Disk("an earlier write failed".into()));
        };
        let bytes = leaf.to_vec();
        let (file, written) = tokio::task::spawn_blocking(move || {
            let written = file.append(&bytes);
            (file, written)
        })
        .await
        .map_err(|error| AppendError::Disk(error.to_string()))?;
        *writer = Some(file);
        written.map_err(|error| AppendError::Disk(error.to_string()))?;
        let (folded, head) = {
            let mut fold = self.fold.write().unwrap_or_else(PoisonError::into_inner);
            let folded = fold.append(leaf, now)?;
            (folded, sign(&self.org, &fold, &self.dsk(), now))
        };
        // The leaf is on the disk already: a head that cannot be written costs the proof against a lost tail, not
        // the leaf, so it is told and not answered with an error.
        self.publish(head).await;
        Ok(folded)
    }

    /// Signs the head anew.
    pub(crate) async fn resign(&self, now: u64) {
        let _writer = self.writer.lock().await;
        let head = sign(&self.org, &self.read(), &self.dsk(), now);
        self.publish(head).await;
    }

    /// `Lease ‖ sig` for an active device whose certificate is the one stated, else nothing.
    pub(crate) fn lease(
        &self,
        user: &UserId,
        device: &DeviceId,
        devcert_hash: &[u8; 32],
        now: u64,
    ) -> Option<Vec<u8>> {
        let dsk = self.dsk();
        let fold = self.read();
        let (owner, cert) = fold.active(device)?;
        if owner.id != *user
            || cert.hash() != *devcert_hash
            || !fold.server_keys().iter().any(|key| key.covers(now) && key.key == dsk.public())
        {
            return None;
        }
        let ttl = u64::from(fold.policy()?.lease_ttl_s) * 1_000;
        let lease = Lease {
            user_id: *user,
            device_id: *device,
            devcert_hash: *devcert_hash,
            issued: now,
            not_after: now.saturating_add(ttl),
        };
        Some(lease.sign(&self.org, &dsk).to_bytes())
    }

    async fn publish(&self, head: SignedHead) {
        let (path, note) = (self.head_path.clone(), head.note.clone());
        let written = tokio::task::spawn_blocking(move || replace(&path, note.as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::error!("the head of the directory log cannot be written");
        }
        self.head.send_replace(head);
    }
}

fn sign(org: &OrgId, fold: &Directory, dsk: &DirectorySecret, now: u64) -> SignedHead {
    let checkpoint = Checkpoint::sign(org, fold.current(), now / 1000, dsk);
    SignedHead { size: fold.size(), note: checkpoint.text().to_owned(), signed: now }
}

fn read_head(path: &Path, org: &OrgId) -> Result<Head, LogError> {
    let note = std::fs::read(path).map_err(|_| LogError::Head("it cannot be read"))?;
    Checkpoint::parse(org, &note).map(|note| *note.head()).map_err(|_| LogError::Head("it does not parse"))
}

fn fold(ork: OrkPublic, leaves: &[bytes::Bytes], acknowledged: &Head) -> Result<Directory, LogError> {
    let mut fold = Directory::new(ork);
    for (index, leaf) in leaves.iter().enumerate() {
        // Each was judged against the clock when it came.
        fold.append(leaf, u64::MAX).map_err(|source| LogError::Fold { index, source })?;
    }
    match fold.root_at(acknowledged.size) {
        Some(root) if root == acknowledged.root => Ok(fold),
        _ => Err(LogError::Head("it is the head of another log")),
    }
}
