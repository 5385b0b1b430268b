//! What the network and the login server tell, as inputs of the core.

use super::{Engine, Session};
use crate::core::input::{Input, LinkId, ServerNews};
use crate::directory_stream::News;
use crate::driver::online;
use crate::driver::subscribers::Subscribers;
use crate::model::{FileId, WaitReason};
use crate::net::{self, AddressCause, NetEvent, OpenError};

impl Engine {
    pub(super) fn net_event(&mut self, event: NetEvent, subscribers: &mut Subscribers) {
        match event {
            NetEvent::Listening(addresses) => {
                self.addresses = addresses;
                online::show(self);
            }
            NetEvent::LinkUp { link, peer, path, .. } => {
                let link = LinkId(link.number());
                let path = match path {
                    net::Path::Internet => crate::model::Path::Internet,
                    net::Path::Relayed => crate::model::Path::Relayed,
                    _ => crate::model::Path::Lan,
                };
                self.links.insert(link, (peer, path));
                self.input(Input::LinkUp { link, peer, path }, subscribers);
            }
            NetEvent::LinkDown { link, why, .. } => {
                tracing::debug!(%why, "link down");
                let link = LinkId(link.number());
                self.links.remove(&link);
                self.waiting.remove(&link);
                self.input(Input::LinkDown { link }, subscribers);
            }
            NetEvent::Frame { link, frame } => {
                self.input(Input::Frame { link: LinkId(link.number()), frame }, subscribers);
            }
            NetEvent::Writable(link) => {
                let link = LinkId(link.number());
                self.writable(link);
                if !self.waiting.contains_key(&link) {
                    self.input(Input::Writable(link), subscribers);
                }
            }
            NetEvent::Measured { link, rtt_ms } => {
                self.input(Input::Measured { link: LinkId(link.number()), rtt_ms }, subscribers);
            }
            NetEvent::Serving { peer, content_id, done, ended } => {
                let file = FileId(content_id);
                self.input(Input::Serving { peer, file, done, ended }, subscribers);
            }
            NetEvent::NetworkChanged => {
                online::network_changed(self);
                self.input(Input::NetworkChanged, subscribers);
            }
            NetEvent::Nearby { peer, addresses } => {
                self.input(Input::Nearby { peer, addresses }, subscribers);
            }
            NetEvent::DialFailed { peer, why } => {
                tracing::debug!(%why, "not reached");
                self.input(Input::DialFailed { peer, why: reason(&why) }, subscribers);
            }
        }
    }

    /// The session stands: the core may act on it.
    pub(in crate::driver) fn came_online(
        &mut self,
        session: Session,
        lease: Vec<u8>,
        clock_skew_ms: i64,
        subscribers: &mut Subscribers,
    ) {
        self.session = Some(session);
        self.tries = 0;
        self.online = Some((lease.clone(), clock_skew_ms));
        online::show(self);
        self.input(Input::Server(ServerNews::Online { lease, clock_skew_ms }), subscribers);
    }

    pub(super) fn server_news(&mut self, news: News, subscribers: &mut Subscribers) {
        match news {
            News::Push(push) => {
                if let Some(news) = online::pushed(*push) {
                    self.input(Input::Server(news), subscribers);
                }
            }
            News::Ended => {
                self.parcels = None;
                let wanted = self.session.take().is_some() && self.online.is_some();
                let next_try_at = wanted.then(|| online::reconnect(self));
                self.input(Input::Server(ServerNews::Offline { next_try_at }), subscribers);
            }
        }
    }
}

/// Why a dial failed, in a word: addresses stay in the debug log.
fn reason(why: &OpenError) -> WaitReason {
    match why {
        OpenError::Unreachable(failures) => {
            let all = |cause: AddressCause| failures.iter().all(|failure| failure.cause == cause);
            if all(AddressCause::Unreachable) { WaitReason::NoNetwork } else { WaitReason::Unreachable }
        }
        // Nobody told where the computer is, or it has moved.
        OpenError::NoAddress | OpenError::WrongIdentity { .. } => WaitReason::Unreachable,
        OpenError::Version(_) | OpenError::Unsupported => WaitReason::TooOld,
        OpenError::Refused { .. } => WaitReason::Refused,
        OpenError::TimedOut | OpenError::Stream(_) | OpenError::Stopped(_) => WaitReason::Connecting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::AddressFailure;

    #[test]
    fn a_reason_carries_no_address() {
        let failures = |causes: &[AddressCause]| {
            let of = |cause: &AddressCause| AddressFailure {
                address: "/ip4/192.0.2.1/tcp/1".to_owned(),
                cause: cause.clone(),
            };
            OpenError::Unreachable(causes.iter().map(of).collect())
        };
        let no_way = || AddressCause::Unreachable;
        assert_eq!(reason(&failures(&[no_way(), no_way()])), WaitReason::NoNetwork);
        assert_eq!(reason(&failures(&[no_way(), AddressCause::TimedOut])), WaitReason::Unreachable);
        let elsewhere = OpenError::WrongIdentity { address: "/ip4/192.0.2.1/tcp/1".to_owned() };
        assert_eq!(reason(&elsewhere).to_string(), "unreachable");
    }
}
