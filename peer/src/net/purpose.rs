//! What a stream is for: its protocol name, its frame limit and the frames it knows.

use conclave_proto::{FrameError, FrameKind, limits, protocol};

/// Frames of a PEER stream after `Opening`.
const PEER_KINDS: &[FrameKind] = &[
    FrameKind::REFUSAL,
    FrameKind::HELLO,
    FrameKind::ENVELOPE,
    FrameKind::PREKEY_REQUEST,
    FrameKind::PREKEY_REPLY,
    FrameKind::LEAVES_REQUEST,
    FrameKind::LEAVES,
    FrameKind::RESEND,
];
const FILE_KINDS: &[FrameKind] =
    &[FrameKind::REFUSAL, FrameKind::FILE_REQUEST, FrameKind::FILE_ANSWER, FrameKind::DATA];
const LOGIN_KINDS: &[FrameKind] = &[FrameKind::REFUSAL, FrameKind::LOGIN];
const DIRECTORY_KINDS: &[FrameKind] =
    &[FrameKind::REFUSAL, FrameKind::REQUEST, FrameKind::RESPONSE, FrameKind::PUSH];
const DROP_BOX_KINDS: &[FrameKind] =
    &[FrameKind::REFUSAL, FrameKind::BOX_REQUEST, FrameKind::BOX_RESPONSE, FrameKind::DATA];
/// Every kind this program knows on some stream: one of these on the wrong stream is out of order, not unknown.
const ALL_KINDS: [&[FrameKind]; 6] =
    [PEER_KINDS, FILE_KINDS, LOGIN_KINDS, DIRECTORY_KINDS, DROP_BOX_KINDS, &[FrameKind::OPENING]];

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// The long-lived stream of two peers.
    Peer,
    /// One verified range request.
    File,
    /// Login and enrolment.
    Login,
    /// Directory log, presence, leases.
    Directory,
    /// Parcels for people who are away.
    DropBox,
    /// One libp2p ping, asked for by us.
    Probe,
}

/// What to do with a frame that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It belongs here.
    Take,
    /// Unknown and marked optional.
    Skip,
}

impl Purpose {
    /// The longest frame, as its length field counts.
    pub(super) const fn limit(self) -> usize {
        match self {
            Self::Peer | Self::Directory | Self::DropBox => limits::FRAME,
            Self::File => limits::DATA_FRAME,
            Self::Login | Self::Probe => limits::CONTROL_FRAME,
        }
    }

    /// Judges a frame that comes after `Opening`.
    pub(super) fn judge(self, kind: FrameKind, optional: bool) -> Result<Verdict, FrameError> {
        let kinds = match self {
            Self::Peer => PEER_KINDS,
            Self::File => FILE_KINDS,
            Self::Login => LOGIN_KINDS,
            Self::Directory => DIRECTORY_KINDS,
            Self::DropBox => DROP_BOX_KINDS,
            Self::Probe => &[],
        };
        if kinds.contains(&kind) {
            Ok(Verdict::Take)
        } else if ALL_KINDS.iter().any(|kinds| kinds.contains(&kind)) {
            Err(FrameError::OutOfOrder(kind))
        } else if optional {
            Ok(Verdict::Skip)
        } else {
            Err(FrameError::Unknown(kind))
        }
    }
}

impl AsRef<str> for Purpose {
    fn as_ref(&self) -> &str {
        match self {
            Self::Peer => protocol::PEER,
            Self::File => protocol::FILE,
            Self::Login => protocol::LOGIN,
            Self::Directory => protocol::DIRECTORY,
            Self::DropBox => protocol::DROPBOX,
            Self::Probe => "/ipfs/ping/1.0.0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_skipped_or_refused() {
        assert_eq!(Purpose::Peer.judge(FrameKind::HELLO, false), Ok(Verdict::Take));
        assert_eq!(Purpose::Peer.judge(FrameKind(9000), true), Ok(Verdict::Skip));
        assert_eq!(Purpose::Peer.judge(FrameKind(9000), false), Err(FrameError::Unknown(FrameKind(9000))));
        for wrong in [FrameKind::OPENING, FrameKind::LOGIN, FrameKind::DATA, FrameKind::PUSH] {
            assert_eq!(Purpose::Peer.judge(wrong, true), Err(FrameError::OutOfOrder(wrong)));
        }
    }
}
