//! The organisation's fingerprint: what a newcomer compares with what the administrator has given them.
//!
//! ```text
//! hash = SHA-256(ORK_pub);  8 digits = u40(hash[5i .. 5i+5]) mod 10^8, i = 0..4;  32 digits in groups of 4
//! ```
//!
//! 32 digits hold 106 bits: enough against a second root key made to look the same.

use crate::keys::OrkPublic;
use crate::primitives::sha256;

/// The fingerprint of a root key: eight groups of four digits.
#[must_use]
pub fn fingerprint(ork: &OrkPublic) -> String {
    let hash = sha256(&[ork.as_bytes()]);
    let mut groups = Vec::with_capacity(8);
    for part in hash.chunks_exact(5).take(4) {
        let number = part.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % 100_000_000;
        groups.push(format!("{:04}", number / 10_000));
        groups.push(format!("{:04}", number % 10_000));
    }
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::OrkSecret;
    use crate::secret::Secret;

    #[test]
    fn eight_groups_of_four_digits() {
        let text = fingerprint(&OrkSecret::from_seed(Secret::new([7; 32])).public());
        let groups: Vec<&str> = text.split(' ').collect();
        assert_eq!(groups.len(), 8);
        assert!(
            groups.iter().all(|group| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_digit()))
        );
        assert_ne!(text, fingerprint(&OrkSecret::from_seed(Secret::new([8; 32])).public()));
    }
}
