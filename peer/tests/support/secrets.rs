//! Everything that must not be found in a file, an argument or an environment once a run is over.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Named secrets.
#[derive(Default)]
pub struct Secrets {
    kept: Vec<(String, String)>,
    /// Files that the harness itself wrote secrets into.
    own_files: Vec<PathBuf>,
}

/// Where a secret was found.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub place: String,
    pub secret: String,
    pub form: &'static str,
}

impl Secrets {
    pub fn keep(&mut self, name: impl Into<String>, secret: &str) {
        self.kept.push((name.into(), secret.to_owned()));
    }

    pub fn own_file(&mut self, path: &Path) {
        self.own_files.push(path.to_owned());
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Looks through every file below a folder. Returns how many files were read, and what was found.
    pub fn scan_files(&self, folder: &Path) -> Result<(usize, Vec<Hit>)> {
        let (mut files, mut hits, mut folders) = (0, Vec::new(), vec![folder.to_owned()]);
        let sought = Sought::new(&self.kept);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let path = entry?.path();
                let kind = fs::symlink_metadata(&path)?;
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && !self.own_files.contains(&path) {
                    files += 1;
                    let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
                    sought.look(&path.display().to_string(), &bytes, &mut hits);
                    // Names of files are on the disk too.
                    sought.look("a file name", path.as_os_str().as_encoded_bytes(), &mut hits);
                }
            }
        }
        Ok((files, hits))
    }

    /// Looks at the arguments and the environment of a running process.
    pub fn scan_process(&self, id: u32) -> Result<Vec<Hit>> {
        let (sought, mut hits) = (Sought::new(&self.kept), Vec::new());
        for part in ["cmdline", "environ"] {
            let path = format!("/proc/{id}/{part}");
            let bytes = fs::read(&path).with_context(|| path.clone())?;
            sought.look(&path, &bytes, &mut hits);
        }
        Ok(hits)
    }
}

/// A pattern, and what it is a form of.
struct Pattern {
    secret: String,
    form: &'static str,
    bytes: Vec<u8>,
    /// A few digits: they are in many longer numbers and times.
    number: bool,
}

/// All forms of all secrets, by their first two bytes: a log at its most talkative has many megabytes.
struct Sought(Vec<Vec<Pattern>>);

impl Sought {
    fn new(kept: &[(String, String)]) -> Self {
        let mut all: Vec<Vec<Pattern>> = (0..=usize::from(u16::MAX)).map(|_| Vec::new()).collect();
        for (name, secret) in kept {
            let number = secret.len() < 8 && secret.bytes().all(|byte| byte.is_ascii_digit());
            for (form, bytes) in forms(secret) {
                let pattern = Pattern { secret: name.clone(), form, bytes, number };
                if let Some(row) = pattern.bytes.first_chunk().and_then(|two| all.get_mut(place(*two))) {
                    row.push(pattern);
                }
            }
        }
        Self(all)
    }

    fn look(&self, place_of: &str, bytes: &[u8], hits: &mut Vec<Hit>) {
        for (at, two) in bytes.windows(2).enumerate() {
            let two = [two[0], two[1]];
            for pattern in self.0.get(place(two)).into_iter().flatten() {
                let rest = bytes.get(at..).unwrap_or_default();
                let part = pattern.number
                    && (at.checked_sub(1).is_some_and(|before| is_of_number(bytes[before]))
                        || rest.get(pattern.bytes.len()).is_some_and(|after| is_of_number(*after)));
                if rest.starts_with(&pattern.bytes) && !part {
                    let (place, secret) = (place_of.to_owned(), pattern.secret.clone());
                    let hit = Hit { place, secret, form: pattern.form };
                    if !hits.contains(&hit) {
                        hits.push(hit);
                    }
                }
            }
        }
    }
}

fn place(two: [u8; 2]) -> usize {
    usize::from(u16::from_be_bytes(two))
}

/// What makes six digits a part of something else: a longer number, hex, or a fraction of a second.
fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b'.'
}

/// How a text may stand in a file. Only long ones are looked for in encoded forms: six digits are in any hex dump.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let mut forms = vec![("as it is", bytes.to_vec())];
    if bytes.len() >= 8 {
        let utf16 = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // The last group of Base64 depends on what follows.
        let whole = bytes.get(..bytes.len() / 3 * 3).unwrap_or(bytes);
        forms.push(("UTF-16", utf16));
        forms.push(("hex", data_encoding::HEXLOWER.encode(bytes).into_bytes()));
        forms.push(("Base64", data_encoding::BASE64.encode(whole).into_bytes()));
        forms.push((
            "JSON",
            serde_json::to_string(secret).unwrap_or_default().trim_matches('"').as_bytes().to_vec(),
        ));
    }
    forms
}
