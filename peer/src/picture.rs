//! Profile pictures: decoded within limits, shrunk to 512 × 512 at most and encoded anew, so that no metadata goes out.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};

use image::{ImageFormat, ImageReader, Limits};
use thiserror::Error;

/// Longest side of a profile picture, in pixels (FEATURES P12).
const SIDE: u32 = 512;
/// Longest side of a picture that is decoded at all, in pixels (BARS §4, images).
const DECODED_SIDE: u32 = 8192;
/// Memory a decoder may take, in bytes.
const DECODER_MEMORY: u64 = 64 * 1024 * 1024;
/// Largest picture file, in bytes.
const FILE_MOST: u64 = 32 * 1024 * 1024;

/// The file is no picture that is taken: PNG, JPEG, WebP or GIF within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a picture within the limits")]
pub(crate) struct NotAPicture;

/// The picture as PNG, by its content and not by its name.
pub(crate) fn profile_picture(file: File) -> Result<Vec<u8>, NotAPicture> {
    let mut bytes = Vec::new();
    let mut source = BufReader::new(file).take(FILE_MOST + 1);
    source.read_to_end(&mut bytes).map_err(|_| NotAPicture)?;
    if bytes.len() as u64 > FILE_MOST {
        return Err(NotAPicture);
    }
    let format = match infer::get(&bytes).map(|kind| kind.mime_type()) {
        Some("image/png") => ImageFormat::Png,
        Some("image/jpeg") => ImageFormat::Jpeg,
        Some("image/webp") => ImageFormat::WebP,
        Some("image/gif") => ImageFormat::Gif,
        _ => return Err(NotAPicture),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(DECODED_SIDE);
    limits.max_image_height = Some(DECODED_SIDE);
    limits.max_alloc = Some(DECODER_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| NotAPicture)?;
    let small = if picture.width() > SIDE || picture.height() > SIDE {
        picture.thumbnail(SIDE, SIDE)
    } else {
        picture
    };
    let mut out = Cursor::new(Vec::new());
    small.write_to(&mut out, ImageFormat::Png).map_err(|_| NotAPicture)?;
    Ok(out.into_inner())
}
