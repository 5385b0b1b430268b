//! Starting with the system: a file in the folder of programs that desktops start (Desktop Application Autostart
//! Specification 0.5).

use std::path::{Path, PathBuf};

use crate::environment;

/// Its name there: one for the window, whichever profile it opens.
const FILE: &str = "conclave-desktop.desktop";

/// Writes the file, or takes it away; one that starts the window of another profile stays.
pub(super) fn set(profile: &Path, on: bool) -> bool {
    let place = directories::BaseDirs::new().map(|folders| folders.config_dir().join("autostart").join(FILE));
    let program = environment::beside(environment::LAUNCHER).ok();
    let (Some(place), Some(program)) = (place, program) else { return false };
    if on { write(&place, &program, profile) } else { remove(&place, profile) }
}

fn write(place: &PathBuf, program: &Path, profile: &Path) -> bool {
    let (Some(program), Some(profile)) = (program.to_str(), profile.to_str()) else { return false };
    let line = format!("{}{}", quoted(program), opens(profile));
    let text = format!("[Desktop Entry]\nType=Application\nName=Conclave\nExec={line}\nTerminal=false\n");
    let folder = place.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok());
    folder && std::fs::write(place, text).is_ok()
}

fn remove(place: &Path, profile: &Path) -> bool {
    let Some(profile) = profile.to_str() else { return false };
    let ours =
        std::fs::read_to_string(place).is_ok_and(|text| text.contains(&format!("{}\n", opens(profile))));
    ours && std::fs::remove_file(place).is_ok()
}

/// The end of the line that opens a profile.
fn opens(profile: &str) -> String {
    format!(" --profile {}", quoted(profile))
}

/// A word of a command line, as the Desktop Entry Specification quotes it: once for the line, and once more for the text
/// that it stands in.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for letter in word.chars() {
        match letter {
            '"' | '`' | '$' => text.extend(["\\\\", &letter.to_string()]),
            '\\' => text.push_str("\\\\\\\\"),
            '%' => text.push_str("%%"),
            '\n' => text.push_str("\\n"),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_any_name_stays_one_word_of_the_line() {
        assert_eq!(quoted("/home/marie/My files"), "\"/home/marie/My files\"");
        assert_eq!(quoted("a\"b"), "\"a\\\\\"b\"");
        assert_eq!(quoted("50%"), "\"50%%\"");
        assert_eq!(quoted("$(x)"), "\"\\\\$(x)\"");
        assert!(!quoted("a\nExec=evil").contains('\n'));
    }

    #[test]
    fn the_file_names_program_and_profile() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("autostart").join(FILE);
        assert!(write(&place, Path::new("/usr/bin/conclave-desktop"), Path::new("/home/marie/c")));
        let text = std::fs::read_to_string(&place).unwrap();
        assert!(
            text.contains("\nExec=\"/usr/bin/conclave-desktop\" --profile \"/home/marie/c\"\n"),
            "{text}"
        );
        assert!(!remove(&place, Path::new("/home/marie")) && place.exists(), "it starts another profile");
        assert!(remove(&place, Path::new("/home/marie/c")) && !place.exists());
    }
}
