//! The configuration file (ADMIN §5): TOML, `version = 1`, unknown keys refused with the nearest known one.
//!
//! Order: defaults < file < `conf.d/*.toml` beside it < `CONCLAVE__SECTION__KEY` < `-O section.key=value`.
//! It holds no secret. What clients must see is in the signed Policy, not here.

pub(crate) mod size;

use std::path::{Path, PathBuf};
use std::time::Duration;

use libp2p::Multiaddr;
use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

/// The only version of the file.
pub(crate) const VERSION: i64 = 1;
/// Where the file is when neither `--config` nor `CONCLAVE_CONFIG` names one.
pub(crate) const DEFAULT_PATH: &str = "/etc/conclave/login-server.toml";
/// The prefix of variables that override single keys; none of the keys is secret.
const ENV_PREFIX: &str = "CONCLAVE__";

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
}

/// `[server]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// libp2p addresses to listen on. Default: port 1337 over TCP and QUIC on all interfaces.
    pub listen: Vec<Multiaddr>,
    /// Addresses to put in invite links. Default: empty, which means guess from `listen`.
    pub public: Vec<Multiaddr>,
    /// Directory of log, store and keys; mode 0700.
    pub data_dir: PathBuf,
    /// Whom a person asks for help; shown by clients.
    pub admin_contact: String,
    /// The organisation's name as invited persons see it.
    pub organisation: String,
    /// The administrator's socket. Default: `admin.sock` in `data_dir`.
    pub socket: Option<PathBuf>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: ["/ip4/0.0.0.0/tcp/1337", "/ip4/0.0.0.0/udp/1337/quic-v1"]
                .iter()
                .filter_map(|address| address.parse().ok())
                .collect(),
            public: Vec::new(),
            data_dir: PathBuf::from("/var/lib/conclave"),
            admin_contact: String::new(),
            organisation: String::new(),
            socket: None,
        }
    }
}

/// `[limits]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Established connections. Default: 256.
    pub connections: u32,
    /// Connections still being set up. Default: 32.
    pub pending: u32,
    /// Established connections from one address; loopback is exempt. Default: 16.
    pub per_address: u32,
    /// Each step of login, such as `10s`. Default: 10 s.
    #[serde(deserialize_with = "duration")]
    pub handshake_timeout: Duration,
    /// OPAQUE computations at once. Default: 4.
    pub concurrent_hashes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            pending: 32,
            per_address: 16,
            handshake_timeout: conclave_proto::limits::STEP_TIMEOUT,
            concurrent_hashes: 4,
        }
    }
}

/// `[disk]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiskLimits {
    /// All parcels of the drop box together, bytes; such as `8GiB`. What one person gets is in Policy. Default: 8 GiB.
    #[serde(deserialize_with = "size::deserialize")]
    pub dropbox_total: u64,
}

impl Default for DiskLimits {
    fn default() -> Self {
        Self { dropbox_total: 8 << 30 }
    }
}

/// `[relay]`: local ceilings. Whether there is a relay at all is in Policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Relay {
    /// Bytes per second that one person may send through circuits, such as `4MiB/s`. Default: 4 MiB/s.
    #[serde(deserialize_with = "rate")]
    pub per_user_rate: u64,
    /// Longest life of one circuit, such as `12h`. Default: 12 h.
    #[serde(deserialize_with = "duration")]
    pub max_duration: Duration,
}

impl Default for Relay {
    fn default() -> Self {
        Self { per_user_rate: 4 << 20, max_duration: Duration::from_secs(12 * 3_600) }
    }
}

/// Why a configuration cannot be used (exit code 10).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{origin} is not valid TOML: {message}")]
    Syntax {
        /// File or option.
        origin: String,
        /// What the parser says.
        message: String,
    },
    /// A key that does not exist.
    #[error("unknown key '{key}' in {origin}{}", suggestion.as_ref().map_or_else(String::new, |near| format!("; did you mean '{near}'?")))]
    UnknownKey {
        /// Dotted key.
        key: String,
        /// File, variable or option.
        origin: String,
        /// The nearest key that does.
        suggestion: Option<String>,
    },
    /// A value of the wrong type or out of range.
    #[error("the configuration is invalid: {0}")]
    Value(String),
}

/// All keys, for the suggestion.
const KEYS: &[&str] = &[
    "version",
    "server.listen",
    "server.public",
    "server.data_dir",
    "server.admin_contact",
    "server.organisation",
    "server.socket",
    "limits.connections",
    "limits.pending",
    "limits.per_address",
    "limits.handshake_timeout",
    "limits.concurrent_hashes",
    "disk.dropbox_total",
    "relay.per_user_rate",
    "relay.max_duration",
];

