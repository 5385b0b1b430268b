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
}

impl Place {
    /// On loopback, on this port.
    pub fn loopback(port: u16) -> Self {
        Self { namespace: None, listen: vec![format!("/ip4/127.0.0.1/tcp/{port}")] }
    }

    /// A program there.
    pub fn command(&self, program: &Path) -> Command {
        match &self.namespace {
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
