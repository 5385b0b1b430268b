//! What the server asks of a leaf beyond the fold before it appends it (PROTOCOL §2.3, A bad leaf).

use super::Directory;
use super::fold::CLOCK_TOLERANCE;
use super::leaf::{Leaf, Object};
use super::refused::LeafRefused;
use super::state::MOVES_REMEMBERED;

/// How old a leaf signed by an admin or root key may be, ms: it may have waited 7 days for a second person.
pub const LATEST_SIGNED_BY_ADMIN: u64 = 7 * 86_400_000;

/// How often a user may join or leave rooms within 24 h.
pub const MOVES_PER_DAY: usize = MOVES_REMEMBERED;

const DAY: u64 = 86_400_000;

impl Directory {
    /// Checks the server's own rules: time, and joins and leaves per day. Apart from [`check`](Self::check).
    ///
    /// # Errors
    /// [`LeafRefused::Decode`], [`LeafRefused::Early`], [`LeafRefused::Late`] or [`LeafRefused::TooManyMoves`].
    pub fn server_rules(&self, leaf: &[u8], now: u64) -> Result<(), LeafRefused> {
        let leaf = Leaf::parse(leaf, self.org())?;
        let back = if leaf.is_by_admin_or_root() { LATEST_SIGNED_BY_ADMIN } else { CLOCK_TOLERANCE };
        if let Some(at) = leaf.object.at() {
            if at > now.saturating_add(CLOCK_TOLERANCE) {
                return Err(LeafRefused::Early);
            }
            if at < now.saturating_sub(back) {
                return Err(LeafRefused::Late);
            }
        }
        if let Object::RoomJoin(moved) | Object::RoomLeave(moved) = &leaf.object {
            let recent = self
                .state
                .moves
                .get(&moved.user_id)
                .map_or(0, |times| times.iter().filter(|at| at.abs_diff(moved.at) < DAY).count());
            if recent >= MOVES_PER_DAY {
                return Err(LeafRefused::TooManyMoves);
            }
        }
        Ok(())
    }
}
