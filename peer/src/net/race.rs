//! Two peers that open a link to each other at the same time end with one link, the same one on both sides; and a
//! link moves to a direct connection when there is one.
//!
//! ```text
//! no link                         → take the new one
//! new one direct, old one relayed → take the new one: the link moves to the better path
//! link older than RACE            → take the new one: its opener had seen the old link and has lost it
//! old one direct, new one relayed → keep the old one: they have crossed
//! both by the same side           → take the new one: a side opens a second only after losing the first
//! else (crossing)                 → keep the one opened by the side with the lower transport key
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

/// One of two links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contender {
    pub(super) opener: Opener,
    /// Not through a relay; both sides see this alike.
    pub(super) direct: bool,
}

/// Whether a new link takes the place of an old one of that age.
pub(super) fn replaces(new: Contender, old: Contender, age: Duration, we_are_lower: bool) -> bool {
    if new.direct && !old.direct || age >= RACE {
        return true;
    }
    if old.direct && !new.direct {
        return false;
    }
    new.opener == old.opener || (new.opener == Opener::Us) == we_are_lower
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Contender = Contender { opener: Opener::Us, direct: true };
    const THEM: Contender = Contender { opener: Opener::Them, direct: true };

    fn relayed(one: Contender) -> Contender {
        Contender { direct: false, ..one }
    }

    #[test]
    fn crossing_links_end_with_the_same_one_on_both_sides() {
        // Low opened X, high opened Y; each side may see them in either order.
        let young = Duration::from_millis(5);
        for (x_direct, y_direct) in [(true, true), (false, false), (true, false), (false, true)] {
            let keeps_x = |x: Opener, y: Opener, we_are_lower: bool, x_first: bool| {
                let x = Contender { opener: x, direct: x_direct };
                let y = Contender { opener: y, direct: y_direct };
                if x_first {
                    !replaces(y, x, young, we_are_lower)
                } else {
                    replaces(x, y, young, we_are_lower)
                }
            };
            let wanted = x_direct || !y_direct;
            for first in [true, false] {
                assert_eq!(keeps_x(Opener::Us, Opener::Them, true, first), wanted);
                assert_eq!(keeps_x(Opener::Them, Opener::Us, false, first), wanted);
            }
        }
    }

    #[test]
    fn who_comes_back_is_let_in() {
        assert!(replaces(THEM, US, RACE, true), "the other side lost an old link");
        assert!(replaces(THEM, THEM, Duration::ZERO, true), "the other side started again");
        assert!(replaces(relayed(THEM), US, RACE, true), "the other side lost the direct link");
    }

    #[test]
    fn a_link_moves_to_a_direct_connection_and_not_back() {
        for (new, old) in [(US, THEM), (THEM, US), (US, US), (THEM, THEM)] {
            for lower in [true, false] {
                assert!(replaces(new, relayed(old), Duration::ZERO, lower));
                assert!(!replaces(relayed(new), old, Duration::ZERO, lower));
            }
        }
    }
}
