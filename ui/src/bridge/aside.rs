//! A damaged profile, set aside: it is given another name beside the empty one that takes its place. Nothing of it is
//! changed, and nothing is removed.

use std::io;
use std::path::Path;

/// Damaged profiles that may stand beside one another: somebody has to look at them at last.
const MOST: u32 = 99;

/// Gives the folder of a profile another name, and returns it.
pub(super) fn set(profile: &Path) -> io::Result<String> {
    let name = profile.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let names = (1..=MOST).map(|number| format!("{name}.damaged-{number}"));
    let mut free = names.filter(|name| !profile.with_file_name(name).exists());
    let aside = free.next().ok_or(io::ErrorKind::AlreadyExists)?;
    std::fs::rename(profile, profile.with_file_name(&aside))?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_and_all_that_was_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("conclave");
        for (text, expected) in [("one", "conclave.damaged-1"), ("two", "conclave.damaged-2")] {
            std::fs::create_dir(&profile).unwrap();
            std::fs::write(profile.join("header"), text).unwrap();
            let name = set(&profile).unwrap();
            assert_eq!(name, expected);
            assert_eq!(std::fs::read_to_string(folder.path().join(name).join("header")).unwrap(), text);
            assert!(!profile.exists());
        }
        assert!(set(&profile).is_err());
    }
}
