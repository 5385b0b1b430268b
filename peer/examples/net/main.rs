//! `./x test net`: real programs in network namespaces, behind routers, with lost packets, dead servers and computers
//! that move and sleep (BARS F7, F9, F10, F16, F17, F18). Every line with a tick was checked. Needs root; where
//! namespaces cannot be made it says so and ends well.
//!
//! `net PROGRAMS [CASE…]`: the folder of the programs, and which cases to run; all when none is named.

mod cases;
mod rig;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use cases::CASES;
use support::{Context as _, Result};

fn main() -> ExitCode {
    if let Err(why) = rig::possible() {
        say(&format!("SKIPPED: the network ring was not run, because {why:#}"));
        return ExitCode::SUCCESS;
    }
    end_on_signals();
    let failed = play();
    rig::tear_down();
    match failed {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            say(&format!("\n{failed} failed"));
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("✗ {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn play() -> Result<usize> {
    let mut arguments = std::env::args().skip(1);
    let programs = PathBuf::from(arguments.next().context("the folder of the programs")?);
    let wanted: Vec<String> = arguments.collect();
    let (mut passed, mut failed) = (0, 0);
    for (name, case) in CASES {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        say(&format!("\n{name}"));
        match case(&programs) {
            Ok(()) => passed += 1,
            Err(error) => {
                failed += 1;
                say(&format!("   ✗ {error:#}"));
            }
        }
        rig::tear_down();
    }
    say(&format!("\n{passed} cases passed, {failed} failed"));
    Ok(failed)
}

/// A line of the report; nothing can be done when it cannot be written.
pub(crate) fn say(line: &str) {
    let _unwritable = writeln!(std::io::stdout(), "{line}");
}

/// Ctrl-C and SIGTERM drop nothing by themselves: children, folders and namespaces are ended here.
fn end_on_signals() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            tokio::select! {
                _interrupted = tokio::signal::ctrl_c() => {}
                _terminated = terminate.recv() => {}
            }
            support::children::clean_up();
            rig::tear_down();
            std::process::exit(130);
        });
    });
}
