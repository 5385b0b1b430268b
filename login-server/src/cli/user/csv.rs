//! `user invite --csv`: a list of people, checked as a whole before anything is made (ADMIN §2).
//!
//! ```text
//! name[,expires]                 the first line may be this heading
//! alice
//! bob,14d                        a time as --expires takes it
//! ```

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use conclave_crypto::username::Username;

use crate::exit::{Exit, Failure};
use crate::words::said;

/// Longest file, in bytes.
const LONGEST: u64 = 256 * 1024;
/// Most people of one file: so many signed leaves fit into one request.
pub(super) const MOST: usize = 500;

/// One person of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: Username,
    /// How long the link is good, where the list says so.
    pub(super) expires: Option<Duration>,
}

/// Reads a file; the first line that is wrong is named, and nothing of the rest counts then.
pub(super) fn read(path: &Path) -> Result<Vec<Line>, Failure> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::new(Exit::Usage, said("csv-too-long").with("most", MOST)));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::new(Exit::Usage, said("csv-not-text")))?;
    parse(text)
}

fn parse(text: &str) -> Result<Vec<Line>, Failure> {
    let mut found = Vec::new();
    let mut skeletons = BTreeSet::new();
    let mut headed = false;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
    for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
        let wrong =
            |why: String| Failure::new(Exit::Usage, said("csv-line").with("line", number).with("why", why));
        let mut cells = line.split(',').map(cell);
        let (name, expires) = (cells.next().unwrap_or_default(), cells.next());
        if found.is_empty() && !headed && name.eq_ignore_ascii_case("name") {
            headed = true;
            continue;
        }
        if cells.next().is_some() {
            return Err(wrong(said("csv-cells").text()));
        }
        let name = Username::parse(&name.to_ascii_lowercase()).map_err(|error| wrong(error.to_string()))?;
        let expires = match expires.filter(|time| !time.is_empty()) {
            Some(time) => Some(humantime::parse_duration(time).map_err(|error| wrong(error.to_string()))?),
            None => None,
        };
        if !skeletons.insert(name.skeleton()) {
            return Err(wrong(said("csv-twice").with("user", name.as_str()).text()));
        }
        found.push(Line { name, expires });
        if found.len() > MOST {
            return Err(Failure::new(Exit::Usage, said("csv-too-long").with("most", MOST)));
        }
    }
    if found.is_empty() { Err(Failure::new(Exit::Usage, said("csv-empty"))) } else { Ok(found) }
}

/// A cell without the quotes that spreadsheets may put around it.
fn cell(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_or_without_its_heading_and_as_spreadsheets_write_it() {
        let names = |text: &str| -> Vec<String> {
            parse(text).unwrap().iter().map(|line| line.name.as_str().to_owned()).collect()
        };
        for text in
            ["alice\nbob", "name\nalice\nbob\n", "\u{feff}Name,expires\r\n\"alice\",\r\n\r\nbob,14d\r\n"]
        {
            assert_eq!(names(text), ["alice", "bob"], "{text:?}");
        }
        let timed = parse("name,expires\nalice,2d").unwrap();
        assert_eq!(timed[0].expires, Some(Duration::from_secs(2 * 86_400)));
    }

    #[test]
    fn whatever_is_wrong_in_a_line_refuses_the_whole_list() {
        let many: String = (0..=MOST).map(|n| format!("user{n}\n")).collect();
        for (text, line) in [
            ("alice\nal ice", Some(2)),
            ("alice\n\nalice", Some(3)),
            ("alice\nAlice", Some(2)),
            ("alice\na1ice", Some(2)),
            ("alice,2d,x", Some(1)),
            ("alice,soon", Some(1)),
            ("alice\nname", None),
            ("../etc", Some(1)),
            ("\u{202e}ecila", Some(1)),
            ("\u{1b}[2J", Some(1)),
            ("", None),
            ("name\n", None),
            (&many, None),
        ] {
            let wrong = parse(text);
            if text == "alice\nname" {
                assert!(wrong.is_ok(), "'name' is a name after the first line");
                continue;
            }
            let failure = wrong.unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(
                line.is_none_or(|line| failure.to_string().contains(&format!("line {line}"))),
                "{failure}"
            );
        }
    }
}
