//! Finding and opening the admin key and the root key of a command.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use conclave_crypto::keys::{AdminSecret, OrgId, OrkPublic, OrkSecret};
use conclave_crypto::password::Password;

use super::{Global, passphrase};
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::key_file::KeyFile;
use crate::words::{said, word};

/// How long the console keeps a passphrase; then it is wiped (ADMIN §1).
const KEPT: Duration = Duration::from_secs(5 * 60);

/// Which admin key signs, and where.
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    /// The sealed admin key; by default the only one in the data directory.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// A file with the key's passphrase; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
    /// Writes what is to be signed to a file, for a key on another machine: `key sign FILE`, then `key submit FILE`.
    #[arg(long, value_name = "FILE")]
    pub(super) request_out: Option<PathBuf>,
}

/// An opened admin key.
pub(super) struct AdminKey {
    pub(super) name: String,
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
        if let Some(kept) = &global.kept {
            let still =
                kept.borrow_mut().take().filter(|(of, _, until)| *of == path && Instant::now() < *until);
            if let Some((of, passphrase, until)) = still {
                let opened = AdminKey::open(file, &passphrase);
                *kept.borrow_mut() = Some((of, passphrase, until));
                return opened;
            }
        }
        let prompt = said("prompt-admin-key").with("key", file.name()).text();
        let passphrase = passphrase::read(self.passphrase_file.as_deref(), &prompt)?;
        let opened = AdminKey::open(file, &passphrase)?;
        if let Some(kept) = &global.kept {
            *kept.borrow_mut() = Some((path, passphrase, Instant::now() + KEPT));
        }
        Ok(opened)
    }
}

impl AdminKey {
    /// Opens a file.
    pub(super) fn open(file: KeyFile, passphrase: &Password) -> Result<Self, Failure> {
        let org = OrgId::of(&file.ork()?);
        Ok(Self { name: file.name().to_owned(), org, secret: file.open_admin(passphrase)? })
    }
}

/// Where the root key is.
#[derive(Debug, Args)]
pub(super) struct RootArgs {
    /// The sealed root key of the organisation; by default `keys/root.key` in the data directory.
    #[arg(long, value_name = "FILE")]
    pub(super) root: Option<PathBuf>,
    /// A file with its passphrase; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) root_passphrase_file: Option<PathBuf>,
}

/// The root key's file, not opened yet.
pub(super) struct RootKey<'a> {
    file: KeyFile,
    args: &'a RootArgs,
    pub(super) ork: OrkPublic,
    pub(super) org: OrgId,
}

impl RootArgs {
    /// Finds the file; nothing is opened.
    pub(super) fn find(&self, global: &Global) -> Result<RootKey<'_>, Failure> {
        let path = match &self.root {
            Some(path) => path.clone(),
            None => Home::at(&global.config()?.server.data_dir).keys().join("root.key"),
        };
        if !path.exists() {
            let message = said("no-root-key").with("file", path.display());
            return Err(Failure::new(Exit::NotFound, message).hint(said("no-root-key-hint")));
        }
        let file = KeyFile::read(&path)?;
        let ork = file.ork()?;
        Ok(RootKey { org: OrgId::of(&ork), ork, file, args: self })
    }
}

impl RootKey<'_> {
    /// Opens it; asks for the passphrase if no file holds it.
    pub(super) fn open(&self) -> Result<OrkSecret, Failure> {
        let passphrase =
            passphrase::read(self.args.root_passphrase_file.as_deref(), &word("prompt-root-key"))?;
        Ok(self.file.open_root(&passphrase)?)
    }
}

/// The sealed keys in a directory, but not the root key.
pub(super) fn admin_keys(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
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
    found.sort();
    Ok(found)
}

fn only_key(directory: &Path) -> Result<PathBuf, Failure> {
    match admin_keys(directory)?.as_slice() {
        [one] => Ok(one.clone()),
        [] => {
            Err(Failure::new(Exit::NotFound, said("no-admin-key-in").with("directory", directory.display()))
                .hint(said("name-key")))
        }
        _ => Err(Failure::new(Exit::Usage, said("several-keys")).hint(said("choose-key"))),
    }
}

/// The name of a key: what `init --admin`, `key add` and the like take.
pub(super) fn key_name(text: &str) -> Result<String, String> {
    let fits = (1..=32).contains(&text.len())
        && text != "root"
        && !text.starts_with('.')
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
        });
    if fits { Ok(text.to_owned()) } else { Err("1 to 32 of a-z 0-9 - . _, and not root".into()) }
}
