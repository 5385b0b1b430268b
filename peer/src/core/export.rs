//! `export.conversation`: a conversation as JSON or HTML that anybody can read. Not encrypted: whoever asks has asked for
//! that.
//!
//! The HTML holds text only: every character that could begin markup is escaped, and a policy inside the page forbids
//! scripts, styles from elsewhere, pictures and connections.

use conclave_crypto::keys::UserId;
use conclave_proto::ErrorCode;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::actions::{Acts, kept_acts};
use super::effect::{Effect, Export, Job, JobId};
use super::files::kept_file;
use super::gate::Step;
use super::history::StoredMessage;
use super::input::CallId;
use super::profiles::file_ref;
use super::records::{damaged, parse};
use super::{Core, Pending};
use crate::model::{Answer, ExportConversation, ExportFormat, Failure, FileId, MessageId};
use crate::record::Read;

impl<R: Read> Core<R> {
    /// `export.conversation`.
    pub(super) fn export_conversation(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        asked: ExportConversation,
    ) -> Result<Option<Answer>, Failure> {
        self.may_export()?;
        let user = self.resolve_target(&asked.conversation)?;
        let what = self.written_out(&user, asked.format);
        let path = asked.path;
        let job = JobId(self.pend(Pending::Save { call, path: path.clone() }));
        step.soon(Effect::Job { job, what: Job::Export { path, what } });
        Ok(None)
    }

    /// Whether Policy lets conversations be written out readable.
    pub(super) fn may_export(&self) -> Result<(), Failure> {
        match self.log.policy() {
            Some(policy) if !policy.export => Err(Failure::new(ErrorCode::ApiState).with("state", "policy")),
            _ => Ok(()),
        }
    }

    /// The conversation with a person, as it is written out.
    pub(super) fn written_out(&self, user: &UserId, format: ExportFormat) -> Export {
        Export {
            conversation: *self.conversation_with(user).as_bytes(),
            format,
            me: (self.setup.user, self.my_display_name()),
            them: (*user, self.display_name(user)),
            draft: None,
        }
    }
}

impl Export {
    /// What stands before the messages.
    pub(crate) fn head(&self) -> String {
        let title = &self.them.1;
        match self.format {
            ExportFormat::Json => {
                let mut head = json!({ "with": { "user": self.them.0.to_string(), "name": title } });
                if let Some(draft) = &self.draft {
                    head["draft"] = draft.as_str().into();
                }
                list_after(&head, "messages")
            }
            ExportFormat::Html => format!(
                "<!doctype html>\n<html><head><meta charset=\"utf-8\">\n\
                 <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">\n\
                 <title>{0}</title></head>\n<body><h1>{0}</h1>\n",
                escaped(title)
            ),
        }
    }

    /// One message as the store keeps it; nothing for what was deleted and for lines that nobody wrote.
    pub(crate) fn message(
        &self,
        records: &impl Read,
        record: &[u8],
        first: bool,
    ) -> Result<Option<String>, Failure> {
        let stored = parse::<StoredMessage>(record)?;
        if stored.gone != 0 || !stored.line.is_empty() {
            return Ok(None);
        }
        let (author, name) = if stored.incoming { &self.them } else { &self.me };
        let time = jiff::Timestamp::from_millisecond(i64::try_from(stored.time).unwrap_or(i64::MAX))
            .map_or_else(|_| stored.time.to_string(), |time| time.to_string());
        let id = |bytes: &[u8]| <[u8; 16]>::try_from(bytes).ok().map(MessageId::new);
        let acts = match id(&stored.id) {
            Some(id) => kept_acts(records, &self.them.0, &id)?.unwrap_or_default(),
            None => Acts::default(),
        };
        Ok(Some(match self.format {
            ExportFormat::Json => {
                let id = |bytes: &[u8]| id(bytes).map(|id| id.to_string());
                let mut message = json!({
                    "id": id(&stored.id), "author": UserId::to_string(author), "name": name,
                    "time": stored.time, "text": stored.text,
                });
                if let Some(reply) = id(&stored.reply_to) {
                    message["replyTo"] = reply.into();
                }
                if stored.edited {
                    message["edited"] = json!({ "first": stored.first_text });
                }
                if !stored.file.is_empty() {
                    message["file"] = file(records, &stored)?;
                }
                let reactions = self.reactions(&acts);
                if !reactions.is_empty() {
                    message["reactions"] =
                        reactions.iter().map(|(emoji, all)| reaction(emoji, all)).collect();
                }
                format!("{}\n{message}", if first { "" } else { "," })
            }
            ExportFormat::Html => {
                let file = if stored.file_name.is_empty() {
                    String::new()
                } else {
                    format!("<br>[{}]", escaped(&stored.file_name))
                };
                let text = escaped(&stored.text).replace('\n', "<br>\n");
                let mut reactions = String::new();
                for (emoji, all) in self.reactions(&acts) {
                    let names: Vec<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
                    reactions += &format!("<br><i>{} {}</i>", escaped(emoji), escaped(&names.join(", ")));
                }
                format!(
                    "<p><b>{}</b> <i>{}</i><br>\n{text}{file}{reactions}</p>\n",
                    escaped(name),
                    escaped(&time)
                )
            }
        }))
    }

    /// The emojis on a message, with those who have them there.
    fn reactions<'a>(&'a self, acts: &'a Acts) -> Vec<(&'a str, Vec<&'a (UserId, String)>)> {
        let who = |mine: bool, theirs: bool| {
            mine.then_some(&self.me).into_iter().chain(theirs.then_some(&self.them)).collect()
        };
        acts.reactions().into_iter().map(|(emoji, mine, theirs)| (emoji, who(mine, theirs))).collect()
    }

    /// What stands behind them.
    pub(crate) const fn tail(&self) -> &'static str {
        match self.format {
            ExportFormat::Json => "\n]}\n",
            ExportFormat::Html => "</body></html>\n",
        }
    }
}

