//! Messages as the timeline shows them: one section per day, messages of one author grouped, and the lines between.

use conclave_peer::model::{Message, Time};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::dates::{self, Day};

use super::conversation::{Conversation, is_incoming};

pub use super::conversation::Line;

/// Messages further apart stand in separate groups, milliseconds (UI R5).
const GROUP: Time = 5 * 60_000;

/// A day of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The calendar day.
    pub date: Date,
    /// The day as it is called today.
    pub day: Day,
    /// What stands in it, in order.
    pub entries: Vec<Entry>,
}

/// What stands in the timeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A message.
    Message(Box<Item>),
    /// A line between messages.
    Line(Line),
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

/// The sections of a conversation without its first `above` messages, in the order of the others; lines stand where their
/// time puts them.
#[must_use]
pub fn sections(conversation: &Conversation, above: usize, now: Time, zone: &TimeZone) -> Vec<Section> {
    let mut days = Days { sections: Vec::new(), now, zone };
    let mut lines = conversation.lines.iter().peekable();
    let mut before = above.checked_sub(1).and_then(|last| conversation.messages.get(last));
    let from = before.map_or(0, |before| before.time);
    while lines.next_if(|line| line.time < from).is_some() {}
    for message in conversation.messages.iter().skip(above) {
        while let Some(line) = lines.next_if(|line| line.time < message.time) {
            days.push(line.time, Entry::Line(line.clone()));
            before = None;
        }
        if let Some(line) = &message.line {
            days.push(message.time, Entry::Line(Line { time: message.time, kind: line.kind.clone() }));
            before = None;
            continue;
        }
        let unread = conversation.unread_from.filter(|(id, _)| *id == message.id).map(|(_, count)| count);
        let joined = unread.is_none() && before.is_some_and(|before| joins(before, message, zone));
        if joined {
            days.join();
        }
        let mine = !is_incoming(message);
        let item = Item { message: message.clone(), mine, first: !joined, last: true, unread };
        days.push(message.time, Entry::Message(Box::new(item)));
        before = Some(message);
    }
    for line in lines {
        days.push(line.time, Entry::Line(line.clone()));
    }
    days.sections
}

/// Whether a message belongs to the group of the one before it.
fn joins(before: &Message, message: &Message, zone: &TimeZone) -> bool {
    before.author == message.author
        && message.time.abs_diff(before.time) <= GROUP
        && dates::date(before.time, zone) == dates::date(message.time, zone)
}

struct Days<'a> {
    sections: Vec<Section>,
    now: Time,
    zone: &'a TimeZone,
}

impl Days<'_> {
    fn push(&mut self, time: Time, entry: Entry) {
        let date = dates::date(time, self.zone);
        match self.sections.last_mut() {
            // A clock that was wrong does not open a day twice.
            Some(section) if section.date >= date => section.entries.push(entry),
            _ => self.sections.push(Section {
                date,
                day: dates::day(time, self.now, self.zone),
                entries: vec![entry],
            }),
        }
    }

    /// The group of the last message goes on.
    fn join(&mut self) {
        if let Some(Entry::Message(item)) =
            self.sections.last_mut().and_then(|section| section.entries.last_mut())
        {
            item.last = false;
        }
    }
}
