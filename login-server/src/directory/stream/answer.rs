//! The answer to each request of the directory stream.

use std::net::IpAddr;

use bytes::Bytes;
use conclave_crypto::directory::Target;
use conclave_crypto::keys::{DeviceId, UserId};
use conclave_crypto::uik_backup;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use conclave_proto::schema::{
    Done, Failure, Invite, LeaseGranted, ParcelsWaiting, PrekeyStock, Prekeys, PresenceStatus,
    Session as SessionRow, Sessions, SetPresence, UikBackup,
};
use conclave_proto::{ErrorCode, limits};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::Run;
use crate::accounts::{TokenHash, TokenKind};
use crate::clock;
use crate::enrol;
use crate::prekeys::{LOW, PrekeysError};
use crate::presence::Wish;
use crate::session::{Ended, Session};
use crate::store::{Store, Transaction};
use crate::throttle::{Verdict, Who};

/// The longest address a device may publish, in bytes: an address, a port and a relay's key need about 100. All
/// colleagues are told of it.
const ADDRESS: usize = 256;

/// Why a request has no answer.
struct Failed(ErrorCode, u64);

impl From<ErrorCode> for Failed {
    fn from(code: ErrorCode) -> Self {
        Self(code, 0)
    }
}

impl From<crate::store::StoreError> for Failed {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::error!(%error, "the store failed during a request");
        Self(ErrorCode::ServerBusy, 0)
    }
}

impl Run {
    /// The outcome of a call.
    pub(super) async fn answer(&mut self, call: Call) -> Outcome {
        let result = match call {
            Call::LookUpInvite(call) => self.look_up_invite(&call.login_token).await,
            call => match self.session.clone() {
                None => Err(self.no_session()),
                Some(session) => self.answer_member(&session, call).await,
            },
        };
        result.unwrap_or_else(|Failed(code, wait)| {
            Outcome::Failure(Failure {
                code: code.number(),
                wait_ms: u32::try_from(wait).unwrap_or(u32::MAX),
            })
        })
    }

    /// Nobody is logged in here: who was, and did not hear the end on the connection that was closed, hears it now.
    fn no_session(&self) -> Failed {
        self.shared.sessions.last_end(&self.client.peer).map_or(ErrorCode::ApiLogin.into(), |why| {
            Failed(why.code, why.until.saturating_sub(clock::now()))
        })
    }

    async fn answer_member(&mut self, session: &Session, call: Call) -> Result<Outcome, Failed> {
        let now = clock::now();
        match call {
            Call::LookUpInvite(_) => Err(ErrorCode::ApiState.into()),
            Call::GetLeaves(call) => {
                let head = self.head();
                if call.first > head.size {
                    self.shared.client_is_ahead(call.first);
                }
                Ok(Outcome::Leaves(self.leaves(&head, call.first)))
            }
            Call::AppendLeaf(call) => {
                enrol::take(&self.shared, session, &call.leaf, now).await.map_err(|refused| refused.0)?;
                Ok(Outcome::Done(Done {}))
            }
            Call::PutUikBackup(call) => self.put_backup(session, &call.backup).await,
            Call::GetUikBackup(_) => {
                let backup = self.shared.store.get(&backup_key(session)).await?.unwrap_or_default();
                Ok(Outcome::UikBackup(UikBackup { backup: backup.into() }))
            }
            Call::Goodbye(_) => Ok(Outcome::Done(Done {})),
            Call::ListSessions(_) => Ok(Outcome::Sessions(self.list_sessions(session))),
            Call::EndSession(call) => self.end_session(session, &call.session_id),
            call => {
                let user = self.full.ok_or(ErrorCode::ApiState)?;
                self.answer_full(session, user, call, now).await
            }
        }
    }

    async fn answer_full(
        &mut self,
        session: &Session,
        user: UserId,
        call: Call,
        now: u64,
    ) -> Result<Outcome, Failed> {
        let device = self.own_device(user).ok_or(ErrorCode::ApiState)?;
        match call {
            Call::PublishPrekeys(call) => {
                let owner = self.shared.log.read().party(&device).ok_or(ErrorCode::ApiState)?;
                let stock = self
                    .shared
                    .prekeys
                    .publish(&owner, &call.bundle, &call.one_time, now)
                    .await
                    .map_err(prekeys_failed)?;
                Ok(Outcome::PrekeyStock(PrekeyStock { dh: count(stock.dh), kem: count(stock.kem) }))
            }
            Call::ClaimPrekeys(call) => self.claim(&device, &call.device_id, now).await,
            Call::RenewLease(_) => {
                let hash = {
                    let fold = self.shared.log.read();
                    fold.active(&device).map(|(_, cert)| cert.hash())
                };
                let hash = hash.ok_or(ErrorCode::ApiState)?;
                let lease = self.shared.log.lease(&user, &device, &hash, now).ok_or(ErrorCode::ServerBusy)?;
                self.shared.keep_session(session, now).await;
                Ok(Outcome::Lease(LeaseGranted { lease: lease.into() }))
            }
            Call::SetPresence(call) => self.set_presence(session, user, call),
            _ => Err(ErrorCode::ApiState.into()),
        }
    }

