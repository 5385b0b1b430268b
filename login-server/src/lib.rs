//! The login server of Conclave: checks who people are, keeps the signed directory log, and says who is online.
//!
//! ```text
//! client ── /conclave/login/1 ──────► login      OPAQUE, second factor, enrolment      accounts (store)
//!        ── /conclave/directory/1 ──► directory  leaves, leases, prekeys, presence     log (file), sessions (memory)
//!        ── /conclave/dropbox/1 ────► dropbox    sealed parcels for people who are away     files
//! administrator ── unix socket ─────► admin      invites, bans, sessions               audit log
//! ```
//!
//! A program embeds it, as tests do, with [`init`] once, then [`Server::start`], [`Server::bound`] and
//! [`Server::run`]; [`invite`] makes an invite at the administrator's socket. [`run`] is the whole command.
//!
//! What it knows: account names, who is online, network addresses, public keys. What it cannot learn: passwords,
//! content, profiles, private groups. It can deny service; it cannot silently add a device or a member, or swap a
//! key, because every client holds the whole log (PROTOCOL §5). The composition has not been audited.

mod accounts;
mod admin;
mod archive;
mod audit;
mod backup;
mod ban_end;
mod block;
mod cli;
mod clock;
mod config;
mod directory;
mod dropbox;
mod enrol;
mod erasure;
mod exit;
mod figures;
mod home;
mod init;
mod key_file;
mod key_ring;
mod kick;
mod links;
mod login;
mod logs;
mod nearest;
mod net;
mod network;
mod prekeys;
mod presence;
mod recovery;
mod relay;
mod reload;
mod resume;
mod sealing;
mod server;
mod server_keys;
mod service;
mod session;
mod shared;
mod store;
mod store_key;
mod stretch;
mod supervisor;
mod throttle;
mod time;
mod totp;
mod words;

pub use cli::{Invited, invite, run};
pub use config::{
    Backup as ConfigBackup, Config, ConfigError, DiskLimits as ConfigDisk, Limits as ConfigLimits,
    Metrics as ConfigMetrics, Relay as ConfigRelay, Server as ConfigServer,
};
pub use exit::{Exit, Failure};
pub use init::{EnrolmentMode, NewOrganisation, Organisation, init};
pub use server::{Bound, ServeError, Server, serve};
pub use service::Service;
pub use store::{Change, Expect, Record, SledStore, Store, StoreError, Transaction, Write};
pub use words::Sentence;
