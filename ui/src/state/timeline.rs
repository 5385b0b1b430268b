//! Messages as the timeline shows them: one section per day, messages of one author grouped.

use conclave_peer::model::{Message, Time};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::dates::{self, Day};

use super::conversation::is_incoming;

/// Messages further apart stand in separate groups, milliseconds (UI R5).
const GROUP: Time = 5 * 60_000;

/// A day of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The calendar day.
    pub date: Date,
    /// The day as it is called today.
    pub day: Day,
    /// Its messages.
    pub items: Vec<Item>,
}

/// A message and its place in its group.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The message.
    pub message: Message,
    /// Whether it is mine.
    pub mine: bool,
    /// Whether a group begins here.
    pub first: bool,
    /// Whether a group ends here.
    pub last: bool,
    /// Whether the "new messages" line stands before it, with their number.
    pub unread: Option<u64>,
}

/// The sections of a conversation, in the order of its messages.
#[must_use]
pub fn sections(
    messages: &[Message],
    unread_from: Option<(conclave_peer::model::MessageId, u64)>,
    now: Time,
    zone: &TimeZone,
) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut before: Option<&Message> = None;
    for message in messages {
        let same_day =
            before.is_some_and(|before| dates::date(before.time, zone) == dates::date(message.time, zone));
        let unread = unread_from.filter(|(id, _)| *id == message.id).map(|(_, count)| count);
        let joined = unread.is_none()
            && same_day
            && before.is_some_and(|before| {
                before.author == message.author && message.time.abs_diff(before.time) <= GROUP
            });
        let item = Item {
            message: message.clone(),
            mine: !is_incoming(message),
            first: !joined,
            last: true,
            unread,
        };
        before = Some(message);
        match sections.last_mut() {
            Some(section) if same_day => {
                if let Some(previous) = section.items.last_mut() {
                    previous.last = !joined;
                }
                section.items.push(item);
            }
            _ => sections.push(Section {
                date: dates::date(message.time, zone),
                day: dates::day(message.time, now, zone),
                items: vec![item],
            }),
        }
    }
    sections
}
