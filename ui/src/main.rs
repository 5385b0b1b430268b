//! `conclave-window`: the window of Conclave, as `conclave-desktop` starts it.

use anyhow::Context;
use clap::Parser;
use conclave_ui::arguments::Arguments;
use conclave_ui::{start, system, window};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some((page, width)) = arguments.drawing() {
        return system::draw(page, width).context("the page cannot be drawn");
    }
    window::start_clean().context("cannot start with a clean environment")?;
    let profile = arguments.profile()?;
    Ok(start::start(profile, arguments.link(), |kept| arguments.language(kept), window::attach)?)
}
