//! A socket that gives up: an error when nothing can be written for [`STALL`], and a reset instead of an end for a peer
//! that has not answered for [`RESET`].
//!
//! Closing a Yamux connection first writes what is left. To a peer that has vanished behind a full socket that would wait
//! for the kernel's own patience, a quarter of an hour, and the dead connection would count against the peer's limit.
//! Ended in the usual way, the socket would go on for minutes without us, and the next connection to the same address could
//! not come from the same port: routers know that port, and holes are punched through it.

use core::time::Duration;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::{AsyncRead, AsyncWrite};
use libp2p::tcp::tokio::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::frames::STALL;

/// A socket dropped this long after the first word that was not answered is reset: longer than a healthy round trip, and
/// shorter than the engine's patience.
const RESET: Duration = Duration::from_secs(1);

/// What can be ended without a word to the other side.
pub(super) trait Reset {
    /// From now on the end is a reset.
    fn reset(&self);
}

impl Reset for TcpStream {
    fn reset(&self) {
        // Without it the socket only lives on for a while.
        drop(self.0.set_zero_linger());
    }
}

/// See the module.
pub(super) struct Stalling<S: Reset> {
    inner: S,
    /// The first write since something was read; before the first read, the beginning: of two that punch a hole, one waits
    /// for the other's first word.
    unanswered: Option<Instant>,
    /// Runs while a write waits.
    patience: Option<Pin<Box<Sleep>>>,
}

impl<S: Reset> Stalling<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, unanswered: Some(Instant::now()), patience: None }
    }

    fn answered<T>(&mut self, outcome: Poll<T>) -> Poll<T> {
        if outcome.is_ready() {
            self.unanswered = None;
        }
        outcome
    }

    fn within<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.patience = None;
            return outcome;
        }
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(STALL)));
        ready!(patience.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Reset + Unpin> AsyncRead for Stalling<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_read(context, into);
        self.answered(outcome)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut [io::IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_read_vectored(context, into);
        self.answered(outcome)
    }
}

impl<S: AsyncWrite + Reset + Unpin> AsyncWrite for Stalling<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.unanswered.get_or_insert_with(Instant::now);
        let outcome = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.within(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unanswered.get_or_insert_with(Instant::now);
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(context, bytes);
        self.within(context, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_flush(context);
        self.within(context, outcome)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_close(context);
        self.within(context, outcome)
    }
}

impl<S: Reset> Drop for Stalling<S> {
    fn drop(&mut self) {
        if self.unanswered.is_some_and(|since| since.elapsed() >= RESET) {
            self.inner.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::AsyncWriteExt as _;
    use tokio_util::compat::TokioAsyncReadCompatExt as _;

    use super::*;

    impl<S> Reset for tokio_util::compat::Compat<S> {
        fn reset(&self) {}
    }

    /// A pair of sockets, the first one wrapped.
    async fn pair() -> (Stalling<TcpStream>, tokio::net::TcpStream) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Stalling::new(TcpStream(near)), listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn who_does_not_answer_is_reset_and_who_does_sees_an_end() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        for answers in [true, false] {
            let (mut near, mut far) = pair().await;
            futures::AsyncWriteExt::write_all(&mut near, b"word").await.unwrap();
            far.read_exact(&mut [0; 4]).await.unwrap();
            if answers {
                far.write_all(b"word").await.unwrap();
                futures::AsyncReadExt::read_exact(&mut near, &mut [0; 4]).await.unwrap();
            }
            tokio::time::sleep(RESET).await;
            drop(near);
            let end = far.read(&mut [0; 4]).await.map_err(|error| error.kind());
            assert_eq!(end, if answers { Ok(0) } else { Err(io::ErrorKind::ConnectionReset) });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_waits_too_long_fails() {
        let (near, _far) = tokio::io::duplex(4);
        let mut near = Stalling::new(near.compat());
        near.write_all(&[0; 4]).await.unwrap();
        let begun = Instant::now();
        assert_eq!(near.write_all(&[0; 4]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed(), STALL);
    }
}
