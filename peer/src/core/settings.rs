//! Settings: sealed like every record, kept on this computer.

use super::Core;
use super::gate::Step;
use super::records::{name, parse};
use crate::model::{Answer, Failure, Settings, SettingsSet};
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
}

/// Reads the settings.
pub(super) fn open(records: &impl Read) -> Result<Settings, Failure> {
    let Some(bytes) = records.get(Tree::Settings, &name(b'S', &[]))? else { return Ok(Settings::default()) };
    let kept: SettingsRecord = parse(&bytes)?;
    Ok(Settings {
        read_receipts: !kept.no_read_receipts,
        typing: kept.typing,
        lan_discovery: kept.lan_discovery,
    })
}

impl<R: Read> Core<R> {
    /// `settings.get`.
    pub(super) const fn settings_get(&self) -> Answer {
        Answer::Settings { settings: self.settings }
    }

    /// `settings.set`.
    pub(super) fn settings_set(&mut self, step: &mut Step<'_>, call: &SettingsSet) -> Answer {
        let settings = Settings {
            read_receipts: call.read_receipts.unwrap_or(self.settings.read_receipts),
            typing: call.typing.unwrap_or(self.settings.typing),
            lan_discovery: call.lan_discovery.unwrap_or(self.settings.lan_discovery),
        };
        if settings != self.settings {
            self.settings = settings;
            let kept = SettingsRecord {
                no_read_receipts: !settings.read_receipts,
                typing: settings.typing,
                lan_discovery: settings.lan_discovery,
            };
            step.save(Tree::Settings, name(b'S', &[]), &kept);
        }
        self.settings_get()
    }
}
