//! Where a program runs: on this machine's loopback, or in a network namespace.

use std::path::Path;
use std::process::Command;

/// Where a program runs and listens.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The network namespace; none for the machine's own.
    pub namespace: Option<String>,
    /// Multiaddrs.
    pub listen: Vec<String>,
    /// Seconds by which its wall clock is off; that needs `faketime`.
    pub clock: i64,
}

impl Place {
    /// On loopback, on this port.
    pub fn loopback(port: u16) -> Self {
        Self { listen: vec![format!("/ip4/127.0.0.1/tcp/{port}")], ..Self::default() }
    }

    /// A program there.
    pub fn command(&self, program: &Path) -> Command {
        match &self.namespace {
            None if self.clock != 0 => {
                let mut command = Command::new("faketime");
                // It replaces itself, too. Time-outs run as ever.
                command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
                command.args(["-f", &format!("{:+}s", self.clock)]).arg(program);
                command
            }
            None => Command::new(program),
            Some(namespace) => {
                // It replaces itself by the program, so the process id and its signals are the program's.
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(program);
                command
            }
        }
    }
}
