//! Effects of the core, carried out in the order given.

use super::{Engine, WAITING_FRAMES};
use crate::core::Effect;
use crate::core::effect::{Job, JobId};
use crate::core::input::{Input, JobNews, LinkId};
use crate::driver::online;
use crate::driver::subscribers::Subscribers;
use crate::model::Notification;
use crate::net;
use conclave_proto::Frame;
use std::collections::VecDeque;

impl Engine {
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>, subscribers: &mut Subscribers) {
        for effect in effects {
            match effect {
                Effect::Persist { token, batch } => {
                    if let Err(failure) = self.disk.stage(batch, token.0) {
                        self.write_failed(&failure, subscribers);
                        return;
                    }
                }
                Effect::Reply { call, result } => {
                    if let Some(waiting) = self.calls.remove(&call) {
                        waiting.to.answer(result, subscribers);
                    }
                }
                Effect::Notify { seq, cause, event } => {
                    subscribers.notify(&Notification { seq, cause, event: *event });
                }
                Effect::Transmit { link, frame } => self.transmit(link, frame),
                Effect::Close(link) => self.network.net.close(net::LinkId::new(link.0)),
                Effect::Dial { peer, addresses } => {
                    let net = self.network.net.clone();
                    // A network that has stopped dials nobody.
                    tokio::spawn(async move { net.dial(peer, addresses).await.ok() });
                }
                Effect::Ways { relay, lan } => {
                    self.network.net.use_ways(relay.then_some(self.account.server), lan);
                }
                Effect::Authorise { peer, allowed: true } => self.network.net.allow(peer),
                Effect::Authorise { peer, allowed: false } => self.network.net.disallow(&peer),
                Effect::Withhold { file, on } => self.network.shelf.withhold(file.0, on),
                Effect::Ask { request, what } => online::ask(self, request, what),
                Effect::Wake(at) => self.wake = Some(at),
                Effect::Job { job, what } => self.start_job(job, what),
                Effect::CancelJob(job) => self.jobs.cancel(job),
                Effect::SessionOver => self.session = None,
            }
        }
    }

    pub(super) fn start_job(&mut self, job: JobId, what: Job) {
        let teller = self.teller();
        if let Err(failure) = self.jobs.start(job, what, teller.clone()) {
            let news = JobNews::Failed { code: failure.code, details: failure.details };
            // The queue is as long as jobs are many; a full one means the loop is far behind and the job is asked again.
            teller.try_tell(Input::Job { job, news });
        }
    }

    fn transmit(&mut self, link: LinkId, frame: Frame) {
        if let Some(waiting) = self.waiting.get_mut(&link) {
            if waiting.len() >= WAITING_FRAMES {
                self.waiting.remove(&link);
                self.network.net.close(net::LinkId::new(link.0));
            } else {
                waiting.push_back(frame);
            }
            return;
        }
        if let Err(net::SendError::Full) = self.network.net.send(net::LinkId::new(link.0), frame.clone()) {
            self.waiting.insert(link, VecDeque::from([frame]));
        }
    }

    pub(super) fn writable(&mut self, link: LinkId) {
        let Some(mut waiting) = self.waiting.remove(&link) else { return };
        while let Some(frame) = waiting.pop_front() {
            if let Err(net::SendError::Full) = self.network.net.send(net::LinkId::new(link.0), frame.clone())
            {
                waiting.push_front(frame);
                self.waiting.insert(link, waiting);
                return;
            }
        }
    }
}
