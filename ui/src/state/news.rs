//! What is said to readers when nothing was pressed (UI §5): a message that came, how far one of mine is, a file that is
//! here, the line above the window. Who sees the window finds each where it belongs; nothing is said twice.

use std::collections::VecDeque;
use std::mem::{Discriminant, discriminant};

use conclave_peer::model::{File, Message, Time};

use super::main::Banner;

/// How long it stands where readers find it, milliseconds.
const STANDS: Time = 8_000;
/// Of many that come at once the last ones are said.
const MOST: usize = 4;

/// Something that is said.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A message came into the open conversation, from a person of this name.
    Came(String, Box<Message>),
    /// A message of it was changed by them.
    Edited(String, Box<Message>),
    /// They reacted to one, with this.
    Reacted(String, String),
    /// The newest message of mine got further on its way to them.
    Moved(String, Box<Message>),
    /// A file from them is here, or stopped.
    File(Box<File>),
    /// The line above the window.
    Banner(Banner),
    /// The link to the login server is back.
    Back,
}

/// One of them, by its number: the same words are said again when they happen again.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its number.
    pub number: u64,
    /// What is said.
    pub what: What,
    until: Time,
}

/// What is to be said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct News {
    items: VecDeque<Item>,
    number: u64,
    /// Which line stands above the window, and whether it is about the link.
    banner: Option<(Discriminant<Banner>, bool)>,
}

impl News {
    /// What stands, oldest first.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    /// Something happened.
    pub(super) fn say(&mut self, what: What, now: Time) {
        self.number += 1;
        self.items.push_back(Item { number: self.number, what, until: now.saturating_add(STANDS) });
        while self.items.len() > MOST {
            self.items.pop_front();
        }
    }

    /// Time went on, and this stands above the window. What counts down in it is no news.
    pub(super) fn tick(&mut self, banner: Option<Banner>, now: Time) {
        self.items.retain(|item| item.until > now);
        let kind = banner.as_ref().map(|banner| (discriminant(banner), is_of_link(banner)));
        if kind == self.banner {
            return;
        }
        let was_down = self.banner.is_some_and(|(_, link)| link);
        self.banner = kind;
        match banner {
            Some(banner) => self.say(What::Banner(banner), now),
            None if was_down => self.say(What::Back, now),
            None => {}
        }
    }
}

const fn is_of_link(banner: &Banner) -> bool {
    matches!(
        banner,
        Banner::NoNetwork
            | Banner::ServerDown { .. }
            | Banner::DirectoryTooOld { .. }
            | Banner::Reconnecting { .. }
    )
}
