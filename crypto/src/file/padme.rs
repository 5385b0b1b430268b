//! Padmé: how much a file's length may tell (Nikitin et al., PoPETs 2019).
//!
//! The length is rounded up so that its binary form, like a floating-point number, has no more mantissa bits than
//! exponent bits. It costs at most 12 % and leaks O(log log length) bits.

/// The longest file, in bytes: 2^48, far over every policy, so that no length arithmetic can overflow.
pub const MAX_PLAINTEXT: u64 = 1 << 48;

/// The Padmé length of `len` bytes; `None` above [`MAX_PLAINTEXT`].
#[must_use]
pub fn padded_len(len: u64) -> Option<u64> {
    if len > MAX_PLAINTEXT {
        return None;
    }
    let Some(exponent) = len.checked_ilog2() else { return Some(0) };
    // Bits that the exponent itself takes.
    let mantissa = exponent.checked_ilog2().map_or(0, |bits| bits + 1);
    let mask = (1_u64 << (exponent - mantissa)) - 1;
    Some((len + mask) & !mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_the_paper() {
        for (len, padded) in [(0, 0), (1, 1), (2, 2), (7, 7), (8, 8), (9, 10), (100, 104), (1025, 1088)] {
            assert_eq!(padded_len(len), Some(padded), "{len}");
        }
        assert_eq!(padded_len(MAX_PLAINTEXT), Some(MAX_PLAINTEXT));
        assert_eq!(padded_len(MAX_PLAINTEXT + 1), None);
    }

    #[test]
    fn padding_never_shrinks_and_costs_at_most_an_eighth() {
        let mut len = 1_u64;
        while len < MAX_PLAINTEXT / 2 {
            for near in [len - 1, len, len + 1, len + len / 3] {
                let padded = padded_len(near).unwrap();
                assert!(padded >= near && padded - near <= near / 8 + 1, "{near} {padded}");
                assert_eq!(padded_len(padded), Some(padded), "{near}");
            }
            len = len * 2 + 1;
        }
    }
}
