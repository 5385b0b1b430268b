//! Files that somebody names: only ordinary ones are opened. Reading a pipe would wait for ever, a device never ends.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Opens an ordinary file for reading.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] for anything else, and what opening says.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let other = || io::Error::new(io::ErrorKind::InvalidInput, "not an ordinary file");
    // Opening a device may have an effect by itself, so it is looked at before; and after, since it may be changed.
    if !std::fs::metadata(path)?.is_file() {
        return Err(other());
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(i32::try_from(flags).unwrap_or_default());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(other()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_devices_folders_and_links_to_them_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, pipe) = (folder.path().join("file"), folder.path().join("pipe"));
        std::fs::write(&file, b"four").unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for (name, to) in [("to-pipe", pipe.as_path()), ("to-zero", Path::new("/dev/zero"))] {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        }
        for name in ["pipe", "to-pipe", "to-zero", "."] {
            let refused = open(&folder.path().join(name)).err().unwrap();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{name}");
        }
        assert_eq!(open(&file).unwrap().1.len(), 4);
        assert!(open(&folder.path().join("nothing")).is_err());
    }
}
