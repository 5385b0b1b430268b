//! `conclave-desktop`: the window of Conclave.

use std::sync::mpsc::sync_channel;

use anyhow::Context;
use clap::Parser;
use conclave_ui::arguments::Arguments;
use conclave_ui::order::ORDERS;
use conclave_ui::shelf::Shelf;
use conclave_ui::state::settings::Settings;
use conclave_ui::state::{State, kept};
use conclave_ui::{app, bridge, desk, look, system, window};
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some((page, width)) = arguments.drawing() {
        return system::draw(page, width).context("the page cannot be drawn");
    }
    window::start_clean().context("cannot start with a clean environment")?;
    let profile = arguments.profile()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if runtime.block_on(desk::present(&profile)) {
        return Ok(());
    }
    let (commands, taken) = mpsc::channel(bridge::COMMANDS);
    let (told, updates) = mpsc::channel(bridge::UPDATES);
    let (quit, asked) = oneshot::channel();
    let (running, ended) = sync_channel::<()>(1);
    let (orders, ordered) = mpsc::channel(ORDERS);
    let (place, news) = (profile.clone(), told.clone());
    runtime.spawn(async move { desk::run(&place, ordered, news).await });
    let mut settings = Settings::default();
    let kept = kept::with_look(&mut settings, &look::read(&profile));
    let shelf = Shelf::default();
    let shelved = shelf.clone();
    runtime.spawn(async move {
        bridge::run(&profile, system::SYSTEM, shelved, orders, taken, told, asked).await;
        drop(running);
    });
    let _entered = runtime.enter();
    let start = State::new(arguments.language(kept), settings, app::now(), TimeZone::system());
    let mut quit = Some(quit);
    window::open(start, shelf, commands, updates, move || {
        drop(quit.take());
        // The bridge drops its end once the engine has said goodbye.
        let _ended = ended.recv_timeout(bridge::GOODBYE);
    })
}
