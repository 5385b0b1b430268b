//! Frames of a link: what may be said before the Hello is accepted, and who takes what comes after.

use conclave_proto::schema::{Leaves, LeavesRequest, PrekeyReply, PrekeyRequest, Resend};
use conclave_proto::{Frame, FrameKind};

use crate::core::Core;
use crate::core::effect::Effect;
use crate::core::gate::Step;
use crate::core::input::LinkId;
use crate::model::Failure;
use crate::record::Read;

impl<R: Read> Core<R> {
    /// A frame came.
    pub(in crate::core) fn on_frame(
        &mut self,
        step: &mut Step<'_>,
        link: LinkId,
        frame: &Frame,
    ) -> Result<(), Failure> {
        let Some(held) = self.links.by_id.get_mut(&link) else { return Ok(()) };
        let well = match (held.user, frame.kind) {
            (None, FrameKind::HELLO) if held.held.is_none() => self.on_hello(step, link, frame)?,
            (None, FrameKind::LEAVES) if held.held.is_some() => match frame.parse::<Leaves>() {
                Ok(leaves) => {
                    self.on_peer_leaves(step, leaves)?;
                    self.judge_again(step, link)?;
                    true
                }
                Err(_) => false,
            },
            (None, _) => match &mut held.held {
                Some(early) => {
                    early.keep(frame);
                    true
                }
                None => frame.optional,
            },
            (Some(user), FrameKind::ENVELOPE) => self.on_envelope(step, &user, &frame.body)?.is_ok(),
            (Some(user), FrameKind::PREKEY_REQUEST) if frame.parse::<PrekeyRequest>().is_ok() => {
                self.on_prekey_request(step, &user, link);
                true
            }
            (Some(user), FrameKind::PREKEY_REPLY) => match frame.parse::<PrekeyReply>() {
                Ok(reply) => {
                    self.on_prekeys(step, &user, &reply)?;
                    true
                }
                Err(_) => false,
            },
            (Some(_), FrameKind::LEAVES_REQUEST) => match frame.parse::<LeavesRequest>() {
                Ok(request) => {
                    if let Some(leaves) = self.log.answer(request.first) {
                        step.after(Effect::Transmit {
                            link,
                            frame: Frame::message(FrameKind::LEAVES, &leaves),
                        });
                    }
                    true
                }
                Err(_) => false,
            },
            (Some(_), FrameKind::LEAVES) => match frame.parse::<Leaves>() {
                Ok(leaves) => {
                    self.on_peer_leaves(step, leaves)?;
                    true
                }
                Err(_) => false,
            },
            (Some(user), FrameKind::RESEND) if frame.parse::<Resend>().is_ok() => {
                self.resend(step, &user)?;
                true
            }
            (Some(_), _) => frame.optional,
        };
        if well { Ok(()) } else { self.close(step, link) }
    }
}
