//! Counts what a device sends and gets, and slows its circuits, on the substreams of its connections.
//!
//! libp2p's relay copies between two streams and offers no place to count or to wait. A substream is known to be one of
//! its by the protocol's name, which goes by in the negotiation before anything else; all others pass as they are.
//! Waiting fills the window of that one substream, so it slows its sender and nothing else of the connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::{AsyncRead, AsyncWrite};
use libp2p::core::muxing::{StreamMuxer, StreamMuxerBox, StreamMuxerEvent, SubstreamBox};
use tokio::time::{Instant, Sleep, sleep};

use crate::relay::Use;

/// What the names of the relay's protocols, `…/hop` and `…/stop`, begin with.
const CIRCUIT: &[u8] = b"/libp2p/circuit/relay/";
/// The negotiation is over after so many bytes: two names of at most 40 and their lengths.
const NEGOTIATION: usize = 128;

/// A connection whose circuits are metered.
pub(crate) struct Metered {
    inner: StreamMuxerBox,
    used: Arc<Use>,
}

impl Metered {
    pub(crate) const fn new(inner: StreamMuxerBox, used: Arc<Use>) -> Self {
        Self { inner, used }
    }

    fn wrap(&self, stream: Poll<io::Result<SubstreamBox>>) -> Poll<io::Result<MeteredStream>> {
        stream.map_ok(|inner| MeteredStream::new(inner, Arc::clone(&self.used)))
    }
}

impl StreamMuxer for Metered {
    type Substream = MeteredStream;
    type Error = io::Error;

    fn poll_inbound(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<MeteredStream>> {
        let stream = Pin::new(&mut self.inner).poll_inbound(context);
        self.wrap(stream)
    }

    fn poll_outbound(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<MeteredStream>> {
        let stream = Pin::new(&mut self.inner).poll_outbound(context);
        self.wrap(stream)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        Pin::new(&mut self.inner).poll(context)
    }
}

/// What is known of a substream.
enum Kind {
    /// Still negotiating: what was read.
    Unknown(Vec<u8>),
    /// Not of the relay.
    Other,
    Circuit,
}

/// A substream of a metered connection.
pub(crate) struct MeteredStream<S = SubstreamBox> {
    inner: S,
    used: Arc<Use>,
    kind: Kind,
    /// Runs while the allowance is used up.
    wait: Option<Pin<Box<Sleep>>>,
}

impl<S> MeteredStream<S> {
    fn new(inner: S, used: Arc<Use>) -> Self {
        Self { inner, used, kind: Kind::Unknown(Vec::new()), wait: None }
    }

    fn learn(&mut self, read: &[u8]) {
        let Kind::Unknown(seen) = &mut self.kind else { return };
        seen.extend(read.iter().take(NEGOTIATION));
        if seen.windows(CIRCUIT.len()).any(|part| part == CIRCUIT) {
            self.kind = Kind::Circuit;
        } else if seen.len() >= NEGOTIATION {
            self.kind = Kind::Other;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MeteredStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let Some(wait) = &mut this.wait {
            ready!(wait.as_mut().poll(context));
            this.wait = None;
        }
        let count = ready!(Pin::new(&mut this.inner).poll_read(context, into))?;
        this.used.came(count);
        match this.kind {
            Kind::Other => {}
            Kind::Unknown(_) => this.learn(into.get(..count).unwrap_or_default()),
            Kind::Circuit if !this.used.is_on() => {
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
            Kind::Circuit => {
                let wait = this.used.charge(count, Instant::now().into_std());
                if wait > Duration::ZERO {
                    this.wait = Some(Box::pin(sleep(wait)));
                }
            }
        }
        Poll::Ready(Ok(count))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MeteredStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.inner).poll_write(context, bytes))?;
        self.used.went(count);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use futures::AsyncReadExt as _;
    use futures::io::Cursor;

    use super::*;

    fn used(rate: u64, on: &Arc<AtomicBool>) -> (Arc<Use>, Arc<AtomicU64>) {
        let all = Arc::new(AtomicU64::new(0));
        (Arc::new(Use::new(rate, Arc::clone(&all), Arc::clone(on))), all)
    }

    const HOP: &[u8] = b"\x13/multistream/1.0.0\n\x21/libp2p/circuit/relay/0.2.0/hop\n";

    #[tokio::test]
    async fn a_circuit_is_counted_and_slowed_and_other_streams_are_not() {
        let on = Arc::new(AtomicBool::new(true));
        let (used, all) = used(9_000, &on);
        let mut buffer = vec![0; 10_000];
        let other = [b"\x13/multistream/1.0.0\n\x12/conclave/login/1\n".as_slice(), &[7; 9_000]].concat();
        let mut stream = MeteredStream::new(Cursor::new(other), Arc::clone(&used));
        while stream.read(&mut buffer).await.unwrap() > 0 {}
        assert_eq!((all.load(Ordering::Relaxed), used.traffic()), (0, (9_039, 0)));

        let mut stream = MeteredStream::new(Cursor::new([HOP, &[7; 9_000]].concat()), used);
        let (mut first, begun) = ([0; HOP.len()], tokio::time::Instant::now());
        stream.read_exact(&mut first).await.unwrap();
        while stream.read(&mut buffer).await.unwrap() > 0 {}
        assert_eq!(all.load(Ordering::Relaxed), 9_000);
        assert!(begun.elapsed() >= Duration::from_millis(500), "9,000 bytes at 9,000 a second");
    }

    #[tokio::test]
    async fn a_circuit_carries_nothing_once_policy_says_no() {
        let on = Arc::new(AtomicBool::new(true));
        let (used, _) = used(1 << 20, &on);
        let mut stream = MeteredStream::new(Cursor::new([HOP, &[7; 100]].concat()), used);
        let mut buffer = [0; HOP.len()];
        stream.read_exact(&mut buffer).await.unwrap();
        on.store(false, Ordering::Relaxed);
        assert_eq!(stream.read(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
