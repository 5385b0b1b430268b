//! Text written where the person says: a file that only this account of the computer reads.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use conclave_peer::model::{ErrorCode, Failure};
use zeroize::Zeroizing;

use super::System;

/// Who may read and write it: the owner.
const MODE: u32 = 0o600;

/// Asks where, and writes. The name it was written under; nothing when the person thought better of it.
pub(super) async fn written(
    system: System,
    name: String,
    text: Zeroizing<String>,
) -> Result<Option<String>, Failure> {
    let Some(path) = (system.save_as)(name).await else { return Ok(None) };
    let shown = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let written = tokio::task::spawn_blocking(move || write(&path, &text)).await;
    match written {
        Ok(Ok(())) => Ok(shown),
        _ => Err(Failure::new(ErrorCode::FileUnreadable).with("file", shown.unwrap_or_default())),
    }
}

/// The dialog asked already whether a file that is there may be replaced; its rights are not kept.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(MODE).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_reads_what_is_written_though_the_file_was_open_to_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes.txt");
        std::fs::write(&path, "a longer text that was there before").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, "K7FQ-M2W0\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "K7FQ-M2W0\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
    }
}
