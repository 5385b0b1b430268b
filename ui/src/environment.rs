//! The environment that the window starts with. None can be changed safely inside of a running process, so the small
//! program in front of the window sets it; the window looks again, for whoever starts it without.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a person starts.
pub const LAUNCHER: &str = "conclave-desktop";
/// The window, in the same folder.
pub const WINDOW: &str = "conclave-window";

/// Variables that open WebKit's remote inspector, which could read the page and files of the person.
const INSPECTORS: [&str; 2] = ["WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER"];

/// Tells WebKit to draw its pages itself. Without a graphics processor it would put them together by one that is played
/// in software, which takes some 50 MiB more and is not faster. Who sets it has decided, `0` for the other way.
const PLAIN: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// How the C library keeps memory that was given back: two heaps for all threads instead of eight for each processor, and
/// what is free at the end of one goes to the system from 128 KiB on. And how much the page's scripts may allocate until
/// what they left is collected: by itself it is 32 MiB, and each collection stops the page for 12 to 28 ms. Of 4 MiB there
/// are more, which stop it for some 5 ms, 13 at most.
const HEAPS: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_TRIM_THRESHOLD_", "131072"), ("JSC_largeHeapSize", "4194304")];

/// Where the kernel shows a graphics processor: the files of its own driver begin so, and the maker's other one is named.
const GRAPHICS: (&str, &str, &str) = ("/dev/dri", "renderD", "/dev/nvidiactl");

/// Whether this process has it.
#[must_use]
pub fn is_clean() -> bool {
    let set = |name: &str| env::var_os(name).is_some();
    !INSPECTORS.iter().any(|name| set(name)) && HEAPS.iter().all(|(name, _)| set(name)) && !lacks_plain()
}

/// A program with the arguments of this one, and the environment: without the inspector's variables, with few heaps, and
/// with WebKit's plain drawing where there is no graphics processor. What the person has set stays.
#[must_use]
pub fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(env::args_os().skip(1));
    command.envs(HEAPS.into_iter().filter(|(name, _)| env::var_os(name).is_none()));
    if lacks_plain() {
        command.env(PLAIN, "1");
    }
    for name in INSPECTORS {
        command.env_remove(name);
    }
    command
}

/// The program of that name in the folder of this one.
///
/// # Errors
/// When the system does not say where this one is.
pub fn beside(name: &str) -> std::io::Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}

fn lacks_plain() -> bool {
    env::var_os(PLAIN).is_none() && !has_graphics()
}

fn has_graphics() -> bool {
    let (folder, begins, other) = GRAPHICS;
    let named = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(begins))
    };
    Path::new(other).exists() || fs::read_dir(folder).is_ok_and(|mut entries| entries.any(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_starts_without_an_inspector_and_with_few_heaps() {
        let command = clean(Path::new("/opt/conclave/conclave-window"));
        let told: Vec<_> = command.get_envs().collect();
        for name in INSPECTORS {
            assert!(told.contains(&(name.as_ref(), None)), "{name} stays");
        }
        for (name, value) in HEAPS {
            let kept = env::var_os(name).is_some();
            assert!(kept || told.contains(&(name.as_ref(), Some(value.as_ref()))), "{name} is not set");
        }
    }

    #[test]
    fn both_programs_lie_in_one_folder() {
        let window = beside(WINDOW).unwrap();
        assert_eq!(window.parent(), beside(LAUNCHER).unwrap().parent());
        assert_eq!(window.file_name(), Some(WINDOW.as_ref()));
    }
}
