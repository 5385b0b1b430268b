//! What the handle asks of the loop, each with where its answer goes. What the core answers alone is one
//! [`Request::Call`]; the others need the vault, the login server or the loop itself.

use std::path::PathBuf;

use conclave_crypto::password::Password;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use crate::api::Output;
use crate::enrol::Join;
use crate::model::{
    Answer, Call, Contents, DeviceId, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, ExportData,
    Factor, Failure, LoggedIn, RecoveryCodes, SessionInfo, Status, Unlock, UserId,
};
use crate::net::NetReport;

/// An answer to a request of the handle.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// What the handle asks of the loop.
pub(crate) enum Request {
    Attach {
        outputs: mpsc::Sender<Output>,
        reply: Reply<u64>,
    },
    Submit {
        subscriber: u64,
        call: u64,
        cause: Option<Value>,
        what: Call,
    },
    Call {
        what: Call,
        reply: Reply<Answer>,
    },
    EnrolStart {
        link: Zeroizing<String>,
        reply: Reply<EnrolStart>,
    },
    EnrolAccount {
        user_name: String,
        display_name: Option<String>,
        password: Password,
        reply: Reply<EnrolAccount>,
    },
    EnrolConfirm {
        totp: Zeroizing<String>,
        reply: Reply<EnrolConfirm>,
    },
    EnrolFinish {
        reply: Reply<EnrolFinish>,
    },
    EnrolDevice {
        join: Join,
        reply: Reply<EnrolFinish>,
    },
    EnrolCancel {
        reply: Reply<()>,
    },
    Unlock {
        by: Unlock,
        reply: Reply<()>,
    },
    Lock {
        reply: Reply<()>,
    },
    Login {
        password: Password,
        factor: Factor,
        reply: Reply<LoggedIn>,
    },
    Logout {
        reply: Reply<()>,
    },
    BackupCreate {
        path: PathBuf,
        passphrase: Password,
        reply: Reply<Contents>,
    },
    BackupVerify {
        path: PathBuf,
        passphrase: Password,
        reply: Reply<Contents>,
    },
    BackupRestore {
        path: PathBuf,
        passphrase: Password,
        reply: Reply<Contents>,
    },
    ExportData {
        what: ExportData,
        password: Password,
        reply: Reply<Answer>,
    },
    EraseAll {
        confirm: String,
        password: Password,
        reply: Reply<()>,
    },
    Sessions {
        reply: Reply<Vec<SessionInfo>>,
    },
    EndSession {
        id: [u8; 16],
        reply: Reply<()>,
    },
    RemoveDevice {
        device: DeviceId,
        password: Password,
        reply: Reply<()>,
    },
    ChangePassword {
        old: Password,
        new: Password,
        totp: Zeroizing<String>,
        reply: Reply<()>,
    },
    TotpReplace {
        password: Password,
        code: Zeroizing<String>,
        reply: Reply<EnrolAccount>,
    },
    TotpConfirm {
        totp: Zeroizing<String>,
        reply: Reply<RecoveryCodes>,
    },
    Status {
        reply: Reply<Status>,
    },
    Network {
        user: Option<UserId>,
        reply: Reply<(NetReport, Option<u64>)>,
    },
    TryNow {
        reply: Reply<()>,
    },
    Shutdown {
        reply: oneshot::Sender<()>,
    },
}