    async fn look_up_invite(&mut self, token: &[u8]) -> Result<Outcome, Failed> {
        let now = clock::now();
        // Counted by address alone: a token belongs to no name.
        let who = Who {
            account: format!(
                "invite from {}",
                self.client.address.map_or_else(String::new, |ip| ip.to_string())
            ),
            address: self.client.address,
            known_device: None,
        };
        if let Verdict::Wait(wait) = self.shared.throttle().attempt(&who, now) {
            return Err(Failed(ErrorCode::AuthThrottled, wait));
        }
        let found =
            self.shared.accounts.token(TokenHash::of(token)).await?.filter(|token| token.is_open(now));
        match found {
            // A code for another phone is no link: it goes with a password.
            Some(token) if token.kind != TokenKind::Phone => {
                self.shared.throttle().succeeded(&who);
                self.guest = true;
                Ok(Outcome::Invite(Invite {
                    user_name: token.name,
                    organisation: self.shared.config().server.organisation.clone(),
                    expires_ms: token.expires,
                    reset: token.kind == TokenKind::Reset,
                }))
            }
            _ => {
                self.shared.throttle().failed(&who, now);
                Err(ErrorCode::AccountInvite.into())
            }
        }
    }

    async fn put_backup(&self, session: &Session, backup: &[u8]) -> Result<Outcome, Failed> {
        let allowed = self.shared.log.read().policy().is_some_and(|policy| policy.uik_backup);
        if !allowed {
            return Err(ErrorCode::ApiState.into());
        }
        if backup.len() != uik_backup::LEN {
            return Err(ErrorCode::ApiParams.into());
        }
        self.shared.store.transact(Transaction::new().put(backup_key(session), backup)).await?;
        Ok(Outcome::Done(Done {}))
    }

    async fn claim(&self, claimer: &DeviceId, wanted: &[u8], now: u64) -> Result<Outcome, Failed> {
        let wanted = DeviceId::new(wanted.try_into().map_err(|_| ErrorCode::ApiParams)?);
        let owner = {
            let fold = self.shared.log.read();
            fold.active(&wanted).map(|(user, cert)| (user.name.as_str().to_owned(), cert.cert().tpk))
        };
        let (_, tpk) = owner.ok_or(ErrorCode::ApiNotFound)?;
        let claimed = self.shared.prekeys.claim(claimer, &wanted, now).await.map_err(prekeys_failed)?;
        if let Some(session) = self.shared.sessions.of(&tpk) {
            session.stock.notify_one();
        }
        Ok(Outcome::Prekeys(Prekeys {
            bundle: claimed.bundle.into(),
            one_time_dh: claimed.dh.unwrap_or_default().into(),
            one_time_kem: claimed.kem.unwrap_or_default().into(),
        }))
    }

    fn set_presence(
        &mut self,
        session: &Session,
        user: UserId,
        call: SetPresence,
    ) -> Result<Outcome, Failed> {
        let status = call.status();
        let known = PresenceStatus::try_from(call.status).is_ok() && status != PresenceStatus::Offline;
        let bounded =
            call.text.chars().count() <= limits::STATUS_TEXT && call.addresses.len() <= limits::ADDRESSES;
        let parsed = call
            .addresses
            .iter()
            .all(|address| address.len() <= ADDRESS && Multiaddr::try_from(address.to_vec()).is_ok());
        let named =
            call.system.chars().count() <= limits::SYSTEM_NAME && !call.system.contains(char::is_control);
        if !known || !bounded || !parsed || !named {
            return Err(ErrorCode::ApiParams.into());
        }
        session.runs_on(call.system);
        self.addresses = call.addresses;
        // Addresses first: the wish then shows or hides them.
        if status == PresenceStatus::Invisible {
            self.set_wish(user, Wish { status, text: call.text, until: call.until_ms });
            self.show_online(user);
        } else {
            self.show_online(user);
            self.set_wish(user, Wish { status, text: call.text, until: call.until_ms });
        }
        Ok(Outcome::Done(Done {}))
    }

