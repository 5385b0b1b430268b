//! The drop-box stream: one request at a time, each with its answer; a parcel goes and comes in chunks.
//!
//! One task owns the stream, opens it when there is something to ask, and opens it again after it broke. Every request
//! is answered, if only by a failure. What it carries is sealed: nothing here can tell what it is.

use conclave_crypto::keys::{ItemId, TransportPublic};
use conclave_proto::schema::box_request::Call;
use conclave_proto::schema::box_response::Outcome;
use conclave_proto::schema::{
    BoxRequest, BoxResponse, Deposit, EraseParcels, FetchParcel, ListParcels, ParcelRow, ParcelStart,
};
use conclave_proto::{ErrorCode, Frame, FrameKind, limits};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::core::effect::RequestId;
use crate::core::input::{ListedParcel, ServerNews};
use crate::net::{Net, ServerProtocol, ServerStream};

/// Requests that may wait for their turn; the core asks a handful a person.
const WAITING: usize = 1024;
/// A parcel longer than this is not taken in: far above any Policy, and it bounds what a hostile server can send.
const LONGEST: u64 = 64 << 20;

/// What is asked of the drop box.
pub(crate) enum BoxAsk {
    /// Leave a parcel.
    Deposit(Vec<u8>),
    /// What waits, after an item.
    List(Option<ItemId>),
    /// One parcel.
    Fetch(ItemId),
    /// Erase what is durable here.
    Erase(Vec<ItemId>),
}

/// The asking end. When it is dropped the stream ends.
pub(crate) struct ParcelStream {
    asks: mpsc::Sender<(RequestId, BoxAsk)>,
}

/// Why a request has no answer.
enum Failed {
    /// The server said so; the stream stands.
    Said(ErrorCode),
    /// The stream is of no further use.
    Broken,
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(_: E) -> Self {
        Self::Broken
    }
}

impl ParcelStream {
    /// Starts the task. `tell` is given every answer.
    pub(crate) fn start<F>(
        net: Net,
        server: TransportPublic,
        addresses: Vec<Vec<u8>>,
        tell: impl Fn(ServerNews) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let (asks, mut asked) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let mut stream: Option<ServerStream> = None;
            while let Some((request, ask)) = asked.recv().await {
                if stream.is_none() {
                    let opened = net.open_server(server, addresses.clone(), ServerProtocol::DropBox).await;
                    stream = opened.ok();
                }
                let answered = match &mut stream {
                    Some(stream) => carry_out(stream, request, ask).await,
                    None => Err(Failed::Broken),
                };
                let news = match answered {
                    Ok(news) => news,
                    Err(Failed::Said(code)) => ServerNews::Failed { request, code },
                    Err(Failed::Broken) => {
                        stream = None;
                        ServerNews::Failed { request, code: ErrorCode::ServerUnreachable }
                    }
                };
                tell(news).await;
            }
        });
        Self { asks }
    }

    /// Asks; what finds no room is answered at once by the failure that comes back.
    pub(crate) fn ask(&self, request: RequestId, ask: BoxAsk) -> Result<(), ServerNews> {
        self.asks
            .try_send((request, ask))
            .map_err(|_| ServerNews::Failed { request, code: ErrorCode::ApiBusy })
    }
}

async fn carry_out(stream: &mut ServerStream, request: RequestId, ask: BoxAsk) -> Result<ServerNews, Failed> {
    match ask {
        BoxAsk::Deposit(parcel) => match deposit(stream, parcel).await? {
            Outcome::Deposited(done) => Ok(ServerNews::Deposited { request, receipt: done.receipt }),
            _ => Err(Failed::Broken),
        },
        BoxAsk::List(after) => {
            let after = after.map_or_else(Vec::new, |item| item.as_bytes().to_vec()).into();
            match call(stream, Call::List(ListParcels { after })).await? {
                Outcome::Parcels(parcels) => {
                    let rows = parcels.rows.iter().take(limits::PARCELS_AT_ONCE);
                    let listed = rows.map(listed).collect::<Option<Vec<_>>>().ok_or(Failed::Broken)?;
                    Ok(ServerNews::Parcels { request, listed, more: parcels.more })
                }
                _ => Err(Failed::Broken),
            }
        }
        BoxAsk::Fetch(item) => {
            let item_id = item.as_bytes().to_vec().into();
            match call(stream, Call::Fetch(FetchParcel { item_id })).await? {
                Outcome::Parcel(start) => {
                    Ok(ServerNews::Parcel { request, bytes: rest_of(stream, start).await? })
                }
                _ => Err(Failed::Broken),
            }
        }
        BoxAsk::Erase(items) => {
            let item_ids = items.iter().map(|item| item.as_bytes().to_vec().into()).collect();
            match call(stream, Call::Erase(EraseParcels { item_ids })).await? {
                Outcome::Erased(_) => Ok(ServerNews::Done(request)),
                _ => Err(Failed::Broken),
            }
        }
    }
}

async fn deposit(stream: &mut ServerStream, parcel: Vec<u8>) -> Result<Outcome, Failed> {
    let length = parcel.len() as u64;
    let mut parcel = bytes::Bytes::from(parcel);
    let start = parcel.split_to(parcel.len().min(limits::PARCEL_CHUNK));
    match call(stream, Call::Deposit(Deposit { length, start })).await? {
        Outcome::GoOn(_) if !parcel.is_empty() => {
            while !parcel.is_empty() {
                let chunk = parcel.split_to(parcel.len().min(limits::PARCEL_CHUNK));
                timeout(limits::STEP_TIMEOUT, stream.send(&Frame::raw(FrameKind::DATA, chunk))).await??;
            }
            answer(stream).await
        }
        outcome => Ok(outcome),
    }
}

async fn rest_of(stream: &mut ServerStream, start: ParcelStart) -> Result<Vec<u8>, Failed> {
    let mut bytes = start.start.to_vec();
    if start.length > LONGEST {
        return Err(Failed::Broken);
    }
    while (bytes.len() as u64) < start.length {
        let frame = timeout(limits::STEP_TIMEOUT, stream.recv()).await??;
        if frame.kind != FrameKind::DATA || frame.body.is_empty() {
            return Err(Failed::Broken);
        }
        bytes.extend_from_slice(&frame.body);
    }
    if bytes.len() as u64 == start.length { Ok(bytes) } else { Err(Failed::Broken) }
}

async fn call(stream: &mut ServerStream, call: Call) -> Result<Outcome, Failed> {
    let request = Frame::message(FrameKind::BOX_REQUEST, &BoxRequest { call: Some(call) });
    timeout(limits::STEP_TIMEOUT, stream.send(&request)).await??;
    answer(stream).await
}

async fn answer(stream: &mut ServerStream) -> Result<Outcome, Failed> {
    let frame = timeout(limits::STEP_TIMEOUT, stream.recv()).await??;
    if frame.kind != FrameKind::BOX_RESPONSE {
        return Err(Failed::Broken);
    }
    match frame.parse::<BoxResponse>()?.outcome {
        Some(Outcome::Failure(failure)) => {
            Err(Failed::Said(ErrorCode::from_number(failure.code).unwrap_or(ErrorCode::Bug)))
        }
        Some(outcome) => Ok(outcome),
        None => Err(Failed::Broken),
    }
}

fn listed(row: &ParcelRow) -> Option<ListedParcel> {
    let item = ItemId::new(row.item_id.as_ref().try_into().ok()?);
    Some(ListedParcel { item, length: row.length, stored: row.stored_ms })
}
