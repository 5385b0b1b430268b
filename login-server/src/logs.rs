//! The log of the process: for a person on a terminal, JSON otherwise; its level can be changed while it runs, and
//! its last lines are kept for `log tail`.
//!
//! There is one log in a process, so what belongs to it is static.

use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::Metadata;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, reload};

/// Lines that are kept.
const KEPT: usize = 2_000;
/// Longest line that is kept, in bytes.
const LONGEST: usize = 8 * 1024;

static LAST: Mutex<Last> = Mutex::new(Last { lines: VecDeque::new(), next: 0 });
static LEVEL: OnceLock<Level> = OnceLock::new();

struct Last {
    lines: VecDeque<String>,
    /// Number of the next line.
    next: u64,
}

struct Level {
    now: Mutex<String>,
    set: Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>,
}

/// Starts the log on standard error. `RUST_LOG` goes before `level`. A log that is there already is that of the
/// program this is embedded in, and stays.
pub(crate) fn start(level: &str) {
    let wanted = std::env::var("RUST_LOG").ok().filter(|level| EnvFilter::try_new(level).is_ok());
    let level = wanted.unwrap_or_else(|| level.to_owned());
    let filter = EnvFilter::new(&level);
    let (filter, handle) = reload::Layer::new(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(Tee);
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(is_bearable));
    let started = if std::io::stderr().is_terminal() {
        registry.with(lines).try_init()
    } else {
        registry.with(lines.json()).try_init()
    };
    if started.is_ok() {
        let set = move |filter| handle.reload(filter).map_err(|error| error.to_string());
        let _ = LEVEL.set(Level { now: Mutex::new(level), set: Box::new(set) });
    }
}

/// Not what sled says at the lowest level: it has whole records in it, and is also said while a thread is taken down, where
/// no line can be written any more, so that the server would abort.
fn is_bearable(said: &Metadata<'_>) -> bool {
    *said.level() < tracing::Level::TRACE || !said.target().starts_with("sled")
}

/// The filter in force, if this process has its own log.
pub(crate) fn level() -> Option<String> {
    LEVEL.get().map(|level| lock(&level.now).clone())
}

/// Changes the filter. An error says what is wrong with it.
pub(crate) fn set_level(filter: &str) -> Result<(), String> {
    let parsed = EnvFilter::builder().parse(filter).map_err(|error| error.to_string())?;
    let level = LEVEL.get().ok_or("this process has no log of its own")?;
    (level.set)(parsed)?;
    *lock(&level.now) = filter.to_owned();
    Ok(())
}

/// Whether a filter can be read.
pub(crate) fn is_filter(filter: &str) -> Result<(), String> {
    EnvFilter::builder().parse(filter).map(drop).map_err(|error| error.to_string())
}

/// At most `most` lines from number `from` on, or the last ones without it; and the number of the line after them.
pub(crate) fn lines(from: Option<u64>, most: usize) -> (Vec<String>, u64) {
    let last = lock(&LAST);
    let first = last.next.saturating_sub(last.lines.len() as u64);
    let skip = match from {
        Some(from) => usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX),
        None => last.lines.len().saturating_sub(most),
    };
    let lines: Vec<String> = last.lines.iter().skip(skip).take(most).cloned().collect();
    let next = match from {
        Some(from) => from.clamp(first, last.next) + lines.len() as u64,
        None => last.next,
    };
    (lines, next)
}

struct Tee;

impl<'a> MakeWriter<'a> for Tee {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(Vec::new())
    }
}

/// One event on its way: it goes out whole when it is dropped.
struct Line(Vec<u8>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Nobody is left to tell when standard error is gone.
        let _ = std::io::stderr().lock().write_all(&self.0);
        let text = String::from_utf8_lossy(&self.0);
        let mut last = lock(&LAST);
        for line in text.lines() {
            if last.lines.len() == KEPT {
                last.lines.pop_front();
            }
            last.lines.push_back(line.chars().take(LONGEST).collect());
            last.next += 1;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_numbered_and_bounded() {
        for number in 0..KEPT + 10 {
            drop(Line(format!("line {number}\n").into_bytes()));
        }
        let (tail, next) = lines(None, 2);
        assert_eq!(tail, [format!("line {}", KEPT + 8), format!("line {}", KEPT + 9)]);
        assert_eq!(lines(Some(next), 10), (Vec::new(), next));
        drop(Line(b"after\n".to_vec()));
        assert_eq!(lines(Some(next), 10), (vec!["after".to_owned()], next + 1));
        let (oldest, _) = lines(Some(0), 1);
        assert_eq!(oldest, ["line 11"], "what is older is gone");
        assert!(is_filter("login_server=debug,warn").is_ok() && is_filter("x=loud").is_err());
    }
}
