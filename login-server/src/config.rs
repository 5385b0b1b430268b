//! The configuration file (ADMIN §5): TOML, `version = 1`, unknown keys refused with the nearest known one.
//!
//! Order: defaults < file < `conf.d/*.toml` beside it < `CONCLAVE__SECTION__KEY` < `-O section.key=value`.
//! It holds no secret. What clients must see is in the signed Policy, not here.

mod error;
mod layers;
mod section;
pub(crate) mod size;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libp2p::Multiaddr;
use serde::Deserialize;
use toml::{Table, Value};

pub use self::error::ConfigError;
pub(crate) use self::section::Setting;
use self::section::{Rate, section};
use crate::service::Service;

/// The only version of the file.
pub(crate) const VERSION: i64 = 1;
/// Where the file is when neither `--config` nor `CONCLAVE_CONFIG` names one.
pub(crate) const DEFAULT_PATH: &str = "/etc/conclave/login-server.toml";

/// A shorter circuit would break chats again and again; to end the relay is for Policy.
const SHORTEST_CIRCUIT: Duration = Duration::from_secs(60);
/// A longer one would outlive every session.
const LONGEST_CIRCUIT: Duration = Duration::from_secs(30 * 86_400);
/// A slower relay would not carry a text in time.
const SLOWEST_RELAY: u64 = 4 << 10;

/// The whole configuration, checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Version of the file; must be 1.
    pub version: i64,
    /// Where the server listens and keeps its data.
    #[serde(default)]
    pub server: Server,
    /// Bounds on what strangers may use.
    #[serde(default)]
    pub limits: Limits,
    /// How much of the disk the server may take.
    #[serde(default)]
    pub disk: DiskLimits,
    /// What may pass between people who do not reach each other.
    #[serde(default)]
    pub relay: Relay,
    /// The daily backup.
    #[serde(default)]
    pub backup: Backup,
    /// Figures for a monitoring system.
    #[serde(default)]
    pub metrics: Metrics,
    /// The file it was read from; it goes into backups.
    #[serde(skip)]
    pub source: Option<PathBuf>,
    /// What `-O` said over it.
    #[serde(skip)]
    pub overrides: Vec<String>,
    /// How much of its service the server gives; of the command, never of the file.
    #[serde(skip)]
    pub service: Service,
}

section! {
    /// `[server]`.
    Server in "server" {
        /// libp2p addresses to listen on.
        listen: Vec<Multiaddr> = ["/ip4/0.0.0.0/tcp/1337", "/ip4/0.0.0.0/udp/1337/quic-v1"]
            .iter()
            .filter_map(|address| address.parse().ok())
            .collect(),
        /// Addresses to put in invite links; empty: guess from `listen`.
        public: Vec<Multiaddr> = Vec::new(),
        /// Directory of log, store and keys; mode 0700.
        data_dir: PathBuf = PathBuf::from("/var/lib/conclave"),
        /// Whom a person asks for help; shown by clients.
        admin_contact: String = String::new(),
        /// The organisation's name as invited persons see it.
        organisation: String = String::new(),
        /// The administrator's socket; left out: `admin.sock` in `data_dir`.
        socket: Option<PathBuf> = None,
        /// A file that seals the server's keys and the phones' secrets; left out: systemd's credential `store-key`, if any.
        store_key_file: Option<PathBuf> = None,
    }
}

section! {
    /// `[limits]`.
    Limits in "limits" {
        /// Established connections.
        connections: u32 = 256,
        /// Connections still being set up; few would let slow strangers keep everybody out. Each takes about 10 KiB.
        pending: u32 = 4096,
        /// Connections from one address, also those being set up; loopback is exempt.
        per_address: u32 = 16,
        /// Time for each step of login.
        #[serde(deserialize_with = "duration")]
        handshake_timeout: Duration = conclave_proto::limits::STEP_TIMEOUT,
        /// OPAQUE computations at once.
        concurrent_hashes: usize = 4,
    }
}

section! {
    /// `[disk]`.
    DiskLimits in "disk" {
        /// All parcels of the drop box together, such as `8GiB`; what one person gets, and for how long, is in Policy.
        #[serde(deserialize_with = "size::deserialize")]
        dropbox_total: u64 = 8 << 30,
    }
}

section! {
    /// `[relay]`: local ceilings. Whether there is a relay at all is in Policy.
    Relay in "relay" {
        /// Bytes per second that one person may send to people they reach in no other way, such as `4MiB/s`.
        #[serde(deserialize_with = "rate")]
        per_user_rate: u64 as Rate = 4 << 20,
        /// Longest life of one circuit, such as `12h`.
        #[serde(deserialize_with = "duration")]
        max_duration: Duration = Duration::from_secs(12 * 3_600),
    }
}

section! {
    /// `[backup]`.
    Backup in "backup" {
        /// Local time of the daily backup; it starts once `backup schedule set` has given a passphrase.
        at: String = "02:00".into(),
        /// How many backups are kept.
        keep: usize = 14,
        /// Where they go; left out: `backups` in `data_dir`. Another disk is better.
        directory: Option<PathBuf> = None,
    }
}

