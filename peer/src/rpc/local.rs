//! Calls that the core does not answer: the interface's own, enrolment, vault and login.

use conclave_crypto::password::Password;
use conclave_proto::ErrorCode;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::INTERFACE;
use super::engine::Engine;
use super::params::{self, EnrolAccount, EnrolCheck, EnrolConfirm, EnrolStart, PasswordChange};
use super::writer::Outgoing;
use crate::model::{Factor, Failure, Unlock};
use crate::password;
use crate::words::{self, Language};

/// One of them.
pub(super) enum Local {
    Version,
    Status,
    EnrolStart(EnrolStart),
    EnrolCheck(EnrolCheck),
    EnrolAccount(EnrolAccount),
    EnrolConfirm(EnrolConfirm),
    EnrolFinish,
    EnrolCancel,
    Unlock(Unlock),
    Lock,
    Login(Password, Factor),
    Logout,
    TotpReplace(params::TotpReplace),
    TotpConfirm(EnrolConfirm),
    Sessions,
    EndSession([u8; 16]),
    RemoveDevice(params::RemoveDevice),
    EnrolDevice(params::EnrolDevice, Factor),
    Doctor(params::Doctor),
    DoctorReport(params::DoctorReport),
    BackupCreate(params::Backup),
    BackupVerify(params::Backup),
    BackupRestore(params::Backup),
    ExportData(params::ExportData),
    EraseAll(params::EraseAll),
    PasswordChange(PasswordChange),
}

impl Local {
    /// `vault.unlock` takes one of its two parameters.
    pub(super) fn unlock(given: params::Unlock) -> Result<Self, Failure> {
        Ok(Self::Unlock(match (given.password, given.recovery_key) {
            (Some(password), None) => Unlock::Password(Password::new(&password.0)),
            (None, Some(key)) => Unlock::RecoveryKey(key.0),
            _ => return Err(params::wrong("password")),
        }))
    }

    /// `session.login` takes one of its two second factors.
    pub(super) fn login(given: params::Login) -> Result<Self, Failure> {
        let factor = factor(given.totp, given.recovery_code)?;
        Ok(Self::Login(Password::new(&given.password.0), factor))
    }

    /// `enrol.device` takes one of its two second factors.
    pub(super) fn device(mut given: params::EnrolDevice) -> Result<Self, Failure> {
        let factor = factor(given.totp.take(), given.recovery_code.take())?;
        Ok(Self::EnrolDevice(given, factor))
    }

    /// `session.end`
    pub(super) fn end(given: &params::EndSession) -> Result<Self, Failure> {
        let id = data_encoding::HEXLOWER.decode(given.id.as_bytes()).ok();
        let id = id.and_then(|id| id.try_into().ok()).ok_or_else(|| params::wrong("id"))?;
        Ok(Self::EndSession(id))
    }

    /// Whether its answer must stand before the events it causes: those that the engine tells at once.
    const fn holds_events(&self) -> bool {
        matches!(self, Self::Lock | Self::Logout)
    }

