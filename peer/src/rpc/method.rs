//! The method table: a name and its parameters become something to do.

use conclave_proto::ErrorCode;
use serde_json::{Map, Value};

use super::local::Local;
use super::params::{self, Nothing, read};
use super::shorten::Keep;
use crate::model::{Call, Failure};

/// What a call asks for.
pub(super) enum Method {
    /// `rpc.stop`
    Stop,
    /// The core answers, in the order received.
    Core(Box<Call>),
    /// Answered beside the others: nothing depends on it.
    Aside(Local),
    /// Changes vault, login or enrolment: these are done one after the other.
    OneByOne(Local),
}

impl Method {
    /// Finds a method and reads its parameters.
    ///
    /// # Errors
    /// `E-API-2`, `E-API-3`.
    pub(super) fn find(name: &str, params: Map<String, Value>) -> Result<Self, Failure> {
        Ok(match name {
            "rpc.version" => none(params, Self::Aside(Local::Version))?,
            "rpc.stop" => none(params, Self::Stop)?,
            "status" => none(params, Self::Aside(Local::Status))?,
            "doctor.run" => Self::Aside(Local::Doctor(read(params)?)),
            "doctor.report" => Self::Aside(Local::DoctorReport(read(params)?)),
            "enrol.check" => Self::Aside(Local::EnrolCheck(read(params)?)),
            "enrol.start" => Self::OneByOne(Local::EnrolStart(read(params)?)),
            "enrol.account" => Self::OneByOne(Local::EnrolAccount(read(params)?)),
            "enrol.confirm" => Self::OneByOne(Local::EnrolConfirm(read(params)?)),
            "enrol.finish" => none(params, Self::OneByOne(Local::EnrolFinish))?,
            "enrol.device" => Self::OneByOne(Local::device(read(params)?)?),
            "enrol.cancel" => none(params, Self::OneByOne(Local::EnrolCancel))?,
            "vault.unlock" => Self::OneByOne(Local::unlock(read(params)?)?),
            "vault.lock" => none(params, Self::OneByOne(Local::Lock))?,
            "session.login" => Self::OneByOne(Local::login(read(params)?)?),
            "session.logout" => none(params, Self::OneByOne(Local::Logout))?,
            "backup.create" => Self::OneByOne(Local::BackupCreate(read(params)?)),
            "backup.verify" => Self::OneByOne(Local::BackupVerify(read(params)?)),
            "backup.restore" => Self::OneByOne(Local::BackupRestore(read(params)?)),
            "export.data" => Self::OneByOne(Local::ExportData(read(params)?)),
            "erase.all" => Self::OneByOne(Local::EraseAll(read(params)?)),
            "session.end" => Self::Aside(Local::end(&read(params)?)?),
            "device.remove" => Self::OneByOne(Local::RemoveDevice(read(params)?)),
            "session.list" => none(params, Self::Aside(Local::Sessions))?,
            "totp.replace" => Self::OneByOne(Local::TotpReplace(read(params)?)),
            "totp.confirm" => Self::OneByOne(Local::TotpConfirm(read(params)?)),
            "password.change" => Self::OneByOne(Local::PasswordChange(read(params)?)),
            _ => Self::Core(Box::new(core(name, params)?)),
        })
    }

    /// What stays of its answer when it would not fit a line.
    pub(super) fn keep(&self) -> Keep {
        let Self::Core(call) = self else { return Keep::All };
        match &**call {
            Call::MessageList(page) if page.around.is_some() => Keep::Middle,
            Call::MessageList(page) if page.after.is_some() => Keep::First,
            Call::MessageList(_) => Keep::Last,
            Call::ConversationList | Call::FileList(_) => Keep::First,
            _ => Keep::All,
        }
    }
}

