//! Asks of the sealed page what the script of an attacker would, if one ever ran: the files of this person, an address
//! outside, another page. It opens the window's own web view with its own policies, and answers with what was not
//! refused. `./x test ui` runs it on a screen of its own.
//!
//! Not asked: a socket (`ws:`) on 127.0.0.1, which the window itself needs.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever runs it")]

use std::net::TcpListener;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conclave_ui::i18n::Language;
use conclave_ui::shelf::Shelf;
use conclave_ui::window::{config, seal};
use dioxus::desktop::window;
use dioxus::prelude::*;

/// For the page to load, and again for what was asked to be answered; a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(6);

/// Each entry says what became of one attempt; `refused` is what it must say.
const ATTEMPTS: &str = r#"
window.found = {};
const note = (name, outcome) => { window.found[name] = outcome };
const ask = (name, address) => fetch(address).then(r => note(name, r.status === 404 ? 'refused' : 'answered ' + r.status), () => note(name, 'refused'));
const picture = (name, address) => { const i = new Image();
  i.onload = () => note(name, 'shown'); i.onerror = () => note(name, 'refused'); i.src = address };
const load = (name, kind, set) => { const e = document.createElement(kind);
  e.onload = () => note(name, 'loaded'); e.onerror = () => note(name, 'refused'); set(e); document.body.append(e) };
ask('file by fetch', 'dioxus://index.html/etc/passwd');
ask('file by fetch, two slashes', 'dioxus://index.html//etc/passwd');
ask('file of its own', 'file:///etc/passwd');
ask('address by fetch', 'http://TRAP/fetch');
picture('file as picture', 'dioxus://index.html/etc/hostname');
picture('address as picture', 'http://TRAP/picture');
picture('picture by a name', 'media://localhost/00112233445566778899aabbccddeeff');
ask('piece of a film by a name', 'media://localhost/00112233445566778899aabbccddeeff/0');
load('film from this computer', 'video', e => { e.src = 'http://127.0.0.1:9/film' });
picture('picture as data', 'data:image/gif;base64,R0lGODlhAQABAAAAACw=');
load('style from outside', 'link', e => { e.rel = 'stylesheet'; e.href = 'http://TRAP/style' });
load('script from outside', 'script', e => { e.src = 'http://TRAP/script' });
load('film from outside', 'video', e => { e.src = 'http://TRAP/film' });
try { new WebSocket('ws://TRAP/socket').onopen = () => note('socket outside', 'opened') } catch (e) {}
try { const x = new XMLHttpRequest(); x.open('GET', 'dioxus://index.html/etc/passwd', false); x.send();
  note('file by request', 'answered ' + x.status) } catch (e) { note('file by request', 'refused') }
try { eval('1'); note('eval', 'ran') } catch (e) { note('eval', 'refused') }
note('changes of the page as files', interpreter.edits.binaryType === 'arraybuffer' ? 'refused' : 'taken');
note('inline script', 'refused');
note('inline handler', 'refused');
note('handler in markup', 'refused');
const s = document.createElement('script'); s.textContent = "window.found['inline script'] = 'ran'"; document.body.append(s);
const b = document.createElement('button'); b.setAttribute('onclick', "window.found['inline handler'] = 'ran'");
document.body.append(b); b.click();
const d = document.createElement('div'); document.body.append(d);
d.innerHTML = "<img src=x onerror=\"window.found['handler in markup'] = 'ran'\">";
const f = document.createElement('iframe'); f.srcdoc = '<p>x</p>'; document.body.append(f);
const g = document.createElement('iframe'); g.src = 'file:///etc/passwd'; document.body.append(g);
navigator.sendBeacon && navigator.sendBeacon('http://TRAP/beacon');
note('window beside', window.open('about:blank') ? 'opened' : 'refused');
setTimeout(() => { location.href = 'file:///etc/passwd' }, 200);
setTimeout(() => { location.href = 'data:text/html,gone' }, 400);
setTimeout(() => { location.href = 'dioxus://index.html/etc/passwd' }, 600);
setTimeout(() => { location.href = "javascript:window.found['address that runs']='ran'" }, 800);
"#;

fn main() {
    let Ok(trap) = TcpListener::bind(("127.0.0.2", 0)) else { exit(2) };
    let Ok(place) = trap.local_addr() else { exit(2) };
    let came = Arc::new(AtomicUsize::new(0));
    let counted = came.clone();
    std::thread::spawn(move || {
        for _visitor in trap.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let wiring = Wiring { attempts: ATTEMPTS.replace("TRAP", &place.to_string()), came };
    let config = config(Language::En, Shelf::default(), || {});
    dioxus::LaunchBuilder::desktop().with_cfg(config).with_context(wiring).launch(Page);
}

#[derive(Clone)]
struct Wiring {
    attempts: String,
    came: Arc<AtomicUsize>,
}

#[component]
fn Page() -> Element {
    let wiring = use_context::<Wiring>();
    use_hook(seal);
    use_future(move || {
        let wiring = wiring.clone();
        async move {
            tokio::time::sleep(PATIENCE).await;
            drop(window().webview.evaluate_script(&wiring.attempts));
            tokio::time::sleep(PATIENCE).await;
            let came = wiring.came.clone();
            let asked = window().webview.evaluate_script_with_callback(
                "JSON.stringify(window.found)",
                move |found| {
                    judge(&found, came.load(Ordering::SeqCst));
                },
            );
            if asked.is_err() {
                exit(2);
            }
            tokio::time::sleep(PATIENCE).await;
            eprintln!("the page does not answer any more: it went elsewhere");
            exit(1);
        }
    });
    rsx! {
        div { id: "here", "x" }
    }
}

/// Says what was not refused, and ends.
fn judge(found: &str, came: usize) {
    let text: String = serde_json::from_str(found).unwrap_or_default();
    let found: std::collections::BTreeMap<String, String> = serde_json::from_str(&text).unwrap_or_default();
    let wrong: Vec<_> = found.iter().filter(|(_, outcome)| *outcome != "refused").collect();
    for (name, outcome) in &found {
        println!("  {outcome}: {name}");
    }
    println!("  visitors of the trap: {came}");
    let all = ["file by fetch", "file by request", "eval", "inline script", "address by fetch"];
    let asked = all.iter().all(|name| found.contains_key(*name));
    exit(i32::from(!(wrong.is_empty() && came == 0 && asked)));
}
