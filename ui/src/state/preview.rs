//! What can be seen of a file without leaving the window. The bytes never come here: the page asks for them by a
//! random name that is good for this run only.

use std::collections::{BTreeMap, VecDeque};

use conclave_peer::model::{Direction, File, FileId, FileState};

use crate::command::Command;

use super::Effect;

/// Pictures of up to this size are looked into, bytes.
pub const PICTURE_MOST: u64 = 32 << 20;
/// Documents of up to this size are looked into, bytes.
pub const PAGES_MOST: u64 = 64 << 20;
/// Sounds and films of up to this size are played, and so much of them together, bytes: while they are, they are in
/// memory and nowhere else. A larger one is saved to be seen.
pub const PLAYED_MOST: u64 = 256 << 20;
/// Sounds and films that can be played at once; the shelf has names for more.
const PLAYERS_MOST: usize = 32;
/// Bytes of one piece of a sound or a film on its way to the page.
pub const PIECE: u64 = 4 << 20;

/// The pieces of a file of so many bytes.
#[must_use]
pub fn pieces(size: u64) -> u32 {
    u32::try_from(size.div_ceil(PIECE)).unwrap_or(u32::MAX)
}

/// How a file can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Picture,
    /// A document of pages.
    Pages,
    /// A sound.
    Sound,
    /// A film.
    Film,
}

impl Kind {
    /// How a file can be shown, by the type that its content was found to have.
    #[must_use]
    pub fn of(file: &File) -> Option<Self> {
        let mine = file.direction == Direction::Out;
        let whole = match file.state {
            FileState::Done => true,
            FileState::Active | FileState::Paused => mine,
            FileState::Offered | FileState::Queued | FileState::Failed | FileState::Gone => false,
        };
        let kind = match file.mime.as_str() {
            "image/png" | "image/jpeg" | "image/webp" | "image/gif" if file.size <= PICTURE_MOST => {
                Self::Picture
            }
            "application/pdf" if file.size <= PAGES_MOST => Self::Pages,
            mime if mime.starts_with("audio/") && file.size <= PLAYED_MOST => Self::Sound,
            mime if mime.starts_with("video/") && file.size <= PLAYED_MOST => Self::Film,
            _ => return None,
        };
        whole.then_some(kind)
    }
}

/// A picture that the page can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name in this run.
    pub token: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pages of the document it comes from; 1 for a picture.
    pub pages: u32,
}

/// What a file shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// Being looked into.
    Loading,
    /// Can be shown.
    Ready(Seen),
    /// Cannot: not what it says, too large inside, broken.
    Nothing,
}

/// What a person looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A small picture for the bubble, or the first page.
    Look(FileId, Kind),
    /// A page of a document, at a width.
    Page {
        /// The file.
        file: FileId,
        /// From 0.
        page: u32,
        /// Pixels across.
        width: u32,
    },
    /// The picture of a person.
    Face(FileId),
    /// The picture at its own size.
    Whole(FileId),
    /// A sound or a film, to be played.
    Play {
        /// The file.
        file: FileId,
        /// Its bytes.
        size: u64,
    },
}

/// Which picture of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// For the bubble.
    Small,
    /// A person's face, as a square.
    Face,
    /// As large as it is.
    Whole,
    /// A page at a width.
    Page(u32, u32),
    /// A name under which it is played.
    Stream,
}

/// Everything looked into.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Previews {
    views: BTreeMap<(FileId, Which), View>,
    /// Those that are played, with their bytes; the newest last.
    playing: VecDeque<(FileId, u64)>,
}

impl Previews {
    /// What a file shows, when it was asked for.
    #[must_use]
    pub fn view(&self, file: FileId, which: Which) -> Option<&View> {
        self.views.get(&(file, which))
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        let (file, which, kind) = match act {
            Act::Look(file, kind) => (file, Which::Small, kind),
            Act::Face(file) => (file, Which::Face, Kind::Picture),
            Act::Whole(file) => (file, Which::Whole, Kind::Picture),
            Act::Page { file, page, width } => (file, Which::Page(page, width), Kind::Pages),
            Act::Play { file, .. } => (file, Which::Stream, Kind::Sound),
        };
        if self.views.contains_key(&(file, which)) {
            return Vec::new();
        }
        if let Act::Play { size, .. } = act {
            self.make_room(file, size);
        }
        self.views.insert((file, which), View::Loading);
        vec![Effect::Ask(Command::Look { file, which, kind })]
    }

    /// The oldest that are played end for one more.
    fn make_room(&mut self, file: FileId, size: u64) {
        self.playing.retain(|(known, _)| *known != file);
        self.playing.push_back((file, size));
        while self.playing.len() > 1
            && (self.playing.len() > PLAYERS_MOST
                || self.playing.iter().map(|(_, size)| size).sum::<u64>() > PLAYED_MOST)
        {
            if let Some((oldest, _)) = self.playing.pop_front() {
                self.views.remove(&(oldest, Which::Stream));
            }
        }
    }

    pub(super) fn seen(&mut self, file: FileId, which: Which, seen: Option<Seen>) {
        self.views.insert((file, which), seen.map_or(View::Nothing, View::Ready));
    }

    /// Forgets what some files show; the names of their pictures in this run.
    pub(super) fn forget(&mut self, files: &[FileId]) -> Vec<String> {
        let mut names = Vec::new();
        self.views.retain(|(file, _), view| {
            let stays = !files.contains(file);
            if let (false, View::Ready(seen)) = (stays, view) {
                names.push(seen.token.clone());
            }
            stays
        });
        self.playing.retain(|(file, _)| !files.contains(file));
        names
    }

    /// What could not be shown may be here by now.
    pub(super) fn again(&mut self, file: Option<FileId>) {
        self.views.retain(|(known, _), view| Some(*known) != file || *view != View::Nothing);
    }

    /// A picture is no longer held: it must be asked for again.
    pub(super) fn gone(&mut self, tokens: &[String]) {
        self.views.retain(|_, view| !matches!(view, View::Ready(seen) if tokens.contains(&seen.token)));
    }
}
