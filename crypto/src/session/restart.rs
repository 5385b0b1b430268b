//! When a broken session may be started again (PROTOCOL §2.6, Restart).
//!
//! At least 30 s apart and doubling within the hour, at most 3 an hour, at most 10 a day per peer device; then it
//! stops, and people verify each other in person.

/// Least time between two restarts, ms; doubled with each restart of the last hour.
const LEAST_GAP: u64 = 30_000;
/// Restarts in one hour.
const PER_HOUR: usize = 3;
/// Restarts in one day.
const PER_DAY: usize = 10;
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// Why a session is to be restarted. The first three come from a [`Refused`](super::Refused) message of an
/// authenticated sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestartCause {
    /// No key opens the message.
    Undecryptable,
    /// The message contradicts the state: possible restored backup or tampering.
    Anomaly,
    /// A PREKEY names a prekey that is gone.
    MissingPrekey,
    /// The user asks, after the two verified each other: only the 30 s count.
    User,
}

/// Leave to restart once; consumed by [`PeerSessions::start`](super::PeerSessions::start).
#[derive(Debug, PartialEq, Eq)]
pub struct RestartPermit {
    pub(super) at: u64,
}

/// What [`PeerSessions::plan_restart`](super::PeerSessions::plan_restart) decides.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestartDecision {
    /// Start a new handshake whose first plaintext is RESET.
    Now(RestartPermit),
    /// Too soon; ask again at this time, ms.
    Wait {
        /// Earliest time, ms.
        until: u64,
    },
    /// Too many today: show "secure session broken, verify in person".
    Stop {
        /// When one more would be allowed without a user, ms.
        until: u64,
    },
}

/// Times of the restarts of the last day, ascending, ms.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct History(pub(super) Vec<u64>);

impl History {
    pub(super) fn plan(&self, cause: RestartCause, now: u64) -> RestartDecision {
        let within = |span: u64| self.0.iter().filter(move |at| now.saturating_sub(**at) < span);
        let Some(last) = self.0.last() else { return RestartDecision::Now(RestartPermit { at: now }) };
        let by_user = cause == RestartCause::User;
        if !by_user
            && within(DAY).count() >= PER_DAY
            && let Some(oldest) = within(DAY).rev().nth(PER_DAY - 1)
        {
            return RestartDecision::Stop { until: oldest.saturating_add(DAY) };
        }
        if !by_user
            && within(HOUR).count() >= PER_HOUR
            && let Some(oldest) = within(HOUR).rev().nth(PER_HOUR - 1)
        {
            return RestartDecision::Wait { until: oldest.saturating_add(HOUR) };
        }
        let doublings = if by_user { 0 } else { within(HOUR).count().saturating_sub(1).min(PER_HOUR) };
        let until = last.saturating_add(LEAST_GAP << doublings);
        if now < until {
            RestartDecision::Wait { until }
        } else {
            RestartDecision::Now(RestartPermit { at: now })
        }
    }

    pub(super) fn record(&mut self, now: u64) {
        self.0.retain(|at| now.saturating_sub(*at) < DAY);
        self.0.push(now);
        self.0.sort_unstable();
        // The user's own restarts are not limited by the day; only the last ones matter.
        while self.0.len() > PER_DAY {
            self.0.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_keep_every_limit_whatever_is_asked() {
        let mut history = History::default();
        let mut done: Vec<u64> = Vec::new();
        let mut stopped = false;
        for second in 0..26 * 3600 {
            let now = 1_790_000_000_000 + second * 1000;
            match history.plan(RestartCause::Undecryptable, now) {
                RestartDecision::Now(permit) => {
                    history.record(permit.at);
                    done.push(now);
                }
                RestartDecision::Wait { until } => assert!(until > now),
                RestartDecision::Stop { until } => {
                    assert!(until > now);
                    stopped = true;
                }
            }
        }
        assert!(stopped);
        assert!(done.windows(2).all(|pair| pair[1] - pair[0] >= LEAST_GAP));
        assert!(done.windows(4).all(|four| four[3] - four[0] >= HOUR));
        assert!(done.windows(11).all(|eleven| eleven[10] - eleven[0] >= DAY));
        assert!(done.len() > 10, "one more a day later: {done:?}");
    }

    #[test]
    fn a_user_may_restart_after_a_stop_but_not_within_30_seconds() {
        let mut history = History::default();
        for n in 0..10 {
            history.record(1_000_000_000 + n * 3_000_000);
        }
        let now = 1_000_000_000 + 10 * 3_000_000;
        assert!(matches!(history.plan(RestartCause::Anomaly, now), RestartDecision::Stop { .. }));
        assert!(matches!(history.plan(RestartCause::User, now), RestartDecision::Now(_)));
        history.record(now);
        assert!(matches!(history.plan(RestartCause::User, now + 29_999), RestartDecision::Wait { .. }));
        assert!(matches!(history.plan(RestartCause::User, now + 30_000), RestartDecision::Now(_)));
    }
}
