//! The window itself: the web view, what its page may do, and the few acts on it.
//!
//! The page could read any file of the person through the web view's own scheme; the content-security policy is what
//! stops it. It comes in two steps, because the scripts that start the page are inline: the index allows those, and
//! once they have run [`seal`] takes every script away for good. Events and drawing go on without any.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command as Process;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dioxus::desktop::tao::dpi::LogicalSize;
use dioxus::desktop::tao::event::{Event as Native, WindowEvent};
use dioxus::desktop::{Config, WindowBuilder, use_wry_event_handler, window};
use dioxus::prelude::*;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::app::{App, Ui, Wiring};
use crate::command::{Command, Update};
use crate::state::{Event, Page, State, field};
use crate::style;

/// The first policy: nothing from outside, and only the channels of the window itself.
pub const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; \
    img-src data: blob:; media-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; \
    connect-src dioxus://index.html/__events dioxus://index.html//__events ws://127.0.0.1:*";

/// The second policy, in force with the first one: no script any more.
pub const SEALED: &str = "script-src 'none'";

/// Variables that open WebKit's remote inspector, which could read the page and files of the person.
const INSPECTORS: [&str; 2] = ["WEBKIT_INSPECTOR_SERVER", "WEBKIT_INSPECTOR_HTTP_SERVER"];

/// Starts the program anew without the inspector's variables, if they are set. They cannot be taken away safely from
/// inside a running process.
///
/// # Errors
/// When the program cannot be started anew: it must not go on with the inspector open.
pub fn close_inspector() -> std::io::Result<()> {
    if INSPECTORS.iter().all(|name| env::var_os(name).is_none()) {
        return Ok(());
    }
    let mut again = Process::new(env::current_exe()?);
    again.args(env::args_os().skip(1));
    for name in INSPECTORS {
        again.env_remove(name);
    }
    Err(again.exec())
}

/// Opens the window and serves it until it is closed.
///
/// `goodbye` runs when the last window has gone, before the program ends.
pub fn open(
    start: State,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    mut goodbye: impl FnMut() + 'static,
) -> ! {
    let updates = Arc::new(Mutex::new(Some(updates)));
    let wiring = Wiring { start, commands, updates, page: act, title, attach };
    let shape = WindowBuilder::new()
        .with_title("Conclave")
        .with_always_on_top(false)
        .with_inner_size(LogicalSize::new(1240.0, 820.0))
        .with_min_inner_size(LogicalSize::new(480.0, 560.0));
    let config = Config::new()
        .with_window(shape)
        .with_menu(None)
        .with_disable_context_menu(true)
        .with_custom_index(index())
        .with_navigation_handler(|_| false)
        .with_custom_event_handler(move |event, _| {
            if matches!(event, Native::LoopDestroyed) {
                goodbye();
            }
        });
    dioxus::LaunchBuilder::desktop().with_cfg(config).with_context(wiring).launch(App);
    std::process::exit(0)
}

/// Puts text on the clipboard; it stays there for a minute, or until something else is copied.
#[must_use]
pub fn copy(text: Zeroizing<String>) -> bool {
    /// A secret does not stay on the clipboard for longer.
    const STAY: Duration = Duration::from_secs(60);
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return false };
    if clipboard.set_text(text.as_str()).is_err() {
        return false;
    }
    // On X11 the content lives as long as its owner does.
    std::thread::spawn(move || {
        std::thread::sleep(STAY);
        if clipboard.get_text().is_ok_and(|now| now == *text) {
            drop(clipboard.clear());
        }
    });
    true
}

/// The page before anything is drawn.
fn index() -> String {
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Conclave</title>\
         <style>{}</style></head><body><div id=\"main\"></div></body></html>",
        style::SHEET
    )
}

/// Takes every script away from the page. The web view's own interface, which this uses, is not a script of the page.
fn seal() {
    run(&format!(
        "(()=>{{let m=document.createElement('meta');m.httpEquiv='Content-Security-Policy';\
         m.content=\"{SEALED}\";document.head.append(m)}})()"
    ));
}

fn act(page: Page) {
    match page {
        Page::ClearComposer => {
            let id = field::COMPOSER;
            run(&format!("(()=>{{let e=document.getElementById('{id}');if(e)e.value=''}})()"));
        }
        Page::Focus(id) => focus(id),
        Page::FocusCode(attempt) => focus(&format!("{}-{attempt}", field::CODE)),
    }
}

/// Puts the keyboard into a field, which may be drawn only a few frames later.
fn focus(id: &str) {
    run(&format!(
        "(function f(n){{let e=document.getElementById('{id}');\
         if(e)e.focus();else if(n)requestAnimationFrame(()=>f(n-1))}})(60)"
    ));
}

fn title(text: &str) {
    window().set_title(text);
}

/// Only constant scripts come here: no text of a person or a peer is ever part of one.
fn run(script: &str) {
    drop(window().webview.evaluate_script(script));
}

/// Seals the page once, and tells the state whether the window has the keyboard.
fn attach(ui: Ui) {
    use_hook(seal);
    use_wry_event_handler(move |event, _| {
        if let Native::WindowEvent { event: WindowEvent::Focused(focused), .. } = event {
            ui.send(Event::Focused(*focused));
        }
    });
}
