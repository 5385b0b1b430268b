//! Parcels on the disk: one file each.
//!
//! ```text
//! <data_dir>/dropbox/new/<item>                                       being written; erased at the next start
//! <data_dir>/dropbox/<device>/<stored>-<expires>-<item>               the parcel, byte for byte
//! ```
//!
//! Not the store: a parcel may have megabytes where a record has kilobytes, and a log-structured database keeps the
//! bytes of what was deleted until it happens to rewrite them, while an erased file is gone. The name holds what the
//! server knows of a parcel, so a start reads directories only, and a file is whole as soon as it has that name.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use conclave_crypto::keys::{DeviceId, ItemId};

use super::index::Kept;

/// What a parcel goes through on its way to the disk; a crash may come before any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Create,
    WriteHalf,
    WriteRest,
    SyncFile,
    MakeDirectory,
    Rename,
    SyncDirectory,
}

/// The directory.
pub(super) struct Shelf {
    root: PathBuf,
}

impl Shelf {
    /// Opens it, makes it if need be, erases what was half written, and finds what is there.
    pub(super) fn open(root: &Path) -> io::Result<(Self, Vec<Kept>)> {
        let shelf = Self { root: root.to_owned() };
        make(root)?;
        let new = shelf.new_directory();
        make(&new)?;
        for entry in std::fs::read_dir(&new)? {
            std::fs::remove_file(entry?.path())?;
        }
        let mut kept = Vec::new();
        for entry in std::fs::read_dir(root)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(device) = name.to_str().and_then(|name| name.parse::<DeviceId>().ok()) else {
                continue;
            };
            for file in std::fs::read_dir(entry.path())? {
                let file = file?;
                let length = file.metadata()?.len();
                match file.file_name().to_str().and_then(|name| parse(device, name, length)) {
                    Some(one) => kept.push(one),
                    None => tracing::warn!("the drop box holds a file that is no parcel; it is left alone"),
                }
            }
        }
        Ok((shelf, kept))
    }

    /// Writes a parcel: on return it is on the disk under its name; on an error nothing of it is.
    pub(super) fn put(&self, kept: &Kept, parcel: &[u8]) -> io::Result<()> {
        let put = self.put_in_steps(kept, parcel, |_| Ok(()));
        if put.is_err() {
            // Best effort: the next start erases the first, and the second is a whole parcel without a receipt.
            let _ = std::fs::remove_file(self.new_path(kept));
            let _ = std::fs::remove_file(self.path(kept));
        }
        put
    }

    /// [`Self::put`] with a word before each step, which may end it there.
    pub(super) fn put_in_steps(
        &self,
        kept: &Kept,
        parcel: &[u8],
        mut before: impl FnMut(Step) -> io::Result<()>,
    ) -> io::Result<()> {
        let (new, path) = (self.new_path(kept), self.path(kept));
        let (half, rest) = parcel.split_at(parcel.len() / 2);
        before(Step::Create)?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        before(Step::WriteHalf)?;
        file.write_all(half)?;
        before(Step::WriteRest)?;
        file.write_all(rest)?;
        before(Step::SyncFile)?;
        file.sync_all()?;
        before(Step::MakeDirectory)?;
        let directory = self.directory(&kept.device);
        if !directory.is_dir() {
            make(&directory)?;
            sync(&self.root)?;
        }
        before(Step::Rename)?;
        std::fs::rename(&new, &path)?;
        before(Step::SyncDirectory)?;
        sync(&directory)
    }

    /// `length` bytes of a parcel from `from` on.
    pub(super) fn read(&self, kept: &Kept, from: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(kept))?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Erases parcels: on return they are off the disk. One that is gone already is fine.
    pub(super) fn erase(&self, all: &[Kept]) -> io::Result<()> {
        let mut touched = std::collections::BTreeSet::new();
        for kept in all {
            match std::fs::remove_file(self.path(kept)) {
                Ok(()) => {
                    touched.insert(kept.device);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        for device in touched {
            sync(&self.directory(&device))?;
        }
        Ok(())
    }

    fn new_directory(&self) -> PathBuf {
        self.root.join("new")
    }

    fn new_path(&self, kept: &Kept) -> PathBuf {
        self.new_directory().join(kept.item.to_string())
    }

    fn directory(&self, device: &DeviceId) -> PathBuf {
        self.root.join(device.to_string())
    }

    pub(super) fn path(&self, kept: &Kept) -> PathBuf {
        let name = format!("{:016x}-{:016x}-{}", kept.stored, kept.expires, kept.item);
        self.directory(&kept.device).join(name)
    }
}

fn parse(device: DeviceId, name: &str, length: u64) -> Option<Kept> {
    let mut parts = name.split('-');
    let mut number = || u64::from_str_radix(parts.next()?, 16).ok();
    let (stored, expires) = (number()?, number()?);
    let item: ItemId = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Kept { device, item, stored, expires, length })
}

fn make(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
