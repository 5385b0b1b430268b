//! Figures for a monitoring system, and whether the server is well (ADMIN §5): `/metrics`, `/healthz` and `/readyz`
//! on a loopback address, over plain HTTP. No figure names a person.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use conclave_crypto::directory::Directory;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::enrol;
use crate::home::Home;
use crate::shared::Shared;

/// Upper ends of the buckets of login times, in seconds: a login on a good network takes 0.3 s, most of it at the
/// client.
const LOGIN_SECONDS: [f64; 8] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0];

/// How a login ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Login {
    Ok,
    Refused,
    Throttled,
    Kicked,
    /// The client went away, or said nonsense.
    Broken,
}

impl Login {
    const fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Kicked => "kicked",
            Self::Broken => "broken",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

/// What is counted as it happens.
#[derive(Debug)]
pub(crate) struct Figures {
    logins: Family<ResultLabel, Counter>,
    seconds: Histogram,
}

impl Default for Figures {
    fn default() -> Self {
        Self { logins: Family::default(), seconds: Histogram::new(LOGIN_SECONDS) }
    }
}

impl Figures {
    /// A login ended after this time.
    pub(crate) fn login(&self, result: Login, took: Duration) {
        self.logins.get_or_create(&ResultLabel { result: result.label() }).inc();
        if result == Login::Ok {
            self.seconds.observe(took.as_secs_f64());
        }
    }

    /// How many logins ended so.
    pub(crate) fn count(&self, result: Login) -> u64 {
        self.logins.get_or_create(&ResultLabel { result: result.label() }).get()
    }
}

/// Binds the address of the configuration, if it names one.
pub(crate) fn bind(address: Option<SocketAddr>) -> std::io::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(Some(listener))
}

/// Answers until the server stops.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let stop = shared.stop.clone();
    let app = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(shared);
    let served = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => {
            axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).into_future().await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = served {
        tracing::error!(%error, "the figures are not served any more");
    }
}

/// Ready means: it answers, takes leaves, and is not stopping.
async fn ready(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    match shared.stop.is_cancelled()
        || shared.notice.borrow().as_ref().is_some_and(|notice| notice.stops_at > 0)
    {
        false => (StatusCode::OK, "ready\n"),
        true => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
    }
}

async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let pending = enrol::pending(&shared).await.map_or(0, |all| all.len());
    match written(&shared, pending) {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn written(shared: &Shared, pending: usize) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::default();
    let figures = &shared.figures;
    registry.register("conclave_logins", "Logins by how they ended", figures.logins.clone());
    registry.register("conclave_login_seconds", "Time of successful logins", figures.seconds.clone());
    let mut gauge = |name: &str, help: &str, value: u64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    };
    let (bans, leaves) = {
        let fold: &Directory = &shared.log.read();
        (fold.users().filter(|user| user.banned.is_some()).count() as u64, fold.size())
    };
    gauge("conclave_sessions", "Sessions", shared.sessions.all().len() as u64);
    gauge("conclave_bans", "Accounts kept out", bans);
    gauge("conclave_log_leaves", "Leaves of the directory log", leaves);
    gauge("conclave_store_bytes", "Private records on the disk", store_bytes(shared));
    let parcels = shared.dropbox.figures();
    gauge("conclave_dropbox_bytes", "Parcels on the disk", parcels.iter().map(|of| of.bytes).sum());
    gauge("conclave_tasks", "Tasks of the runtime", tasks());
    let last = shared.backups.last().unwrap_or(0) / 1000;
    gauge("conclave_backup_last_success_timestamp", "Last backup, seconds since 1970; 0: none", last);
    let relayed: Counter = Counter::default();
    relayed.inc_by(shared.relay.figures().bytes);
    registry.register("conclave_relay_bytes", "Bytes between people who do not reach each other", relayed);
    let waiting = Family::<KindLabel, Gauge>::default();
    let count = i64::try_from(pending).unwrap_or(i64::MAX);
    waiting.get_or_create(&KindLabel { kind: "enrolment" }).set(count);
    registry.register("conclave_pending_requests", "Requests that wait for an administrator", waiting);
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Bytes of the store's files.
pub(crate) fn store_bytes(shared: &Shared) -> u64 {
    let home = Home::at(&shared.config().server.data_dir);
    let files = std::fs::read_dir(home.store()).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// Tasks that live in this runtime.
pub(crate) fn tasks() -> u64 {
    tokio::runtime::Handle::current().metrics().num_alive_tasks() as u64
}
