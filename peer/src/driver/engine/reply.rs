//! Who waits for the answer to a call.

use conclave_proto::ErrorCode;
use serde_json::Value;

use crate::driver::subscribers::Subscribers;
use crate::driver::{Reply, answer};
use crate::model::{Answer, Call, Failure, Status};

/// A call that is not answered yet.
pub(super) struct Waiting {
    pub(super) to: ReplyTo,
    pub(super) cause: Option<Value>,
    /// What is asked once more of another core, where asking changes nothing.
    pub(super) read: Option<Call>,
}

impl Waiting {
    pub(super) fn new(to: ReplyTo, cause: Option<Value>, what: &Call) -> Self {
        Self { to, cause, read: what.reads().then(|| what.clone()) }
    }
}

/// Who waits for the answer to a call.
pub(in crate::driver) enum ReplyTo {
    /// A stream, in order with events.
    Subscriber { reader: u64, call: u64 },
    /// A future.
    Handle(Reply<Answer>),
    /// The engine's own status, around the core's.
    Status(Reply<Status>),
}

impl ReplyTo {
    pub(in crate::driver) fn answer(self, result: Result<Answer, Failure>, subscribers: &mut Subscribers) {
        match self {
            Self::Subscriber { reader, call } => subscribers.answer(reader, call, result),
            Self::Handle(reply) => answer(reply, result),
            Self::Status(reply) => answer(
                reply,
                result.and_then(|result| match result {
                    Answer::Status(core) => Ok(Status {
                        locked: false,
                        enrolled: true,
                        logged_in: core.server.state == crate::model::ServerLink::Online,
                        core: Some(*core),
                    }),
                    _ => Err(Failure::new(ErrorCode::Bug)),
                }),
            ),
        }
    }
}
