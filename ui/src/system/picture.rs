//! Pictures: decoded here within limits and encoded anew, so that the web view never reads what a peer has made. The
//! decoder is chosen by content among four; nothing else is a picture (UI §3.G).

use std::io::Cursor;
use std::path::Path;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::state::crop::Square;
use crate::state::preview::PICTURE_MOST;

use super::{Drawn, read};

/// Longest side of a picture that is decoded at all, in pixels (BARS §4, images).
const DECODED_SIDE: u32 = 16_384;
/// Memory a decoder may take, in bytes.
const DECODER_MEMORY: u64 = 256 << 20;
/// Longest side of a picture in a bubble, in pixels: twice its place, for fine screens.
const SMALL: u32 = 800;
/// Side of a person's picture, in pixels: twice its largest place, for fine screens.
const FACE: u32 = 176;
/// Longest side of a picture that is shown to be cut, in pixels.
const TO_CUT: u32 = 320;
/// Side of what is taken of it, in pixels: the engine makes it as small as it needs.
const TAKEN: u32 = 1_024;
/// Longest side of a picture that fills the window, in pixels.
const LARGE: u32 = 4_096;
/// Quality of a JPEG that is encoded anew for sending.
const QUALITY: u8 = 92;

/// For a bubble.
pub(super) fn small(bytes: &[u8]) -> Option<Drawn> {
    drawn(decode(bytes)?.0, SMALL)
}

/// A square out of the middle, for a person.
pub(super) fn face(bytes: &[u8]) -> Option<Drawn> {
    let picture = decode(bytes)?.0;
    drawn(picture.resize_to_fill(FACE, FACE, FilterType::Triangle), FACE)
}

/// As large as the window may show it.
pub(super) fn whole(bytes: &[u8]) -> Option<Drawn> {
    drawn(decode(bytes)?.0, LARGE)
}

/// As it is shown to be cut.
pub(super) fn to_cut(bytes: &[u8]) -> Option<Drawn> {
    drawn(decode(bytes)?.0, TO_CUT)
}

/// A square of a picture of this computer, as PNG: what the camera wrote into it is not in there.
pub(super) fn cut(path: &Path, square: Square) -> Option<Vec<u8>> {
    let picture = decode(&read(path, PICTURE_MOST)?)?.0;
    // From pixels as they were shown to those of the picture.
    let real = |shown: u32| {
        let wide = u64::from(shown) * u64::from(picture.width()) / u64::from(square.of.max(1));
        u32::try_from(wide).unwrap_or(u32::MAX)
    };
    let (x, y, side) = (real(square.x), real(square.y), real(square.side).max(1));
    let cut = picture.crop_imm(x, y, side, side);
    let side = cut.width().min(cut.height());
    let cut = cut.crop_imm(0, 0, side, side);
    let cut = if side > TAKEN { cut.resize(TAKEN, TAKEN, FilterType::Lanczos3) } else { cut };
    encode(&cut, ImageFormat::Png)
}

/// The picture of the clipboard, as PNG.
pub(super) fn pasted() -> Option<Vec<u8>> {
    let held = arboard::Clipboard::new().ok()?.get_image().ok()?;
    let (width, height) = (u32::try_from(held.width).ok()?, u32::try_from(held.height).ok()?);
    let picture = image::RgbaImage::from_raw(width, height, held.bytes.into_owned())?;
    encode(&DynamicImage::ImageRgba8(picture), ImageFormat::Png)
}

/// A picture without what the camera wrote into it: place, time, device. It is turned the way the camera noted.
/// Nothing when it is no picture that is known, which is then sent as it is.
pub(super) fn clean(path: &Path) -> Option<Vec<u8>> {
    let bytes = read(path, PICTURE_MOST)?;
    let (picture, format) = decode(&bytes)?;
    match format {
        ImageFormat::Jpeg => {
            let mut out = Vec::new();
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, QUALITY);
            picture.to_rgb8().write_with_encoder(encoder).ok()?;
            Some(out)
        }
        ImageFormat::Png | ImageFormat::WebP => encode(&picture, format),
        // Pictures that move would stop.
        _ => None,
    }
}

