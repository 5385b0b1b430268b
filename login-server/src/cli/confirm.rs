//! "Type the name": the question before what cannot be taken back.

use std::io::{IsTerminal, Write};

use super::Global;
use super::output::printable;
use crate::exit::{Exit, Failure};
use crate::words::said;

/// Asks for `word` unless `--yes` or a dry run; without a terminal there is nobody to ask.
pub(super) fn confirm(global: &Global, about: &str, word: &str) -> Result<(), Failure> {
    let mut err = std::io::stderr();
    if global.dry_run {
        let _ = writeln!(err, "{}", printable(about));
        return Ok(());
    }
    if global.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(
            Failure::new(Exit::Unconfirmed, said("confirmation-needed")).hint(said("confirmation-hint"))
        );
    }
    let asked = write!(
        err,
        "{}\n{} ",
        printable(about),
        printable(&said("confirmation-type").with("word", word).text())
    )
    .and_then(|()| err.flush());
    let mut line = String::new();
    let read = asked.and_then(|()| std::io::stdin().read_line(&mut line));
    if read.is_ok() && line.trim() == word {
        Ok(())
    } else {
        Err(Failure::new(Exit::Unconfirmed, said("confirmation-declined")))
    }
}
