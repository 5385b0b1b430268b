//! Where values come from: the file, `conf.d`, the environment, `-O`; each layer over the one before.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Config, ConfigError};

/// The prefix of variables that override single keys; none of the keys is secret.
const ENV_PREFIX: &str = "CONCLAVE__";

/// All layers in one table; every key is known.
pub(super) fn read_all(path: &Path, overrides: &[String]) -> Result<Table, ConfigError> {
    let mut table = read(path)?;
    if let Some(directory) = path.parent().map(|parent| parent.join("conf.d"))
        && directory.is_dir()
    {
        for part in sorted_toml_files(&directory)? {
            let extra = read(&part)?;
            merge(&mut table, extra);
        }
    }
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        if let Some(key) = name.strip_prefix(ENV_PREFIX) {
            set(&mut table, &key.to_ascii_lowercase().replace("__", "."), value, name)?;
        }
    }
    for text in overrides {
        let (key, value) = text.split_once('=').ok_or_else(|| ConfigError::Syntax {
            origin: format!("-O {text}"),
            message: "expected section.key=value".into(),
        })?;
        set(&mut table, key.trim(), value.trim(), "-O")?;
    }
    Ok(table)
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
    let keys = Config::keys();
    if keys.iter().any(|known| known == key) {
        return Ok(());
    }
    Err(ConfigError::UnknownKey {
        key: key.to_owned(),
        origin: origin.to_owned(),
        suggestion: crate::nearest::nearest(key, keys.iter().map(String::as_str)),
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
