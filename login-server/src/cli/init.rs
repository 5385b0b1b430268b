//! `init`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use libp2p::Multiaddr;
use serde_json::json;

use super::keys::key_name;
use super::output::Report;
use super::{Global, passphrase};
use crate::config::{Config, Server, first};
use crate::exit::{Exit, Failure};
use crate::home::{Home, write_new_config};
use crate::init::{EnrolmentMode, NewOrganisation, init};
use crate::words::{said, word};

/// `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The organisation's name, as invited persons see it.
    #[arg(long, default_value = "")]
    org: String,
    /// A libp2p address to listen on; may be repeated.
    #[arg(long, num_args = 1.., value_name = "ADDR")]
    listen: Vec<Multiaddr>,
    /// Where log, store and keys go.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Who lets newcomers in.
    #[arg(long, value_enum, default_value = "grant")]
    enrolment: EnrolmentMode,
    /// The name of the first admin key.
    #[arg(long, default_value = "ops-1", value_parser = key_name)]
    admin: String,
    /// Asks nothing; needs --passphrase-file.
    #[arg(long, requires = "passphrase_file")]
    unattended: bool,
    /// A file with the passphrase for both keys; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(super) fn run(global: &Global, args: &InitArgs) -> Result<Report, Failure> {
    global.no_dry_run()?;
    let config = configuration(global, args)?;
    let (root, admin) = match &args.passphrase_file {
        Some(file) => {
            let passphrase = passphrase::read(Some(file), "")?;
            (None, passphrase)
        }
        None => (
            Some(passphrase::read_new(&word("root-key-of"))?),
            passphrase::read_new(&said("admin-key-of").with("key", &args.admin).text())?,
        ),
    };
    let new = NewOrganisation {
        admin_name: &args.admin,
        root_passphrase: root.as_ref().unwrap_or(&admin),
        admin_passphrase: &admin,
        enrolment: args.enrolment,
    };
    let organisation = init(&config, &new)?;
    let json = json!({
        "schema": 1,
        "org_id": organisation.org_id,
        "fingerprint": organisation.fingerprint,
        "config": global.config,
        "data_dir": config.server.data_dir,
        "root_key": organisation.root_key,
        "admin_key": organisation.admin_key,
    });
    let text = said("organisation-made")
        .with("config", global.config.display())
        .with("data", config.server.data_dir.display())
        .with("admin", organisation.admin_key.display())
        .with("root", organisation.root_key.display())
        .with("fingerprint", &organisation.fingerprint);
    Ok(Report::one(json, text))
}

/// Makes the directory of the configuration, where the service's own user finds it whatever the umask is.
fn configuration_directory(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

/// The configuration that exists, or a new one written where it belongs.
fn configuration(global: &Global, args: &InitArgs) -> Result<Config, Failure> {
    if !global.config.exists() {
        let defaults = Server::default();
        let listen = if args.listen.is_empty() { defaults.listen } else { args.listen.clone() };
        let data_dir = args.data_dir.clone().unwrap_or(defaults.data_dir);
        let text = first(&args.org, &listen, &data_dir);
        if let Some(parent) = global.config.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            configuration_directory(parent)
                .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", parent.display())))?;
        }
        write_new_config(&global.config, text.as_bytes())?;
    } else if !args.listen.is_empty() || args.data_dir.is_some() || !args.org.is_empty() {
        let made_by_us = Config::load(&global.config, &global.overrides)
            .is_ok_and(|config| !Home::at(&config.server.data_dir).has_organisation());
        let message = said("file-exists").with("file", global.config.display());
        let hint = if made_by_us { said("leave-out-options") } else { said("nothing-changed") };
        return Err(Failure::new(Exit::Conflict, message).hint(hint));
    }
    global.config()
}