/// The beginning of an object that ends with a list.
pub(super) fn list_after(head: &Value, list: &str) -> String {
    let head = head.to_string();
    format!("{},\"{list}\":[", head.strip_suffix('}').unwrap_or(&head))
}

/// An emoji with those who have it on a message.
fn reaction(emoji: &str, all: &[&(UserId, String)]) -> Value {
    let by = |(user, name): &(UserId, String)| json!({ "user": user.to_string(), "name": name });
    let by: Vec<Value> = all.iter().copied().map(by).collect();
    json!({ "emoji": emoji, "by": by })
}

/// What is said of a file; its content is not in there.
fn file(records: &impl Read, stored: &StoredMessage) -> Result<Value, Failure> {
    let mut said = json!({ "name": stored.file_name, "type": stored.file_mime });
    let id = <[u8; 32]>::try_from(stored.file.as_slice()).map(FileId).map_err(|_| damaged())?;
    if let Some(reference) = kept_file(records, &id)?.and_then(|record| file_ref(&record.file_ref)) {
        said["size"] = reference.plaintext_len().into();
        said["blake3"] = HEXLOWER.encode(reference.plaintext_hash()).into();
    }
    Ok(said)
}

/// Text that no reader of HTML takes for anything else, inside and outside of attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            '\n' | '\t' => out.push(ch),
            // Control characters, and marks that turn the direction of what follows them.
            ch if ch.is_control() || matches!(ch, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                out.push('\u{fffd}');
            }
            ch => out.push(ch),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::core::actions::{Operation, Rank, ReactionRecord, acts_key};
    use crate::record::{Batch, MemoryRecords, Tree};

    fn export(format: ExportFormat) -> Export {
        Export {
            conversation: [0; 16],
            format,
            me: (UserId::new([1; 16]), "Ada".to_owned()),
            them: (UserId::new([2; 16]), "<b>Bob</b>".to_owned()),
            draft: None,
        }
    }

    fn whole(format: ExportFormat, texts: &[&str]) -> String {
        let export = export(format);
        let mut out = export.head();
        for (n, text) in texts.iter().enumerate() {
            let stored = StoredMessage {
                id: vec![3; 16],
                incoming: n % 2 == 0,
                text: (*text).to_owned(),
                file_name: "<svg onload=1>".to_owned(),
                time: 1_795_300_000_000,
                ..StoredMessage::default()
            };
            out += &export.message(&MemoryRecords::new(), &stored.encode_to_vec(), n == 0).unwrap().unwrap();
        }
        out + export.tail()
    }

    const HOSTILE: [&str; 4] = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "]]><!-- </body> --> `${1}` &lt;",
        "a\u{202e}b\u{0}c\u{7}",
    ];

    #[test]
    fn nothing_in_the_page_is_markup_of_a_peer() {
        let page = whole(ExportFormat::Html, &HOSTILE);
        let (head, body) = page.split_once("<body>").unwrap();
        assert!(head.contains("default-src 'none'"));
        for tag in body.split('<').skip(1) {
            let name = tag.split(['>', ' ']).next().unwrap();
            assert!(
                ["h1", "/h1", "p", "/p", "b", "/b", "i", "/i", "br", "/body", "/html"].contains(&name),
                "<{tag}"
            );
        }
        assert!(!page.contains('\u{202e}') && !page.contains('\u{0}') && !page.contains("onerror=alert(1)>"));
    }

    #[test]
    fn who_has_an_emoji_on_a_message_is_told() {
        let stored = StoredMessage { id: vec![3; 16], text: "Yes".to_owned(), ..StoredMessage::default() };
        let mut acts = Acts::default();
        for (mine, emoji, set) in
            [(true, "👍", true), (false, "👍", true), (false, "<i>", true), (true, "🎉", false)]
        {
            let reaction = ReactionRecord { rank: Rank::default(), emoji: emoji.to_owned(), set };
            let _new = acts.take(mine, Operation::React(reaction));
        }
        let mut records = MemoryRecords::new();
        let mut batch = Batch::new();
        batch.put(
            Tree::History,
            acts_key(&UserId::new([2; 16]), &MessageId::new([3; 16])),
            acts.encode_to_vec(),
        );
        records.apply(&batch);
        let told = |format| export(format).message(&records, &stored.encode_to_vec(), true).unwrap().unwrap();
        let page = told(ExportFormat::Html);
        assert!(page.contains("<br><i>👍 Ada, &lt;b&gt;Bob&lt;/b&gt;</i>"), "{page}");
        assert!(page.contains("<i>&lt;i&gt; &lt;b&gt;Bob"), "{page}");
        let json: Value = serde_json::from_str(told(ExportFormat::Json).trim()).unwrap();
        assert_eq!(json["reactions"].as_array().unwrap().len(), 2);
        assert_eq!(json["reactions"][1]["by"][0]["name"], "Ada");
        assert_eq!(json["reactions"][1]["by"][1]["user"], UserId::new([2; 16]).to_string());
    }

    #[test]
    fn the_json_parses_and_keeps_every_text() {
        let parsed: serde_json::Value = serde_json::from_str(&whole(ExportFormat::Json, &HOSTILE)).unwrap();
        let texts: Vec<&str> =
            parsed["messages"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
        assert_eq!(texts, HOSTILE);
        assert_eq!(parsed["with"]["name"], "<b>Bob</b>");
        let empty: serde_json::Value = serde_json::from_str(&whole(ExportFormat::Json, &[])).unwrap();
        assert!(empty["messages"].as_array().unwrap().is_empty());
    }
}
