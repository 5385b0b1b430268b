//! Every method of LIBRARY §3 with its parameters, and what may be wrong with each kind of them.

use crate::support::{Value, json};

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `@name` or `u:id`.
    Person,
    /// 32 digits.
    Message,
    /// The same, chosen by the caller.
    OwnId,
    /// 64 digits.
    File,
    /// What a person writes: nearly anything is good, but not any length.
    Words,
    /// Text that is looked for and kept nowhere: any is good.
    Sought,
    /// A password, a code, a link: any text may be tried.
    Secret,
    /// A file on this computer.
    Path,
    /// One of a few words.
    Choice(&'static str),
    Flag,
    Number,
    List,
}

use Kind::{Choice, File, Flag, List, Message, Number, OwnId, Path, Person, Secret, Sought, Words};

/// A method: its name, the parameters that must be there, and those that may.
pub(crate) type Method = (&'static str, &'static [(&'static str, Kind)], &'static [(&'static str, Kind)]);

const USER: &[(&str, Kind)] = &[("user", Person)];
const ID: &[(&str, Kind)] = &[("id", Message)];
const FILE: &[(&str, Kind)] = &[("file", File)];
const CONVERSATION: &[(&str, Kind)] = &[("conversation", Person)];
const BACKUP: &[(&str, Kind)] = &[("path", Path), ("passphrase", Secret)];
const NONE: &[(&str, Kind)] = &[];

pub(crate) const METHODS: &[Method] = &[
    ("rpc.version", NONE, NONE),
    ("rpc.stop", NONE, NONE),
    ("status", NONE, NONE),
    ("doctor.run", NONE, USER),
    ("doctor.report", &[("path", Path)], &[("include", List)]),
    ("enrol.check", NONE, &[("userName", Sought), ("password", Sought)]),
    ("enrol.start", &[("link", Secret)], NONE),
    ("enrol.account", &[("userName", Words), ("password", Secret)], &[("displayName", Words)]),
    ("enrol.confirm", &[("totp", Secret)], NONE),
    (
        "enrol.device",
        &[("link", Secret), ("userName", Secret), ("password", Secret), ("recoveryKey", Secret)],
        &[("totp", Secret), ("recoveryCode", Secret)],
    ),
    ("enrol.finish", NONE, NONE),
    ("enrol.cancel", NONE, NONE),
    ("vault.unlock", NONE, &[("password", Secret), ("recoveryKey", Secret)]),
    ("vault.lock", NONE, NONE),
    ("session.login", &[("password", Secret)], &[("totp", Secret), ("recoveryCode", Secret)]),
    ("session.logout", NONE, NONE),
    ("session.list", NONE, NONE),
    ("session.end", ID, NONE),
    ("session.rekey", USER, NONE),
    ("device.list", NONE, NONE),
    ("device.remove", &[("id", Message), ("password", Secret)], NONE),
    ("totp.replace", &[("password", Secret), ("resetCode", Secret)], NONE),
    ("totp.confirm", &[("totp", Secret)], NONE),
    ("password.change", &[("old", Secret), ("new", Secret), ("totp", Secret)], NONE),
    ("backup.create", BACKUP, NONE),
    ("backup.verify", BACKUP, NONE),
    ("backup.restore", BACKUP, NONE),
    ("export.data", &[("path", Path), ("password", Secret)], &[("overwrite", Flag)]),
    ("erase.all", &[("confirm", Secret), ("password", Secret)], NONE),
    ("erase.conversation", CONVERSATION, NONE),
    ("export.conversation", &[("conversation", Person), ("path", Path), ("format", Choice("json"))], NONE),
    ("directory.export", &[("path", Path)], NONE),
    ("directory.acts", NONE, &[("before", Number), ("limit", Number)]),
    ("storage.get", NONE, NONE),
    ("storage.compact", NONE, NONE),
    ("stats.get", NONE, CONVERSATION),
    ("settings.get", NONE, NONE),
    (
        "settings.set",
        NONE,
        &[
            ("readReceipts", Flag),
            ("typing", Flag),
            ("lanDiscovery", Flag),
            ("acceptUpTo", Number),
            ("timerMs", Number),
        ],
    ),
    ("preferences.get", NONE, NONE),
    ("preferences.set", &[("preferences", Words)], NONE),
    ("events.subscribe", NONE, &[("after", Number)]),
    ("events.ack", &[("seq", Number)], NONE),
    ("contact.list", NONE, &[("filter", Sought)]),
    ("contact.get", USER, NONE),
    ("contact.block", USER, NONE),
    ("contact.unblock", USER, NONE),
    ("contact.request", USER, &[("note", Words)]),
    ("contact.requests", NONE, NONE),
    ("contact.answer", &[("user", Person), ("accept", Flag)], NONE),
    ("presence.get", NONE, NONE),
    ("presence.set", &[("status", Choice("away"))], &[("text", Words), ("until", Number)]),
    ("profile.get", USER, NONE),
    ("profile.request", USER, NONE),
    (
        "profile.set",
        NONE,
        &[
            ("fullName", Words),
            ("position", Words),
            ("description", Words),
            ("location", Words),
            ("picturePath", Path),
            ("pictureRemove", Flag),
        ],
    ),
    ("conversation.list", NONE, NONE),
    ("conversation.count", CONVERSATION, NONE),
    ("conversation.set", CONVERSATION, &[("pinned", Flag), ("muted", Flag), ("unread", Flag)]),
    ("draft.get", CONVERSATION, NONE),
    ("draft.set", &[("conversation", Person), ("text", Words)], NONE),
    ("timer.set", &[("conversation", Person), ("ms", Number)], NONE),
    (
        "message.send",
        &[("to", Person), ("text", Words)],
        &[("id", OwnId), ("replyTo", Message), ("mentions", List)],
    ),
    (
        "message.list",
        &[("conversation", Person), ("limit", Number)],
        &[("before", Message), ("after", Message), ("around", Message), ("lines", Flag)],
    ),
    ("message.get", ID, NONE),
    (
        "message.search",
        &[("query", Words)],
        &[
            ("conversation", Person),
            ("from", Person),
            ("since", Number),
            ("until", Number),
            ("kind", Choice("text")),
            ("limit", Number),
            ("cursor", Message),
        ],
    ),
    ("message.custody", ID, NONE),
    ("message.markRead", &[("conversation", Person), ("upTo", Message)], NONE),
    ("message.retry", ID, NONE),
    ("message.cancel", ID, NONE),
    ("message.edit", &[("id", Message), ("text", Words)], &[("mentions", List)]),
    ("message.delete", &[("id", Message), ("for", Choice("me"))], NONE),
    ("message.react", &[("id", Message), ("emoji", Words), ("on", Flag)], NONE),
    ("message.typing", &[("conversation", Person), ("on", Flag)], NONE),
    ("file.send", &[("to", Person), ("path", Path)], &[("name", Words), ("caption", Words), ("id", OwnId)]),
    ("file.accept", FILE, NONE),
    ("file.decline", FILE, NONE),
    ("file.pause", FILE, NONE),
    ("file.resume", FILE, NONE),
    ("file.cancel", FILE, NONE),
    ("file.save", &[("file", File), ("path", Path)], &[("overwrite", Flag)]),
    ("file.list", NONE, &[("conversation", Person), ("kind", Sought), ("active", Flag)]),
    ("file.read", &[("file", File), ("offset", Number), ("length", Number)], NONE),
    ("safety.get", USER, NONE),
    ("safety.verify", USER, &[("digits", Secret), ("qr", Secret)]),
    ("safety.unverify", USER, NONE),
    ("safety.accept", USER, NONE),
    ("path.get", USER, NONE),
];

/// As long as a line allows.
const HUGE: usize = 1_000_000;

impl Kind {
    /// Right in its form; of nobody and nothing that is there.
    pub(crate) fn good(self) -> Value {
        match self {
            Person => json!("@nobody"),
            Message | OwnId => json!("5f1c5f1c5f1c5f1c5f1c5f1c5f1c5f1c"),
            File => json!("5f1c".repeat(16)),
            Words | Sought => json!("words"),
            Secret => json!("not the right one"),
            Path => json!("/nowhere/at/all"),
            Choice(word) => json!(word),
            Flag => json!(true),
            Number => json!(1),
            List => json!([]),
        }
    }

    /// Of another type, or out of the range of its type.
    pub(crate) fn wrong_types(self) -> Vec<Value> {
        let all = [json!(true), json!(7), json!(1.5), json!("x"), json!([7]), json!({ "a": [1] })];
        let mut wrong: Vec<Value> = all.into_iter().filter(|value| !self.takes(value)).collect();
        match self {
            Number => wrong.extend([json!(-1), json!(1e300), json!("18446744073709551616")]),
            List => wrong.push(json!([{ "user": "x", "start": -1, "len": 1 }])),
            Choice(_) => wrong.extend(["x", "", "\u{202e}", "AWAY"].map(Value::from)),
            _ => {}
        }
        wrong
    }

    fn takes(self, value: &Value) -> bool {
        match self {
            Flag => value.is_boolean(),
            Number => value.is_u64(),
            List => false,
            Words | Sought | Secret | Path => value.is_string(),
            // "x" is no such id.
            Person | Message | OwnId | File | Choice(_) => false,
        }
    }

    /// Of the right type, and hostile. `special` is a folder with files that are none.
    pub(crate) fn hostile(self, special: &std::path::Path) -> Vec<Value> {
        let huge = "x".repeat(HUGE);
        match self {
            Person => vec![
                json!(""),
                json!("@"),
                json!("@\u{202e}ada"),
                json!("@ada\u{0}"),
                json!("@../../ada"),
                json!(format!("@{huge}")),
                json!("u:zz"),
                json!(format!("u:{}", "0".repeat(32))),
            ],
            Message | File | OwnId => {
                let mut ids = vec![
                    json!(""),
                    json!("5f"),
                    json!("../../../../../../etc/passwd"),
                    json!("\u{202e}".repeat(32)),
                    json!("é".repeat(32)),
                    json!("0".repeat(HUGE)),
                ];
                match self {
                    Message => ids.push(json!("0".repeat(32))),
                    File => ids.push(json!("0".repeat(64))),
                    _ => {}
                }
                ids
            }
            Words => vec![json!(huge), json!("\u{202e}".repeat(HUGE / 3))],
            Sought => vec![json!(huge), json!("\u{202e}\u{0}\u{1b}[2J"), json!("")],
            Secret => vec![json!(""), json!("\u{202e}\u{0}\u{1b}[2J"), json!("é".repeat(HUGE / 2))],
            Path => {
                let mut paths =
                    vec![json!(""), json!("a\u{0}b"), json!(format!("/{huge}")), json!("/dev/zero")];
                paths.extend(
                    ["pipe", "folder", "dangling", "nowhere/x"].map(|name| json!(special.join(name))),
                );
                paths
            }
            Number => vec![json!(u64::MAX), json!(i64::MAX)],
            Choice(_) | Flag | List => Vec::new(),
        }
    }
}
