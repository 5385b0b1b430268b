//! What the demo prints: titles, ticks, a bar for a file.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

/// Characters of the bar.
const WIDTH: usize = 30;

#[derive(Default)]
pub(crate) struct Transcript {
    titles: usize,
    ticks: usize,
    /// The last tenth that was drawn for a file, where lines cannot be drawn over.
    tenth: Option<(String, usize)>,
}

impl Transcript {
    pub(crate) fn title(&mut self, title: &str) -> anyhow::Result<()> {
        self.titles += 1;
        Ok(writeln!(io::stdout(), "\n{}. {title}", self.titles)?)
    }

    pub(crate) fn proven(&mut self, what: &str) -> anyhow::Result<()> {
        self.ticks += 1;
        Ok(writeln!(io::stdout(), "   ✓ {what}")?)
    }

    pub(crate) fn bar(&mut self, name: &str, done: usize, size: usize) -> anyhow::Result<()> {
        let filled = done * WIDTH / size.max(1);
        let bar = format!(
            "     {name} [{}{}] {:3} %",
            "#".repeat(filled),
            "·".repeat(WIDTH - filled.min(WIDTH)),
            done * 100 / size.max(1)
        );
        let mut out = io::stdout();
        if out.is_terminal() {
            write!(out, "\r{bar}{}", if done >= size { "\n" } else { "" })?;
        } else {
            let tenth = (name.to_owned(), done * 10 / size.max(1));
            if self.tenth.as_ref() != Some(&tenth) {
                self.tenth = Some(tenth);
                writeln!(out, "{bar}")?;
            }
        }
        Ok(out.flush()?)
    }

    pub(crate) fn end(&mut self, took: Duration) -> anyhow::Result<()> {
        Ok(writeln!(io::stdout(), "\n{} steps proven in {:.1} s.", self.ticks, took.as_secs_f64())?)
    }

    pub(crate) fn failed(&mut self, error: &anyhow::Error) -> io::Result<()> {
        writeln!(io::stdout(), "   ✗ {error:#}")
    }
}
