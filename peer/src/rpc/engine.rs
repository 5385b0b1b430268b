//! What the shell needs of the engine: [`Peer`] in the product, a scripted one in the tests of the shell.

use std::future::Future;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::api::{Attached, Output, Peer};
use crate::doctor::Include;
use crate::model::{
    Answer, Call, Contents, DeviceId, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, ExportData,
    Factor, Failure, Finding, LoggedIn, RecoveryCodes, SessionInfo, Status, Unlock, UserRef,
};
use crate::words::Language;
use conclave_crypto::password::Password;
use zeroize::Zeroizing;

macro_rules! engine {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $result:ty;)*) => {
        /// The engine as the shell uses it.
        pub(super) trait Engine: Clone + Send + Sync + 'static {
            /// Hands in a core call; its answer comes among the outputs.
            fn submit(
                &self,
                call: u64,
                cause: Option<Value>,
                what: Call,
            ) -> impl Future<Output = Result<(), Failure>> + Send;
            /// `doctor.run`
            fn doctor(
                &self,
                user: Option<UserRef>,
                language: Language,
            ) -> impl Future<Output = Result<Vec<Finding>, Failure>> + Send;
            /// `doctor.report`
            fn doctor_report(
                &self,
                path: &Path,
                include: &[Include],
                language: Language,
            ) -> impl Future<Output = Result<(), Failure>> + Send;
            $(
                /// As the method of the same name of the engine's handle.
                fn $name(&self, $($arg: $kind),*) -> impl Future<Output = Result<$result, Failure>> + Send;
            )*
        }

        impl Engine for Attachment {
            async fn doctor(&self, user: Option<UserRef>, language: Language) -> Result<Vec<Finding>, Failure> {
                self.peer.doctor(user, language).await
            }

            async fn doctor_report(
                &self,
                path: &Path,
                include: &[Include],
                language: Language,
            ) -> Result<(), Failure> {
                self.peer.doctor_report(path, include, language).await
            }


            async fn submit(&self, call: u64, cause: Option<Value>, what: Call) -> Result<(), Failure> {
                self.peer.submit_to(self.subscriber, call, cause, what).await
            }
            $(
                async fn $name(&self, $($arg: $kind),*) -> Result<$result, Failure> {
                    self.peer.$name($($arg),*).await
                }
            )*
        }
    };
}

/// The handle, with the number of the stream that takes the answers.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    peer: Peer,
    subscriber: u64,
}

impl Attachment {
    pub(super) const fn new(peer: Peer, subscriber: u64) -> Self {
        Self { peer, subscriber }
    }
}

engine! {
    enrol_start(link: Zeroizing<String>) -> EnrolStart;
    enrol_account(user_name: String, display_name: Option<String>, password: Password) -> EnrolAccount;
    enrol_confirm(totp: Zeroizing<String>) -> EnrolConfirm;
    enrol_finish() -> EnrolFinish;
    enrol_device(
        link: Zeroizing<String>,
        user_name: String,
        password: Password,
        factor: Factor,
        recovery_key: Zeroizing<String>
    ) -> EnrolFinish;
    enrol_cancel() -> ();
    unlock(by: Unlock) -> ();
    lock() -> ();
    login(password: Password, factor: Factor) -> LoggedIn;
    logout() -> ();
    totp_replace(password: Password, code: Zeroizing<String>) -> EnrolAccount;
    totp_confirm(totp: Zeroizing<String>) -> RecoveryCodes;
    backup_create(path: PathBuf, passphrase: Password) -> Contents;
    backup_verify(path: PathBuf, passphrase: Password) -> Contents;
    backup_restore(path: PathBuf, passphrase: Password) -> Contents;
    export_data(what: ExportData, password: Password) -> Answer;
    erase_all(confirm: String, password: Password) -> ();
    sessions() -> Vec<SessionInfo>;
    end_session(id: [u8; 16]) -> ();
    remove_device(device: DeviceId, password: Password) -> ();
    change_password(old: Password, new: Password, totp: Zeroizing<String>) -> ();
    status() -> Status;
}

/// The ordered stream of answers and events.
pub(super) trait Outputs: Send + 'static {
    /// The next one; `None` after the engine has stopped. Cancel safe.
    fn next(&mut self) -> impl Future<Output = Option<Output>> + Send;
}

impl Outputs for Attached {
    async fn next(&mut self) -> Option<Output> {
        Self::next(self).await
    }
}
