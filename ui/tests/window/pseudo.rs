//! Languages that nobody speaks, made of the English screens (UI §3.K): one whose words are two fifths longer, and one
//! that is written from right to left. What people wrote stays as it is.

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pseudo {
    /// Two fifths longer.
    Longer,
    /// From right to left, in Hebrew letters.
    Mirrored,
}

/// Of so many letters of a word, `MORE` follow once more.
const OF: usize = 5;
const MORE: usize = 2;

impl Pseudo {
    pub(crate) const ALL: [(&'static str, Self); 2] =
        [("longer", Self::Longer), ("mirrored", Self::Mirrored)];

    /// The page in this language.
    pub(crate) fn page(self, page: &str) -> String {
        let (head, body) = page.split_once("<body>").unwrap();
        let body = self.body(body);
        match self {
            Self::Longer => format!("{head}<body>{body}"),
            Self::Mirrored => {
                let head = head.replacen("<html lang=\"en\">", "<html lang=\"he\" dir=\"rtl\">", 1);
                assert!(head.contains("dir=\"rtl\""));
                format!("{head}<body>{}", body.replacen("lang=\"en\"", "lang=\"he\"", 1))
            }
        }
    }

    /// Text between tags and in what a field says while it is empty, but not what a person wrote, nor keys and numbers.
    fn body(self, html: &str) -> String {
        let (mut page, mut rest) = (String::with_capacity(html.len() * 2), html);
        // The element whose text is a person's own, and how often its kind is open inside of it.
        let mut own: Option<(String, usize)> = None;
        while let Some((text, after)) = rest.split_once('<') {
            page.push_str(&if own.is_some() { text.to_owned() } else { self.text(text) });
            let (tag, after) = after.split_once('>').unwrap();
            let kind = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
            match &mut own {
                Some((name, depth)) if name == kind && tag.starts_with('/') => {
                    *depth -= 1;
                    if *depth == 0 {
                        own = None;
                    }
                }
                Some((name, depth)) if name == kind => *depth += 1,
                Some(_) => {}
                None if !tag.starts_with('/') && is_own(kind, tag) => own = Some((kind.to_owned(), 1)),
                None => {}
            }
            page.push('<');
            page.push_str(&self.tag(tag));
            page.push('>');
            rest = after;
        }
        page + rest
    }

    fn tag(self, tag: &str) -> String {
        match tag
            .split_once(" placeholder=\"")
            .and_then(|(before, rest)| Some((before, rest.split_once('"')?)))
        {
            Some((before, (said, after))) => format!("{before} placeholder=\"{}\"{after}", self.text(said)),
            None => tag.to_owned(),
        }
    }

    /// A text, word by word; entities stay.
    fn text(self, text: &str) -> String {
        let mut made = String::new();
        let (mut word, mut entity) = (String::new(), false);
        for letter in text.chars().chain(['\0']) {
            entity = (entity || letter == '&') && letter != ';';
            if letter.is_alphabetic() && !entity {
                word.push(letter);
                continue;
            }
            made.push_str(&self.word(&word));
            word.clear();
            if letter != '\0' {
                made.push(letter);
            }
        }
        made
    }

    fn word(self, word: &str) -> String {
        match self {
            Self::Longer => {
                let letters: Vec<char> = word.chars().collect();
                let more = (letters.len() * MORE).div_ceil(OF).min(letters.len());
                letters.iter().chain(letters.get(letters.len() - more..).into_iter().flatten()).collect()
            }
            Self::Mirrored => word.chars().map(hebrew).collect(),
        }
    }
}

/// What a person wrote says its direction itself; drawings and keys are no words.
fn is_own(kind: &str, tag: &str) -> bool {
    matches!(kind, "bdi" | "kbd" | "svg" | "time" | "style") && !tag.ends_with('/')
        || tag.contains(" dir=\"auto\"")
        || tag.contains(" dir=\"ltr\"")
}

/// A letter of the same place in the alphabet.
fn hebrew(letter: char) -> char {
    let place = u32::from(letter.to_ascii_lowercase()).wrapping_sub(u32::from('a'));
    if place < 26 { char::from_u32(0x05D0 + place % 22).unwrap_or(letter) } else { letter }
}

#[test]
fn words_grow_by_two_fifths_and_what_people_wrote_stays() {
    let page = "<html lang=\"en\"><body><p lang=\"en\">Save it &amp; go <bdi>Ana Ruiz</bdi> now</p>\
                <div dir=\"auto\">my <div>own</div> words</div><input placeholder=\"Search\" id=\"a\"></body>";
    let longer = Pseudo::Longer.page(page);
    for part in [
        "Saveve itt &amp; goo <bdi>Ana Ruiz</bdi> nowow",
        "my <div>own</div> words",
        "placeholder=\"Searchrch\" id",
    ] {
        assert!(longer.contains(part), "{part}: {longer}");
    }
    let mirrored = Pseudo::Mirrored.page(page);
    assert!(mirrored.contains("dir=\"rtl\"") && mirrored.contains("<bdi>Ana Ruiz</bdi>"), "{mirrored}");
    assert!(!mirrored.contains("Save") && mirrored.contains("&amp;"), "{mirrored}");
}
