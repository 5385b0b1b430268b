//! What this computer is called and runs on, for its owner's lists (LIBRARY §3, `session.list`, `device.list`). The name
//! stays here; only the operating system is told to the server, without its version.

use std::fs;

/// Longest name of a computer in characters: what DNS allows of one label.
const LONGEST: usize = 63;

/// The operating system.
pub(crate) const fn system() -> &'static str {
    if cfg!(target_os = "linux") {
        "Linux"
    } else if cfg!(target_os = "macos") {
        "macOS"
    } else if cfg!(windows) {
        "Windows"
    } else {
        std::env::consts::OS
    }
}

/// The name of this computer, where the system tells it in a file.
pub(crate) fn name() -> Option<String> {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|name| shown(&name))
        .find(|name| !name.is_empty())
}

fn shown(name: &str) -> String {
    name.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_line() {
        assert_eq!(shown(" board-laptop\n"), "board-laptop");
        assert_eq!(shown("a\u{7}\nb"), "ab");
        assert_eq!(shown(&"x".repeat(500)).len(), LONGEST);
        assert!(system().chars().count() <= conclave_proto::limits::SYSTEM_NAME);
    }
}
