//! Another phone in the place of one that an administrator took away: the password is proven as ever, the
//! administrator's one-time code stands for the second factor, and the new phone counts once its first code is proven
//! (PROTOCOL §2.11, frames 4 to 8 with the stored record and a login token).

use std::sync::Arc;

use conclave_crypto::login::{ChannelKeys, Factor as FactorKind, LoginResult};
use conclave_crypto::password::Password;
use conclave_crypto::reset::ResetCode;
use conclave_proto::ErrorCode;
use zeroize::Zeroizing;

use crate::driver::engine::Engine;
use crate::driver::{Driver, Reply, Stage, answer};
use crate::enrol::authenticator;
use crate::login::{self, LoginProof};
use crate::model::{EnrolAccount, Failure, RecoveryCodes};
use crate::net::ServerStream;

use super::finish;
use super::login::{Attempt, Inside, LogIn};

/// A phone whose first code is awaited.
pub(in crate::driver) struct NewPhone {
    /// `None` after a wrong code, which ends the stream: the next try logs in again and finds the same secret.
    login: Option<(ServerStream, ChannelKeys, i64)>,
    password: Arc<Password>,
    code: ResetCode,
}

impl Driver {
    pub(in crate::driver) fn totp_replace(
        &mut self,
        password: Password,
        code: &str,
        reply: Reply<EnrolAccount>,
    ) {
        self.phone = None;
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        let Ok(code) = ResetCode::parse(code) else {
            return answer(reply, Err(Failure::new(ErrorCode::AuthRefused)));
        };
        let phone = NewPhone { login: None, password: Arc::new(password), code };
        let (attempt, name) = (phone.attempt(engine), engine.account.name.clone());
        self.spawn(async move {
            let login = attempt.log_in().await;
            finish(move |driver| {
                let told = login.and_then(|(LogIn { stream, skew, accepted }, _)| {
                    let told = authenticator(&accepted.result.totp_secret, &name, "")?;
                    let login = Some((stream, accepted.channel, skew));
                    driver.phone = Some(NewPhone { login, ..phone });
                    Ok(told)
                });
                answer(reply, told);
            })
        });
    }

    pub(in crate::driver) fn totp_confirm(&mut self, totp: Zeroizing<String>, reply: Reply<RecoveryCodes>) {
        let (Some(mut phone), Stage::Open(engine)) = (self.phone.take(), &self.stage) else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "no new phone")));
        };
        let attempt = phone.attempt(engine);
        self.spawn(async move {
            let confirmed = phone.confirm(attempt, &totp).await;
            finish(move |driver| match confirmed {
                Ok((inside, result, skew)) => {
                    answer(reply, Ok(RecoveryCodes::of(&result.codes)));
                    driver.enter(inside, result, skew);
                }
                Err(failure) => {
                    driver.phone = Some(phone);
                    answer(reply, Err(failure));
                }
            })
        });
    }
}

impl NewPhone {
    fn attempt(&self, engine: &Engine) -> Attempt {
        let account = &engine.account;
        let token = self.code.login_token(&account.org(), &account.user);
        let proof = LoginProof {
            factor: FactorKind::LoginToken,
            value: Zeroizing::new(token.expose().to_vec()),
            device: account.device,
            devcert_hash: account.cert.hash(),
        };
        Attempt::with(engine, Arc::clone(&self.password), proof)
    }

    async fn confirm(&mut self, attempt: Attempt, totp: &str) -> Result<(Inside, LoginResult, i64), Failure> {
        let (mut stream, channel, skew, inside) = match self.login.take() {
            Some((stream, channel, skew)) => (stream, channel, skew, attempt.into_inside()),
            None => {
                let (LogIn { stream, skew, accepted }, inside) = attempt.log_in().await?;
                (stream, accepted.channel, skew, inside)
            }
        };
        let result = login::confirm(&mut stream, &channel, totp).await?;
        Ok((inside, result, skew))
    }
}
