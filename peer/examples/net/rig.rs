//! Two home networks behind routers, a public network and a login server in it, made of network namespaces. All of it
//! goes when the rig is dropped, and at a signal.
//!
//! ```text
//! pa 10.1.0.2, pc 10.1.0.3 ── nata 10.1.0.1 | 100.64.0.11 ──┐
//!                                                            ├── inet ── server 100.64.0.2
//! pb 10.2.0.2 ─────────────── natb 10.2.0.1 | 100.64.0.12 ──┘
//! ```

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::support::{Context as _, Place, Result, ensure};

/// Namespaces that stand, for the end by a signal.
static STANDING: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The port that people listen on: a router that shifts ports has a rule for it.
pub(crate) const PORT: u16 = 7000;

/// What the two routers do to outgoing packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nat {
    /// Keeps the port where it can: one mapping for every destination.
    Cone,
    /// A random port for every destination: no hole can be punched.
    Symmetric,
    /// One mapping for every destination, with another port than the computer's own.
    Shift,
}

impl Nat {
    pub(crate) const fn can_be_punched(self) -> bool {
        !matches!(self, Self::Symmetric)
    }
}

/// A transport, as the end of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Tcp,
    Quic,
}

impl Over {
    pub(crate) const BOTH: [Self; 2] = [Self::Tcp, Self::Quic];

    pub(crate) fn address(self, ip: &str, port: u16) -> String {
        match self {
            Self::Tcp => format!("/ip4/{ip}/tcp/{port}"),
            Self::Quic => format!("/ip4/{ip}/udp/{port}/quic-v1"),
        }
    }
}

/// The networks.
pub(crate) struct Rig {
    prefix: String,
    over: Over,
}

impl Rig {
    /// Makes them.
    pub(crate) fn up(nat: Nat, over: Over) -> Result<Self> {
        let rig = Self { prefix: format!("cv{}-", std::process::id()), over };
        for name in ["inet", "server", "nata", "natb", "pa", "pb", "pc"] {
            let namespace = rig.namespace(name);
            STANDING.lock().unwrap_or_else(PoisonError::into_inner).push(namespace.clone());
            ip(&format!("netns add {namespace}"))?;
            ip(&format!("-n {namespace} link set lo up"))?;
        }
        let inet = rig.namespace("inet");
        ip(&format!("-n {inet} link add br0 type bridge"))?;
        ip(&format!("-n {inet} link set br0 up"))?;
        for (name, address) in [("server", "100.64.0.2"), ("nata", "100.64.0.11"), ("natb", "100.64.0.12")] {
            rig.wire(name, "wan", address, "inet", "br0")?;
        }
        for (side, number, people) in [("nata", 1, vec![("pa", 2), ("pc", 3)]), ("natb", 2, vec![("pb", 2)])]
        {
            let router = rig.namespace(side);
            ip(&format!("-n {router} link add lan type bridge"))?;
            ip(&format!("-n {router} addr add 10.{number}.0.1/24 dev lan"))?;
            ip(&format!("-n {router} link set lan up"))?;
            for (person, host) in people {
                rig.wire(person, "eth0", &format!("10.{number}.0.{host}"), side, "lan")?;
                ip(&format!("-n {} route add default via 10.{number}.0.1", rig.namespace(person)))?;
            }
            rig.inside(side, &["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"])?;
            rig.nft(side, &router_rules(nat, number))?;
        }
        Ok(rig)
    }

