//! The one table of keys: it feeds the handler, the sheet, and what is announced to readers (UI §4).

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// The next conversation of the list.
    NextChat,
    /// The previous one.
    PreviousChat,
    /// The next with something unread.
    NextUnread,
    /// The previous one.
    PreviousUnread,
    /// The first to the ninth.
    Nth(u8),
    /// Quick switcher and commands.
    Switcher,
    /// Search in the open conversation.
    SearchHere,
    /// Search everywhere.
    SearchEverywhere,
    /// The people.
    People,
    /// Into the composer.
    Composer,
    /// Chooses files.
    Attach,
    /// The emoji picker.
    Emoji,
    /// Media of the conversation.
    Details,
    /// The end of the conversation.
    End,
    /// The oldest message that is not read.
    OldestUnread,
    /// Answers an earlier message.
    ReplyEarlier,
    /// Answers a later one, or none.
    ReplyLater,
    /// Answers the message that has the keyboard.
    Reply,
    /// Puts an emoji on it.
    React,
    /// Deletes it.
    Delete,
    /// Saves its file.
    Save,
    /// Its menu.
    Menu,
    /// The next region of the window.
    NextRegion,
    /// The previous one.
    PreviousRegion,
    /// Settings.
    Settings,
    /// Closes the messages.
    Lock,
    /// Does not wait for the next try at the connection.
    TryNow,
    /// The keys.
    Keys,
    /// Larger.
    Larger,
    /// Smaller.
    Smaller,
    /// The usual size.
    UsualSize,
    /// Away with what stands above, or the answer begun.
    Escape,
}

/// A key and what is held with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chord {
    /// Control.
    pub ctrl: bool,
    /// Alt.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
    /// The key as the page names it; letters in lower case.
    pub key: &'static str,
}

const fn plain(key: &'static str) -> Chord {
    Chord { ctrl: false, alt: false, shift: false, key }
}

const fn ctrl(key: &'static str) -> Chord {
    Chord { ctrl: true, ..plain(key) }
}

const fn alt(key: &'static str) -> Chord {
    Chord { alt: true, ..plain(key) }
}

const fn shift(chord: Chord) -> Chord {
    Chord { shift: true, ..chord }
}

/// A line of the table: what it does, the key of its words, the keys that do it.
pub type Line = (Shortcut, &'static str, &'static [Chord]);

/// The table, in the order of the sheet.
pub const TABLE: &[Line] = &[
    (Shortcut::NextChat, "key-next-chat", &[alt("ArrowDown"), ctrl("Tab"), ctrl("PageDown")]),
    (Shortcut::PreviousChat, "key-previous-chat", &[alt("ArrowUp"), shift(ctrl("Tab")), ctrl("PageUp")]),
    (Shortcut::NextUnread, "key-next-unread", &[shift(alt("ArrowDown"))]),
    (Shortcut::PreviousUnread, "key-previous-unread", &[shift(alt("ArrowUp"))]),
    (Shortcut::Nth(1), "key-nth", &[ctrl("1")]),
    (Shortcut::Switcher, "key-switcher", &[ctrl("k")]),
    (Shortcut::SearchHere, "key-search-here", &[ctrl("f")]),
    (Shortcut::SearchEverywhere, "key-search-everywhere", &[shift(ctrl("f"))]),
    (Shortcut::People, "key-people", &[ctrl("n")]),
    (Shortcut::Composer, "key-composer", &[ctrl("m")]),
    (Shortcut::Attach, "key-attach", &[ctrl("u")]),
    (Shortcut::Emoji, "key-emoji", &[shift(ctrl("j"))]),
    (Shortcut::Details, "key-details", &[shift(ctrl("m"))]),
    (Shortcut::OldestUnread, "key-oldest-unread", &[shift(plain("PageUp"))]),
    (Shortcut::End, "key-end", &[ctrl("End")]),
    (Shortcut::ReplyEarlier, "key-reply-earlier", &[ctrl("ArrowUp")]),
    (Shortcut::ReplyLater, "key-reply-later", &[ctrl("ArrowDown")]),
    (Shortcut::Reply, "key-reply", &[shift(ctrl("r"))]),
    (Shortcut::React, "key-react", &[shift(ctrl("e"))]),
    (Shortcut::Delete, "key-delete", &[shift(ctrl("d"))]),
    (Shortcut::Save, "key-save", &[ctrl("s")]),
    (Shortcut::Menu, "key-menu", &[shift(plain("F10")), plain("ContextMenu")]),
    (Shortcut::NextRegion, "key-next-region", &[plain("F6")]),
    (Shortcut::PreviousRegion, "key-previous-region", &[shift(plain("F6"))]),
    (Shortcut::Settings, "key-settings", &[ctrl(",")]),
    (Shortcut::Lock, "key-lock", &[ctrl("l")]),
    (Shortcut::Keys, "key-keys", &[ctrl("/"), plain("F1")]),
    (Shortcut::TryNow, "key-try-now", &[plain("F5")]),
    (Shortcut::Larger, "key-larger", &[ctrl("+")]),
    (Shortcut::Smaller, "key-smaller", &[ctrl("-")]),
    (Shortcut::UsualSize, "key-usual-size", &[ctrl("0")]),
    (Shortcut::Escape, "key-escape", &[plain("Escape")]),
];

