//! The administrator's command (ADMIN): arguments in, one report out, an exit code.

mod ban;
mod client;
mod confirm;
mod directory;
mod dropbox;
mod init;
mod keys;
mod output;
mod passphrase;
mod serve;
mod session;
mod status;
mod stop;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

use self::output::{Format, Report};
use crate::config::{Config, DEFAULT_PATH};
use crate::exit::{Exit, Failure};

pub use self::user::{Invited, invite};

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 usage · 3 partly · 4 not found · 5 refused · 6 conflict · \
7 server not reachable · 8 not confirmed · 9 timed out · 10 configuration · 11 locked · 12 damaged · 13 cannot listen · \
75 try later";

/// The login server of Conclave, and the command to administer it.
#[derive(Debug, Parser)]
#[command(name = "login-server", version, after_help = EXIT_CODES, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// The configuration file.
    #[arg(long, global = true, env = "CONCLAVE_CONFIG", value_name = "FILE", default_value = DEFAULT_PATH)]
    config: PathBuf,
    /// Overrides one key of the configuration, such as `limits.connections=64`.
    #[arg(short = 'O', global = true, value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// The administrator's socket; by default that of the configuration.
    #[arg(long, global = true, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Output format.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Table)]
    output: Format,
    /// The same as `-o json`.
    #[arg(long, global = true)]
    json: bool,
    /// Says only what was asked for.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Logs more; may be repeated.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Does not ask.
    #[arg(short, long, global = true)]
    yes: bool,
    /// Why; kept in the audit log.
    #[arg(long, global = true, value_name = "TEXT")]
    reason: Option<String>,
    /// How long to wait for the server, such as `30s`.
    #[arg(long, global = true, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes the organisation: configuration, root key, first admin key, server keys. Never overwrites.
    Init(init::InitArgs),
    /// Runs the server in the foreground; SIGTERM or SIGINT ends it.
    Serve,
    /// Shows how the server is.
    Status,
    /// Ends 0 when the server answers, else 7.
    Health,
    /// Shows the organisation's fingerprint.
    Fingerprint,
    /// Stops the server.
    Stop(stop::StopArgs),
    /// People and their invites.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Who is logged in.
    #[command(subcommand)]
    Session(session::SessionCommand),
    /// Who is kept out.
    #[command(subcommand)]
    Ban(ban::BanCommand),
    /// The signed log that every client keeps.
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Parcels that wait for people who are away.
    #[command(subcommand)]
    Dropbox(dropbox::DropboxCommand),
    /// Shows the version.
    Version,
}

impl Global {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.output }
    }

    fn config(&self) -> Result<Config, Failure> {
        Config::load(&self.config, &self.overrides)
            .map_err(|error| Failure::new(Exit::Config, error.to_string()))
    }

    fn client(&self) -> Result<client::AdminClient, Failure> {
        let socket = match &self.socket {
            Some(socket) => socket.clone(),
            None => self.config()?.socket(),
        };
        client::AdminClient::connect(&socket, self.timeout)
    }
}

/// Runs the command with the arguments of the process and prints its report. Returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&args, &error),
    };
    let format = cli.global.format();
    match dispatch(&cli) {
        Ok(report) => report.print(format, cli.global.quiet),
        Err(failure) => output::print_failure(format, &failure),
    }
}

fn dispatch(cli: &Cli) -> Result<Report, Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(args) => init::run(global, args),
        Command::Serve => serve::run(global),
        Command::Status => status::status(global),
        Command::Health => status::health(global),
        Command::Fingerprint => status::fingerprint(global),
        Command::Stop(args) => stop::run(global, args),
        Command::User(command) => user::run(global, command),
        Command::Session(command) => session::run(global, command),
        Command::Ban(command) => ban::run(global, command),
        Command::Directory(command) => directory::run(global, command),
        Command::Dropbox(command) => dropbox::run(global, command),
        Command::Version => Ok(status::version()),
    }
}

/// Help and version go out as they are; a usage error in the format that was asked for.
fn unparsed(args: &[OsString], error: &clap::Error) -> Exit {
    let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = args.windows(2).any(|pair| {
        matches!(pair, [flag, value] if (flag == "-o" || flag == "--output") && (value == "json" || value == "jsonl"))
    }) || args.iter().any(|arg| arg == "--json" || arg == "-ojson" || arg == "--output=json");
    if json && !shown {
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        return output::print_failure(Format::Json, &Failure::new(Exit::Usage, message));
    }
    // Nothing better can be done when the terminal is gone.
    let _ = error.print();
    if shown { Exit::Done } else { Exit::Usage }
}
