//! The command line. No secret is ever an argument: links, passwords, codes and texts are asked for.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use conclave_peer::words::Language;

/// Conclave without a window.
#[derive(Debug, Parser)]
#[command(name = "conclave", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Folder of the profile; one process at a time
    #[arg(long, value_name = "DIR", env = "CONCLAVE_PROFILE")]
    pub(crate) profile: PathBuf,
    /// Language of errors and words, en or fr; as the system says when not given
    #[arg(long, value_name = "LANG")]
    pub(crate) lang: Option<Language>,
    /// Print JSON lines
    #[arg(long)]
    pub(crate) json: bool,
    /// Where to listen, such as /ip4/0.0.0.0/tcp/4001; may be repeated
    #[arg(long, value_name = "MULTIADDR")]
    pub(crate) listen: Vec<String>,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands. Secrets are asked for without echo; when standard input is no terminal, one line is read for each.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve JSON-RPC 2.0 on standard input and output, one object per line
    Rpc,
    /// Make an account from an invite link, or come back to one that was reset by the link of the reset
    Enrol {
        /// Make this computer the one of an account that exists, with its password, a code and its recovery key
        #[arg(long)]
        device: bool,
    },
    /// Open the messages and sign in, to see that both work
    Login,
    /// Sign in and send one message, which is asked for
    Send {
        /// @name, u:ID or r:ID
        to: String,
        /// How long to wait for its delivery, such as 30s
        #[arg(long, default_value = "15s", value_name = "TIME")]
        wait: humantime::Duration,
    },
    /// List people, as the signed directory on this computer has them
    List {
        /// Part of a name
        filter: Option<String>,
    },
    /// Write the signed directory of this computer to a new file, for a login server that was restored
    Directory {
        /// The file; for `login-server directory import --from-client`
        #[arg(long, value_name = "FILE")]
        export: PathBuf,
    },
    /// Show the state of the profile
    Status,
    /// Show how much was sent and received
    Stats,
    /// Look at network, login server, clock, relay and disk, and say what to do; ends 2 when something is wrong
    Doctor {
        /// Also the path to this person: @name or u:ID
        user: Option<String>,
        /// Write a report to this new file, without names or addresses
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Put this into the report after all; may be repeated
        #[arg(long, value_name = "WHAT", requires = "report")]
        include: Vec<Included>,
    },
}

/// What a report may hold beside the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Included {
    /// The user name
    Names,
    /// Addresses
    Addresses,
}

impl From<Included> for conclave_peer::Include {
    fn from(included: Included) -> Self {
        match included {
            Included::Names => Self::Names,
            Included::Addresses => Self::Addresses,
        }
    }
}

/// ADMIN §4.
const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 wrong usage · 4 no such person · 5 refused · \
    6 already exists · 7 server not reachable · 9 timed out · 11 profile open elsewhere · 12 store damaged · \
    75 try later · 130 interrupted";
