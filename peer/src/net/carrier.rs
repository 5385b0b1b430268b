//! Whether anything is at the other end of the cable: an address alone does not tell, it may outlive the network.
//!
//! Linux says it in `/sys/class/net/NAME/operstate` (RFC 2863). A system that does not is taken to have a network.

use std::fs;
use std::path::Path;

/// Where Linux lists its interfaces.
const INTERFACES: &str = "/sys/class/net";
/// The interface of this computer to itself, which is always there.
const LOOPBACK: &str = "lo";
/// States of an interface over which nothing goes. Of some kinds, tunnels above all, the state is unknown: those count.
const DEAD: [&str; 4] = ["down", "lowerlayerdown", "notpresent", "dormant"];

/// Whether an interface of this computer may carry packets.
pub(super) fn is_there() -> bool {
    any(Path::new(INTERFACES))
}

fn any(interfaces: &Path) -> bool {
    let Ok(entries) = fs::read_dir(interfaces) else { return true };
    let mut others = entries.flatten().filter(|entry| entry.file_name() != LOOPBACK);
    others.any(|entry| {
        let state = fs::read_to_string(entry.path().join("operstate"));
        state.map_or(true, |state| !DEAD.contains(&state.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether there is a network with interfaces of these states.
    fn there(states: &[(&str, &str)]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        for (name, state) in states {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("operstate"), format!("{state}\n")).unwrap();
        }
        any(folder.path())
    }

    #[test]
    fn an_interface_that_is_up_or_does_not_say_is_a_network() {
        assert!(there(&[("lo", "unknown"), ("eth0", "up"), ("wlan0", "down")]));
        assert!(there(&[("lo", "unknown"), ("tun0", "unknown")]));
        assert!(any(Path::new("/nowhere/at/all")));
    }

    #[test]
    fn a_pulled_cable_is_none_whatever_addresses_stay() {
        assert!(!there(&[
            ("lo", "unknown"),
            ("eth0", "down"),
            ("veth1", "lowerlayerdown"),
            ("wlan0", "dormant")
        ]));
        assert!(!there(&[("lo", "unknown")]));
    }
}
