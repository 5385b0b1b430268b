//! Passphrases: from a prompt without echo, a file, or standard input; never from arguments or the environment.

use std::io::{IsTerminal, Read};
use std::path::Path;

use conclave_crypto::password::Password;
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};
use crate::words::{said, word};

/// Longest passphrase, in bytes.
const LONGEST: u64 = 4_096;

/// Reads a passphrase: from `file` (`-` is standard input) or a prompt.
pub(super) fn read(file: Option<&Path>, prompt: &str) -> Result<Password, Failure> {
    let Some(file) = file else {
        need_terminal()?;
        let typed = rpassword::prompt_password(format!("{prompt} ")).map_err(unread)?;
        return checked(&Zeroizing::new(typed));
    };
    let mut bytes = Zeroizing::new(Vec::new());
    if file == Path::new("-") {
        std::io::stdin().take(LONGEST).read_to_end(&mut bytes).map_err(unread)?;
    } else {
        std::fs::File::open(file)
            .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
            .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", file.display())))?;
    }
    let text =
        std::str::from_utf8(&bytes).map_err(|_| Failure::new(Exit::Usage, said("passphrase-not-text")))?;
    checked(text)
}

/// Asks for a new passphrase twice.
pub(super) fn read_new(what: &str) -> Result<Password, Failure> {
    need_terminal()?;
    let first = Zeroizing::new(
        rpassword::prompt_password(said("prompt-new").with("what", what).text() + " ").map_err(unread)?,
    );
    let second = Zeroizing::new(rpassword::prompt_password(word("prompt-again") + " ").map_err(unread)?);
    if *first != *second {
        return Err(Failure::new(Exit::Unconfirmed, said("passphrases-differ")));
    }
    checked(&first)
}

fn checked(text: &str) -> Result<Password, Failure> {
    // The line break at the end of a file is the editor's, not the passphrase's.
    let password = Password::new(text.trim_end_matches(['\n', '\r']));
    if password.is_empty() { Err(Failure::new(Exit::Usage, said("passphrase-empty"))) } else { Ok(password) }
}

fn need_terminal() -> Result<(), Failure> {
    if std::io::stdin().is_terminal() {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, said("no-terminal")).hint(said("no-terminal-hint")))
    }
}

fn unread(error: std::io::Error) -> Failure {
    Failure::new(Exit::Failed, said("passphrase-unread").with("why", error))
}
