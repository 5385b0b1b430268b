//! Bans with an end are lifted when it comes: the directory key signs the Unban (PROTOCOL §2.3, kind 7).

use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::directory::{Directory, SignWith, Target, Unban, sign_unban};
use conclave_crypto::keys::UserId;
use serde_json::json;

use crate::audit::Act;
use crate::clock;
use crate::enrol;
use crate::shared::Shared;

/// The longest sleep: a clock that was set forward is noticed this soon.
const LONGEST: Duration = Duration::from_secs(30);
/// The wait after a leaf that could not be written.
const AGAIN: Duration = Duration::from_secs(5);

/// Lifts bans until the server stops.
pub(crate) async fn watch(shared: Arc<Shared>) {
    let mut head = shared.log.head();
    loop {
        let now = clock::now();
        let due = next(&shared.log.read(), now);
        let wait = match due {
            Due::Now(user) if lift(&shared, user, now).await => continue,
            Due::Now(_) => AGAIN,
            Due::At(at) => Duration::from_millis(at.saturating_sub(now)).min(LONGEST),
            Due::Never => LONGEST,
        };
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
            changed = head.changed() => if changed.is_err() { return },
        }
    }
}

/// What has to be done next.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Now(UserId),
    At(u64),
    Never,
}

fn next(fold: &Directory, now: u64) -> Due {
    let ends = fold.users().filter_map(|user| Some((user.banned?.until, user.id)));
    match ends.filter(|(until, _)| *until > 0).min() {
        Some((until, user)) if until <= now => Due::Now(user),
        Some((until, _)) => Due::At(until),
        None => Due::Never,
    }
}

/// Whether the Unban is in the log.
async fn lift(shared: &Shared, user: UserId, now: u64) -> bool {
    let target = Target::User(user);
    let (seq, name) = {
        let fold = shared.log.read();
        let name = fold.user(&user).map(|user| user.name.to_string()).unwrap_or_default();
        (fold.next_ban_seq(&target).unwrap_or(1), name)
    };
    let unban = Unban { target, seq, at: now };
    let leaf = sign_unban(&shared.org, unban, SignWith::Directory(&shared.log.dsk()));
    match enrol::append(shared, &leaf, None, now).await {
        Ok((folded, _)) => {
            tracing::info!(user = name, leaf = folded.index, "a ban has ended");
            shared.audit(Act {
                at: now,
                actor: "server".into(),
                key: None,
                action: "ban.end".into(),
                target: name,
                details: json!({ "leaf": folded.index }),
                reason: None,
            });
            true
        }
        Err(error) => {
            tracing::error!(%error, user = name, "a ban that has ended was not lifted");
            false
        }
    }
}
