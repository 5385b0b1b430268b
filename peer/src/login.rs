//! The client's side of a login stream (PROTOCOL §2.11): frames 1 to 9 around the OPAQUE steps of `conclave_crypto`.
//!
//! ```text
//! register   1 REGISTER → 2 REGISTERED ← 3 RECORD →                        (enrolment, reset, password change)
//! log in     4 LOGIN → 5 CHALLENGE ← 6 PROOF → 7 RESULT ← | 9 REFUSED ←
//! confirm    8 CONFIRM → 7 RESULT ← | 9 REFUSED ←                          (after a login token)
//! ```
//!
//! The password never leaves this computer. Key stretching runs on a blocking thread. What it does not do: vault,
//! keys of the account, the directory log.

use std::sync::Arc;

use conclave_crypto::keys::{DeviceId, OrgId, TransportPublic};
use conclave_crypto::login::{
    ChannelKeys, Confirm, Factor as FactorKind, LoggedIn as Opened, LoggingIn, LoginFrame, LoginName,
    LoginResult, Proof, RecordChoice, Registering,
};
use conclave_crypto::password::Password;
use conclave_proto::{ErrorCode, Frame, FrameKind, limits};
use zeroize::Zeroizing;

use crate::entropy;
use crate::model::{Factor, Failure};
use crate::net::ServerStream;

/// Who logs in where: what the channel keys are bound to.
#[derive(Debug, Clone)]
pub(crate) struct LoginParties {
    /// The organisation of the invite.
    pub(crate) org: OrgId,
    /// The user name.
    pub(crate) name: LoginName,
    /// This computer's transport key.
    pub(crate) client: TransportPublic,
    /// The server's transport key, from the invite.
    pub(crate) server: TransportPublic,
}

/// The second factor and the device that logs in.
#[derive(Debug)]
pub(crate) struct LoginProof {
    pub(crate) factor: FactorKind,
    pub(crate) value: Zeroizing<Vec<u8>>,
    pub(crate) device: DeviceId,
    pub(crate) devcert_hash: [u8; 32],
}

impl LoginProof {
    /// A code typed by a person. Blanks and dashes are forgiven; recovery codes are read in any case.
    pub(crate) fn typed(factor: &Factor, device: DeviceId, devcert_hash: [u8; 32]) -> Self {
        let clean = |text: &str| -> Zeroizing<Vec<u8>> {
            let kept = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'-');
            Zeroizing::new(kept.collect())
        };
        let (factor, value) = match factor {
            Factor::Totp(text) => (FactorKind::Totp, clean(text)),
            Factor::RecoveryCode(text) => {
                let mut value = clean(text);
                value.make_ascii_uppercase();
                (FactorKind::RecoveryCode, value)
            }
        };
        Self { factor, value, device, devcert_hash }
    }
}

/// A login that the server has accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) channel: ChannelKeys,
    pub(crate) result: LoginResult,
}

/// Frames 1 to 3: leaves a fresh record with the server, for this stream only.
pub(crate) async fn register(
    stream: &mut ServerStream,
    parties: &LoginParties,
    password: &Arc<Password>,
) -> Result<(), Failure> {
    let (registering, request) =
        Registering::start(password, &mut entropy::rng()).map_err(|_| Failure::new(ErrorCode::Bug))?;
    send(stream, &LoginFrame::Register { name: parties.name.clone(), request }).await?;
    let LoginFrame::Registered { response } = receive(stream, limits::STEP_TIMEOUT).await? else {
        return Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "unexpected frame"));
    };
    let (parties, password) = (parties.clone(), Arc::clone(password));
    let upload = blocking(move || {
        registering.finish(&password, &parties.org, &parties.name, &response, &mut entropy::rng())
    })
    .await?
    .map_err(|_| Failure::new(ErrorCode::AuthRefused))?;
    send(stream, &LoginFrame::Record { upload: Box::new(upload) }).await
}

/// Frames 4 to 7.
pub(crate) async fn log_in(
    stream: &mut ServerStream,
    parties: &LoginParties,
    password: &Arc<Password>,
    record: RecordChoice,
    proof: LoginProof,
) -> Result<Accepted, Failure> {
    let opened = challenge(stream, parties, password, record).await?;
    prove(stream, parties, opened, proof).await
}

