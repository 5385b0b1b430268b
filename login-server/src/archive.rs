//! A zip file of a few small files, stored and not compressed (PKWARE APPNOTE 6.3, §4.3).
//!
//! It does not read archives, and writes none over 4 GiB.

use conclave_crypto::encoding::Writer;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// 2.0, the first version with folders; every program reads it.
const VERSION: u16 = 20;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1980-01-01, the earliest date of the format: the files' own words say when they were made.
const DATE: u16 = 0x21;

/// An archive under way.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    central: Vec<u8>,
    count: u16,
}

impl Archive {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        let size = le32(content.len());
        let length = le16(name.len());
        let common = [
            &UTF8.to_le_bytes()[..],
            &0_u16.to_le_bytes(),
            &0_u16.to_le_bytes(),
            &DATE.to_le_bytes(),
            &crc32(content).to_le_bytes(),
            &size,
            &size,
            &length,
            &[0, 0],
        ]
        .concat();
        let offset = le32(self.bytes.len());
        let version = VERSION.to_le_bytes();
        self.bytes.extend_from_slice(&[&LOCAL[..], &version, &common, name.as_bytes(), content].concat());
        let rest = [&[0; 10][..], &offset, name.as_bytes()].concat();
        self.central.extend_from_slice(&[&CENTRAL[..], &version, &version, &common, &rest].concat());
        self.count = self.count.saturating_add(1);
    }

    /// The whole archive.
    pub(crate) fn finish(self) -> Vec<u8> {
        let count = self.count.to_le_bytes();
        let (size, offset) = (le32(self.central.len()), le32(self.bytes.len()));
        Writer::new()
            .raw(&self.bytes)
            .raw(&self.central)
            .raw(&END)
            .raw(&[0; 4])
            .raw(&count)
            .raw(&count)
            .raw(&size)
            .raw(&offset)
            .raw(&[0; 2])
            .finish()
    }
}

fn le32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn le16(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}

/// CRC-32 of ISO 3309, reflected, as zip wants it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn files_stand_where_the_directory_says() {
        let mut archive = Archive::new();
        archive.add("a.txt", b"one");
        archive.add("b.txt", b"second");
        let bytes = archive.finish();
        let end = bytes.len() - 22;
        assert_eq!(bytes[end..end + 4], END);
        let at = |from: usize| u32::from_le_bytes(bytes[from..from + 4].try_into().unwrap()) as usize;
        let central = at(end + 16);
        assert_eq!(bytes[central..central + 4], CENTRAL);
        // The second entry follows the first one's 46 bytes and its name.
        let second = central + 46 + 5;
        let local = at(second + 42);
        assert_eq!(bytes[local..local + 4], LOCAL);
        assert_eq!(&bytes[local + 30..local + 35], b"b.txt");
        assert_eq!(&bytes[local + 35..local + 41], b"second");
    }
}
