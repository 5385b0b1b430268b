//! The handle: what the driver calls.

use std::sync::{Arc, PoisonError};

use conclave_crypto::keys::TransportPublic;
use conclave_proto::{Frame, limits};
use tokio::sync::{mpsc, oneshot};

use super::address::parse;
use super::config::NetConfig;
use super::engine::{Command, Engine};
use super::error::{NetError, OpenError, SendError, Stopped, StreamError};
use super::event::{LinkId, NetEvent};
use super::report::NetReport;
use super::server::{ServerProtocol, ServerStream};
use super::shared::{Shared, Ways};
use super::transfer::{self, FetchError, FetchRequest, Sink};

/// Commands waiting for the engine.
pub(super) const COMMANDS: usize = 64;

/// The network. Cheap to clone; when the last clone is dropped the network stops.
#[derive(Clone)]
pub struct Net {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

impl Net {
    /// Starts the network on the current tokio runtime.
    ///
    /// # Errors
    /// [`NetError`].
    #[expect(clippy::unused_async, reason = "says that a runtime must be there")]
    pub async fn start(config: NetConfig) -> Result<(Self, mpsc::Receiver<NetEvent>), NetError> {
        let (commands, queue) = mpsc::channel(COMMANDS);
        let (engine, shared, events) = Engine::new(config, queue)?;
        tokio::spawn(engine.run());
        Ok((Self { commands, shared }, events))
    }

    /// Makes sure that there is, or is soon, a link with the peer: [`NetEvent::LinkUp`] or [`NetEvent::DialFailed`]
    /// follows, once. With a link standing nothing happens. The addresses are binary multiaddrs; those that cannot be
    /// dialled are left out, as are those beyond [`limits::ADDRESSES`].
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn dial(&self, peer: TransportPublic, addresses: Vec<Vec<u8>>) -> Result<(), Stopped> {
        let addresses = addresses.iter().filter_map(|bytes| parse(bytes)).take(limits::ADDRESSES).collect();
        self.command(Command::Dial { peer, addresses }).await
    }

    /// Takes a frame for a link without waiting.
    ///
    /// # Errors
    /// [`SendError`]; after `Full`, [`NetEvent::Writable`] says when to try again.
    pub fn send(&self, link: LinkId, frame: Frame) -> Result<(), SendError> {
        if frame.wire_len() - 4 > limits::FRAME {
            return Err(SendError::TooLong(frame.body.len()));
        }
        self.shared.links().get(&link).ok_or(SendError::Gone)?.push(frame)
    }

    /// Ends a link after the frames already taken; [`NetEvent::LinkDown`] follows.
    pub fn close(&self, link: LinkId) {
        // The link ends when its queue has no sender left.
        self.shared.links().remove(&link);
    }

    /// Opens a stream to a login server: connects when needed, proves its key, exchanges `Opening`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_server(
        &self,
        server: TransportPublic,
        addresses: Vec<Vec<u8>>,
        protocol: ServerProtocol,
    ) -> Result<ServerStream, OpenError> {
        let addresses = addresses.iter().filter_map(|bytes| parse(bytes)).take(limits::ADDRESSES).collect();
        let (reply, answer) = oneshot::channel();
        self.command(Command::OpenServer { server, addresses, protocol, reply }).await?;
        answer.await.map_err(|_| Stopped)?
    }

    /// Fetches verified ranges of a sealed object from a peer that is connected. Every byte given to the sink has been
    /// verified against the content id. Dropping the future ends the transfer.
    ///
    /// # Errors
    /// [`FetchError`]; what the sink was given until then stays good.
    pub async fn fetch(
        &self,
        peer: TransportPublic,
        request: FetchRequest,
        sink: impl Sink,
    ) -> Result<(), FetchError> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::OpenFile { peer, reply }).await.map_err(OpenError::from)?;
        let stream = answer.await.map_err(|_| OpenError::from(Stopped))?;
        let opened = match tokio::time::timeout(limits::STEP_TIMEOUT, stream).await {
            Ok(Ok(opened)) => opened?,
            Ok(Err(_)) => return Err(OpenError::from(StreamError::Lost).into()),
            Err(_) => return Err(OpenError::TimedOut.into()),
        };
        transfer::fetch(&self.shared, opened, request, sink).await
    }

    /// Serves file streams to a peer from now on: the core has accepted its link.
    pub fn allow(&self, peer: TransportPublic) {
        self.shared.allowed.write().unwrap_or_else(PoisonError::into_inner).insert(peer);
    }

    /// Serves no new file streams to a peer.
    pub fn disallow(&self, peer: &TransportPublic) {
        self.shared.allowed.write().unwrap_or_else(PoisonError::into_inner).remove(peer);
    }

    /// The addresses listened on, as in [`NetEvent::Listening`].
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn listen_addresses(&self) -> Result<Vec<Vec<u8>>, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::ListenAddresses { reply }).await?;
        answer.await.map_err(|_| Stopped)
    }

    /// Closes every connection with a peer or server, and serves it no more.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn disconnect(&self, peer: TransportPublic) -> Result<(), Stopped> {
        self.disallow(&peer);
        self.command(Command::Disconnect { peer }).await
    }

    /// Which ways may be used from now on. With a server, this computer is reachable through its relay, and dials through
    /// it those who are not reached directly. With `lan`, it looks for devices in the local network and lets itself be
    /// found: [`NetEvent::Nearby`].
    pub fn use_ways(&self, relay: Option<TransportPublic>, lan: bool) {
        self.shared.ways.send_replace(Ways { relay, lan });
    }

    /// What the network knows of itself and of one peer.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn report(&self, peer: Option<TransportPublic>) -> Result<NetReport, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.command(Command::Report { peer, reply }).await?;
        answer.await.map_err(|_| Stopped)
    }

    /// Stops the network and waits until it has stopped.
    pub async fn shutdown(&self) {
        let (reply, answer) = oneshot::channel();
        if self.command(Command::Shutdown { reply }).await.is_ok() {
            // An error says that the engine is gone, which is what is waited for.
            drop(answer.await);
        }
    }

    async fn command(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}
