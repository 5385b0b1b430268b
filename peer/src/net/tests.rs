//! Real swarms on loopback: pairs of nodes, attackers that speak raw frames, a proxy that cuts and freezes.

mod attacker;
mod files;
mod hostile;
mod hostile_server;
mod pair;
mod proxy;
mod server;
mod silence;
mod support;
mod yamux;
