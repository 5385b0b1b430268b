//! The administrator's command (ADMIN): arguments in, one report out, an exit code.

mod audit;
mod backup;
mod ban;
mod change_policy;
mod client;
mod config;
mod confirm;
mod console;
mod directory;
mod doctor;
mod dropbox;
mod examples;
mod init;
mod invite;
mod key;
mod keys;
mod operate;
mod output;
mod pages;
mod passphrase;
mod policy;
mod relay;
mod serve;
mod session;
mod signing;
mod status;
mod stop;
mod user;

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use conclave_crypto::password::Password;

use self::output::{Color, Format, Report};
use crate::config::{Config, DEFAULT_PATH};
use crate::exit::{Exit, Failure};
use crate::words::{self, Language, said};

pub use self::user::{Invited, invite};

/// The login server of Conclave, and the command to administer it.
#[derive(Debug, Parser)]
#[command(name = "login-server", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
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
    /// Checks everything, says what would be done, and changes nothing.
    #[arg(long, global = true)]
    dry_run: bool,
    /// Colours: on a terminal, always or never. NO_COLOR and CLICOLOR_FORCE are followed.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    /// Why; kept in the audit log. At most 500 characters.
    #[arg(long, global = true, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
    /// How long to wait for the server, such as `30s`.
    #[arg(long, global = true, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// The language of results, errors and questions; by default that of LC_ALL, LC_MESSAGES or LANG. JSON stays as it is.
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// A passphrase that the console keeps.
    #[arg(skip)]
    kept: Option<Kept>,
}

/// The passphrase of an admin key that was typed in the console: which key's, and until when it is kept.
type Kept = Rc<RefCell<Option<(PathBuf, Password, Instant)>>>;

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes the organisation: configuration, root key, first admin key, server keys. Never overwrites.
    Init(init::InitArgs),
    /// Runs the server in the foreground; SIGTERM or SIGINT ends it.
    Serve(serve::ServeArgs),
    /// Shows how the server is.
    Status,
    /// Ends 0 when the server answers, else 7.
    Health,
    /// Shows for how long the server has been up.
    Uptime,
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
    /// Invites and reset codes.
    #[command(subcommand)]
    Invite(invite::InviteCommand),
    /// Who is kept out.
    #[command(subcommand)]
    Ban(ban::BanCommand),
    /// The signed rules that every client follows.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// The keys of administrators.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Circuits between people who do not reach each other.
    #[command(subcommand)]
    Relay(relay::RelayCommand),
    /// The signed log that every client keeps.
    #[command(subcommand)]
    Directory(directory::DirectoryCommand),
    /// Parcels that wait for people who are away.
    #[command(subcommand)]
    Dropbox(dropbox::DropboxCommand),
    /// Sealed copies of all that the server needs to go on elsewhere.
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// The configuration file.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// What administrators did.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The log of the process.
    #[command(subcommand)]
    Log(operate::LogCommand),
    /// Words to everybody who is logged in.
    #[command(subcommand)]
    Notice(operate::NoticeCommand),
    /// Figures.
    #[command(subcommand)]
    Stats(operate::StatsCommand),
    /// What the server is busy with.
    #[command(subcommand)]
    Task(operate::TaskCommand),
    /// Looks at clock, disk, permissions, keys, log, backups and limits; fails when something is wrong.
    Doctor,
    /// Takes commands a line at a time, with history and completion.
    Console,
    /// Prints the completions of a shell.
    Completions {
        /// Which.
        shell: clap_complete::Shell,
    },
    /// Writes a man page for each command.
    Man {
        /// Where to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Shows the version.
    Version,
}

impl Global {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.output }
    }

    fn config(&self) -> Result<Config, Failure> {
        Ok(Config::load(&self.config, &self.overrides)?)
    }

    fn client(&self) -> Result<client::AdminClient, Failure> {
        let socket = match &self.socket {
            Some(socket) => socket.clone(),
            None => self.config()?.socket(),
        };
        let client = client::AdminClient::connect(&socket, self.timeout)?;
        Ok(client.speaking(self.format()).said(self.dry_run, self.reason.clone()))
    }

    /// Refuses `--dry-run` where nothing can be tried without doing it.
    fn no_dry_run(&self) -> Result<(), Failure> {
        if self.dry_run {
            return Err(Failure::new(Exit::Usage, said("no-dry-run")));
        }
        Ok(())
    }
}

/// What `--reason` takes: one line of at most 500 characters.
fn reason(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=500 if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err("1 to 500 characters without line breaks or other controls".into()),
    }
}

/// What is said of a request that waits in a file.
fn written(path: &Path) -> Report {
    let json = serde_json::json!({ "schema": 1, "request": path });
    Report::one(json, said("request-written").with("file", path.display()))
}

/// Runs the command with the arguments of the process and prints its report. Returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = command().try_get_matches_from(&args).and_then(|found| Cli::from_arg_matches(&found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return unparsed(&args, &error),
    };
    words::choose(cli.global.lang.unwrap_or_else(Language::of_environment));
    report(&cli)
}

/// Does one command and prints what it has to say.
fn report(cli: &Cli) -> Exit {
    let global = &cli.global;
    let format = global.format();
    match dispatch(cli) {
        Ok(report) if global.dry_run => report.tried().print(format, global.quiet, global.color),
        Ok(report) => report.print(format, global.quiet, global.color),
        Err(failure) => output::print_failure(format, &failure, global.color),
    }
}

/// The command with the examples and exit codes of every help page.
fn command() -> clap::Command {
    examples::added(Cli::command())
}

fn dispatch(cli: &Cli) -> Result<Report, Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(args) => init::run(global, args),
        Command::Serve(args) => serve::run(global, args),
        Command::Status => status::status(global),
        Command::Health => status::health(global),
        Command::Uptime => operate::uptime(global),
        Command::Fingerprint => status::fingerprint(global),
        Command::Stop(args) => stop::run(global, args),
        Command::User(command) => user::run(global, command),
        Command::Session(command) => session::run(global, command),
        Command::Invite(command) => invite::run(global, command),
        Command::Policy(command) => policy::run(global, command),
        Command::Key(command) => key::run(global, command),
        Command::Ban(command) => ban::run(global, command),
        Command::Relay(command) => relay::run(global, command),
        Command::Directory(command) => directory::run(global, command),
        Command::Dropbox(command) => dropbox::run(global, command),
        Command::Backup(command) => backup::run(global, command),
        Command::Config(command) => config::run(global, command),
        Command::Audit(command) => audit::run(global, command),
        Command::Log(command) => operate::log(global, command),
        Command::Notice(command) => operate::notice(global, command),
        Command::Stats(command) => operate::stats(global, command),
        Command::Task(command) => operate::task(global, command),
        Command::Doctor => doctor::run(global),
        Command::Console => console::run(global),
        Command::Completions { shell } => Ok(pages::completions(*shell)),
        Command::Man { out } => pages::man(global, out),
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
        let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: ").map(str::to_owned));
        let failure = Failure { hint: tip.map(Into::into), ..Failure::new(Exit::Usage, message) };
        return output::print_failure(Format::Json, &failure, Color::Never);
    }
    if shown {
        // Nothing better can be done when the terminal is gone.
        let _ = error.print();
        return Exit::Done;
    }
    output::print_plainly(&error.to_string());
    Exit::Usage
}

#[cfg(test)]
mod tests;
