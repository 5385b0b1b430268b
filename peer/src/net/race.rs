//! Two peers that open a link to each other at the same time end with one link, the same one on both sides.
//!
//! ```text
//! no link                     → take the new one
//! link older than RACE        → take the new one: its opener had seen the old link and has lost it
//! both by the same side       → take the new one: a side opens a second only after losing the first
//! else (crossing)             → keep the one opened by the side with the lower transport key
//! ```

use core::time::Duration;

use conclave_proto::limits;

/// Two links younger than this may have crossed: opening a stream takes at most a step.
pub(super) const RACE: Duration = limits::STEP_TIMEOUT;

/// Which side opened a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opener {
    /// This side.
    Us,
    /// The other side.
    Them,
}

/// Whether a new link takes the place of an old one of that opener and age.
pub(super) fn replaces(new: Opener, old: Opener, age: Duration, we_are_lower: bool) -> bool {
    age >= RACE || new == old || (new == Opener::Us) == we_are_lower
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossing_links_end_with_the_same_one_on_both_sides() {
        // Low opened X, high opened Y; each side may see them in either order.
        let young = Duration::from_millis(5);
        for low_sees_x_first in [true, false] {
            for high_sees_x_first in [true, false] {
                let low_keeps_x = if low_sees_x_first {
                    !replaces(Opener::Them, Opener::Us, young, true)
                } else {
                    replaces(Opener::Us, Opener::Them, young, true)
                };
                let high_keeps_x = if high_sees_x_first {
                    !replaces(Opener::Us, Opener::Them, young, false)
                } else {
                    replaces(Opener::Them, Opener::Us, young, false)
                };
                assert!(low_keeps_x && high_keeps_x);
            }
        }
    }

    #[test]
    fn who_comes_back_is_let_in() {
        assert!(replaces(Opener::Them, Opener::Us, RACE, true), "the other side lost an old link");
        assert!(replaces(Opener::Them, Opener::Them, Duration::ZERO, true), "the other side started again");
    }
}
