//! Settings: sealed like every record, kept on this computer.

use conclave_proto::ErrorCode;

use super::Core;
use super::expiry::{MOST_TIMER, seconds};
use super::gate::Step;
use super::records::{name, parse};
use crate::model::{Answer, Failure, Settings, SettingsSet, USUAL_ACCEPT};
use crate::record::{Read, Tree};

/// As kept: what differs from the default, so that a record of an earlier version reads as it was meant.
#[derive(Clone, PartialEq, prost::Message)]
struct SettingsRecord {
    #[prost(bool, tag = "1")]
    no_read_receipts: bool,
    #[prost(bool, tag = "2")]
    typing: bool,
    #[prost(bool, tag = "3")]
    lan_discovery: bool,
    #[prost(uint64, optional, tag = "4")]
    accept_up_to: Option<u64>,
    /// Seconds, as conversations count them.
    #[prost(uint32, tag = "5")]
    timer_s: u32,
}

impl From<&Settings> for SettingsRecord {
    fn from(settings: &Settings) -> Self {
        let Settings { read_receipts, typing, lan_discovery, accept_up_to, timer_ms } = *settings;
        let accept_up_to = (accept_up_to != Settings::default().accept_up_to).then_some(accept_up_to);
        let timer_s = seconds(timer_ms);
        Self { no_read_receipts: !read_receipts, typing, lan_discovery, accept_up_to, timer_s }
    }
}

/// Reads the settings.
pub(super) fn open(records: &impl Read) -> Result<Settings, Failure> {
    let Some(bytes) = records.get(Tree::Settings, &name(b'S', &[]))? else { return Ok(Settings::default()) };
    let kept: SettingsRecord = parse(&bytes)?;
    Ok(Settings {
        read_receipts: !kept.no_read_receipts,
        typing: kept.typing,
        lan_discovery: kept.lan_discovery,
        accept_up_to: kept.accept_up_to.unwrap_or(Settings::default().accept_up_to),
        timer_ms: u64::from(kept.timer_s) * 1000,
    })
}

impl<R: Read> Core<R> {
    /// `settings.get`.
    pub(super) const fn settings_get(&self) -> Answer {
        Answer::Settings { settings: self.settings }
    }

    /// `settings.set`.
    pub(super) fn settings_set(
        &mut self,
        step: &mut Step<'_>,
        call: &SettingsSet,
    ) -> Result<Answer, Failure> {
        let refused = |field: &str| Err(Failure::new(ErrorCode::ApiParams).with("field", field));
        let timer_ms = call.timer_ms.unwrap_or(self.settings.timer_ms);
        if timer_ms > MOST_TIMER {
            return refused("timerMs");
        }
        // No file is larger; what is usual can be chosen again where all are smaller.
        let largest = self.log.directory.policy().map_or(0, |policy| policy.file_max).max(USUAL_ACCEPT);
        if call.accept_up_to.is_some_and(|bytes| bytes > largest) {
            return refused("acceptUpTo");
        }
        let settings = Settings {
            read_receipts: call.read_receipts.unwrap_or(self.settings.read_receipts),
            typing: call.typing.unwrap_or(self.settings.typing),
            lan_discovery: call.lan_discovery.unwrap_or(self.settings.lan_discovery),
            accept_up_to: call.accept_up_to.unwrap_or(self.settings.accept_up_to),
            timer_ms: u64::from(seconds(timer_ms)) * 1000,
        };
        if settings != self.settings {
            self.settings = settings;
            step.save(Tree::Settings, name(b'S', &[]), &SettingsRecord::from(&settings));
        }
        Ok(self.settings_get())
    }
}
