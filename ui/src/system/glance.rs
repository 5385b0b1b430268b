//! A look at a file before it is sent: its size, and the picture or the first page (UI R11).

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::shelf::Shelf;
use crate::state::attach::{Glance, Source};
use crate::state::preview::{Kind, PAGES_MOST, PICTURE_MOST, Which};

use super::look;

/// A look at a file; its bytes are read only where something can be shown.
pub(super) fn at(shelf: &Shelf, source: &Source, kind: Option<Kind>) -> Glance {
    let most = match kind {
        Some(Kind::Picture) => PICTURE_MOST,
        Some(Kind::Pages) => PAGES_MOST,
        Some(Kind::Sound | Kind::Film) | None => 0,
    };
    let (size, bytes) = match source {
        Source::Memory(bytes) => (Some(bytes.len() as u64), kind.map(|_| bytes.to_vec())),
        Source::File(path) => {
            let told = fs::metadata(path).ok().filter(fs::Metadata::is_file);
            let size = told.map(|told| told.len());
            (size, size.filter(|size| (1..=most).contains(size)).and_then(|_| read(path, most)))
        }
    };
    let seen = kind.zip(bytes).and_then(|(kind, bytes)| look(shelf, Which::Small, kind, bytes));
    Glance { size, seen }
}

/// The bytes of a file, also of one that grows, if there are not more.
fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    (read as u64 <= most).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use image::{DynamicImage, ImageFormat};

    use super::*;

    fn png() -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(24, 16).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_picture_shows_itself_and_other_files_their_size() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::default();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            Source::File(path)
        };
        let seen = |source: &Source, kind| {
            let glance = at(&shelf, source, kind);
            (glance.size, glance.seen.map(|seen| (shelf.get(&seen.token).is_some(), seen.width, seen.height)))
        };
        let (picture, length) = (png(), png().len() as u64);
        let shown = (Some(length), Some((true, 24, 16)));
        assert_eq!(seen(&file("a.png", &picture), Some(Kind::Picture)), shown);
        assert_eq!(seen(&Source::Memory(Arc::new(picture)), Some(Kind::Picture)), shown);
        assert_eq!(seen(&file("a.zip", b"PK"), None), (Some(2), None));
        assert_eq!(seen(&file("b.png", b"no picture"), Some(Kind::Picture)), (Some(10), None));
        assert_eq!(seen(&file("c.pdf", b"no document"), Some(Kind::Pages)), (Some(11), None));
        assert_eq!(seen(&Source::File(folder.path().join("gone")), None), (None, None));
        assert_eq!(seen(&Source::File(folder.path().to_owned()), None), (None, None), "a folder is no file");
    }

    #[test]
    fn what_is_too_large_to_be_looked_into_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.png");
        fs::File::create(&path).unwrap().set_len(PICTURE_MOST + 1).unwrap();
        let glance = at(&Shelf::default(), &Source::File(path.clone()), Some(Kind::Picture));
        assert_eq!(glance, Glance { size: Some(PICTURE_MOST + 1), seen: None });
        assert_eq!(read(&path, 10), None);
    }
}
