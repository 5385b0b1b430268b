//! Numbers without a fixed size: LEB128, and zigzag for differences that may be negative.

/// `value − base`, small in either direction.
pub(super) const fn zigzag(value: u64, base: u64) -> u64 {
    let difference = value.wrapping_sub(base).cast_signed();
    (difference << 1 ^ difference >> 63).cast_unsigned()
}

/// What `zigzag` was made of.
pub(super) const fn unzigzag(coded: u64, base: u64) -> u64 {
    base.wrapping_add(coded >> 1 ^ (coded & 1).wrapping_neg())
}

/// Appends a number.
pub(super) fn leb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front; nothing if there is none.
pub(super) fn unleb(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
