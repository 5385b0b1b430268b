//! The path to one colleague, and why it is not a better one.

use super::{Check, Facts, PathFacts};
use crate::model::Path;
use crate::net::AddressCause;

/// The finding about a path.
pub(super) fn check(path: &PathFacts, facts: &Facts) -> Check {
    let check = match path.path {
        Path::Lan => Check::good("path", "lan"),
        Path::Internet => Check::good("path", "internet"),
        Path::Relayed => return relayed(path, facts),
        Path::Waiting => {
            let reason = path.reason.as_deref().unwrap_or("offline");
            let word = if reason.starts_with("E-") { reason.to_owned() } else { format!("reason-{reason}") };
            return Check::bad("path", "waiting").with("reason", word);
        }
    };
    match path.rtt_ms {
        Some(rtt) => Check { key: format!("{}-measured", check.key), ..check }.with("n", rtt),
        None => check,
    }
}

fn relayed(path: &PathFacts, facts: &Facts) -> Check {
    let failures = facts.network.peer.as_ref().map(|peer| peer.failures.as_slice()).unwrap_or_default();
    // The most telling one: a computer that is not reached says nothing, one that is says no.
    let cause = failures.iter().map(|failure| &failure.cause).max_by_key(|cause| match cause {
        AddressCause::Refused => 3,
        AddressCause::TimedOut => 2,
        AddressCause::Unreachable => 1,
        _ => 0,
    });
    let word = match cause {
        Some(AddressCause::Refused) => "cause-refused",
        Some(AddressCause::TimedOut) => "cause-silent",
        Some(AddressCause::Unreachable) => "cause-no-way",
        Some(_) => "cause-other",
        None => "cause-trying",
    };
    Check::good("path", "relayed").with("n", path.rtt_ms.unwrap_or_default()).with("cause", word)
}
