//! Passphrases: from a prompt without echo, a file, or standard input; never from arguments or the environment.

use std::io::{IsTerminal, Read};
use std::path::Path;

use conclave_crypto::password::Password;
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure};

/// Longest passphrase, in bytes.
const LONGEST: u64 = 4_096;

/// Reads a passphrase: from `file` (`-` is standard input) or a prompt.
pub(super) fn read(file: Option<&Path>, prompt: &str) -> Result<Password, Failure> {
    let Some(file) = file else {
        need_terminal()?;
        let typed = rpassword::prompt_password(prompt).map_err(unread)?;
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
        std::str::from_utf8(&bytes).map_err(|_| Failure::new(Exit::Usage, "the passphrase is not UTF-8"))?;
    checked(text)
}

/// Asks for a new passphrase twice.
pub(super) fn read_new(what: &str) -> Result<Password, Failure> {
    need_terminal()?;
    let first =
        Zeroizing::new(rpassword::prompt_password(format!("New passphrase of {what}: ")).map_err(unread)?);
    let second = Zeroizing::new(rpassword::prompt_password("The same again: ").map_err(unread)?);
    if *first != *second {
        return Err(Failure::new(Exit::Unconfirmed, "the two passphrases differ; nothing was changed"));
    }
    checked(&first)
}

fn checked(text: &str) -> Result<Password, Failure> {
    // The line break at the end of a file is the editor's, not the passphrase's.
    let password = Password::new(text.trim_end_matches(['\n', '\r']));
    if password.is_empty() { Err(Failure::new(Exit::Usage, "the passphrase is empty")) } else { Ok(password) }
}

fn need_terminal() -> Result<(), Failure> {
    if std::io::stdin().is_terminal() {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, "there is no terminal to ask for the passphrase")
            .hint("use --passphrase-file F"))
    }
}

fn unread(error: std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("the passphrase cannot be read: {error}"))
}