    fn list_sessions(&self, session: &Session) -> Sessions {
        let row = |other: &Session| SessionRow {
            session_id: Bytes::copy_from_slice(&other.id),
            device_id: Bytes::copy_from_slice(self.shared.device_of(other).as_bytes()),
            current: other.id == session.id,
            address: other.address.map_or_else(String::new, |ip| ip.to_string()),
            since_ms: other.since,
            last_active_ms: other.last_active(),
            system: other.system().to_owned(),
        };
        let all = self.shared.sessions.of_account(&session.name);
        Sessions { sessions: all.iter().map(|other| row(other)).collect() }
    }

    fn end_session(&self, session: &Session, id: &[u8]) -> Result<Outcome, Failed> {
        let own = self.shared.sessions.of_account(&session.name);
        let found = own.iter().find(|other| other.id == *id).ok_or(ErrorCode::ApiNotFound)?;
        self.shared.end_session(found, Ended::because(ErrorCode::SessionEnded), clock::now());
        Ok(Outcome::Done(Done {}))
    }

    /// The stock of the own device if it is low.
    pub(super) async fn low_stock(&self) -> Option<PrekeyStock> {
        let device = self.own_device(self.full?)?;
        let stock = self.shared.prekeys.stock(&device).await.ok()?;
        let low = stock.dh < LOW || stock.kem < LOW;
        low.then(|| PrekeyStock { dh: count(stock.dh), kem: count(stock.kem) })
    }

    /// How many parcels wait for the own device.
    pub(super) fn parcels_waiting(&self) -> ParcelsWaiting {
        let device = self.full.and_then(|user| self.own_device(user));
        ParcelsWaiting { count: device.map_or(0, |device| count(self.shared.dropbox.count(&device))) }
    }

    fn own_device(&self, user: UserId) -> Option<DeviceId> {
        let fold = self.shared.log.read();
        if fold.ban(&Target::User(user)).is_some() {
            return None;
        }
        let user = fold.user(&user)?;
        let own = user.devices.iter().map(|cert| cert.cert()).find(|cert| cert.tpk == self.client.peer)?;
        fold.active(&own.device_id).map(|_| own.device_id)
    }
}

/// The addresses a client gave, and the same ones at the host the connection comes from.
pub(super) fn with_observed(given: &[Bytes], observed: Option<IpAddr>) -> Vec<Bytes> {
    let mut all: Vec<Multiaddr> =
        given.iter().filter_map(|bytes| Multiaddr::try_from(bytes.to_vec()).ok()).collect();
    if let Some(observed) = observed {
        for address in all.clone() {
            let seen: Multiaddr = address
                .iter()
                .map(|part| match (part, observed) {
                    (Protocol::Ip4(_), IpAddr::V4(ip)) => Protocol::Ip4(ip),
                    (Protocol::Ip6(_), IpAddr::V6(ip)) => Protocol::Ip6(ip),
                    (part, _) => part,
                })
                .collect();
            if !all.contains(&seen) {
                all.push(seen);
            }
        }
    }
    // A wildcard is an address to listen on, not one to dial.
    all.retain(|address| crate::net::ip(address).is_none_or(|ip| !ip.is_unspecified()));
    all.truncate(2 * limits::ADDRESSES);
    all.into_iter().map(|address| Bytes::from(address.to_vec())).collect()
}

fn backup_key(session: &Session) -> Vec<u8> {
    [b"uik-backup/".as_slice(), session.name.as_bytes()].concat()
}

fn count(stock: usize) -> u32 {
    u32::try_from(stock).unwrap_or(u32::MAX)
}

fn prekeys_failed(error: PrekeysError) -> Failed {
    match error {
        PrekeysError::Refused => ErrorCode::ApiParams.into(),
        PrekeysError::Spent => ErrorCode::AuthThrottled.into(),
        PrekeysError::None => ErrorCode::ApiNotFound.into(),
        PrekeysError::Store(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_observed_host_is_added_with_the_advertised_port() {
        let bytes = |text: &str| Bytes::from(text.parse::<Multiaddr>().unwrap().to_vec());
        let given = [bytes("/ip4/192.168.1.5/tcp/7000"), bytes("/ip4/0.0.0.0/udp/7001/quic-v1")];
        let all = with_observed(&given, Some(IpAddr::from([203, 0, 113, 9])));
        assert_eq!(
            all,
            [
                bytes("/ip4/192.168.1.5/tcp/7000"),
                bytes("/ip4/203.0.113.9/tcp/7000"),
                bytes("/ip4/203.0.113.9/udp/7001/quic-v1"),
            ]
        );
        assert_eq!(with_observed(&given[..1], Some(IpAddr::from([192, 168, 1, 5]))), given[..1]);
    }
}
