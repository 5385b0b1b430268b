//! Names of the stream protocols (DESIGN §6). The number is the major version: another number, another protocol.

/// Login and enrolment, client to server; frames of PROTOCOL §2.11.
pub const LOGIN: &str = "/conclave/login/1";
/// Directory log, presence, leases, prekeys; client to server, after login.
pub const DIRECTORY: &str = "/conclave/directory/1";
/// Parcels for people who are away; client to server, after login.
pub const DROPBOX: &str = "/conclave/dropbox/1";
/// One long-lived stream per pair of peers: Hello, then envelopes both ways.
pub const PEER: &str = "/conclave/peer/1";
/// Verified ranges of a sealed object, one request per stream.
pub const FILE: &str = "/conclave/file/1";
/// The agent string of identify: constant, so that it tells nothing.
pub const AGENT: &str = "conclave";
/// The protocol string of identify.
pub const IDENTIFY: &str = "/conclave/identify/1";