section! {
    /// `[metrics]`.
    Metrics in "metrics" {
        /// Address of `/metrics`, `/healthz` and `/readyz`, loopback only; empty: off.
        listen: String = String::new(),
    }
}

impl Config {
    /// Reads the file, `conf.d` beside it, the environment and `-O` overrides.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ConfigError> {
        let table = layers::read_all(path, overrides)?;
        Ok(Self { source: Some(path.to_owned()), overrides: overrides.to_vec(), ..Self::from_table(table)? })
    }

    /// A configuration for a server embedded in a test or another program: `listen` and `data_dir` given, all
    /// else default.
    #[must_use]
    pub fn embedded(data_dir: &Path, listen: Vec<Multiaddr>) -> Self {
        let server = Server { listen, data_dir: data_dir.to_owned(), ..Server::default() };
        Self { server, ..Self::defaults() }
    }

    /// All defaults.
    fn defaults() -> Self {
        Self {
            version: VERSION,
            server: Server::default(),
            limits: Limits::default(),
            disk: DiskLimits::default(),
            relay: Relay::default(),
            backup: Backup::default(),
            metrics: Metrics::default(),
            source: None,
            overrides: Vec::new(),
            service: Service::Whole,
        }
    }

    /// The administrator's socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.server.socket.clone().unwrap_or_else(|| self.server.data_dir.join("admin.sock"))
    }

    /// Where backups go.
    #[must_use]
    pub fn backup_directory(&self) -> PathBuf {
        self.backup.directory.clone().unwrap_or_else(|| self.server.data_dir.join("backups"))
    }

    /// Where figures are served, if they are.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.listen.parse().ok()
    }

    /// Every key with its value.
    pub(crate) fn settings(&self) -> Vec<Setting> {
        let sections = [
            self.server.settings(),
            self.limits.settings(),
            self.disk.settings(),
            self.relay.settings(),
            self.backup.settings(),
            self.metrics.settings(),
        ];
        sections.into_iter().flatten().collect()
    }

    /// Every key with its default.
    pub(crate) fn default_settings() -> Vec<Setting> {
        Self::defaults().settings()
    }

    /// The dotted names of all keys.
    fn keys() -> Vec<String> {
        let settings = Self::default_settings();
        let keys = settings.iter().map(|setting| format!("{}.{}", setting.section, setting.key));
        std::iter::once("version".to_owned()).chain(keys).collect()
    }

    fn from_table(table: Table) -> Result<Self, ConfigError> {
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::Value(error.message().to_owned()))?;
        let refused = |why: &str| Err(ConfigError::Value(why.to_owned()));
        if config.version != VERSION {
            return Err(ConfigError::Value(format!(
                "version is {}, but this program reads version {VERSION}",
                config.version
            )));
        }
        if config.server.listen.is_empty() {
            return refused("server.listen names no address");
        }
        if config.limits.connections == 0
            || config.limits.pending == 0
            || config.limits.concurrent_hashes == 0
        {
            return refused("a limit of 0 would shut everybody out");
        }
        if !(SHORTEST_CIRCUIT..=LONGEST_CIRCUIT).contains(&config.relay.max_duration) {
            return refused("relay.max_duration is between 1min and 30days");
        }
        if !crate::backup::is_time(&config.backup.at) {
            return refused("backup.at is not a time such as 02:00");
        }
        if config.backup.keep == 0 {
            return refused("backup.keep is 0: no backup would be left");
        }
        if !config.metrics.listen.is_empty()
            && !config.metrics_address().is_some_and(|address| address.ip().is_loopback())
        {
            return refused("metrics.listen is not a loopback address such as 127.0.0.1:9090");
        }
        Ok(config)
    }
}

/// The file with every key, its description and its default.
#[must_use]
pub(crate) fn template() -> String {
    written(&Config::defaults())
}

/// The file that `init` writes.
#[must_use]
pub(crate) fn first(organisation: &str, listen: &[Multiaddr], data_dir: &Path) -> String {
    let server = Server {
        listen: listen.to_vec(),
        data_dir: data_dir.to_owned(),
        organisation: organisation.to_owned(),
        ..Server::default()
    };
    written(&Config { server, ..Config::defaults() })
}

fn written(config: &Config) -> String {
    let mut text = format!(
        "# Conclave login server: every key, with what it is and its default.\nversion = {VERSION}\n"
    );
    let mut section = "";
    for setting in config.settings() {
        if setting.section != section {
            section = setting.section;
            text.push_str(&format!("\n[{section}]\n"));
        }
        for line in setting.docs {
            text.push_str(&format!("#{line}\n"));
        }
        match setting.value {
            Some(value) => text.push_str(&format!("{} = {value}\n", setting.key)),
            None => text.push_str(&format!("# {} = …\n", setting.key)),
        }
    }
    text
}

/// A rate in bytes per second: a size and `/s`.
fn rate<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_rate(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is no rate of at least 4KiB/s")))
}

fn parse_rate(text: &str) -> Option<u64> {
    size::parse(text.trim().strip_suffix("/s")?).filter(|rate| *rate >= SLOWEST_RELAY)
}

fn duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests;