    async fn run(self, engine: &impl Engine, language: Language) -> Result<Value, Failure> {
        match self {
            Self::Version => value(&json!({
                "interface": INTERFACE,
                "version": env!("CARGO_PKG_VERSION"),
                "protocol": conclave_proto::version::NEWEST,
            })),
            Self::Status => value(&engine.status().await?),
            Self::EnrolStart(given) => value(&engine.enrol_start(given.link.0).await?),
            Self::EnrolCheck(given) => check(given, language).await,
            Self::EnrolAccount(given) => {
                let names = [Some(given.user_name.clone()), given.display_name.clone()];
                refuse_weak(given.password.0.clone(), names.into_iter().flatten().collect(), language)
                    .await?;
                let password = Password::new(&given.password.0);
                value(&engine.enrol_account(given.user_name, given.display_name, password).await?)
            }
            Self::EnrolConfirm(given) => value(&engine.enrol_confirm(given.totp.0).await?),
            Self::EnrolFinish => value(&engine.enrol_finish().await?),
            Self::EnrolCancel => done(engine.enrol_cancel().await),
            Self::Unlock(by) => done(engine.unlock(by).await),
            Self::Lock => done(engine.lock().await),
            Self::Login(password, factor) => value(&engine.login(password, factor).await?),
            Self::Logout => done(engine.logout().await),
            Self::TotpReplace(given) => {
                let password = Password::new(&given.password.0);
                value(&engine.totp_replace(password, given.reset_code.0).await?)
            }
            Self::TotpConfirm(given) => value(&engine.totp_confirm(given.totp.0).await?),
            Self::BackupCreate(given) => {
                let passphrase = Password::new(&given.passphrase.0);
                value(&engine.backup_create(given.path, passphrase).await?)
            }
            Self::BackupVerify(given) => {
                let passphrase = Password::new(&given.passphrase.0);
                value(&engine.backup_verify(given.path, passphrase).await?)
            }
            Self::BackupRestore(given) => {
                let passphrase = Password::new(&given.passphrase.0);
                value(&engine.backup_restore(given.path, passphrase).await?)
            }
            Self::ExportData(params::ExportData { path, password, overwrite }) => {
                let what = crate::model::ExportData { path, overwrite };
                value(&engine.export_data(what, Password::new(&password.0)).await?)
            }
            Self::EraseAll(given) => {
                done(engine.erase_all(given.confirm, Password::new(&given.password.0)).await)
            }
            Self::EndSession(id) => done(engine.end_session(id).await),
            Self::RemoveDevice(given) => {
                done(engine.remove_device(given.id, Password::new(&given.password.0)).await)
            }
            Self::EnrolDevice(given, factor) => {
                let password = Password::new(&given.password.0);
                let (link, key) = (given.link.0, given.recovery_key.0);
                value(&engine.enrol_device(link, given.user_name, password, factor, key).await?)
            }
            Self::Sessions => value(&json!({ "sessions": engine.sessions().await? })),
            Self::Doctor(given) => value(&json!({ "checks": engine.doctor(given.user, language).await? })),
            Self::DoctorReport(given) => {
                engine.doctor_report(&given.path, &given.include, language).await?;
                value(&json!({ "path": given.path }))
            }
            Self::PasswordChange(given) => {
                let names = match engine.status().await?.core {
                    Some(core) => vec![core.me.name, core.me.display_name],
                    None => return Err(Failure::new(ErrorCode::ApiLocked)),
                };
                refuse_weak(given.new.0.clone(), names, language).await?;
                let (old, new) = (Password::new(&given.old.0), Password::new(&given.new.0));
                done(engine.change_password(old, new, given.totp.0).await)
            }
        }
    }
}

fn factor(totp: Option<params::Hidden>, code: Option<params::Hidden>) -> Result<Factor, Failure> {
    match (totp, code) {
        (Some(totp), None) => Ok(Factor::Totp(totp.0)),
        (None, Some(code)) => Ok(Factor::RecoveryCode(code.0)),
        _ => Err(params::wrong("totp")),
    }
}

/// Does them one after the other, in the order received.
pub(super) async fn work<E: Engine>(
    engine: E,
    language: Language,
    mut tasks: mpsc::Receiver<(u64, Local)>,
    lines: mpsc::Sender<Outgoing>,
) {
    while let Some((call, local)) = tasks.recv().await {
        answer(&engine, language, call, local, &lines).await;
    }
}

/// Does one and hands its answer to the writer.
pub(super) async fn answer(
    engine: &impl Engine,
    language: Language,
    call: u64,
    local: Local,
    lines: &mpsc::Sender<Outgoing>,
) {
    let held = local.holds_events();
    if held && lines.send(Outgoing::HoldEvents).await.is_err() {
        return;
    }
    let result = local.run(engine, language).await;
    // A writer that has ended is noticed by the reading loop.
    let _ended = lines.send(Outgoing::Own { call, result, held }).await;
}

/// `enrol.check`: what can be said about a name and a password before anybody is asked.
async fn check(given: EnrolCheck, language: Language) -> Result<Value, Failure> {
    let mut reasons = Vec::new();
    if given.user_name.as_deref().is_some_and(|name| !is_user_name(name)) {
        let code = ErrorCode::AccountName;
        reasons.push(json!({ "code": code.text(), "message": words::text(language, code.text()) }));
    }
    let mut answer = json!({});
    if let Some(password) = given.password {
        let verdict = judge(password.0, given.user_name.into_iter().collect()).await?;
        answer["score"] = verdict.score.into();
        reasons.extend(verdict.reasons.iter().map(|reason| reason.to_json(language)));
    }
    answer["ok"] = reasons.is_empty().into();
    answer["reasons"] = reasons.into();
    Ok(answer)
}

/// PROTOCOL §2.3, fold rules.
fn is_user_name(name: &str) -> bool {
    conclave_crypto::username::Username::parse(name).is_ok()
}

async fn refuse_weak(
    password: Zeroizing<String>,
    names: Vec<String>,
    language: Language,
) -> Result<(), Failure> {
    judge(password, names).await?.into_result(language)
}

/// The estimate takes milliseconds of pure computing.
async fn judge(password: Zeroizing<String>, names: Vec<String>) -> Result<password::Verdict, Failure> {
    let judged = tokio::task::spawn_blocking(move || {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        password::judge(&password, &names)
    });
    judged.await.map_err(|_| Failure::new(ErrorCode::Bug))
}

fn done(result: Result<(), Failure>) -> Result<Value, Failure> {
    result.map(|()| json!({}))
}

fn value(result: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(result).map_err(|_| Failure::new(ErrorCode::Bug))
}
