//! Parameters of the event log.

use super::params;

params! {
    /// `events.subscribe`
    EventsSubscribe { /// Only what came after this.
        #[serde(default)] after: Option<u64> }
    /// `events.ack`
    EventsAck { /// Everything up to this was seen.
        seq: u64 }
}
