//! Measures the window from inside of its page, where no accessibility tree costs anything: when something is painted,
//! how long the frames are. It is the window itself with one hook more. `./x bench ui` runs it by `ui/drive/bench.py`.
//!
//! ```sh
//! pace PROFILE        # the first line on standard input is the password; each further one asks for the next figures
//! ```
//!
//! Each answer is a line of JSON; times in milliseconds. `CONCLAVE_UI_SWITCHES` and `CONCLAVE_UI_SECONDS` take another number
//! of switches and another time of scrolling, `CONCLAVE_UI_LONGEST` the name of the conversation that is scrolled.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever runs it")]

use std::process::exit;
use std::time::{Duration, Instant};

use conclave_ui::app::Ui;
use conclave_ui::command::Typed;
use conclave_ui::i18n::Language;
use conclave_ui::state::{Event, Screen, sign_in};
use conclave_ui::{start, window};
use dioxus::prelude::*;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin, stdin};
use tokio::sync::mpsc;

/// How often the page is asked whether it is done. Its own clock takes the times.
const ASK: Duration = Duration::from_millis(50);
/// How often the state is asked whether the messages are open.
const LOOK: Duration = Duration::from_millis(1);
/// For each part; a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(300);

/// The parts, each a promise on the page. `now` of the page begins when the page does.
const SCRIPT: &str = r#"
window.pace = (() => {
  const frame = () => new Promise(requestAnimationFrame);
  // Looked for after each change of the page, so that no frame passes between the change and the look.
  const until = (what) => new Promise((found) => {
    const look = () => { const now = what(); if (now) { changes.disconnect(); found(now) } return now };
    const changes = new MutationObserver(look);
    if (!look()) changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  // A frame is laid out and painted after what was asked to run in it; a timer from there comes when that is done.
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const painted = async (what) => { const found = await until(what); await drawn(); return found };
  const rows = () => [...document.querySelectorAll('.list [role=option]')];
  const timeline = () => document.getElementById('timeline');
  const messages = () => timeline() ? [...timeline().querySelectorAll('[data-message]')] : [];
  const spread = (all) => { const sorted = [...all].sort((a, b) => a - b); const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return { count: sorted.length, median: at(0.5), p95: at(0.95), p99: at(0.99), slowest: at(1), over50: sorted.filter((one) => one > 50).length } };
  const open = async (row) => {
    const before = timeline(), began = performance.now();
    row.click();
    await painted(() => timeline() && timeline() !== before && messages().length);
    return performance.now() - began;
  };
  const next = () => { const all = rows(), here = all.findIndex((one) => one.getAttribute('aria-selected') === 'true'); return all[(here + 1) % all.length] };
  const still = async () => { for (let frames = 0; frames < 12; frames++) await frame() };
  const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
  // Scrolls with every frame, and says between which messages it came to its end.
  const glide = async (step, seconds) => {
    const box = timeline(), took = [], end = performance.now() + seconds * 1000;
    const number = (one) => Number(((one || {}).textContent || '').match(/Message (\d+)/)?.[1]);
    let last = await frame();
    while (performance.now() < end) {
      box.scrollTop += step;
      const at = await frame();
      took.push(at - last);
      last = at;
    }
    const all = messages();
    return { ...spread(took), oldest: number(all[0]), newest: number(all.at(-1)), shown: all.length };
  };
  // Where the time of a switch goes: the call to the program, the wait for its edits, the edits, the layout, and the paint.
  const marks = async () => {
    const page = window.interpreter, whole = { call: [], wait: [], edits: [], layout: [], paint: [], batches: [], bytes: [], nodes: [] };
    for (let n = 0; n < 20; n++) {
      const row = next(), before = timeline();
      let edits = 0, layout = 0, batches = 0, bytes = 0, first = 0, last = 0;
      page.run_from_bytes = function (given) {
        const began = performance.now();
        Object.getPrototypeOf(page).run_from_bytes.call(page, given);
        const done = performance.now();
        document.body.offsetHeight;
        last = performance.now();
        first ||= began; edits += done - began; layout += last - done; batches += 1; bytes += given.byteLength;
      };
      const began = performance.now();
      row.click();
      const called = performance.now();
      await painted(() => timeline() && timeline() !== before && messages().length);
      const end = performance.now();
      delete page.run_from_bytes;
      const took = { call: called - began, wait: last - called - edits - layout, edits, layout, paint: end - last, batches, bytes, nodes: timeline().querySelectorAll('*').length };
      for (const name in whole) whole[name].push(took[name]);
      await still();
    }
    for (const name in whole) whole[name] = median(whole[name]);
    return whole;
  };
  const parts = {
    marks,
    door: async () => { await painted(() => document.getElementById('door-password')); return { since: performance.now() } },
    list: async () => { const began = performance.now(); await painted(() => rows().length); return { took: performance.now() - began } },
    switches: async () => {
      const took = [];
      for (let n = 0; n < SWITCHES; n++) {
        took.push(await open(next()));
        await still();
      }
      return { first: took[0], ...spread(took.slice(1)) };
    },
    scroll: async () => {
      const longest = rows().find((one) => one.textContent.includes('LONGEST'));
      if (longest && longest.getAttribute('aria-selected') !== 'true') await open(longest);
      return glide(-240, SECONDS);
    },
    // Down again, for a quarter of the time.
    back: () => glide(240, SECONDS / 4),
  };
  return (name) => { window.paced = null; parts[name]().then((found) => { window.paced = found }, (fault) => { window.paced = { fault: String(fault) } }) };
})(); 0
"#;

fn main() {
    if window::start_clean().is_err() {
        exit(2);
    }
    let Some(profile) = std::env::args().nth(1) else { exit(2) };
    let started = start::start(profile.into(), None, |_| Language::En, attach);
    exit(i32::from(started.is_err()));
}

fn attach(ui: Ui) {
    window::attach(ui);
    use_future(move || async move {
        if run(ui).await.is_none() {
            eprintln!("the page does not answer");
            exit(1);
        }
        exit(0);
    });
}

async fn run(ui: Ui) -> Option<()> {
    let mut lines = BufReader::new(stdin()).lines();
    let password = next(&mut lines).await?;
    let setting = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let script = SCRIPT
        .replace("SWITCHES", &setting("CONCLAVE_UI_SWITCHES", "60"))
        .replace("SECONDS", &setting("CONCLAVE_UI_SECONDS", "60"))
        .replace("LONGEST", &setting("CONCLAVE_UI_LONGEST", "person-0"));
    asked(&script).await?;
    println!("{}", paced("door").await?);
    next(&mut lines).await?;
    ui.send(Event::SignIn(sign_in::Act::SubmitPassword(Typed::new(password))));
    let (opened, list) = tokio::join!(opened(ui), paced("list"));
    println!(r#"{{"opened": {}, "list": {}}}"#, opened.as_millis(), list?);
    next(&mut lines).await?;
    for part in ["switches", "marks", "scroll", "back"] {
        println!("{}", paced(part).await?);
        next(&mut lines).await?;
    }
    Some(())
}

/// How long the vault takes from the password on: Argon2id, and the store behind it. The list comes after that.
async fn opened(ui: Ui) -> Duration {
    let began = Instant::now();
    while !matches!(ui.state.peek().screen, Screen::Main(_)) && began.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK).await;
    }
    began.elapsed()
}

async fn next(lines: &mut Lines<BufReader<Stdin>>) -> Option<String> {
    lines.next_line().await.ok().flatten()
}

/// What a part comes to.
async fn paced(part: &str) -> Option<String> {
    asked(&format!("pace('{part}'); 0")).await?;
    let done = async {
        loop {
            tokio::time::sleep(ASK).await;
            // The web view gives what a script comes to as JSON.
            let found = asked("window.paced || 0").await?;
            if found != "0" {
                return Some(found);
            }
        }
    };
    tokio::time::timeout(PATIENCE, done).await.ok().flatten()
}

/// What a script of the window says.
async fn asked(script: &str) -> Option<String> {
    let (told, mut found) = mpsc::channel(1);
    let taken = dioxus::desktop::window().webview.evaluate_script_with_callback(script, move |text| {
        drop(told.try_send(text));
    });
    taken.ok()?;
    found.recv().await
}
