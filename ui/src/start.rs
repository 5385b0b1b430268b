//! The program as a whole: engine, desktop and window of one profile, wired together.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

use jiff::tz::TimeZone;
use tokio::sync::{mpsc, oneshot};

use crate::app::Ui;
use crate::command::{Typed, Update};
use crate::i18n::Language;
use crate::order::ORDERS;
use crate::shelf::Shelf;
use crate::state::settings::Settings;
use crate::state::{State, kept};
use crate::{app, bridge, desk, look, system, window};

/// Opens the window of a profile and serves it until it is closed; one that is open already comes to the front instead.
/// `link` is an invite link to begin with; `language` picks one, given what was chosen before; `attach` is a hook of the
/// root, [`window::attach`] or around it.
///
/// # Errors
/// When the system gives no threads.
pub fn start(
    profile: PathBuf,
    link: Option<Typed>,
    language: impl FnOnce(Option<Language>) -> Language,
    attach: fn(Ui),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if runtime.block_on(desk::present(&profile, link.as_ref())) {
        return Ok(());
    }
    drop(runtime.spawn_blocking(system::withdraw_left));
    let (commands, taken) = mpsc::channel(bridge::COMMANDS);
    let (told, updates) = mpsc::channel(bridge::UPDATES);
    if let Some(link) = link {
        // The first of all: there is room.
        drop(told.try_send(Update::Invited(link)));
    }
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
    system::realtime::limit();
    runtime.spawn(system::realtime::keep());
    let _entered = runtime.enter();
    let start = State::new(language(kept), settings, app::now(), TimeZone::system());
    let mut quit = Some(quit);
    window::open(start, shelf, commands, updates, attach, move || {
        drop(quit.take());
        // The bridge drops its end once the engine has said goodbye.
        let _ended = ended.recv_timeout(bridge::GOODBYE);
    })
}
