//! What the network and the login server tell, as inputs of the core.

use super::{Engine, Session};
use crate::core::input::{Input, LinkId, ServerNews};
use crate::directory_stream::News;
use crate::driver::online;
use crate::driver::subscribers::Subscribers;
use crate::net::{self, NetEvent};

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
            NetEvent::DialFailed { peer, why } => {
                self.input(Input::DialFailed { peer, why: why.to_string() }, subscribers);
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
