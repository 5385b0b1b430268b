//! Files before they are sent: where they come from, and what is seen of them (UI R11).

use std::path::PathBuf;
use std::sync::Arc;

use conclave_peer::model::UserId;

use crate::command::Command;

use super::preview::{Kind, Seen};

/// Files before they are sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Attach {
    /// To whom.
    pub to: UserId,
    /// The files.
    pub files: Vec<Chosen>,
    /// How many more were chosen than go at once.
    pub left_out: usize,
    /// What was seen of each, in their order.
    glances: Vec<Option<Glance>>,
}

/// What is seen of a file before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glance {
    /// Bytes; nothing where it cannot be read.
    pub size: Option<u64>,
    /// The picture, or the first page.
    pub seen: Option<Seen>,
}

impl Attach {
    /// Files for a person, and the looks at them.
    #[must_use]
    pub fn new(to: UserId, files: Vec<Chosen>) -> (Self, Command) {
        let look = files.iter().map(|file| (file.source.clone(), file.kind())).collect();
        let glances = vec![None; files.len()];
        (Self { to, files, left_out: 0, glances }, Command::Glance(look))
    }

    /// The files, each with what was seen of it.
    pub fn shown(&self) -> impl Iterator<Item = (&Chosen, Option<&Glance>)> {
        self.files.iter().zip(self.glances.iter().map(Option::as_ref))
    }

    /// A file was looked at.
    pub fn glanced(&mut self, source: &Source, glance: &Glance) {
        for (file, held) in self.files.iter().zip(&mut self.glances) {
            if file.source == *source {
                *held = Some(glance.clone());
            }
        }
    }

    /// One file less; the last one stays.
    pub fn remove(&mut self, place: usize) -> Option<Command> {
        if self.files.len() < 2 || place >= self.files.len() {
            return None;
        }
        self.files.remove(place);
        forget(&[self.glances.remove(place)])
    }

    /// Nobody looks at them any more.
    #[must_use]
    pub fn closed(&self) -> Option<Command> {
        forget(&self.glances)
    }

    /// Pictures are not there any more: others took their room.
    pub fn gone(&mut self, tokens: &[String]) {
        for glance in self.glances.iter_mut().flatten() {
            glance.seen.take_if(|seen| tokens.contains(&seen.token));
        }
    }
}

/// Drops what was seen, if there is any.
fn forget(glances: &[Option<Glance>]) -> Option<Command> {
    let seen = glances.iter().flatten().filter_map(|glance| glance.seen.as_ref());
    let tokens: Vec<String> = seen.map(|seen| seen.token.clone()).collect();
    (!tokens.is_empty()).then_some(Command::ForgetPictures(tokens))
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A file on this computer.
    File(PathBuf),
    /// A picture that was pasted, or a text that was typed.
    Memory(Arc<Vec<u8>>),
}

/// A file before it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Where it comes from.
    pub source: Source,
    /// Its name; empty for one that has none yet.
    pub name: String,
    /// Whether it is a picture whose metadata will be taken out.
    pub picture: bool,
}

impl Chosen {
    /// A file by its path.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let kind = path.extension().map(|kind| kind.to_string_lossy().to_ascii_lowercase());
        let picture = matches!(kind.as_deref(), Some("jpg" | "jpeg" | "png" | "webp"));
        Self { source: Source::File(path), name, picture }
    }

    /// How it can be shown, by how its name ends: what is not so inside shows nothing.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        let (_, ending) = self.name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "png" | "webp" | "gif" => Some(Kind::Picture),
            "pdf" => Some(Kind::Pages),
            _ => None,
        }
    }

    /// A text that is too long for a message.
    #[must_use]
    pub fn written(text: &str) -> Self {
        let bytes = Arc::new(text.as_bytes().to_vec());
        Self { source: Source::Memory(bytes), name: WRITTEN.to_owned(), picture: false }
    }

    /// Whether it holds that text.
    #[must_use]
    pub fn is_text(&self, text: &str) -> bool {
        matches!(&self.source, Source::Memory(bytes) if bytes.as_slice() == text.as_bytes())
    }

    /// A PNG picture from the clipboard.
    #[must_use]
    pub fn pasted(png: Vec<u8>) -> Self {
        Self { source: Source::Memory(Arc::new(png)), name: PASTED.to_owned(), picture: true }
    }
}

/// The name of a text that is sent as a file.
const WRITTEN: &str = "message.txt";

/// The name of a pasted picture.
const PASTED: &str = "picture.png";
