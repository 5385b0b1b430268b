//! `message.search`: the question goes to the store as a job of the disk, and what it finds is shown as messages.

use conclave_proto::ErrorCode;
use linkify::{LinkFinder, LinkKind};

use super::effect::{Effect, Job, JobId};
use super::gate::Step;
use super::history::StoredMessage;
use super::input::CallId;
use super::records::parse;
use super::{Core, Pending};
use crate::model::{Answer, Failure, MessageSearch, OneConversation, SearchHit};
use crate::record::{Read, Tree};
use crate::search::{Document, DocumentKind, Filter, Found, MAX_QUERY, Query};

/// Hits of one answer, at most and unless said otherwise.
const MOST_HITS: u32 = 100;
const USUAL_HITS: u32 = 50;
/// Bytes of hits in one answer as they are written on a line; a single larger one still goes.
const MOST_BYTES: usize = 768 * 1024;
/// How an address begins that counts as a link: what a window opens, and nothing else.
const WEB: [&str; 2] = ["https://", "http://"];
/// The author of my own messages in the index: whose they are is not in their records.
const MYSELF: [u8; 16] = [0; 16];

/// What of a record can be found: messages that this version shows.
pub(super) fn searchable(tree: Tree, value: &[u8]) -> Option<Document> {
    if tree != Tree::History {
        return None;
    }
    let stored = parse::<StoredMessage>(value).ok()?;
    let with: [u8; 16] = stored.with.as_slice().try_into().ok()?;
    if stored.id.len() != 16 || !stored.is_content() || stored.gone != 0 {
        return None;
    }
    Some(Document {
        conversation: with,
        author: if stored.incoming { with } else { MYSELF },
        kind: if stored.file.is_empty() {
            DocumentKind::Text
        } else {
            DocumentKind::of_type(&stored.file_mime)
        },
        links: holds_link(&stored.text),
        at: stored.at,
        time: stored.time,
        text: stored.text,
        file_name: stored.file_name,
    })
}

/// Whether an address of the web is in a text.
fn holds_link(text: &str) -> bool {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    text.contains("://")
        && finder.links(text).any(|link| WEB.iter().any(|web| link.as_str().starts_with(web)))
}

impl<R: Read> Core<R> {
    /// `conversation.count`: asks the store.
    pub(super) fn conversation_count(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        asked: &OneConversation,
    ) -> Result<Option<Answer>, Failure> {
        let user = self.resolve_target(&asked.conversation)?;
        let job = JobId(self.pend(Pending::Count(call)));
        step.soon(Effect::Job { job, what: Job::Count { conversation: *user.as_bytes() } });
        Ok(None)
    }

    /// `message.search`: asks the store.
    pub(super) fn message_search(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        asked: &MessageSearch,
    ) -> Result<Option<Answer>, Failure> {
        let bad = |field: &str| Failure::new(ErrorCode::ApiParams).with("field", field);
        let limit = asked.limit.unwrap_or(USUAL_HITS);
        if limit == 0 || limit > MOST_HITS {
            return Err(bad("limit"));
        }
        if asked.query.len() > MAX_QUERY {
            return Err(bad("query"));
        }
        if asked.since.zip(asked.until).is_some_and(|(since, until)| since > until) {
            return Err(bad("since"));
        }
        let conversation =
            asked.conversation.as_ref().map(|target| self.resolve_target(target)).transpose()?;
        let author = asked.from.as_ref().map(|who| self.resolve_user(who)).transpose()?;
        let me = self.setup.user;
        let filter = Filter {
            conversation: conversation.map(|user| *user.as_bytes()),
            author: author.map(|user| if user == me { MYSELF } else { *user.as_bytes() }),
            kind: asked.kind,
            since: asked.since,
            until: asked.until,
        };
        let query = Query::parse(&asked.query, filter).ok_or_else(|| bad("query"))?;
        let what = Job::Search { query, after: asked.cursor, limit };
        let job = JobId(self.pend(Pending::Search(call)));
        step.soon(Effect::Job { job, what });
        Ok(None)
    }

    /// What the store has found, as messages; as many as fit a line.
    pub(super) fn found(&self, step: &Step<'_>, found: Found) -> Result<Answer, Failure> {
        let (mut hits, mut bytes) = (Vec::new(), 0_usize);
        let mut cursor = found.cursor;
        let mut last = None;
        for hit in found.hits {
            let stored = parse::<StoredMessage>(&hit.value)?;
            let shown = SearchHit { message: self.show(step, &stored, hit.seq)?, ranges: hit.ranges };
            let size = serde_json::to_vec(&shown).map_or(MOST_BYTES, |line| line.len());
            bytes = bytes.saturating_add(size);
            if bytes > MOST_BYTES && !hits.is_empty() {
                cursor = last;
                break;
            }
            last = Some(hit.place);
            hits.push(shown);
        }
        Ok(Answer::Hits { hits, cursor })
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn only_messages_that_are_shown_are_found() {
        let message = StoredMessage {
            id: vec![1; 16],
            kind: 1,
            with: vec![2; 16],
            incoming: true,
            text: "Board at nine".to_owned(),
            at: 7,
            ..StoredMessage::default()
        };
        let document = |message: &StoredMessage| searchable(Tree::History, &message.encode_to_vec());
        let found = document(&message).unwrap();
        assert_eq!((found.author, found.kind, found.at), ([2; 16], DocumentKind::Text, 7));
        let mine =
            document(&StoredMessage { incoming: false, file: vec![3; 32], ..message.clone() }).unwrap();
        assert_eq!((mine.author, mine.kind), (MYSELF, DocumentKind::Document));
        for (text, links) in [
            ("see https://example.org/a", true),
            ("(http://example.org)", true),
            ("file:///etc/passwd and javascript://x", false),
            ("example.org", false),
        ] {
            assert_eq!(
                document(&StoredMessage { text: text.to_owned(), ..message.clone() }).unwrap().links,
                links
            );
        }
        assert_eq!(document(&StoredMessage { unknown: true, ..message.clone() }), None);
        assert_eq!(document(&StoredMessage { with: Vec::new(), ..message.clone() }), None);
        assert_eq!(document(&StoredMessage { gone: 2, ..message.clone() }), None);
        assert_eq!(document(&StoredMessage { line: "keyChanged".to_owned(), ..message.clone() }), None);
        assert_eq!(searchable(Tree::Settings, &message.encode_to_vec()), None);
    }
}
