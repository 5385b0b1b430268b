//! What a peer says before it can be judged (PROTOCOL §2.3, Hello).
//!
//! A peer that is ahead in the log may have accepted me and speak at once, while the leaves that tell who it is are still
//! on their way to me. What it says then is kept unread, a little of it: its question for prekeys would otherwise be put
//! again after seconds only, and its messages after many.

use conclave_crypto::hello::Hello;
use conclave_proto::Frame;

/// Frames kept of one link: a question for prekeys, profiles and the first messages.
const MOST_FRAMES: usize = 32;
/// Bytes kept of one link: anybody who was ever shown a signed head may have as many links as there are.
const MOST_BYTES: usize = 64 << 10;

/// A Hello that cannot be judged yet, and what followed.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) hello: Hello,
    frames: Vec<Frame>,
    bytes: usize,
    /// Some was not kept: the peer is asked to send again once it is accepted.
    lost: bool,
}

impl Early {
    pub(super) const fn new(hello: Hello) -> Self {
        Self { hello, frames: Vec::new(), bytes: 0, lost: false }
    }

    /// Keeps a frame, or notes that it is lost; none after a lost one is kept, so that they stay in order.
    pub(super) fn keep(&mut self, frame: &Frame) {
        let bytes = self.bytes.saturating_add(frame.body.len());
        if self.lost || self.frames.len() >= MOST_FRAMES || bytes > MOST_BYTES {
            self.lost = true;
            return;
        }
        self.bytes = bytes;
        self.frames.push(frame.clone());
    }

    /// The frames in the order in which they came, and whether more of them were lost.
    pub(super) fn into_frames(self) -> (Vec<Frame>, bool) {
        (self.frames, self.lost)
    }
}
