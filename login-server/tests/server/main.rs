//! The server over real sockets on loopback, from outside: a small client that enrols and logs in, hostile streams,
//! and the command as a process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod acts;
mod cli;
mod dropbox;
mod enrolment;
mod erasure;
mod hostile;
mod invite_list;
mod kill;
mod net;
mod operation;
mod person;
mod relay;
mod rig;
mod sealed;
mod service;
mod sessions;