/// Frames 4 and 5: the password has opened the server's envelope. No code was spent yet, so this may be tried again.
pub(crate) async fn challenge(
    stream: &mut ServerStream,
    parties: &LoginParties,
    password: &Arc<Password>,
    record: RecordChoice,
) -> Result<Opened, Failure> {
    let (logging_in, ke1) =
        LoggingIn::start(password, &mut entropy::rng()).map_err(|_| Failure::new(ErrorCode::Bug))?;
    send(stream, &LoginFrame::Login { name: parties.name.clone(), record, ke1: Box::new(ke1) }).await?;
    let ke2 = match receive(stream, limits::STEP_TIMEOUT).await? {
        LoginFrame::Challenge { ke2 } => ke2,
        other => return Err(refused(&other)),
    };
    let (who, password) = (parties.clone(), Arc::clone(password));
    blocking(move || logging_in.finish(&password, &who.org, &who.name, &ke2, &mut entropy::rng()))
        .await?
        // A wrong password shows here, before the server knows: the words are the same as for the rest.
        .map_err(|_| Failure::new(ErrorCode::AuthRefused))
}

/// Frames 6 and 7.
pub(crate) async fn prove(
    stream: &mut ServerStream,
    parties: &LoginParties,
    opened: Opened,
    proof: LoginProof,
) -> Result<Accepted, Failure> {
    let channel = opened.session.channel(&parties.org, &parties.client, &parties.server);
    let payload = Proof {
        factor: proof.factor,
        proof: proof.value,
        device: proof.device,
        devcert_hash: proof.devcert_hash,
    };
    let sealed = channel.seal(&payload, &mut entropy::rng());
    let sent = send(stream, &LoginFrame::Proof { ke3: opened.ke3, sealed }).await;
    if let Err(failure) = sent {
        // The server may have ended the stream while the password was stretched, and said why.
        return match receive(stream, limits::STEP_TIMEOUT).await {
            Err(told) if told.code != ErrorCode::ServerUnreachable => Err(told),
            _ => Err(failure),
        };
    }
    let result = result(stream, &channel).await?;
    Ok(Accepted { channel, result })
}

/// Frame 8 and the second RESULT: the ten recovery codes.
pub(crate) async fn confirm(
    stream: &mut ServerStream,
    channel: &ChannelKeys,
    totp: &str,
) -> Result<LoginResult, Failure> {
    let digits = totp.bytes().filter(u8::is_ascii_digit).collect();
    let sealed = channel.seal(&Confirm { totp: Zeroizing::new(digits) }, &mut entropy::rng());
    send(stream, &LoginFrame::Confirm { sealed }).await?;
    result(stream, channel).await
}

async fn result(stream: &mut ServerStream, channel: &ChannelKeys) -> Result<LoginResult, Failure> {
    match receive(stream, limits::STEP_TIMEOUT).await? {
        LoginFrame::Result { sealed } => {
            channel.open(&sealed).map_err(|_| Failure::new(ErrorCode::ServerIdentity))
        }
        other => Err(refused(&other)),
    }
}

async fn send(stream: &mut ServerStream, frame: &LoginFrame) -> Result<(), Failure> {
    stream.send(&Frame::raw(FrameKind::LOGIN, frame.encode())).await.map_err(|error| lost(&error.to_string()))
}

async fn receive(stream: &mut ServerStream, within: std::time::Duration) -> Result<LoginFrame, Failure> {
    let frame = tokio::time::timeout(within, stream.recv())
        .await
        .map_err(|_| lost("timed out"))?
        .map_err(|error| lost(&error.to_string()))?;
    if frame.kind == FrameKind::REFUSAL {
        return Err(Failure::refusal(&frame));
    }
    LoginFrame::decode(&frame.body).map_err(|_| lost("a frame that does not parse"))
}

fn refused(frame: &LoginFrame) -> Failure {
    match frame {
        LoginFrame::Refused { code, wait_ms } => {
            let code = ErrorCode::from_number(u32::from(*code)).unwrap_or(ErrorCode::AuthRefused);
            let mut failure = Failure::new(code);
            failure.retry_after_ms = (*wait_ms > 0).then_some(u64::from(*wait_ms));
            failure
        }
        _ => lost("unexpected frame"),
    }
}

fn lost(why: &str) -> Failure {
    Failure::new(ErrorCode::ServerUnreachable).with("why", why)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::new(ErrorCode::Bug))
}
