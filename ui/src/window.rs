//! The window itself: the web view, what its page may do, and the few acts on it.
//!
//! The page could read any file of the person through the web view's own scheme; the content-security policy is what
//! stops it. It comes in two steps, because the scripts that start the page are inline: the index allows those, and
//! once they have run `seal` takes every script away for good. Events and drawing go on without any.

use std::borrow::Cow;
use std::os::unix::process::CommandExt as _;
use std::sync::{Arc, Mutex};

use dioxus::desktop::tao::dpi::LogicalSize;
use dioxus::desktop::tao::event::{Event as Native, WindowEvent};
use dioxus::desktop::tao::window::Theme;
use dioxus::desktop::wry::http::{HeaderValue, Response};
use dioxus::desktop::{Config, WindowBuilder, WindowCloseBehaviour, use_wry_event_handler, window};
use dioxus::prelude::*;
use tokio::sync::mpsc;

use crate::app::{App, Ui, Wiring};
use crate::command::{Command, Update};
use crate::environment;
use crate::i18n::Language;
use crate::shelf::Shelf;
use crate::state::{Event, Page, State, field};
use crate::style;

/// The first policy: nothing from outside, and only the channels of the window itself.
pub const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; \
    img-src media:; media-src blob:; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; \
    connect-src media: dioxus://index.html/__events dioxus://index.html//__events dioxus://index.html/__file_dialog \
    dioxus://index.html//__file_dialog ws://127.0.0.1:*";

/// Where the page comes from: it may read pieces of what is played, another page may not.
const ORIGIN: &str = "dioxus://index.html";

/// The second policy, in force with the first one: no script any more.
pub const SEALED: &str = "script-src 'none'";

/// Starts the program anew with a clean environment, unless it has one.
///
/// # Errors
/// When the program cannot be started anew: it must not go on so.
pub fn start_clean() -> std::io::Result<()> {
    if environment::is_clean() {
        return Ok(());
    }
    Err(environment::clean(&std::env::current_exe()?).arg0(environment::LAUNCHER).exec())
}

/// Opens the window and serves it until it is closed.
///
/// `attach` is a hook of the root; `goodbye` runs when the last window has gone, before the program ends.
pub fn open(
    start: State,
    shelf: Shelf,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    attach: fn(Ui),
    goodbye: impl FnMut() + 'static,
) -> ! {
    let updates = Arc::new(Mutex::new(Some(updates)));
    let config = config(start.language, shelf, goodbye);
    let wiring = Wiring { start, commands, updates, page: act, title, attach };
    dioxus::LaunchBuilder::desktop().with_cfg(config).with_context(wiring).launch(App);
    std::process::exit(0)
}

/// The web view: its first policy, its one scheme, and no way to another page.
pub fn config(language: Language, shelf: Shelf, mut goodbye: impl FnMut() + 'static) -> Config {
    let shape = WindowBuilder::new()
        .with_title("Conclave")
        .with_always_on_top(false)
        // It shows itself when the page is there. A window that is drawn before waits half a second for its page, which waits
        // for the loop that is drawing; and there would be nothing to see.
        .with_visible(false)
        .with_inner_size(LogicalSize::new(1240.0, 820.0))
        .with_min_inner_size(LogicalSize::new(480.0, 560.0));
    Config::new()
        .with_window(shape)
        .with_menu(None)
        .with_disable_context_menu(true)
        .with_custom_index(index(language))
        .with_navigation_handler(|_| false)
        .with_asynchronous_custom_protocol("media", move |_, request, responder| {
            let path = request.uri().path().trim_start_matches('/');
            let Some((name, number)) = path.split_once('/') else {
                return responder.respond(held(&shelf, path));
            };
            match number.parse().ok().and_then(|number| shelf.ask(name, number)) {
                Some(bytes) => drop(tokio::spawn(async move { responder.respond(piece(bytes.await.ok())) })),
                None => responder.respond(piece(None)),
            }
        })
        .with_custom_event_handler(move |event, _| {
            if matches!(event, Native::LoopDestroyed) {
                goodbye();
            }
        })
}

/// What the page asked for by name: a picture on the shelf, or nothing.
fn held(shelf: &Shelf, path: &str) -> Response<Cow<'static, [u8]>> {
    answer(shelf.get(path).map(|held| (held.mime, held.bytes.as_ref().clone())))
}

/// A piece of a file that is played, for the page alone.
fn piece(bytes: Option<Vec<u8>>) -> Response<Cow<'static, [u8]>> {
    let mut answer = answer(bytes.map(|bytes| ("application/octet-stream", bytes)));
    answer.headers_mut().insert("Access-Control-Allow-Origin", HeaderValue::from_static(ORIGIN));
    answer
}

