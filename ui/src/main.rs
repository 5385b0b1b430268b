//! `conclave-desktop`: the window of Conclave.

use std::sync::mpsc::sync_channel;

use anyhow::Context;
use clap::Parser;
use conclave_ui::arguments::Arguments;
use conclave_ui::state::{State, Theme};
use conclave_ui::{app, bridge, window};
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot};

fn main() -> anyhow::Result<()> {
    window::close_inspector().context("cannot start without the web inspector")?;
    let arguments = Arguments::parse();
    let profile = arguments.profile()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (commands, taken) = mpsc::channel(bridge::COMMANDS);
    let (told, updates) = mpsc::channel(bridge::UPDATES);
    let (quit, asked) = oneshot::channel();
    let (running, ended) = sync_channel::<()>(1);
    runtime.spawn(async move {
        bridge::run(&profile, window::copy, taken, told, asked).await;
        drop(running);
    });
    let _entered = runtime.enter();
    let start = State::new(arguments.language(), Theme::default(), app::now(), TimeZone::system());
    let mut quit = Some(quit);
    window::open(start, commands, updates, move || {
        drop(quit.take());
        // The bridge drops its end once the engine has said goodbye.
        let _ended = ended.recv_timeout(bridge::GOODBYE);
    })
}
