//! The drop-box stream of one connection: requests of a logged-in device, each answered before the next is taken.
//!
//! Who asks is looked up anew for every request, so a ban or an ended session counts at once. Parcels longer than one
//! frame come and go in chunks; of those that come, only a few at a time are in memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use conclave_crypto::keys::{DeviceId, ItemId, UserId};
use conclave_crypto::parcel::{BoxReceipt, Parcel, SMALLEST};
use conclave_proto::schema::box_request::Call;
use conclave_proto::schema::box_response::Outcome;
use conclave_proto::schema::{
    BoxRequest, BoxResponse, Deposit, Deposited, Done, Failure, GoOn, ListParcels, ParcelRow, ParcelStart,
    Parcels,
};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind, limits};
use futures::{AsyncRead, AsyncWrite};

use super::{Allowed, Kept, NotTaken};
use crate::clock;
use crate::login::Client;
use crate::net::{FramedStream, StreamError, refusal};
use crate::shared::Shared;

/// Serves one drop-box stream.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send>(
    shared: Arc<Shared>,
    client: Client,
    stream: S,
) {
    let step = shared.config().limits.handshake_timeout;
    let mut stream = FramedStream::new(stream, limits::FRAME, step);
    if let Err(error) = stream.open(clock::now()).await {
        tracing::debug!(%error, "a drop-box stream did not open");
        return;
    }
    let run = Run { shared, client, step };
    match run.run(&mut stream).await {
        Ok(()) => stream.close().await,
        Err(StreamError::Frame(error)) => {
            tracing::debug!(%error, "a drop-box stream was refused");
            stream.refuse(refusal(ErrorCode::ApiLine, 0)).await;
            run.shared.close(run.client.connection);
        }
        Err(error) => tracing::debug!(%error, "a drop-box stream ended"),
    }
}

/// Why a request is refused, and when to come again, in milliseconds.
struct Refused(ErrorCode, u64);

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self(code, 0)
    }
}

impl From<NotTaken> for Refused {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::Off => Self(ErrorCode::ApiState, 0),
            NotTaken::TooLong => Self(ErrorCode::ApiParams, 0),
            NotTaken::Full => Self(ErrorCode::DropBoxFull, 0),
            NotTaken::Spent(wait) => Self(ErrorCode::DropBoxFull, wait),
            NotTaken::Busy => Self(ErrorCode::ServerBusy, 0),
            NotTaken::Disk(_) | NotTaken::Store(_) => {
                tracing::error!(error = %why, "the drop box failed");
                Self(ErrorCode::ServerBusy, 0)
            }
        }
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        NotTaken::Disk(error).into()
    }
}

/// Who asks.
#[derive(Clone, Copy)]
struct Caller {
    user: UserId,
    device: DeviceId,
}

struct Run {
    shared: Arc<Shared>,
    client: Client,
    step: Duration,
}

