//! Crockford Base32, the alphabet of every code that people copy by hand (PROTOCOL §2.3, §2.10, §2.11).
//!
//! Five bits a character, most significant first: `0-9 A-Z` without `I L O U`. On input, lower case counts as upper,
//! `O` as `0`, `I` and `L` as `1`; blanks and `-` are skipped.

use thiserror::Error;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters between two separators.
const GROUP: usize = 4;

/// The text is not a code of the expected length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not a valid code")]
pub struct BadCode;

/// `bytes` in groups of four characters joined by `-`; the last character is filled up with zero bits.
#[must_use]
pub fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let characters = bytes.len().saturating_mul(8).div_ceil(5);
    // Reserved in full, so that no piece of a secret code is left behind by growth.
    let mut text = Zeroizing::new(String::with_capacity(characters + characters / GROUP));
    let (mut held, mut bits, mut written) = (0_u32, 0_u32, 0_usize);
    let mut push = |value: u32, text: &mut String| {
        if written > 0 && written.is_multiple_of(GROUP) {
            text.push('-');
        }
        let symbol = usize::try_from(value & 31).ok().and_then(|at| ALPHABET.get(at)).copied();
        text.push(char::from(symbol.unwrap_or(b'0')));
        written += 1;
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits, &mut text);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(held << (5 - bits), &mut text);
    }
    text
}

/// Reads exactly `N` bytes.
///
/// # Errors
/// [`BadCode`] for other characters, another length, or fill bits that are not zero.
pub fn decode<const N: usize>(text: &str) -> Result<Zeroizing<[u8; N]>, BadCode> {
    let mut out = Zeroizing::new([0; N]);
    let mut free = out.iter_mut();
    let (mut held, mut bits, mut characters) = (0_u32, 0_u32, 0_usize);
    for symbol in text.chars().filter(|symbol| !symbol.is_whitespace() && *symbol != '-') {
        let symbol = match symbol.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let value = ALPHABET.iter().position(|known| char::from(*known) == symbol).ok_or(BadCode)?;
        held = (held << 5) | u32::try_from(value).map_err(|_| BadCode)?;
        bits += 5;
        characters += 1;
        if bits >= 8 {
            bits -= 8;
            *free.next().ok_or(BadCode)? = u8::try_from(held >> bits).map_err(|_| BadCode)?;
            held &= (1 << bits) - 1;
        }
    }
    if characters != N.saturating_mul(8).div_ceil(5) || held != 0 {
        return Err(BadCode);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_the_way_people_copy_them() {
        let bytes = [0x8d, 0x64, 0x68, 0x05, 0x7d];
        let text = encode(&bytes);
        assert_eq!(*text, "HNJ6-G1BX");
        for typed in ["HNJ6-G1BX", "hnj6g1bx", " hnj6 glbx ", "HNJ6-GIBX"] {
            assert_eq!(*decode::<5>(typed).unwrap(), bytes, "{typed}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for typed in ["HNJ6-G1B", "HNJ6-G1BX-0", "HNJ6-G1BU", "", "HNJ6 G1B\u{e9}"] {
            assert_eq!(decode::<5>(typed), Err(BadCode), "{typed}");
        }
        // 13 bytes are 104 bits in 21 characters; the 105th bit must be zero.
        let text = encode(&[0xff; 13]);
        assert_eq!(*decode::<13>(&text).unwrap(), [0xff; 13]);
        let odd = text.replace('Y', "Z");
        assert_eq!(decode::<13>(&odd), Err(BadCode));
    }
}
