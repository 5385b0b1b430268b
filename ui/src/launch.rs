//! `conclave-desktop`: what a person starts. It becomes the window, with a clean environment.
//!
//! A program of its own, because it links nothing of the web view: the window would load those libraries a second time if
//! it started itself anew, and that is a fifth of the time until there is something to see.

// The module is part of the library too, which this program does not link.
#[path = "environment.rs"]
#[allow(dead_code, unreachable_pub, reason = "the window uses the rest, and the library makes it public")]
mod environment;

use std::io::Error;
use std::os::unix::process::CommandExt as _;

fn main() -> Result<(), Error> {
    let window = environment::beside(environment::WINDOW)?;
    let fault = environment::clean(&window).arg0(environment::LAUNCHER).exec();
    Err(Error::new(fault.kind(), format!("{}: {fault}", window.display())))
}
