//! The log of everything that happens, as one hash: the same seed must give the same one (BARS F22).

/// FNV-1a over all happenings, and how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::tests) struct Trace {
    hash: u64,
    happenings: u64,
}

impl Default for Trace {
    fn default() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, happenings: 0 }
    }
}

impl Trace {
    pub(super) fn note(&mut self, now: u64, at: usize, what: &str, bytes: &[u8]) {
        self.happenings += 1;
        let head = [now, at as u64].map(u64::to_be_bytes);
        for byte in head.as_flattened().iter().chain(what.as_bytes()).chain(bytes) {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
