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
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let path = entry?.path();
                let kind = fs::symlink_metadata(&path)?;
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && !self.own_files.contains(&path) {
                    files += 1;
                    let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
                    self.look(&path.display().to_string(), &bytes, &mut hits);
                    // Names of files are on the disk too.
                    self.look("a file name", path.as_os_str().as_encoded_bytes(), &mut hits);
                }
            }
        }
        Ok((files, hits))
    }

    /// Looks at the arguments and the environment of a running process.
    pub fn scan_process(&self, id: u32) -> Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for part in ["cmdline", "environ"] {
            let path = format!("/proc/{id}/{part}");
            let bytes = fs::read(&path).with_context(|| path.clone())?;
            self.look(&path, &bytes, &mut hits);
        }
        Ok(hits)
    }

    fn look(&self, place: &str, bytes: &[u8], hits: &mut Vec<Hit>) {
        for (name, secret) in &self.kept {
            for (form, pattern) in forms(secret) {
                if contains(bytes, &pattern) {
                    hits.push(Hit { place: place.to_owned(), secret: name.clone(), form });
                }
            }
        }
    }
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

fn contains(bytes: &[u8], pattern: &[u8]) -> bool {
    let Some((first, _)) = pattern.split_first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        let from = rest.get(at..).unwrap_or_default();
        if from.starts_with(pattern) {
            return true;
        }
        rest = from.get(1..).unwrap_or_default();
    }
    false
}
