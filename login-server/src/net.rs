//! The network side: accepted streams, frames on them, and the swarm they come from.

mod accept;
mod framed;
mod metered;
mod swarm;

pub(crate) use accept::{Inbound, ip};
pub(crate) use framed::{FramedStream, StreamError, refusal};
pub(crate) use swarm::{Behaviour, BehaviourEvent, build};
