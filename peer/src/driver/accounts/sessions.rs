//! Sessions and devices of the own account.

use std::sync::Arc;

use conclave_crypto::keys::DeviceId;
use conclave_crypto::password::Password;
use conclave_proto::schema::{self, request::Call, response::Outcome};
use conclave_proto::{ErrorCode, limits};

use crate::directory_stream::DirectoryStream;
use crate::driver::{Driver, Reply, Stage, answer};
use crate::enrol::unlist_device;
use crate::model::{Failure, SessionInfo};

use super::finish;
use super::move_in::identity;

impl Driver {
    pub(in crate::driver) fn logout(&mut self, reply: Reply<()>) {
        let stream = match &self.stage {
            Stage::Open(engine) => engine.session.as_ref().map(|session| session.stream.clone()),
            _ => None,
        };
        if let Some(stream) = stream {
            self.spawn(async move {
                // Without an answer the session ends by itself at the server; locking does not wait for it.
                drop(end_own_session(&stream).await);
                finish(move |driver| driver.lock("call", reply))
            });
        } else {
            self.lock("call", reply);
        }
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

async fn end_own_session(stream: &DirectoryStream) -> Result<(), Failure> {
    let own = list_sessions(stream).await?.into_iter().find(|session| session.current);
    let Some(own) = own else { return Ok(()) };
    let id = data_encoding::HEXLOWER.decode(own.id.as_bytes()).unwrap_or_default();
    stream.carry_out(Call::EndSession(schema::EndSession { session_id: id.into() })).await
}