fn core(name: &str, params: Map<String, Value>) -> Result<Call, Failure> {
    Ok(match name {
        "events.subscribe" => Call::EventsSubscribe(read(params)?),
        "events.ack" => Call::EventsAck(read(params)?),
        "contact.list" => Call::ContactList(read(params)?),
        "contact.get" => Call::ContactGet(read(params)?),
        "contact.block" => Call::ContactBlock(read(params)?),
        "contact.unblock" => Call::ContactUnblock(read(params)?),
        "presence.get" => none(params, Call::PresenceGet)?,
        "presence.set" => Call::PresenceSet(read(params)?),
        "profile.get" => Call::ProfileGet(read(params)?),
        "profile.request" => Call::ProfileRequest(read(params)?),
        "profile.set" => Call::ProfileSet(read(params)?),
        "conversation.list" => none(params, Call::ConversationList)?,
        "conversation.count" => Call::ConversationCount(read(params)?),
        "message.send" => Call::MessageSend(read(params)?),
        "message.list" => Call::MessageList(page(read(params)?)?),
        "message.get" => Call::MessageGet(read(params)?),
        "message.search" => Call::MessageSearch(read(params)?),
        "export.conversation" => Call::ExportConversation(read(params)?),
        "directory.export" => Call::DirectoryExport(read(params)?),
        "directory.acts" => Call::DirectoryActs(read(params)?),
        "storage.get" => none(params, Call::StorageGet)?,
        "storage.compact" => none(params, Call::StorageCompact)?,
        "erase.conversation" => Call::EraseConversation(read(params)?),
        "message.custody" => Call::MessageCustody(read(params)?),
        "message.markRead" => Call::MarkRead(read(params)?),
        "message.retry" => Call::MessageRetry(read(params)?),
        "message.edit" => Call::MessageEdit(read(params)?),
        "message.delete" => Call::MessageDelete(read(params)?),
        "message.react" => Call::MessageReact(read(params)?),
        "message.cancel" => Call::MessageCancel(read(params)?),
        "message.typing" => Call::MessageTyping(read(params)?),
        "timer.set" => Call::TimerSet(read(params)?),
        "draft.get" => Call::DraftGet(read(params)?),
        "draft.set" => Call::DraftSet(read(params)?),
        "conversation.set" => Call::ConversationSet(read(params)?),
        "contact.request" => Call::ContactRequest(read(params)?),
        "contact.requests" => none(params, Call::ContactRequests)?,
        "contact.answer" => Call::ContactAnswer(read(params)?),
        "session.rekey" => Call::SessionRekey(read(params)?),
        "device.list" => none(params, Call::DeviceList)?,
        "settings.get" => none(params, Call::SettingsGet)?,
        "preferences.get" => none(params, Call::PreferencesGet)?,
        "preferences.set" => Call::PreferencesSet(read(params)?),
        "settings.set" => Call::SettingsSet(read(params)?),
        "file.send" => Call::FileSend(read(params)?),
        "file.accept" => Call::FileAccept(read(params)?),
        "file.decline" => Call::FileDecline(read(params)?),
        "file.pause" => Call::FilePause(read(params)?),
        "file.resume" => Call::FileResume(read(params)?),
        "file.cancel" => Call::FileCancel(read(params)?),
        "file.save" => Call::FileSave(read(params)?),
        "file.list" => Call::FileList(read(params)?),
        "file.read" => Call::FileRead(read(params)?),
        "safety.get" => Call::SafetyGet(read(params)?),
        "safety.verify" => Call::SafetyVerify(read(params)?),
        "safety.unverify" => Call::SafetyUnverify(read(params)?),
        "safety.accept" => Call::SafetyAccept(read(params)?),
        "path.get" => Call::PathGet(read(params)?),
        "stats.get" => Call::StatsGet(read(params)?),
        // The name comes from outside: a short piece of it is enough to find the mistake.
        _ => {
            let name: String = name.chars().take(64).collect();
            return Err(Failure::new(ErrorCode::ApiMethod).with("method", name));
        }
    })
}

/// At most one of `before`, `after` and `around`.
fn page(page: crate::model::MessageList) -> Result<crate::model::MessageList, Failure> {
    let ways = [page.before.is_some(), page.after.is_some(), page.around.is_some()];
    if ways.iter().filter(|given| **given).count() > 1 {
        return Err(params::wrong("before"));
    }
    Ok(page)
}

