//! The audit log: acts that the directory log has not, one JSON object a line, each holding the hash of the line
//! before (ADMIN §5). It names no secret.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use conclave_crypto::primitives::sha256;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the first line holds as the hash of the line before.
const START: [u8; 32] = [0; 32];

/// The open log.
#[derive(Debug)]
pub(crate) struct Audit {
    file: File,
    last: [u8; 32],
}

/// One act.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Act {
    /// When, milliseconds UTC.
    pub(crate) at: u64,
    /// Who: `uid 1000`, `server`, or an account's name.
    pub(crate) actor: String,
    /// The admin key that signed, by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// What, such as `user.invite`.
    pub(crate) action: String,
    /// On whom or what.
    pub(crate) target: String,
    /// More about it.
    #[serde(default)]
    pub(crate) details: Value,
    /// What the administrator gave as the reason.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    previous: String,
    #[serde(flatten)]
    act: Act,
}

impl Audit {
    /// Opens the log and goes on after its last line; a torn last line is ended, so the break shows in `verify`.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
        let mut last = START;
        let mut whole = true;
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            last = sha256(&[&line?]);
        }
        if let Ok(bytes) = std::fs::read(path) {
            whole = bytes.last().is_none_or(|&byte| byte == b'\n');
        }
        if !whole {
            file.write_all(b"\n")?;
        }
        Ok(Self { file, last })
    }

    /// Writes an act; on return it is on the disk.
    pub(crate) fn write(&mut self, act: Act) -> std::io::Result<()> {
        let line = Line { previous: HEXLOWER.encode(&self.last), act };
        let mut text = serde_json::to_vec(&line)?;
        self.last = sha256(&[&text]);
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.file.sync_data()
    }
}

/// Checks the chain: the number of lines, or that of the first (from 1) that does not follow from the one before.
pub(crate) fn first_broken(path: &Path) -> std::io::Result<Result<usize, usize>> {
    let (mut last, mut count) = (START, 0);
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let bytes = line?;
        count += 1;
        match serde_json::from_slice::<Line>(&bytes) {
            Ok(line) if line.previous == HEXLOWER.encode(&last) => last = sha256(&[&bytes]),
            _ => return Ok(Err(count)),
        }
    }
    Ok(Ok(count))
}

/// All acts, the oldest first; a line that does not parse is an error.
pub(crate) fn read(path: &Path) -> std::io::Result<Vec<Act>> {
    BufReader::new(File::open(path)?)
        .split(b'\n')
        .map(|line| {
            let line: Line = serde_json::from_slice(&line?)
                .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))?;
            Ok(line.act)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(number: u64) -> Act {
        Act {
            at: number,
            actor: "uid 0".into(),
            key: None,
            action: "session.end".into(),
            target: "bob".into(),
            details: Value::Null,
            reason: None,
        }
    }

    #[test]
    fn the_chain_goes_on_over_a_restart_and_shows_an_altered_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.jsonl");
        for number in 0..3 {
            Audit::open(&path).unwrap().write(act(number)).unwrap();
        }
        assert_eq!(first_broken(&path).unwrap(), Ok(3));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("\"at\":1", "\"at\":9", 1)).unwrap();
        assert_eq!(first_broken(&path).unwrap(), Err(3), "the line after the altered one");
        let lines: Vec<&str> = text.lines().collect();
        std::fs::write(&path, format!("{}\n{}\n", lines[0], lines[2])).unwrap();
        assert_eq!(first_broken(&path).unwrap(), Err(2));
    }
}
