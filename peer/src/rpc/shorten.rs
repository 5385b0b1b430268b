//! Answers that would not fit a line. A list keeps the entries next to where the caller looked, and the caller reads
//! on from there, as `more` says.

use serde_json::Value;

use super::LINE;

/// Room in a line beside the result: the envelope and the longest id.
const ENVELOPE: usize = 1024;
/// Characters of a conversation's newest message that stay when the list is too long.
const PREVIEW: usize = 200;

/// Which entries of a list stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The answer is no list.
    All,
    /// Those at the front: newest first, or a page forward.
    First,
    /// Those at the back: a page backward, oldest first.
    Last,
    /// Those in the middle: a page around an entry.
    Middle,
}

/// Whether a result fits a line, after taking away what need not be there.
pub(super) fn fit(result: &mut Value, keep: Keep) -> bool {
    if fits(result) {
        return true;
    }
    if let Some(Value::Array(conversations)) = result.get_mut("conversations") {
        for conversation in conversations {
            if let Some(Value::String(text)) = conversation.pointer_mut("/last/text") {
                *text = text.chars().take(PREVIEW).collect();
            }
        }
        return fits(result);
    }
    let Some(name) = ["messages", "files"].into_iter().find(|name| result.get(*name).is_some()) else {
        return false;
    };
    if result.get("more").is_some() && keep != Keep::All {
        result["more"] = Value::Bool(true);
    }
    while !fits(result) {
        let Some(Value::Array(list)) = result.get_mut(name) else { return false };
        // A quarter at a time: a few rounds, and never less than a third of what would fit.
        let drop = list.len().div_ceil(4);
        match keep {
            Keep::All => return false,
            Keep::First => list.truncate(list.len() - drop),
            Keep::Last => {
                list.drain(..drop);
            }
            Keep::Middle => {
                list.truncate(list.len() - drop / 2);
                list.drain(..drop - drop / 2);
            }
        }
        if list.is_empty() {
            return false;
        }
    }
    true
}

fn fits(result: &Value) -> bool {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, result).is_ok()
}

/// Counts what is written, and fails once it is too much.
struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        if self.0 > LINE - ENVELOPE {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page() -> Value {
        let text = "x".repeat(60_000);
        let messages: Vec<Value> = (0..200).map(|n| json!({ "n": n, "text": text })).collect();
        json!({ "messages": messages, "more": false })
    }

    fn kept(keep: Keep) -> (u64, u64) {
        let mut page = page();
        assert!(fit(&mut page, keep));
        assert!(page.to_string().len() <= LINE);
        assert_eq!(page["more"], true);
        let messages = page["messages"].as_array().unwrap();
        assert!(messages.len() >= 5, "{}", messages.len());
        (messages[0]["n"].as_u64().unwrap(), messages[messages.len() - 1]["n"].as_u64().unwrap())
    }

    #[test]
    fn a_page_keeps_the_side_it_was_asked_from() {
        assert_eq!(kept(Keep::First).0, 0);
        assert_eq!(kept(Keep::Last).1, 199);
        let (first, last) = kept(Keep::Middle);
        assert!(first < 100 && last >= 100, "{first} to {last}");
    }

    #[test]
    fn a_short_answer_is_left_alone() {
        let mut short = json!({ "messages": [{ "n": 1 }], "more": false });
        assert!(fit(&mut short, Keep::Last));
        assert_eq!(short["more"], false);
    }

    #[test]
    fn a_long_list_of_conversations_keeps_them_all() {
        let text = "é".repeat(30_000);
        let list: Vec<Value> = (0..100).map(|n| json!({ "n": n, "last": { "text": text } })).collect();
        let mut answer = json!({ "conversations": list });
        assert!(fit(&mut answer, Keep::First));
        assert_eq!(answer["conversations"].as_array().unwrap().len(), 100);
    }
}
