//! A picture for the profile before it is taken: a square of it, moved and sized by pointer or keys (UI §3.A, A8).

use std::path::PathBuf;

use crate::command::Command;

use super::preview::Seen;
use super::{Effect, Page, field};

/// Pixels of the shortest side that may be chosen, as it is shown: less is a blot.
const LEAST: u32 = 48;

/// A square of a picture, in pixels of it as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Square {
    /// From its left edge.
    pub x: u32,
    /// From its upper edge.
    pub y: u32,
    /// Pixels of its side.
    pub side: u32,
    /// Pixels across of the whole picture, as it is shown.
    pub of: u32,
}

/// A picture that is being cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Crop {
    /// Where it is on this computer.
    pub path: PathBuf,
    /// What is shown of it.
    pub seen: Seen,
    /// What is taken of it.
    pub square: Square,
}

/// The choice of a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choosing {
    /// The picture, once it is shown.
    pub crop: Option<Crop>,
    /// Whether the file that was chosen is no picture.
    pub unreadable: bool,
    asked: Option<PathBuf>,
}

/// What a person does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A file was chosen.
    Choose(PathBuf),
    /// Moves the square, pixels right and down.
    Move(i32, i32),
    /// Makes the square larger, or smaller, by so many pixels.
    Grow(i32),
    /// Takes what is in the square.
    Take,
    /// Thinks better of it.
    Leave,
}

impl Choosing {
    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        self.unreadable = false;
        match act {
            Act::Choose(path) => {
                self.crop = None;
                self.asked = Some(path.clone());
                return vec![Effect::Ask(Command::ShowPicture(path))];
            }
            Act::Move(right, down) => {
                if let Some(crop) = &mut self.crop {
                    crop.shift(right, down);
                }
            }
            Act::Grow(by) => {
                if let Some(crop) = &mut self.crop {
                    crop.grow(by);
                }
            }
            Act::Take => {
                let taken = self.crop.take().map(|crop| Command::TakePicture(crop.path, crop.square));
                return taken.map(Effect::Ask).into_iter().collect();
            }
            Act::Leave => *self = Self::default(),
        }
        Vec::new()
    }

    /// What is shown of the file that was chosen; nothing when it is no picture.
    pub(super) fn shown(&mut self, seen: Option<Seen>) -> Vec<Effect> {
        let Some(path) = self.asked.take() else { return Vec::new() };
        self.unreadable = seen.is_none();
        self.crop = seen.map(|seen| Crop::new(path, seen));
        self.crop.iter().map(|_| Effect::Page(Page::Focus(field::CROP))).collect()
    }
}

impl Crop {
    /// The largest square, out of the middle.
    fn new(path: PathBuf, seen: Seen) -> Self {
        let side = seen.width.min(seen.height);
        let square = Square { x: (seen.width - side) / 2, y: (seen.height - side) / 2, side, of: seen.width };
        Self { path, seen, square }
    }

    fn shift(&mut self, right: i32, down: i32) {
        let Square { x, y, side, .. } = self.square;
        self.square.x = x.saturating_add_signed(right).min(self.seen.width - side);
        self.square.y = y.saturating_add_signed(down).min(self.seen.height - side);
    }

    /// Around its middle, as far as the picture goes.
    fn grow(&mut self, by: i32) {
        let most = self.seen.width.min(self.seen.height);
        let before = self.square.side;
        self.square.side = before.saturating_add_signed(by).clamp(LEAST.min(most), most);
        let half = (i64::from(before) - i64::from(self.square.side)) / 2;
        let half = i32::try_from(half).unwrap_or_default();
        self.shift(half, half);
    }
}