fn drawn(picture: DynamicImage, side: u32) -> Option<Drawn> {
    let large = picture.width() > side || picture.height() > side;
    let picture = if large { picture.thumbnail(side, side) } else { picture };
    let (width, height) = (picture.width(), picture.height());
    Some(Drawn { mime: "image/png", bytes: encode(&picture, ImageFormat::Png)?, width, height, pages: 1 })
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Option<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).ok()?;
    Some(out.into_inner())
}

/// The picture, standing upright, and what it was written as; nothing beyond the limits.
pub(super) fn decode(bytes: &[u8]) -> Option<(DynamicImage, ImageFormat)> {
    let format = match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("image/png") => ImageFormat::Png,
        Some("image/jpeg") => ImageFormat::Jpeg,
        Some("image/webp") => ImageFormat::WebP,
        Some("image/gif") => ImageFormat::Gif,
        _ => return None,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(DECODED_SIDE);
    limits.max_image_height = Some(DECODED_SIDE);
    limits.max_alloc = Some(DECODER_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turned);
    Some((picture, format))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg_with_place() -> Vec<u8> {
        let picture = DynamicImage::new_rgb8(24, 16);
        let plain = encode(&picture, ImageFormat::Jpeg).unwrap();
        // An APP1 segment after the start marker, as a camera writes it: turned by 90 degrees, and a place.
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPS-SECRET-PLACE";
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xff, 0xe1], &length, exif, &plain[2..]].concat()
    }

    #[test]
    fn what_the_camera_wrote_does_not_leave_and_the_picture_stands_upright() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("terrace.jpg");
        let camera = jpeg_with_place();
        std::fs::write(&path, &camera).unwrap();
        let cleaned = clean(&path).unwrap();
        let holds = |bytes: &[u8]| bytes.windows(10).any(|part| part == b"GPS-SECRET");
        assert!(holds(&camera) && !holds(&cleaned));
        let (picture, _) = decode(&cleaned).unwrap();
        assert_eq!((picture.width(), picture.height()), (16, 24));
    }

    #[test]
    fn only_four_kinds_are_pictures_and_none_of_them_broken() {
        assert!(small(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_none());
        assert!(small(b"%PDF-1.7").is_none());
        assert!(small(b"\x89PNG\r\n\x1a\n then nothing").is_none());
        assert!(small(&[]).is_none());
        let fine = encode(&DynamicImage::new_rgb8(1_600, 900), ImageFormat::Png).unwrap();
        let drawn = small(&fine).unwrap();
        assert_eq!((drawn.width, drawn.height), (800, 450));
        let face = face(&fine).unwrap();
        assert_eq!((face.width, face.height), (176, 176));
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused() {
        // A PNG head that promises 100,000 × 100,000 pixels.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend(100_000_u32.to_be_bytes());
        bomb.extend(100_000_u32.to_be_bytes());
        bomb.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        assert!(whole(&bomb).is_none());
    }

    #[test]
    fn a_square_is_cut_where_it_was_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wide.png");
        // Red on the left half, blue on the right one.
        let picture = image::RgbImage::from_fn(1_280, 640, |x, _| {
            image::Rgb(if x < 640 { [200, 0, 0] } else { [0, 0, 200] })
        });
        picture.save_with_format(&path, ImageFormat::Png).unwrap();
        let shown = to_cut(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!((shown.width, shown.height), (320, 160));
        let colour = |x, side| {
            let bytes = cut(&path, Square { x, y: 0, side, of: 320 }).unwrap();
            let (cut, _) = decode(&bytes).unwrap();
            assert_eq!(cut.width(), cut.height());
            (cut.width(), cut.to_rgb8().get_pixel(1, 1).0)
        };
        assert_eq!(colour(0, 160), (640, [200, 0, 0]));
        assert_eq!(colour(160, 160), (640, [0, 0, 200]));
        assert_eq!(colour(200, 48), (192, [0, 0, 200]));
        // Beyond the picture: what there is of it.
        assert!(cut(&path, Square { x: 300, y: 150, side: 160, of: 320 }).is_some());
        assert!(cut(&folder.path().join("nowhere"), Square::default()).is_none());
    }
}
