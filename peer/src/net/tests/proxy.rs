//! A TCP proxy that counts, freezes without a word, and cuts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::support::address;
use crate::net::address_to_text;

#[derive(Default)]
pub(super) struct Line {
    /// Bytes carried, both ways.
    pub(super) carried: AtomicU64,
    /// Nothing passes, nothing is closed.
    pub(super) frozen: AtomicBool,
    /// Every connection is cut when this is cancelled.
    pub(super) cut: CancellationToken,
    /// Cuts by itself when so many bytes have passed; 0 for never.
    pub(super) cut_after: AtomicU64,
}

/// Listens before `target`; gives its own address and the line.
pub(super) async fn before(target: &[u8]) -> (Vec<u8>, Arc<Line>) {
    let text = address_to_text(target).unwrap();
    let port: u16 = text.strip_prefix("/ip4/127.0.0.1/tcp/").unwrap().parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = address(&format!("/ip4/127.0.0.1/tcp/{}", listener.local_addr().unwrap().port()));
    let line = Arc::new(Line::default());
    let carried = Arc::clone(&line);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(Arc::clone(&carried), near_in, far_out));
            tokio::spawn(carry(Arc::clone(&carried), far_in, near_out));
        }
    });
    (own, line)
}

async fn carry(line: Arc<Line>, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut buffer = vec![0; 64 * 1024];
    let work = async {
        loop {
            let Ok(length @ 1..) = from.read(&mut buffer).await else { return };
            while line.frozen.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let carried = line.carried.fetch_add(length as u64, Ordering::SeqCst);
            let limit = line.cut_after.load(Ordering::SeqCst);
            if limit != 0 && carried > limit {
                line.cut.cancel();
            }
            if to.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = line.cut.cancelled() => {}
        () = work => {}
    }
}
