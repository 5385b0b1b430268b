//! `key`: the admin keys, and signatures made on another machine.

mod rotate;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use conclave_crypto::directory::PolicyAdmin;
use conclave_crypto::keys::{AdminPublic, AdminSecret, UserId};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::Global;
use super::change_policy::{Change, change};
use super::client::{AdminClient, text};
use super::confirm::confirm;
use super::keys::{KeyArgs, RootArgs, admin_keys, key_name};
use super::output::{Report, cell};
use super::passphrase;
use super::signing::Unsigned;
use super::user::any_case;
use crate::admin::Request;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::key_file::KeyFile;
use crate::words::{said, word};

/// `key …`.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Lists the admin keys of the policy, and which of them are on this machine.
    #[command(alias = "ls")]
    List,
    /// Makes an admin key and lists it in the policy; needs the root key.
    Add {
        /// Its name: 1 to 32 of a-z 0-9 - . _
        #[arg(value_parser = key_name)]
        name: String,
        /// Whose it is; two keys of one person count once where two admins are asked for.
        #[arg(long, value_parser = any_case)]
        user: Option<String>,
        #[command(flatten)]
        new: NewKeyArgs,
        #[command(flatten)]
        root: RootArgs,
    },
    /// Takes a key out of the policy; needs the root key. Its invites stay good until they are revoked.
    Revoke {
        /// Its name on this machine, or the beginning of its public key.
        key: String,
        #[command(flatten)]
        root: RootArgs,
    },
    /// Puts another key of the server in force and tells all clients; needs the root key.
    Rotate {
        /// Which.
        which: rotate::Which,
        #[command(flatten)]
        root: RootArgs,
    },
    /// Signs a request file with the admin key of this machine; needs no server.
    Sign {
        /// The file that `--request-out` wrote.
        file: PathBuf,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Sends a signed request file to the server.
    Submit {
        /// The file.
        file: PathBuf,
    },
    /// Changes the passphrase of a key on this machine.
    Passwd {
        /// Its file, or its name in the data directory.
        key: String,
        /// A file with the passphrase of now; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// A file with the new passphrase.
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

/// Where a new admin key goes, and what seals it.
#[derive(Debug, clap::Args)]
pub(super) struct NewKeyArgs {
    /// Where the sealed key goes; by default `keys/` in the data directory.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A file with the passphrase of the new key.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

pub(super) fn run(global: &Global, command: &KeyCommand) -> Result<Report, Failure> {
    match command {
        KeyCommand::List => list(global),
        KeyCommand::Add { name, user, new, root } => {
            let mut client = global.client()?;
            let owner = match user {
                Some(user) => owner(&mut client, user)?,
                None => UserId::random(&mut clock::rng()),
            };
            let about = match user {
                Some(user) => said("key-add-of-about").with("key", name).with("user", user),
                None => said("key-add-about").with("key", name),
            };
            let about = format!("{}\n{}", about.text(), word("key-powers"));
            let what = Change { action: "key.add", target: name, about: &about, word: name };
            let (json, path) = add(global, &mut client, name, owner, new, root, &what)?;
            let line = said("key-added")
                .with("key", name)
                .with("leaf", cell(&json, "leaf"))
                .with("file", path.display());
            Ok(Report::one(json, line))
        }
        KeyCommand::Revoke { key, root } => revoke(global, key, root),
        KeyCommand::Rotate { which, root } => rotate::run(global, *which, root),
        KeyCommand::Sign { file, key } => {
            global.no_dry_run()?;
            let mut unsigned = Unsigned::read(file)?;
            let about = said("sign-about").with("what", unsigned.about()?.text());
            confirm(global, &about.text(), "sign")?;
            let key = key.open(global)?;
            unsigned.sign(&key)?;
            unsigned.write(file)?;
            let (signed, needed) = unsigned.count();
            let json = json!({ "schema": 1, "about": unsigned.about()?.english(), "signed": signed, "needed": needed });
            let line = if unsigned.is_complete() { said("signed-all") } else { said("signed-some") };
            let line = line.with("key", &key.name).with("signed", signed).with("needed", needed);
            Ok(Report::one(json, line))
        }
        KeyCommand::Submit { file } => {
            let unsigned = Unsigned::read(file)?;
            let json = unsigned.submit(&mut global.client()?)?;
            let line =
                said("submitted").with("what", unsigned.about()?.text()).with("leaf", cell(&json, "leaf"));
            Ok(Report::one(json, line))
        }
        KeyCommand::Passwd { key, passphrase_file, new_passphrase_file } => {
            passwd(global, key, passphrase_file.as_deref(), new_passphrase_file.as_deref())
        }
    }
}

/// Makes a sealed key, and lists it. A key that is not listed in the end leaves no file.
pub(super) fn add(
    global: &Global,
    client: &mut AdminClient,
    name: &str,
    owner: UserId,
    new: &NewKeyArgs,
    root: &RootArgs,
    what: &Change<'_>,
) -> Result<(Value, PathBuf), Failure> {
    let path = match &new.out {
        Some(path) => path.clone(),
        None => Home::at(&global.config()?.server.data_dir).keys().join(format!("{name}.key")),
    };
    if path.exists() {
        return Err(Failure::new(Exit::Conflict, said("file-exists").with("file", path.display())));
    }
    let ork = root.find(global)?.ork;
    let secret = AdminSecret::generate(&mut clock::rng());
    let admin = PolicyAdmin { key: secret.public(), user_id: owner, nbf: clock::now() };
    let mut written = false;
    let done = change(global, client, root, what, |policy| {
        policy.admins.push(admin);
        if !global.dry_run {
            let passphrase = match &new.new_passphrase_file {
                Some(file) => passphrase::read(Some(file), "")?,
                None => passphrase::read_new(&said("admin-key-of").with("key", name).text())?,
            };
            KeyFile::admin(name, &ork, &secret, &passphrase, &mut clock::rng())?.write(&path)?;
            written = true;
        }
        Ok(())
    });
    match done {
        Ok(json) => Ok((json, path)),
        Err(failure) => {
            if written {
                // It was made a moment ago and is listed nowhere.
                let _ = std::fs::remove_file(&path);
            }
            Err(failure)
        }
    }
}

/// The account of a name.
pub(super) fn owner(client: &mut AdminClient, user: &str) -> Result<UserId, Failure> {
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    text(&target, "user_id").parse().map_err(|_| Failure::new(Exit::Failed, said("answer-senseless")))
}

fn list(global: &Global) -> Result<Report, Failure> {
    let shown = global.client()?.ask(&Request::PolicyShow)?;
    let here = local_keys(global);
    let mut rows: Vec<Value> = shown.get("admins").and_then(Value::as_array).cloned().unwrap_or_default();
    for row in &mut rows {
        let name = here.iter().find(|(_, public)| public == text(row, "key")).map(|(name, _)| name.clone());
        if let Some(fields) = row.as_object_mut() {
            fields.insert("name".into(), json!(name));
        }
    }
    Ok(Report::list(
        json!({ "schema": 1, "keys": rows }),
        "keys",
        "none-keys",
        &[
            ("NAME HERE", &|row| cell(row, "name")),
            ("KEY", &|row| text(row, "key").chars().take(16).collect()),
            ("USER", &|row| cell(row, "user")),
            ("SINCE", &|row| cell(row, "since")),
        ],
    ))
}

/// Name and public half of the keys on this machine; none where its configuration cannot be read.
fn local_keys(global: &Global) -> Vec<(String, String)> {
    let Ok(config) = global.config() else { return Vec::new() };
    let files = admin_keys(&Home::at(&config.server.data_dir).keys()).unwrap_or_default();
    files
        .iter()
        .filter_map(|path| KeyFile::read(path).ok())
        .map(|file| (file.name().to_owned(), file.public().to_owned()))
        .collect()
}

fn revoke(global: &Global, key: &str, root: &RootArgs) -> Result<Report, Failure> {
    let mut client = global.client()?;
    let here = local_keys(global);
    let public = here.iter().find(|(name, _)| name == key).map_or(key, |(_, public)| public);
    if public.len() < 8 {
        return Err(Failure::new(Exit::NotFound, said("no-admin-key").with("key", key))
            .hint(said("no-admin-key-hint")));
    }
    let about = said("key-revoke-about").with("key", key).text();
    let what = Change { action: "key.revoke", target: key, about: &about, word: key };
    let json = change(global, &mut client, root, &what, |policy| {
        let fits = |admin: &AdminPublic| HEXLOWER.encode(admin.as_bytes()).starts_with(public);
        match policy.admins.iter().filter(|admin| fits(&admin.key)).count() {
            1 => policy.admins.retain(|admin| !fits(&admin.key)),
            0 => return Err(Failure::new(Exit::NotFound, said("no-admin-key").with("key", key))),
            _ => return Err(Failure::new(Exit::Conflict, said("several-fit").with("key", key))),
        }
        Ok(())
    })?;
    let line = said("key-revoked").with("key", key).with("leaf", cell(&json, "leaf"));
    Ok(Report::one(json, line))
}

fn passwd(global: &Global, key: &str, now: Option<&Path>, new: Option<&Path>) -> Result<Report, Failure> {
    global.no_dry_run()?;
    let path = if Path::new(key).exists() {
        PathBuf::from(key)
    } else {
        Home::at(&global.config()?.server.data_dir).keys().join(format!("{key}.key"))
    };
    if !path.exists() {
        return Err(Failure::new(Exit::NotFound, said("no-key-file").with("key", key)));
    }
    let file = KeyFile::read(&path)?;
    let passphrase = passphrase::read(now, &said("prompt-key").with("key", file.name()).text())?;
    file.check(&passphrase)?;
    let fresh = match new {
        Some(file) => passphrase::read(Some(file), "")?,
        None => passphrase::read_new(&said("key-of").with("key", file.name()).text())?,
    };
    file.resealed(&passphrase, &fresh, &mut clock::rng())?.replace(&path)?;
    let json = json!({ "schema": 1, "key": file.name(), "file": path });
    Ok(Report::one(json, said("passphrase-changed").with("key", file.name())))
}