    fn namespace(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A cable from a device of a namespace, with an address, to a bridge of another.
    fn wire(&self, name: &str, device: &str, address: &str, bridge_in: &str, bridge: &str) -> Result<()> {
        let (from, to, far) = (self.namespace(name), self.namespace(bridge_in), format!("p-{name}"));
        ip(&format!("link add {device} netns {from} type veth peer name {far} netns {to}"))?;
        ip(&format!("-n {to} link set {far} master {bridge}"))?;
        ip(&format!("-n {to} link set {far} up"))?;
        ip(&format!("-n {from} addr add {address}/24 dev {device}"))?;
        ip(&format!("-n {from} link set {device} up"))
    }

    /// Where a person's program runs.
    pub(crate) fn person(&self, name: &str) -> Place {
        self.person_on(name, PORT)
    }

    /// The same, on another port.
    pub(crate) fn person_on(&self, name: &str, port: u16) -> Place {
        Place {
            namespace: Some(self.namespace(name)),
            listen: vec![self.over.address("0.0.0.0", port)],
            ..Place::default()
        }
    }

    /// Where the login server runs.
    pub(crate) fn server(&self) -> Place {
        Place {
            namespace: Some(self.namespace("server")),
            listen: vec![self.over.address("100.64.0.2", 1337)],
            ..Place::default()
        }
    }

    /// Runs a command in a namespace.
    pub(crate) fn inside(&self, name: &str, command: &[&str]) -> Result<()> {
        let mut all = vec!["netns", "exec"];
        let namespace = self.namespace(name);
        all.push(&namespace);
        all.extend(command);
        run("ip", &all, "")
    }

    /// Loads rules of the packet filter in a namespace.
    pub(crate) fn nft(&self, name: &str, rules: &str) -> Result<()> {
        run("ip", &["netns", "exec", &self.namespace(name), "nft", "-f", "-"], rules)
    }

    /// Drops packets on their way through a router: `which` are nftables matches.
    pub(crate) fn drop_through(&self, router: &str, which: &str) -> Result<()> {
        let chain = "type filter hook forward priority -10; policy accept;";
        self.nft(router, &format!("table ip fault {{ chain c_fault {{ {chain} {which} drop; }}; }}"))
    }

    /// Drops what comes to a computer.
    pub(crate) fn drop_into(&self, name: &str, which: &str) -> Result<()> {
        let chain = "type filter hook input priority -10; policy accept;";
        self.nft(name, &format!("table ip fault {{ chain c_fault {{ {chain} {which} drop; }}; }}"))
    }

    /// Makes the first router forget every mapping and give another port from now on, as one does that was started
    /// again.
    pub(crate) fn rebind(&self) -> Result<()> {
        let port = |kind: &str| {
            format!("ip protocol {kind} {kind} sport {PORT} oifname wan snat to 100.64.0.11:18000;")
        };
        let chain = "type nat hook postrouting priority 90; policy accept;";
        let rules =
            format!("table ip rebound {{ chain c_post {{ {chain} {}{} }}; }}", port("udp"), port("tcp"));
        self.nft("nata", &rules)?;
        // Masqueraded connections are forgotten with their device.
        let namespace = self.namespace("nata");
        ip(&format!("-n {namespace} link set wan down"))?;
        ip(&format!("-n {namespace} link set wan up"))
    }

    /// Takes the faults of a namespace away.
    pub(crate) fn heal(&self, name: &str) -> Result<()> {
        self.nft(name, "delete table ip fault")
    }

    /// Gives a person's computer another address.
    pub(crate) fn readdress(&self, name: &str, old: &str, new: &str, router: &str) -> Result<()> {
        let namespace = self.namespace(name);
        ip(&format!("-n {namespace} addr del {old}/24 dev eth0"))?;
        ip(&format!("-n {namespace} addr add {new}/24 dev eth0"))?;
        // The default route goes with the address it used.
        ip(&format!("-n {namespace} route replace default via {router}"))
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        tear_down();
    }
}

/// Removes every namespace that stands, and with them their devices and rules.
pub(crate) fn tear_down() {
    for namespace in STANDING.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // Nothing can be done about one that does not go; the end of the run looks.
        let _gone = run("ip", &["netns", "del", &namespace], "");
    }
}

/// Whether namespaces and packet filters can be made here; else why not.
pub(crate) fn possible() -> Result<()> {
    ensure!(rustix::process::geteuid().is_root(), "it needs root");
    let name = format!("cv{}-try", std::process::id());
    run("ip", &["netns", "add", &name], "").context("network namespaces cannot be made")?;
    let rules = "table ip nat { chain c { type nat hook postrouting priority 100; masquerade; }; }";
    let filter = run("ip", &["netns", "exec", &name, "nft", "-f", "-"], rules).context("no packet filter");
    run("ip", &["netns", "del", &name], "")?;
    filter
}

// Dropped, not refused: a refusal would end a hole that is being punched.
fn router_rules(nat: Nat, number: u8) -> String {
    let shift = |kind: &str| {
        format!("ip protocol {kind} {kind} sport {PORT} oifname wan snat to 100.64.0.1{number}:17000;")
    };
    let (first, random) = match nat {
        Nat::Cone => (String::new(), ""),
        Nat::Symmetric => (String::new(), "fully-random"),
        Nat::Shift => (shift("udp") + &shift("tcp"), ""),
    };
    format!(
        r#"
table ip nat {{
  chain c_post {{ type nat hook postrouting priority 100; {first} oifname "wan" masquerade {random}; }}
}}
table ip filter {{
  chain c_fwd {{ type filter hook forward priority 0; policy drop;
    iifname "lan" accept
    iifname "wan" ct state established,related accept
  }}
  chain c_in {{ type filter hook input priority 0; policy accept;
    iifname "wan" ct state established,related accept
    iifname "wan" drop
  }}
}}
"#
    )
}

fn ip(words: &str) -> Result<()> {
    run("ip", &words.split(' ').collect::<Vec<_>>(), "")
}

fn run(program: &str, arguments: &[&str], input: &str) -> Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} {}: {}", arguments.join(" "), said.trim());
    Ok(())
}
