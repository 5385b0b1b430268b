//! The program that uses a computer: calls and their answers.

use conclave_crypto::keys::MessageId;

use super::World;
use crate::core::Input;
use crate::core::input::CallId;
use crate::model::{Answer, Call, Failure, Message, MessageList, MessageSend, Target, TargetRef};

impl World {
    /// A call, not awaited.
    pub(in crate::core::tests) fn call(&mut self, at: usize, what: Call) -> CallId {
        let node = &mut self.nodes[at];
        node.next_call += 1;
        let call = CallId(node.next_call);
        if node.core.is_some() {
            node.calls.insert(call);
        }
        self.input(at, Input::Call { call, cause: None, what });
        call
    }

    /// A call and its answer.
    pub(in crate::core::tests) fn answer(&mut self, at: usize, what: Call) -> Result<Answer, Failure> {
        let call = self.call(at, what);
        for _ in 0..200 {
            if let Some(result) = self.nodes[at].replies.get(&call) {
                return result.clone();
            }
            self.run(10);
        }
        panic!("a call was not answered");
    }

    pub(in crate::core::tests) fn target(&self, to: usize) -> TargetRef {
        TargetRef::Id(Target::User(self.nodes[to].person.user))
    }

    pub(in crate::core::tests) fn text(&self, to: usize, text: &str, id: Option<MessageId>) -> Call {
        Call::MessageSend(MessageSend {
            to: self.target(to),
            text: text.to_owned(),
            id,
            reply_to: None,
            mentions: Vec::new(),
        })
    }

    /// Sends and awaits the answer.
    pub(in crate::core::tests) fn send(&mut self, at: usize, to: usize, text: &str) -> Message {
        let call = self.text(to, text, None);
        match self.answer(at, call) {
            Ok(Answer::Message { message }) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The whole conversation, by pages of `page`.
    pub(in crate::core::tests) fn history(&mut self, at: usize, with: usize, page: u32) -> Vec<Message> {
        let mut all: Vec<Message> = Vec::new();
        loop {
            let list = MessageList {
                conversation: self.target(with),
                before: all.first().map(|message| message.id),
                after: None,
                around: None,
                limit: page,
                lines: None,
            };
            let Ok(Answer::Messages { messages, more }) = self.answer(at, Call::MessageList(list)) else {
                panic!("no list");
            };
            all.splice(0..0, messages);
            if !more {
                return all;
            }
        }
    }

    /// Whether any record of a computer holds these bytes.
    pub(in crate::core::tests) fn disk_holds(&self, at: usize, canary: &[u8]) -> bool {
        let disk = self.nodes[at].disk.borrow();
        disk.shown.iter().any(|(_, _, value)| value.windows(canary.len()).any(|piece| piece == canary))
    }

    /// Bytes of a computer's records but durable events, which go when they are acknowledged.
    pub(in crate::core::tests) fn disk_bytes(&self, at: usize) -> usize {
        let events = |key: &crate::record::Key| matches!(key, crate::record::Key::Ordered { group, .. } if group == b"durable events\0\0");
        let disk = self.nodes[at].disk.borrow();
        disk.shown.iter().filter(|(_, key, _)| !events(key)).map(|(_, _, value)| value.len()).sum()
    }
}
