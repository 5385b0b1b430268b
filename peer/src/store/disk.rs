//! The few things the journal asks of a disk, so that tests can cut the power between any two of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// One folder of files that are appended to, cut, replaced and removed.
pub(crate) trait Disk: Send + Sync {
    /// Names and lengths, in any order.
    fn list(&self) -> io::Result<Vec<(String, u64)>>;
    /// Everything from an offset to the end.
    fn read(&self, name: &str, from: u64) -> io::Result<Vec<u8>>;
    /// A new empty file, whose name is durable when this returns.
    fn create(&self, name: &str) -> io::Result<Box<dyn Appender>>;
    /// An existing file cut to `length`, durably; it is appended to from there.
    fn resume(&self, name: &str, length: u64) -> io::Result<Box<dyn Appender>>;
    /// A whole small file, atomically and durably.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Removes a file; one that is not there is fine.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Bytes that are free.
    fn free(&self) -> io::Result<u64>;
}

/// The end of one file.
pub(crate) trait Appender: Send {
    /// Appends all bytes; on an error any part of them may be in the file.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// What was written survives a loss of power once this returns (fdatasync).
    fn sync(&mut self) -> io::Result<()>;
}

/// A folder of the file system.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens the folder, and makes it if it is not there.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        make_folder(&path)?;
        Ok(Self(path))
    }
}

impl Disk for Folder {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            match (entry.file_name().into_string(), entry.metadata()) {
                (Ok(name), Ok(file)) => found.push((name, file.len())),
                // It went between the two looks.
                (Ok(_), Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(found)
    }

    fn read(&self, name: &str, from: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.0.join(name))?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Appender>> {
        let file = private(OpenOptions::new().append(true).create_new(true)).open(self.0.join(name))?;
        sync_folder(&self.0)?;
        Ok(Box::new(file))
    }

    fn resume(&self, name: &str, length: u64) -> io::Result<Box<dyn Appender>> {
        let file = OpenOptions::new().append(true).open(self.0.join(name))?;
        file.set_len(length)?;
        file.sync_all()?;
        Ok(Box::new(file))
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        replace_file(&self.0.join(name), bytes)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => sync_folder(&self.0),
        }
    }

    fn free(&self) -> io::Result<u64> {
        free_space(&self.0)
    }
}

impl Appender for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Bytes an ordinary user may still write to the file system of a path.
pub(crate) fn free_space(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Writes a file beside `path`, syncs it, renames it over `path` and syncs the folder.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = (|| {
        let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if let Err(error) = written {
        // Best effort: the error that matters is the first one.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes a folder for its owner alone.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes names created, renamed or removed in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Files of a profile are for their owner alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
