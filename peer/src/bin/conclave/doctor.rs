//! `conclave doctor`: what works, what does not, and what to do.

use std::path::PathBuf;
use std::time::Duration;

use conclave_peer::Include;
use conclave_peer::model::{Failure, ServerLink};
use conclave_proto::ErrorCode;

use crate::account;
use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::screen::Screen;
use crate::state;

/// A session that still stands comes back within this after the messages are opened.
const COME_BACK: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_millis(200);

/// Looks, and writes a report if a file is named.
pub(crate) async fn doctor(
    arguments: &Arguments,
    screen: &Screen,
    user: Option<&str>,
    report: Option<&PathBuf>,
    include: &[Include],
) -> Result<(), Exit> {
    let user = match user {
        Some(name) => Some(name.parse().map_err(|_| Failure::new(ErrorCode::ApiNotFound))?),
        None => None,
    };
    let peer = state::open(arguments).await?;
    let done = async {
        account::unlock(&peer, screen).await?;
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < COME_BACK {
            let online = |status: conclave_peer::model::Status| {
                status.core.is_some_and(|core| core.server.state == ServerLink::Online)
            };
            if online(peer.status().await?) {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        let findings = peer.doctor(user, screen.language).await?;
        let mut lines = Vec::new();
        for finding in &findings {
            lines.push(format!("{} {}", if finding.ok { "✓" } else { "✗" }, finding.meaning));
            lines.extend(finding.todo.iter().map(|todo| format!("    {todo}")));
        }
        if let Some(path) = report {
            peer.doctor_report(path, include, screen.language).await?;
            lines.push(screen.words("doctor-report", &[("path", path.display().to_string())]));
        }
        screen.show(&serde_json::json!({ "checks": findings }), &lines)?;
        if findings.iter().all(|finding| finding.ok) { Ok(()) } else { Err(Exit::Said("doctor-faults")) }
    }
    .await;
    peer.shutdown().await;
    done
}