impl Config {
    /// Reads the file, `conf.d` beside it, the environment and `-O` overrides.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ConfigError> {
        let mut table = read(path)?;
        if let Some(directory) = path.parent().map(|parent| parent.join("conf.d"))
            && directory.is_dir()
        {
            for part in sorted_toml_files(&directory)? {
                let extra = read(&part)?;
                merge(&mut table, extra);
            }
        }
        for (name, value) in std::env::vars() {
            if let Some(key) = name.strip_prefix(ENV_PREFIX) {
                set(&mut table, &key.to_ascii_lowercase().replace("__", "."), &value, &name)?;
            }
        }
        for text in overrides {
            let (key, value) = text.split_once('=').ok_or_else(|| ConfigError::Syntax {
                origin: format!("-O {text}"),
                message: "expected section.key=value".into(),
            })?;
            set(&mut table, key.trim(), value.trim(), "-O")?;
        }
        Self::from_table(table)
    }

    /// A configuration for a server embedded in a test or another program: `listen` and `data_dir` given, all
    /// else default.
    #[must_use]
    pub fn embedded(data_dir: &Path, listen: Vec<Multiaddr>) -> Self {
        let server = Server { listen, data_dir: data_dir.to_owned(), ..Server::default() };
        Self {
            version: VERSION,
            server,
            limits: Limits::default(),
            disk: DiskLimits::default(),
            relay: Relay::default(),
        }
    }

    /// The administrator's socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.server.socket.clone().unwrap_or_else(|| self.server.data_dir.join("admin.sock"))
    }

    fn from_table(table: Table) -> Result<Self, ConfigError> {
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::Value(error.message().to_owned()))?;
        if config.version != VERSION {
            return Err(ConfigError::Value(format!(
                "version is {}, but this program reads version {VERSION}",
                config.version
            )));
        }
        if config.server.listen.is_empty() {
            return Err(ConfigError::Value("server.listen names no address".into()));
        }
        if config.limits.connections == 0
            || config.limits.pending == 0
            || config.limits.concurrent_hashes == 0
        {
            return Err(ConfigError::Value("a limit of 0 would shut everybody out".into()));
        }
        if !(SHORTEST_CIRCUIT..=LONGEST_CIRCUIT).contains(&config.relay.max_duration) {
            return Err(ConfigError::Value("relay.max_duration is between 1min and 30days".into()));
        }
        Ok(config)
    }
}

/// The file that `init` writes, with every key, its default and its unit.
#[must_use]
pub(crate) fn template(organisation: &str, listen: &[Multiaddr], data_dir: &Path) -> String {
    let quote = |text: &str| Value::String(text.to_owned()).to_string();
    let listen: Vec<String> = listen.iter().map(|address| quote(&address.to_string())).collect();
    let limits = Limits::default();
    format!(
        "# Conclave login server. Every key is shown with its default unless init was told otherwise.\n\
         version = {VERSION}\n\n\
         [server]\n\
         # libp2p addresses to listen on.\n\
         listen = [{}]\n\
         # Addresses to put in invite links; empty: guess from listen.\n\
         public = []\n\
         # Directory of log, store and keys (mode 0700).\n\
         data_dir = {}\n\
         # Whom a person asks for help.\n\
         admin_contact = \"\"\n\
         # The name that invited persons see.\n\
         organisation = {}\n\n\
         [limits]\n\
         # Established connections.\n\
         connections = {}\n\
         # Connections still being set up.\n\
         pending = {}\n\
         # Established connections from one address; loopback is exempt.\n\
         per_address = {}\n\
         # Each step of login.\n\
         handshake_timeout = {}\n\
         # OPAQUE computations at once.\n\
         concurrent_hashes = {}\n\n\
         [disk]\n\
         # All parcels of the drop box together; what one person gets, and for how long, is in Policy.\n\
         dropbox_total = {}\n\n\
         [relay]\n\
         # Bytes per second that one person may send to people they reach in no other way; a local ceiling.\n\
         per_user_rate = \"4MiB/s\"\n\
         # Longest life of one circuit.\n\
         max_duration = \"12h\"\n",
        listen.join(", "),
        quote(&data_dir.to_string_lossy()),
        quote(organisation),
        limits.connections,
        limits.pending,
        limits.per_address,
        quote(&humantime::format_duration(limits.handshake_timeout).to_string()),
        limits.concurrent_hashes,
        quote(&size::show(DiskLimits::default().dropbox_total)),
    )
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let origin = path.display().to_string();
    let table: Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        origin: origin.clone(),
        message: error.to_string(),
    })?;
    for (section, value) in &table {
        match value {
            Value::Table(keys) => {
                for key in keys.keys() {
                    known(&format!("{section}.{key}"), &origin)?;
                }
            }
            _ => known(section, &origin)?,
        }
    }
    Ok(table)
}

fn sorted_toml_files(directory: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let failed = |source| ConfigError::Read { path: directory.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn known(key: &str, origin: &str) -> Result<(), ConfigError> {
    if KEYS.contains(&key) {
        return Ok(());
    }
    Err(ConfigError::UnknownKey {
        key: key.to_owned(),
        origin: origin.to_owned(),
        suggestion: crate::nearest::nearest(key, KEYS.iter().copied()),
    })
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn set(table: &mut Table, key: &str, value: &str, origin: &str) -> Result<(), ConfigError> {
    known(key, origin)?;
    // A value that is not TOML by itself, such as an unquoted path, is taken as text.
    let value = format!("value = {value}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(value.to_owned()));
    let mut one = Table::new();
    match key.split_once('.') {
        Some((section, key)) => {
            let mut inner = Table::new();
            inner.insert(key.to_owned(), value);
            one.insert(section.to_owned(), Value::Table(inner));
        }
        None => {
            one.insert(key.to_owned(), value);
        }
    }
    merge(table, one);
    Ok(())
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
