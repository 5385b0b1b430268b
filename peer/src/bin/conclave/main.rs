//! `conclave`: the engine of Conclave without a window. `conclave rpc` serves programs; the other commands are thin
//! clients of the same methods for a terminal (LIBRARY §3).

mod account;
mod arguments;
mod ask;
mod doctor;
mod exit;
mod people;
mod rpc;
mod screen;
mod send;
mod state;

use std::process::ExitCode;

use clap::Parser;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use arguments::{Arguments, Command};
use exit::Exit;
use screen::Screen;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logs();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::other(format!("no runtime: {error}")).report(&Screen::new(&arguments)),
    };
    let screen = Screen::new(&arguments);
    let done = runtime.block_on(run(&arguments, &screen));
    // A read of standard input cannot be called off: it must not keep the process alive.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(&screen),
    }
}

async fn run(arguments: &Arguments, screen: &Screen) -> Result<(), Exit> {
    match &arguments.command {
        Command::Rpc => rpc::run(arguments, screen).await,
        Command::Enrol { device } => account::enrol(arguments, screen, *device).await,
        Command::Login => account::login(arguments, screen).await,
        Command::Send { to, wait } => send::run(arguments, screen, to, (*wait).into()).await,
        Command::List { filter } => people::list(arguments, screen, filter.clone()).await,
        Command::Directory { export } => state::export_directory(arguments, screen, export).await,
        Command::Status => state::status(arguments, screen).await,
        Command::Stats => state::stats(arguments, screen).await,
        Command::Doctor { user, report, include } => {
            let include: Vec<_> = include.iter().map(|wanted| (*wanted).into()).collect();
            doctor::doctor(arguments, screen, user.as_deref(), report.as_ref(), &include).await
        }
    }
}

/// Logs go to standard error; standard output carries results only.
fn logs() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CONCLAVE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // What sled says at this level it also says while a thread is taken down, where no line can be written any more: the
    // program would abort.
    let bearable = |said: &Metadata<'_>| *said.level() < Level::TRACE || !said.target().starts_with("sled");
    lines.finish().with(filter_fn(bearable)).init();
}