/// What a pressed key does. Shift counts only where the table names it or the key is a letter or an arrow: on other
/// keys it only makes the sign.
#[must_use]
pub fn find(held_ctrl: bool, held_alt: bool, held_shift: bool, key: &str) -> Option<Shortcut> {
    let key = if key.chars().count() == 1 { key.to_lowercase() } else { key.to_owned() };
    let key = if key == "=" { "+" } else { key.as_str() };
    if let (true, false, Some(n)) =
        (held_ctrl, held_alt, key.parse::<u8>().ok().filter(|n| (1..=9).contains(n)))
    {
        return Some(Shortcut::Nth(n));
    }
    let sign = key.chars().all(|letter| !letter.is_alphanumeric());
    let matches = |chord: &Chord| {
        chord.ctrl == held_ctrl
            && chord.alt == held_alt
            && (chord.shift == held_shift || sign)
            && chord.key == key
    };
    TABLE.iter().find(|(_, _, chords)| chords.iter().any(matches)).map(|(shortcut, _, _)| *shortcut)
}

/// The keys of a shortcut as `aria-keyshortcuts` writes them.
#[must_use]
pub fn aria(shortcut: Shortcut) -> String {
    let line = TABLE.iter().find(|(known, _, _)| *known == shortcut);
    let chords = line.map_or(&[][..], |(_, _, chords)| chords);
    chords.iter().map(|chord| spelled(chord, "Control", "Alt", "Shift", "+")).collect::<Vec<_>>().join(" ")
}

fn spelled(chord: &Chord, ctrl: &str, alt: &str, shift: &str, joint: &str) -> String {
    let held = [(chord.ctrl, ctrl), (chord.alt, alt), (chord.shift, shift)];
    let mut parts: Vec<String> =
        held.iter().filter(|(on, _)| *on).map(|(_, name)| (*name).to_owned()).collect();
    parts.push(if chord.key.len() == 1 { chord.key.to_uppercase() } else { chord.key.to_owned() });
    parts.join(joint)
}

/// The keys that stand in a sheet: names of held keys and of the key, each to be said in the language on screen.
#[must_use]
pub fn caps(chord: &Chord) -> Vec<&'static str> {
    let held = [(chord.ctrl, "cap-ctrl"), (chord.alt, "cap-alt"), (chord.shift, "cap-shift")];
    let mut caps: Vec<&'static str> = held.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
    caps.push(match chord.key {
        "ArrowDown" => "↓",
        "ArrowUp" => "↑",
        "Escape" => "cap-escape",
        "PageDown" => "cap-page-down",
        "PageUp" => "cap-page-up",
        "End" => "cap-end",
        "ContextMenu" => "cap-menu",
        "Tab" => "cap-tab",
        // Stands for all nine.
        "1" => "cap-nth",
        key => key,
    });
    caps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_is_found_and_none_stands_twice() {
        let mut seen = Vec::new();
        for (shortcut, _, chords) in TABLE {
            for chord in *chords {
                assert_eq!(find(chord.ctrl, chord.alt, chord.shift, chord.key), Some(*shortcut), "{chord:?}");
                assert!(!seen.contains(chord), "{chord:?} stands twice");
                seen.push(*chord);
            }
        }
    }

    #[test]
    fn plain_letters_do_nothing_and_capitals_are_letters() {
        assert_eq!(find(false, false, false, "k"), None);
        assert_eq!(find(true, false, true, "J"), Some(Shortcut::Emoji));
        assert_eq!(find(true, false, false, "j"), None);
        assert_eq!(find(true, false, true, "+"), Some(Shortcut::Larger), "made with Shift on many keyboards");
        assert_eq!(find(true, false, false, "7"), Some(Shortcut::Nth(7)));
        assert_eq!(aria(Shortcut::Switcher), "Control+K");
        assert_eq!(aria(Shortcut::PreviousRegion), "Shift+F6");
    }
}