/// Never kept, never taken for something else.
fn answer(found: Option<(&'static str, Vec<u8>)>) -> Response<Cow<'static, [u8]>> {
    let answer =
        Response::builder().header("X-Content-Type-Options", "nosniff").header("Cache-Control", "no-store");
    let answer = match found {
        Some((mime, bytes)) => answer.header("Content-Type", mime).body(Cow::Owned(bytes)),
        None => answer.status(404).body(Cow::Borrowed(&[][..])),
    };
    answer.unwrap_or_default()
}

/// The page before anything is drawn.
fn index(language: Language) -> String {
    let policy = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    style::page(language, &policy, "")
}

/// Takes every script away from the page, after the few acts of the window are in it. The web view's own interface,
/// which this uses, is not a script of the page.
pub fn seal() {
    run(KEYBOARD);
    run(ACTS);
    run(PLACE);
    run(EDITS);
    run(&format!(
        "(()=>{{let m=document.createElement('meta');m.httpEquiv='Content-Security-Policy';\
         m.content=\"{SEALED}\";document.head.append(m)}})()"
    ));
}

/// What the window does on its page: constant, and nothing of a person or a peer is ever part of it.
const ACTS: &str = include_str!("../assets/acts.js");

/// Keys that come before their field, as constant as the acts.
const KEYBOARD: &str = include_str!("../assets/keyboard.js");

/// What keeps the messages in sight where they are, as constant.
const PLACE: &str = include_str!("../assets/place.js");

/// What brings the changes of the page to it without a detour, as constant.
const EDITS: &str = include_str!("../assets/edits.js");

fn act(page: Page) {
    match page {
        Page::EmptyComposer(to) => run(&format!("conclave.empty('{}-{to}')", field::COMPOSER)),
        Page::ClearComposer(to) => run(&format!("conclave.clear('{}-{to}')", field::COMPOSER)),
        Page::Focus(id) => run(&format!("conclave.focus('{id}')")),
        Page::FocusComposer(to) => run(&format!("conclave.focus('{}-{to}')", field::COMPOSER)),
        Page::FocusEdit(id) => run(&format!("conclave.focus('{}-{id}')", field::COMPOSER)),
        Page::Closing => run("conclave.closing()"),
        Page::FocusCode(attempt) => run(&format!("conclave.focus('{}-{attempt}')", field::CODE)),
        Page::ToEnd => run("conclave.toEnd()"),
        Page::ShowMessage(id) => run(&format!("conclave.show('m-{id}')")),
        Page::Reveal(id) => run(&format!("conclave.reveal('m-{id}')")),
        Page::GiveBack => run("conclave.giveBack()"),
        Page::Region(forward) => run(&format!("conclave.region({forward})")),
        Page::Play { name, pieces } => run(&format!("conclave.play('{name:032x}',{pieces})")),
        Page::Sound { name, go } => run(&format!("conclave.sound('{name:032x}',{go})")),
        Page::Click(id) => run(&format!("conclave.click('{id}')")),
        Page::Insert(emoji) => run(&format!("conclave.insert('{}')", escaped(emoji))),
        Page::Swap(code, emoji) => run(&format!("conclave.swap(':{code}:','{}')", escaped(emoji))),
        Page::Front => {
            let window = window();
            window.set_visible(true);
            window.set_minimized(false);
            window.set_focus();
        }
        Page::Hides(on) => window().set_close_behavior(if on {
            WindowCloseBehaviour::WindowHides
        } else {
            WindowCloseBehaviour::WindowCloses
        }),
        Page::Quit => {
            let window = window();
            window.set_close_behavior(WindowCloseBehaviour::WindowCloses);
            window.close();
        }
        Page::Zoom(percent) => drop(window().webview.zoom(f64::from(percent) / 100.0)),
    }
}

/// An emoji of the table as a script writes it.
fn escaped(emoji: &str) -> String {
    emoji.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn title(text: &str) {
    window().set_title(text);
}

/// Only constant scripts come here: no text of a person or a peer is ever part of one.
fn run(script: &str) {
    drop(window().webview.evaluate_script(script));
}

/// Seals the page once, and tells the state what only the window knows: whether it has the keyboard, and whether the
/// system prefers dark.
pub fn attach(ui: Ui) {
    use_hook(seal);
    use_effect(|| window().set_visible(true));
    use_hook(move || ui.act(Page::Zoom(ui.state.peek().settings.percent())));
    use_hook(move || ui.send(Event::SystemDark(window().theme() == Theme::Dark)));
    use_wry_event_handler(move |event, _| {
        if let Native::WindowEvent { event, .. } = event {
            match event {
                WindowEvent::CloseRequested => ui.keep_drafts(),
                WindowEvent::Focused(focused) => ui.send(Event::Focused(*focused)),
                WindowEvent::ThemeChanged(theme) => ui.send(Event::SystemDark(*theme == Theme::Dark)),
                _ => {}
            }
        }
    });
}
