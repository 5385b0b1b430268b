//! Finding and opening the admin key of a command.

use std::path::{Path, PathBuf};

use clap::Args;
use conclave_crypto::keys::{AdminSecret, OrgId, OrkPublic};

use super::{Global, passphrase};
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::key_file::KeyFile;

/// Which admin key signs.
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    /// The sealed admin key; by default the only one in the data directory.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// A file with the key's passphrase; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

/// An opened admin key.
pub(super) struct AdminKey {
    pub(super) name: String,
    pub(super) ork: OrkPublic,
    pub(super) org: OrgId,
    pub(super) secret: AdminSecret,
}

impl KeyArgs {
    /// Whether an admin key was asked for.
    pub(super) const fn is_given(&self) -> bool {
        self.key.is_some() || self.passphrase_file.is_some()
    }

    /// Opens the key; asks for the passphrase if no file holds it.
    pub(super) fn open(&self, global: &Global) -> Result<AdminKey, Failure> {
        let path = match &self.key {
            Some(path) => path.clone(),
            None => only_key(&Home::at(&global.config()?.server.data_dir).keys())?,
        };
        let file = KeyFile::read(&path)?;
        let prompt = format!("Passphrase of admin key '{}': ", file.name());
        let passphrase = passphrase::read(self.passphrase_file.as_deref(), &prompt)?;
        let ork = file.ork()?;
        Ok(AdminKey {
            name: file.name().to_owned(),
            org: OrgId::of(&ork),
            ork,
            secret: file.open_admin(&passphrase)?,
        })
    }
}

fn only_key(directory: &Path) -> Result<PathBuf, Failure> {
    let unread =
        |error: std::io::Error| Failure::new(Exit::Failed, format!("{}: {error}", directory.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|extension| extension == "key")
            && path.file_stem().is_some_and(|stem| stem != "root")
        {
            found.push(path);
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new(Exit::NotFound, format!("no admin key in {}", directory.display()))
            .hint("name it with --key")),
        _ => Err(Failure::new(Exit::Usage, "there are several admin keys").hint("choose one with --key")),
    }
}
