//! The one file that is read before the messages are open: how the window looks. It holds no secret and no name.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Its name in the folder of the profile.
const FILE: &str = "window.conf";
/// Bytes that are read of it.
const MOST: usize = 4096;

/// What was kept; nothing when there is no such file, or it is no text of ours.
#[must_use]
pub fn read(profile: &Path) -> String {
    let bytes = std::fs::read(profile.join(FILE)).unwrap_or_default();
    if bytes.len() > MOST { String::new() } else { String::from_utf8(bytes).unwrap_or_default() }
}

/// Keeps it, whole or not at all.
///
/// # Errors
/// Those of the disk.
pub fn write(profile: &Path, text: &str) -> std::io::Result<()> {
    let beside = profile.join("window.conf.new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(beside, profile.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), "");
        write(folder.path(), "theme=dark\n").unwrap();
        write(folder.path(), "theme=light\n").unwrap();
        assert_eq!(read(folder.path()), "theme=light\n");
        std::fs::write(folder.path().join(FILE), [0xff; 16]).unwrap();
        assert_eq!(read(folder.path()), "");
        std::fs::write(folder.path().join(FILE), vec![b'x'; 5000]).unwrap();
        assert_eq!(read(folder.path()), "");
    }
}