impl Run {
    async fn run<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        stream: &mut FramedStream<S>,
    ) -> Result<(), StreamError> {
        if self.caller().is_none() {
            stream.refuse(refusal(ErrorCode::ApiLogin, 0)).await;
            return Ok(());
        }
        loop {
            let frame = stream.next().await?;
            let request: BoxRequest = match frame.kind {
                FrameKind::BOX_REQUEST => frame.parse()?,
                FrameKind::REFUSAL => return Ok(()),
                _ if frame.optional => continue,
                FrameKind::OPENING | FrameKind::BOX_RESPONSE | FrameKind::DATA => {
                    return Err(FrameError::OutOfOrder(frame.kind).into());
                }
                kind => return Err(FrameError::Unknown(kind).into()),
            };
            let Some(call) = request.call else { return Err(FrameError::Body(frame.kind).into()) };
            let Some(caller) = self.caller() else {
                answer(stream, failure(&Refused(ErrorCode::ApiLogin, 0))).await?;
                return Ok(());
            };
            let answered = match call {
                Call::Deposit(call) => self.deposit(stream, caller, call).await?,
                Call::List(call) => self.list(caller, &call),
                Call::Fetch(call) => self.fetch(stream, caller, &call.item_id).await?,
                Call::Erase(call) => self.erase(caller, &call.item_ids).await,
            };
            // A fetch has sent its own answer.
            match answered {
                Ok(Some(outcome)) => answer(stream, outcome).await?,
                Ok(None) => {}
                Err(refused) => answer(stream, failure(&refused)).await?,
            }
        }
    }

    // The device of this connection, if its session stands, it is the active one, and nobody is banned.
    fn caller(&self) -> Option<Caller> {
        let session = self.shared.sessions.of(&self.client.peer)?;
        session.touch(clock::now());
        let fold = self.shared.log.read();
        let user = fold.user_by_name(session.name.as_str())?;
        let own = user.devices.iter().map(|cert| cert.cert()).find(|cert| cert.tpk == self.client.peer)?;
        let device = own.device_id;
        let user = user.id;
        fold.active(&device).map(|_| Caller { user, device })
    }

    fn allowed(&self) -> Option<Allowed> {
        self.shared.log.read().policy().map(Allowed::by)
    }

    async fn deposit<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        stream: &mut FramedStream<S>,
        caller: Caller,
        call: Deposit,
    ) -> Result<Result<Option<Outcome>, Refused>, StreamError> {
        let length = match self.may_deposit(&call) {
            Ok(length) => length,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut bytes = Vec::from(call.start);
        let mut permit = None;
        if bytes.len() < length {
            match Arc::clone(&self.shared.dropbox.long).try_acquire_owned() {
                Ok(taken) => permit = Some(taken),
                Err(_) => return Ok(Err(ErrorCode::ServerBusy.into())),
            }
            answer(stream, Outcome::GoOn(GoOn {})).await?;
            bytes.reserve_exact(length - bytes.len());
        }
        while bytes.len() < length {
            let frame =
                tokio::time::timeout(self.step, stream.next()).await.map_err(|_| StreamError::Slow)??;
            let fits = !frame.body.is_empty()
                && frame.body.len() <= limits::PARCEL_CHUNK
                && frame.body.len() <= length - bytes.len();
            if frame.kind != FrameKind::DATA || !fits {
                return Err(FrameError::OutOfOrder(frame.kind).into());
            }
            bytes.extend_from_slice(&frame.body);
        }
        let taken = self.take(caller, bytes).await;
        drop(permit);
        Ok(taken.map(Some))
    }

    /// Judges a deposit by its first bytes; its whole length.
    fn may_deposit(&self, call: &Deposit) -> Result<usize, Refused> {
        if !self.shared.config().service.writes() {
            return Err(ErrorCode::ServerBusy.into());
        }
        let length = usize::try_from(call.length).map_err(|_| ErrorCode::ApiParams)?;
        let start = call.start.len();
        // Whoever can send all of it at once does: a chunk is never left out.
        let whole = start == length || (start == limits::PARCEL_CHUNK && start < length);
        if length < SMALLEST || start > limits::PARCEL_CHUNK || !whole {
            return Err(ErrorCode::ApiParams.into());
        }
        let to = call.start.first_chunk::<16>().map(|id| DeviceId::new(*id)).ok_or(ErrorCode::ApiParams)?;
        // Unknown, gone and banned look alike.
        if self.shared.log.read().active(&to).is_none() {
            return Err(ErrorCode::ApiNotFound.into());
        }
        let allowed = self.allowed().ok_or(NotTaken::Off)?;
        self.shared.dropbox.has_room(&to, call.length, &allowed)?;
        Ok(length)
    }

    async fn take(&self, caller: Caller, bytes: Vec<u8>) -> Result<Outcome, Refused> {
        let parcel = Parcel::decode(bytes).map_err(|_| ErrorCode::ApiParams)?;
        let to = parcel.to();
        let allowed = self.allowed().ok_or(NotTaken::Off)?;
        let now = clock::now();
        let kept = self.shared.dropbox.deposit(&caller.user, parcel, &allowed, now).await?;
        let owner = {
            let fold = self.shared.log.read();
            fold.active(&to).map(|(_, cert)| cert.cert().tpk)
        };
        if let Some(session) = owner.and_then(|tpk| self.shared.sessions.of(&tpk)) {
            session.parcels.notify_one();
        }
        let receipt = BoxReceipt { item_id: kept.item, stored: kept.stored, expires: kept.expires };
        let receipt = receipt.sign(&self.shared.org, &self.shared.log.dsk()).to_bytes();
        Ok(Outcome::Deposited(Deposited { receipt: receipt.into() }))
    }

    fn list(&self, caller: Caller, call: &ListParcels) -> Result<Option<Outcome>, Refused> {
        let after = if call.after.is_empty() { None } else { Some(item_id(&call.after)?) };
        let (kept, more) =
            self.shared.dropbox.list(&caller.device, after.as_ref(), limits::PARCELS_AT_ONCE, clock::now());
        Ok(Some(Outcome::Parcels(Parcels { rows: kept.iter().map(row).collect(), more })))
    }

    async fn fetch<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        stream: &mut FramedStream<S>,
        caller: Caller,
        item: &[u8],
    ) -> Result<Result<Option<Outcome>, Refused>, StreamError> {
        let kept = match item_id(item) {
            Ok(item) => self.shared.dropbox.item(&caller.device, &item, clock::now()),
            Err(refused) => return Ok(Err(refused)),
        };
        let Some(kept) = kept else { return Ok(Err(ErrorCode::ApiNotFound.into())) };
        let start = match self.part(kept, 0).await {
            Ok(start) => start,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut sent = start.len() as u64;
        answer(stream, Outcome::Parcel(ParcelStart { length: kept.length, start })).await?;
        while sent < kept.length {
            // The disk failed in the middle, or the parcel was erased: the end of the stream says so.
            let part = self.part(kept, sent).await.map_err(|_| StreamError::Closed)?;
            sent = sent.saturating_add(part.len() as u64);
            stream.send(&Frame::raw(FrameKind::DATA, part)).await?;
        }
        Ok(Ok(None))
    }

    async fn part(&self, kept: Kept, from: u64) -> Result<Bytes, Refused> {
        let rest = usize::try_from(kept.length.saturating_sub(from)).unwrap_or(usize::MAX);
        let part = self.shared.dropbox.read(kept, from, rest.min(limits::PARCEL_CHUNK)).await?;
        Ok(part.into())
    }

    async fn erase(&self, caller: Caller, items: &[Bytes]) -> Result<Option<Outcome>, Refused> {
        if items.len() > limits::PARCELS_AT_ONCE {
            return Err(ErrorCode::ApiParams.into());
        }
        let items = items.iter().map(|item| item_id(item)).collect::<Result<Vec<_>, _>>()?;
        self.shared.dropbox.erase(&caller.device, &items).await?;
        Ok(Some(Outcome::Erased(Done {})))
    }
}

fn row(kept: &Kept) -> ParcelRow {
    ParcelRow {
        item_id: Bytes::copy_from_slice(kept.item.as_bytes()),
        length: kept.length,
        stored_ms: kept.stored,
        expires_ms: kept.expires,
    }
}

fn item_id(bytes: &[u8]) -> Result<ItemId, Refused> {
    Ok(ItemId::new(bytes.try_into().map_err(|_| ErrorCode::ApiParams)?))
}

fn failure(Refused(code, wait): &Refused) -> Outcome {
    Outcome::Failure(Failure { code: code.number(), wait_ms: u32::try_from(*wait).unwrap_or(u32::MAX) })
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: &mut FramedStream<S>,
    outcome: Outcome,
) -> Result<(), StreamError> {
    stream.send(&Frame::message(FrameKind::BOX_RESPONSE, &BoxResponse { outcome: Some(outcome) })).await
}
