//! Questions: without echo on a terminal, else one line of standard input for each.

use std::io::{self, BufRead, IsTerminal, Write};

use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::screen::Screen;

/// Asks for a secret.
pub(crate) fn hidden(screen: &Screen, key: &str) -> Result<Zeroizing<String>, Exit> {
    if on_terminal() {
        return Ok(Zeroizing::new(rpassword::prompt_password(screen.word(key))?));
    }
    line()
}

/// Asks for something that may be seen.
pub(crate) fn open(screen: &Screen, key: &str) -> Result<Zeroizing<String>, Exit> {
    if on_terminal() {
        let mut prompt = io::stderr();
        write!(prompt, "{}", screen.word(key))?;
        prompt.flush()?;
    }
    line()
}

/// Whether a person sits there, who can be asked again.
pub(crate) fn on_terminal() -> bool {
    io::stdin().is_terminal()
}

fn line() -> Result<Zeroizing<String>, Exit> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Exit::Said("no-input"));
    }
    let kept = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(kept);
    Ok(line)
}
