//! The steps of an enrolment: each borrows it from the stage and gives it back.

use std::sync::Arc;

use conclave_crypto::password::Password;
use conclave_proto::ErrorCode;
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::account::Stage as Progress;
use crate::disk::Disk;
use crate::driver::engine::{ReplyTo, Session};
use crate::driver::{Driver, Reply, Stage, answer, online};
use crate::enrol::{Enrolled, Enrolment, Join};
use crate::model::{
    Call as CoreCall, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, Failure, ProfileSet,
};

use super::finish;
use super::password::judged;
use super::vault::Opened;

impl Driver {
    pub(in crate::driver) fn enrol_start(&mut self, link: Zeroizing<String>, reply: Reply<EnrolStart>) {
        let back = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Empty) => Stage::Empty,
            Ok(Stage::Locked { unfinished: true }) => Stage::Locked { unfinished: true },
            Ok(Stage::Enrolling(enrolment))
                if enrolment.account().is_none_or(|account| account.stage == Progress::Registering) =>
            {
                Stage::Empty
            }
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "enrolled")));
            }
        };
        let (profile, lock, listen) = self.place();
        self.spawn(async move {
            let started = Enrolment::start(profile, lock, &listen, &link).await;
            finish(move |driver| match started {
                Ok((enrolment, told)) => {
                    driver.stage = Stage::Enrolling(Box::new(enrolment));
                    answer(reply, Ok(told));
                }
                Err(failure) => {
                    driver.stage = back;
                    answer(reply, Err(failure));
                }
            })
        });
    }

    /// Lends the enrolment to a step and takes it back.
    pub(super) fn enrolment_step<T: Send + 'static>(
        &mut self,
        reply: Reply<T>,
        step: impl FnOnce(Box<Enrolment>) -> BoxFuture<'static, (Box<Enrolment>, Result<T, Failure>)>,
    ) {
        match self.lend() {
            Err(failure) => answer(reply, Err(failure)),
            Ok(Stage::Enrolling(enrolment)) => {
                let stepping = step(enrolment);
                self.spawn(async move {
                    let (enrolment, result) = stepping.await;
                    finish(move |driver| {
                        driver.stage = Stage::Enrolling(enrolment);
                        answer(reply, result);
                    })
                });
            }
            Ok(other) => {
                self.stage = other;
                answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "no enrolment")));
            }
        }
    }

    pub(in crate::driver) fn enrol_account(
        &mut self,
        user_name: String,
        display_name: Option<String>,
        password: Password,
        reply: Reply<EnrolAccount>,
    ) {
        if let Err(failure) = judged(&password, &user_name) {
            return answer(reply, Err(failure));
        }
        self.enrolment_step(reply, move |mut enrolment| {
            Box::pin(async move {
                let made = enrolment.account_made(&user_name, display_name, Arc::new(password)).await;
                (enrolment, made)
            })
        });
    }

    pub(in crate::driver) fn enrol_confirm(&mut self, totp: Zeroizing<String>, reply: Reply<EnrolConfirm>) {
        self.enrolment_step(reply, move |mut enrolment| {
            Box::pin(async move {
                let confirmed = enrolment.confirm(&totp).await;
                (enrolment, confirmed)
            })
        });
    }

    pub(in crate::driver) fn enrol_finish(&mut self, reply: Reply<EnrolFinish>) {
        let mut enrolment = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Enrolling(enrolment)) => enrolment,
            Ok(other) => {
                let code = if matches!(other, Stage::Locked { .. }) {
                    ErrorCode::ApiLocked
                } else {
                    ErrorCode::ApiState
                };
                self.stage = other;
                return answer(reply, Err(Failure::new(code)));
            }
        };
        self.spawn(async move {
            let result = enrolment.finish().await;
            finish(move |driver| {
                driver.finished_enrolment(enrolment, result, reply);
            })
        });
    }

    fn finished_enrolment(
        &mut self,
        enrolment: Box<Enrolment>,
        result: Result<EnrolFinish, Failure>,
        reply: Reply<EnrolFinish>,
    ) {
        if !enrolment.is_ready() {
            self.stage = Stage::Enrolling(enrolment);
            return answer(reply, result);
        }
        let Some(Enrolled { account, header, disk, device, network, directory }) = enrolment.into_enrolled()
        else {
            self.stage = Stage::Locked { unfinished: false };
            return answer(reply, result);
        };
        let profile = self.profile.clone();
        drop(Disk::finished(&profile));
        let opened = Opened { account, header, disk, device, uik: None };
        match self.open_engine(opened, network) {
            Ok(()) => {
                self.name_myself();
                if let Some((stream, news)) = directory {
                    self.resume_session(Session { stream, news });
                }
                answer(reply, result);
            }
            Err(failure) => answer(reply, Err(failure)),
        }
    }

    /// `enrol.device`: this computer for an account that exists.
    pub(in crate::driver) fn enrol_device(&mut self, join: Join, reply: Reply<EnrolFinish>) {
        match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Empty | Stage::Locked { unfinished: true }) => {}
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "enrolled")));
            }
        }
        let (profile, lock, listen) = self.place();
        let folder = profile.clone();
        self.spawn(async move {
            let joined = Enrolment::join(profile, lock, &listen, join).await;
            let (enrolment, result) = match joined {
                Ok(mut enrolment) => {
                    let result = enrolment.finish().await;
                    (Some(Box::new(enrolment)), result)
                }
                Err(failure) => (None, Err(failure)),
            };
            finish(move |driver| match enrolment {
                Some(enrolment) => driver.finished_enrolment(enrolment, result, reply),
                None => {
                    driver.stage =
                        if Disk::exists(&folder) { Stage::Locked { unfinished: true } } else { Stage::Empty };
                    answer(reply, result);
                }
            })
        });
    }

    /// The display name of the enrolment becomes the full name of the profile.
    fn name_myself(&mut self) {
        let Stage::Open(engine) = &mut self.stage else { return };
        let Some(full_name) = engine.account.display_name.clone() else { return };
        let fields = ProfileSet { full_name: Some(full_name), ..ProfileSet::default() };
        let (nobody, _) = tokio::sync::oneshot::channel();
        engine.call(ReplyTo::Handle(nobody), None, CoreCall::ProfileSet(fields), &mut self.subscribers);
    }

    /// After an enrolment the session stands already; only the lease is missing.
    fn resume_session(&mut self, session: Session) {
        self.spawn(async move {
            let lease = online::resume(&session.stream).await;
            finish(move |driver| {
                let (Stage::Open(engine), Ok(lease)) = (&mut driver.stage, lease) else { return };
                engine.came_online(session, lease, 0, &mut driver.subscribers);
            })
        });
    }

    pub(in crate::driver) fn enrol_cancel(&mut self, reply: Reply<()>) {
        match self.lend() {
            Err(failure) => answer(reply, Err(failure)),
            Ok(Stage::Enrolling(enrolment))
                if enrolment.account().is_none_or(|account| account.stage == Progress::Registering) =>
            {
                let profile = self.profile.clone();
                self.spawn(async move {
                    drop(enrolment);
                    let cleared = tokio::task::spawn_blocking(move || Disk::clear_unfinished(&profile)).await;
                    finish(move |driver| {
                        driver.stage = Stage::Empty;
                        answer(reply, cleared.unwrap_or_else(|_| Err(Failure::new(ErrorCode::Bug))));
                    })
                });
            }
            Ok(other) => {
                self.stage = other;
                answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "confirmed")));
            }
        }
    }
}
