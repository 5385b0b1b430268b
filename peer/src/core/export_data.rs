//! `export.data`: everything that this computer keeps of its person, in one JSON document (FEATURES C56). Not encrypted:
//! whoever asks has asked for that.
//!
//! ```text
//! { schema, exported, account, devices, profile, settings, preferences, contacts, requests,
//!   conversations: [ { with, draft?, messages: [ … ] } … ] }
//! ```
//!
//! Policy may forbid it, as it may forbid the export of a conversation. Each part has the shape of the call that answers
//! it. Files are named with their sizes and digests; their contents are written out by `file.save`. Keys and what is
//! kept of sessions are no part of it.

use serde_json::{Map, Value, json};

use super::effect::{DataExport, Effect, Job, JobId};
use super::export::list_after;
use super::gate::Step;
use super::input::CallId;
use super::{Core, Pending};
use crate::model::{Answer, ExportData, ExportFormat, Failure, Time};
use crate::record::Read;

/// The version of the document.
const SCHEMA: u32 = 1;

impl<R: Read> Core<R> {
    /// `export.data`.
    pub(super) fn export_data(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        asked: ExportData,
    ) -> Result<Option<Answer>, Failure> {
        self.may_export()?;
        let mut conversations = Vec::with_capacity(self.conversations.len());
        for (user, record) in &self.conversations {
            let draft = if record.drafted { Some(self.draft(step, user)?) } else { None };
            conversations.push(super::effect::Export { draft, ..self.written_out(user, ExportFormat::Json) });
        }
        let what = DataExport { about: self.about(step, step.now)?, conversations };
        let ExportData { path, overwrite } = asked;
        let job = JobId(self.pend(Pending::Save { call, path: path.clone() }));
        step.soon(Effect::Job { job, what: Job::ExportData { path, overwrite, what } });
        Ok(None)
    }

    /// What is known without the conversations.
    fn about(&self, step: &Step<'_>, now: Time) -> Result<Map<String, Value>, Failure> {
        let mut about = Map::new();
        let account = json!({
            "user": self.setup.user.to_string(),
            "name": self.setup.name,
            "displayName": self.my_display_name(),
            "organisation": self.setup.org.to_string(),
            "device": self.setup.device.party().device_id.to_string(),
        });
        let requests = value(&self.contact_requests());
        for (name, what) in [
            ("schema", SCHEMA.into()),
            ("exported", now.into()),
            ("account", account),
            ("requests", requests),
        ] {
            about.insert(name.to_owned(), what);
        }
        for answer in [
            self.device_list(),
            self.profile_get(&self.setup.user),
            self.settings_get(),
            self.preferences_get(step)?,
            self.contact_list(None)?,
        ] {
            if let Value::Object(parts) = value(&answer) {
                about.extend(parts);
            }
        }
        Ok(about)
    }
}

/// An answer as the interface writes it; its types have no value that JSON lacks.
fn value(answer: &Answer) -> Value {
    serde_json::to_value(answer).unwrap_or_default()
}

impl DataExport {
    /// What stands before the conversations.
    pub(crate) fn head(&self) -> String {
        list_after(&Value::Object(self.about.clone()), "conversations")
    }

    /// What stands between one conversation and the one before it.
    pub(crate) const fn between(first: bool) -> &'static str {
        if first { "\n" } else { ",\n" }
    }

    /// What stands behind them.
    pub(crate) const fn tail() -> &'static str {
        "]}\n"
    }
}
