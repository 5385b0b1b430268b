//! The type of a file by how its content begins; its name says nothing.

/// How a Matroska file begins (RFC 8794, section 11.2.1).
const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
/// The element that says what kind of Matroska file it is (RFC 8794, section 11.2.7).
const DOC_TYPE: [u8; 2] = [0x42, 0x82];
/// The head of such a file is shorter, bytes.
const HEAD: usize = 256;

/// The media type of a file that begins so, such as `video/webm`; `application/octet-stream` for what is not known. A
/// few hundred bytes are enough.
#[must_use]
pub fn media_type(start: &[u8]) -> &'static str {
    let known = infer::get(start).map(|kind| kind.mime_type());
    known.or_else(|| matroska(start)).unwrap_or("application/octet-stream")
}

/// Films whose kind is written with zeroes behind it, as GStreamer and with it many recorders of the screen do.
fn matroska(start: &[u8]) -> Option<&'static str> {
    let head = start.get(..HEAD.min(start.len()))?;
    if !head.starts_with(&EBML) {
        return None;
    }
    let element = head.windows(DOC_TYPE.len()).position(|id| id == DOC_TYPE)?;
    // One byte of length stands before the text.
    let kind = head.get(element + DOC_TYPE.len() + 1..)?;
    if kind.starts_with(b"webm") {
        Some("video/webm")
    } else if kind.starts_with(b"matroska") {
        Some("video/x-matroska")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_of_gstreamer_are_films() {
        let begin = |kind: &[u8]| {
            let mut bytes = vec![0x1a, 0x45, 0xdf, 0xa3, 1, 0, 0, 0, 0, 0, 0, 0x10, 0x42, 0x82];
            bytes.push(0x80 | u8::try_from(kind.len()).unwrap());
            bytes.extend(kind);
            bytes.resize(400, 0);
            bytes
        };
        assert_eq!(media_type(&begin(b"webm\0")), "video/webm");
        assert_eq!(media_type(&begin(b"webm")), "video/webm");
        assert_eq!(media_type(&begin(b"matroska\0")), "video/x-matroska");
        assert_eq!(media_type(&begin(b"other")), "application/octet-stream");
        assert_eq!(media_type(&[0x1a, 0x45, 0xdf, 0xa3, 0x42, 0x82]), "application/octet-stream");
        assert_eq!(media_type(b"text"), "application/octet-stream");
    }
}
