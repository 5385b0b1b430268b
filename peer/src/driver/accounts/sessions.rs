//! Sessions and devices of the own account.

use std::sync::Arc;

use conclave_crypto::keys::DeviceId;
use conclave_crypto::password::Password;
use conclave_proto::schema::{self, request::Call, response::Outcome};
use conclave_proto::{ErrorCode, limits};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::account::Account;
use crate::directory_stream::DirectoryStream;
use crate::driver::{Driver, Reply, Stage, answer, online};
use crate::enrol::unlist_device;
use crate::model::{Failure, SessionInfo};
use crate::net::Net;

use super::finish;
use super::move_in::identity;

impl Driver {
    pub(in crate::driver) fn logout(&mut self, reply: Reply<()>) {
        let engine = match &self.stage {
            Stage::Open(engine) => engine,
            // A session may stand at the server, and what would end it is sealed.
            Stage::Locked { .. } => return answer(reply, Err(Failure::new(ErrorCode::ApiLocked))),
            Stage::Empty | Stage::Enrolling(_) | Stage::Busy => return self.lock("call", reply),
        };
        let (net, account) = (engine.network.net.clone(), engine.account.clone());
        let session = engine.session.as_ref().map(|session| session.stream.clone());
        self.spawn(async move {
            let ended = timeout(limits::STEP_TIMEOUT, end_own_session(session, &net, &account)).await;
            let ended = ended
                .unwrap_or_else(|_| Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "timed out")));
            finish(move |driver| {
                let (closing, closed) = oneshot::channel();
                driver.lock("call", closing);
                tokio::spawn(async move {
                    let closed = closed.await.unwrap_or_else(|_| Err(Failure::new(ErrorCode::Bug)));
                    answer(reply, closed.and(ended));
                });
            })
        });
    }

    pub(in crate::driver) fn sessions(&mut self, reply: Reply<Vec<SessionInfo>>) {
        match self.at_server() {
            Ok(stream) => drop(tokio::spawn(async move { answer(reply, list_sessions(&stream).await) })),
            Err(failure) => answer(reply, Err(failure)),
        }
    }

    /// `session.end`.
    pub(in crate::driver) fn end_session(&mut self, id: [u8; 16], reply: Reply<()>) {
        let stream = match self.at_server() {
            Ok(stream) => stream,
            Err(failure) => return answer(reply, Err(failure)),
        };
        self.spawn(async move {
            let call = Call::EndSession(schema::EndSession { session_id: id.to_vec().into() });
            let ended = stream.carry_out(call).await;
            finish(move |_| answer(reply, ended))
        });
    }

    /// `device.remove`: signed by the account's key, which the password opens.
    pub(in crate::driver) fn remove_device(
        &mut self,
        device: DeviceId,
        password: Password,
        reply: Reply<()>,
    ) {
        let stream = match self.at_server() {
            Ok(stream) => stream,
            Err(failure) => return answer(reply, Err(failure)),
        };
        let Stage::Open(engine) = &self.stage else { return };
        let (account, header) = (engine.account.clone(), engine.header.clone());
        self.spawn(async move {
            let removed = async {
                let (uik, _) = identity(header, Arc::new(password)).await?;
                unlist_device(&stream, &account, &device, &uik).await
            }
            .await;
            finish(move |_| answer(reply, removed))
        });
    }

    /// The stream to the server of an open profile that is logged in.
    fn at_server(&self) -> Result<DirectoryStream, Failure> {
        let Stage::Open(engine) = &self.stage else { return Err(Failure::new(ErrorCode::ApiLocked)) };
        let session = engine.session.as_ref().ok_or_else(|| Failure::new(ErrorCode::ApiLogin))?;
        Ok(session.stream.clone())
    }
}

pub(super) async fn list_sessions(stream: &DirectoryStream) -> Result<Vec<SessionInfo>, Failure> {
    let Outcome::Sessions(found) = stream.request(Call::ListSessions(schema::ListSessions {})).await? else {
        return Err(Failure::new(ErrorCode::ServerUnreachable).with("why", "unexpected answer"));
    };
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let sessions = found.sessions.into_iter().map(|session| SessionInfo {
        id: hex(&session.session_id),
        device: hex(&session.device_id),
        current: session.current,
        system: shown_system(&session.system),
        address: session.address,
        since: session.since_ms,
        last_active: session.last_active_ms,
    });
    Ok(sessions.collect())
}

// The server passes on what another computer said: it is for a person to read, whoever wrote it.
fn shown_system(told: &str) -> Option<String> {
    let plain = |letter: &char| letter.is_ascii_graphic() || *letter == ' ';
    Some(told.chars().filter(plain).take(limits::SYSTEM_NAME).collect())
        .filter(|name: &String| !name.is_empty())
}

/// On the stream that stands, or on one made for it: the session is there whether this computer is connected or not.
async fn end_own_session(
    session: Option<DirectoryStream>,
    net: &Net,
    account: &Account,
) -> Result<(), Failure> {
    let mut made = None;
    let stream = match session {
        Some(stream) => stream,
        None => match online::standing(net, account).await {
            Ok((session, _, _)) => made.insert(session).stream.clone(),
            Err(failure) if online::is_over(failure.code) => return Ok(()),
            Err(failure) => return Err(failure),
        },
    };
    let own = list_sessions(&stream).await?.into_iter().find(|session| session.current);
    let Some(own) = own else { return Ok(()) };
    let id = data_encoding::HEXLOWER.decode(own.id.as_bytes()).unwrap_or_default();
    stream.carry_out(Call::EndSession(schema::EndSession { session_id: id.into() })).await
}