fn none<T>(params: Map<String, Value>, found: T) -> Result<T, Failure> {
    read::<Nothing>(params).map(|Nothing {}| found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn methods_that_are_not_there_are_named() {
        let failure = Method::find("message.teleport", Map::new()).err().unwrap();
        assert_eq!(failure.code, ErrorCode::ApiMethod);
        assert_eq!(failure.details["method"], "message.teleport");
    }

    #[test]
    fn the_doctor_refuses_what_it_does_not_know() {
        let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        for (name, good) in [
            ("doctor.run", r#"{}"#),
            ("doctor.run", r#"{"user":"@bob"}"#),
            ("doctor.report", r#"{"path":"/tmp/x"}"#),
            ("doctor.report", r#"{"path":"/tmp/x","include":["names","addresses"]}"#),
        ] {
            assert!(Method::find(name, read(good)).is_ok(), "{good}");
        }
        for (name, bad) in [
            ("doctor.run", r#"{"user":7}"#),
            ("doctor.run", r#"{"user":"../x"}"#),
            ("doctor.run", r#"{"who":"@bob"}"#),
            ("doctor.report", r#"{}"#),
            ("doctor.report", r#"{"path":7}"#),
            ("doctor.report", r#"{"path":"/tmp/x","include":["keys"]}"#),
            ("doctor.report", r#"{"path":"/tmp/x","include":"names"}"#),
            ("doctor.report", r#"{"path":"/tmp/x","more":true}"#),
        ] {
            assert_eq!(Method::find(name, read(bad)).err().unwrap().code, ErrorCode::ApiParams, "{bad}");
        }
    }

    #[test]
    fn every_method_without_parameters_refuses_some() {
        let some: Map<String, Value> = [("x".to_owned(), Value::Null)].into_iter().collect();
        for name in [
            "rpc.version",
            "rpc.stop",
            "status",
            "enrol.finish",
            "enrol.cancel",
            "vault.lock",
            "session.logout",
            "session.list",
            "device.list",
            "storage.get",
            "storage.compact",
            "conversation.list",
            "presence.get",
            "contact.requests",
            "settings.get",
            "preferences.get",
        ] {
            assert!(Method::find(name, Map::new()).is_ok(), "{name}");
            assert_eq!(Method::find(name, some.clone()).err().unwrap().code, ErrorCode::ApiParams, "{name}");
        }
    }

    #[test]
    fn what_is_done_to_messages_takes_only_what_it_knows() {
        let id = "5f1c5f1c5f1c5f1c5f1c5f1c5f1c5f1c";
        let mention = json!({ "user": id, "start": 0, "len": 1 });
        let good = [
            ("message.edit", json!({ "id": id, "text": "x", "mentions": [mention] })),
            ("message.delete", json!({ "id": id, "for": "everyone" })),
            ("message.react", json!({ "id": id, "emoji": "x", "on": true })),
            ("message.cancel", json!({ "id": id })),
            ("message.typing", json!({ "conversation": "@bob", "on": false })),
            ("timer.set", json!({ "conversation": "@bob", "ms": 0 })),
            ("draft.get", json!({ "conversation": "@bob" })),
            ("conversation.count", json!({ "conversation": "@bob" })),
            ("draft.set", json!({ "conversation": "@bob", "text": "" })),
            ("contact.answer", json!({ "user": "@bob", "accept": true })),
            ("session.rekey", json!({ "user": "@bob" })),
            ("preferences.set", json!({ "preferences": "lock_after=5" })),
        ];
        let optional = [
            (
                "conversation.set",
                json!({ "conversation": "@bob", "pinned": true, "muted": true, "unread": true }),
            ),
            ("settings.set", json!({ "readReceipts": true, "typing": true })),
            ("contact.request", json!({ "user": "@bob", "note": "x" })),
        ];
        let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let refused = |name: &str, params: Map<String, Value>, field: &str| {
            let failure = Method::find(name, params).err().unwrap_or_else(|| panic!("{name} took {field}"));
            assert_eq!(failure.code, ErrorCode::ApiParams, "{name} {field}");
            assert_eq!(failure.details["field"], field, "{name}");
        };
        for (name, params) in good.iter().chain(&optional) {
            assert!(Method::find(name, map(params)).is_ok(), "{name}");
            let mut unknown = map(params);
            unknown.insert("loud".to_owned(), Value::Bool(true));
            refused(name, unknown, "loud");
            for field in map(params).keys() {
                let mut wrong = map(params);
                wrong.insert(field.clone(), json!({ "a": [1] }));
                refused(name, wrong, field);
            }
        }
        for (name, params) in &good {
            for field in map(params).keys().filter(|field| *field != "mentions") {
                let mut missing = map(params);
                missing.remove(field);
                refused(name, missing, field);
            }
        }
        for (name, params, field) in [
            ("message.edit", json!({ "id": "5f1c", "text": "x" }), "id"),
            (
                "message.edit",
                json!({ "id": id, "text": "x", "mentions": [{ "user": id, "start": -1, "len": 1 }] }),
                "mentions",
            ),
            (
                "message.edit",
                json!({ "id": id, "text": "x", "mentions": [{ "user": id, "start": 0, "len": 1, "x": 1 }] }),
                "mentions",
            ),
            ("message.delete", json!({ "id": id, "for": "nobody" }), "for"),
            ("message.react", json!({ "id": id, "emoji": "x", "on": "yes" }), "on"),
            ("timer.set", json!({ "conversation": "@bob", "ms": -1 }), "ms"),
            ("timer.set", json!({ "conversation": "bob", "ms": 1 }), "conversation"),
            ("settings.set", json!({ "typing": 1 }), "typing"),
            ("contact.request", json!({ "user": "@" }), "user"),
        ] {
            refused(name, map(&params), field);
        }
    }
}
