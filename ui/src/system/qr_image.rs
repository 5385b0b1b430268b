//! What a QR code in a picture says: an invite link or a safety number that somebody sent or photographed. The picture
//! is decoded within the limits of every other picture; nothing of it is kept.

use std::borrow::Cow;
use std::path::Path;

use image::DynamicImage;
use image::imageops::FilterType;
use rqrr::PreparedImage;
use zeroize::Zeroizing;

use crate::state::preview::PICTURE_MOST;

use super::{picture, read};

/// Longest sides at which a code is looked for, in pixels: a fine code in a screenshot needs the first, a grainy
/// photograph of a large one the second.
const SIDES: [u32; 2] = [2_400, 800];
/// How many times a picture is drawn larger, and its longest side then, in pixels: the finder of codes counts whole pixels,
/// and a code on a screen may have two and a half a module.
const LARGER: [u32; 2] = [2, 3];
const LARGEST: u32 = 6_000;
/// A blank frame that is put around the picture, in pixels: a code that was cut out to its edge is read too.
const FRAME: u32 = 24;
/// Bytes of the longest text that is taken: both that Conclave draws are far shorter.
const LONGEST: usize = 1_024;

/// The text of the first code that can be read; nothing when there is none, or the file is no picture.
pub(super) fn text(path: &Path) -> Option<Zeroizing<String>> {
    let bytes = read(path, PICTURE_MOST)?;
    let (picture, _) = picture::decode(&bytes)?;
    let longest = picture.width().max(picture.height());
    let smaller = || SIDES.iter().find_map(|side| look(&fitted(&picture, *side)));
    let larger = || {
        let sides = LARGER.iter().map(|times| longest * times).filter(|side| *side <= LARGEST);
        sides.into_iter().find_map(|side| look(&picture.resize(side, side, FilterType::CatmullRom)))
    };
    smaller().or_else(larger)
}

/// The picture, made smaller where it has a longer side.
fn fitted(picture: &DynamicImage, side: u32) -> Cow<'_, DynamicImage> {
    if picture.width().max(picture.height()) > side {
        Cow::Owned(picture.thumbnail(side, side))
    } else {
        Cow::Borrowed(picture)
    }
}

fn look(picture: &DynamicImage) -> Option<Zeroizing<String>> {
    let grey = picture.to_luma_alpha8();
    let (width, height) = grey.dimensions();
    let shade = |x: usize, y: usize| {
        let inside =
            |at: usize, most: u32| u32::try_from(at).ok()?.checked_sub(FRAME).filter(|at| *at < most);
        let point = inside(x, width).zip(inside(y, height)).map(|(x, y)| grey.get_pixel(x, y).0);
        // What is clear is paper.
        point.map_or(u8::MAX, |[shade, cover]| if cover < u8::MAX / 2 { u8::MAX } else { shade })
    };
    let framed = |length: u32| usize::try_from(length + 2 * FRAME).unwrap_or_default();
    let mut prepared = PreparedImage::prepare_from_greyscale(framed(width), framed(height), shade);
    let found = prepared.detect_grids();
    found.iter().find_map(|grid| {
        let (_, text) = grid.decode().ok()?;
        let text = Zeroizing::new(text);
        (text.len() <= LONGEST).then_some(text)
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use image::{GrayImage, ImageFormat, Luma};

    use super::*;

    const SAYS: &str = "conclave://login.verdane.example:1337/4F2A91C077DE18B3A06C5E92D1F73B48";

    /// A code of some pixels a module, with `margin` of them around it.
    fn drawn(says: &str, module: u32, margin: u32) -> GrayImage {
        let code = fast_qr::QRBuilder::new(says).build().unwrap();
        let side = u32::try_from(code.size).unwrap();
        let whole = side * module + 2 * margin;
        GrayImage::from_fn(whole, whole, |x, y| {
            let at =
                |pixel: u32| pixel.checked_sub(margin).map(|pixel| pixel / module).filter(|at| *at < side);
            let dark = at(x).zip(at(y)).is_some_and(|(x, y)| code[y as usize][x as usize].value());
            Luma([if dark { 16 } else { 250 }])
        })
    }

    fn kept(folder: &Path, picture: GrayImage, format: ImageFormat) -> PathBuf {
        let path = folder.join("code");
        DynamicImage::ImageLuma8(picture).save_with_format(&path, format).unwrap();
        path
    }

    #[test]
    fn a_code_is_read_in_the_sizes_that_people_have() {
        let folder = tempfile::tempdir().unwrap();
        for (module, margin, format) in [
            (2, 8, ImageFormat::Png),
            (4, 0, ImageFormat::Png),
            (12, 60, ImageFormat::Jpeg),
            (90, 400, ImageFormat::Jpeg),
        ] {
            let path = kept(folder.path(), drawn(SAYS, module, margin), format);
            assert_eq!(text(&path).as_deref().map(String::as_str), Some(SAYS), "{module} {margin}");
        }
    }

    #[test]
    fn a_code_in_a_corner_of_a_screenshot_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let code = drawn(SAYS, 2, 8);
        let mut screen = GrayImage::from_pixel(1_920, 1_080, Luma([236]));
        image::imageops::replace(&mut screen, &code, 1_700, 40);
        let path = kept(folder.path(), screen, ImageFormat::Png);
        assert_eq!(text(&path).as_deref().map(String::as_str), Some(SAYS));
    }

    /// A safety number has some two and a half pixels a module, with the soft edges of a screen.
    #[test]
    fn a_safety_number_is_read_off_a_screen() {
        let folder = tempfile::tempdir().unwrap();
        let says = format!("CONCLAVE1:{}", "qZ2v9Fh_kT0bLx7-Q".repeat(12));
        for side in [152, 171] {
            for margin in [48, 52] {
                let sharp = DynamicImage::ImageLuma8(drawn(&says, 12, margin));
                let soft = sharp.resize_exact(side, side, FilterType::Triangle).to_luma8();
                let mut screen = GrayImage::from_pixel(320, 240, Luma([40]));
                image::imageops::replace(&mut screen, &soft, 95, 35);
                let path = kept(folder.path(), screen, ImageFormat::Png);
                assert_eq!(text(&path).as_deref(), Some(&says), "{side} {margin}");
            }
        }
    }

    #[test]
    fn what_holds_no_code_or_is_no_picture_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = kept(folder.path(), GrayImage::from_pixel(300, 300, Luma([90])), ImageFormat::Png);
        assert_eq!(text(&path), None);
        std::fs::write(&path, b"conclave://not-a-picture").unwrap();
        assert_eq!(text(&path), None);
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n then nothing").unwrap();
        assert_eq!(text(&path), None);
        assert_eq!(text(&folder.path().join("nowhere")), None);
    }

    #[test]
    fn a_file_larger_than_a_picture_may_be_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = kept(folder.path(), drawn(SAYS, 4, 8), ImageFormat::Png);
        std::fs::File::options().write(true).open(&path).unwrap().set_len(PICTURE_MOST + 1).unwrap();
        assert_eq!(text(&path), None);
    }

    #[test]
    fn a_text_longer_than_ours_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        for (length, taken) in [(LONGEST, true), (LONGEST + 1, false)] {
            let path = kept(folder.path(), drawn(&"a".repeat(length), 4, 16), ImageFormat::Png);
            assert_eq!(text(&path).is_some(), taken, "{length}");
        }
    }
}
