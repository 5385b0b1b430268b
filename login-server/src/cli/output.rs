//! Reports: one value that is a table for people and JSON for programs (ADMIN §3).

use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::words::{Said, known, said, word};

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// One JSON value a line; lists give a line for each row.
    Jsonl,
}

/// When there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    fn is_on(self, terminal: bool) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR") => false,
            Self::Auto => terminal || set("CLICOLOR_FORCE"),
        }
    }
}

/// Longest line of a usage error, in characters: what was typed may be a megabyte.
const LONGEST: usize = 400;

/// Text as a terminal may show it: controls and marks that turn the direction of writing are spelled out.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let turns =
            matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (letter.is_control() && letter != '\n') || turns {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Prints a usage error as it is, without what a terminal would obey.
pub(super) fn print_plainly(text: &str) {
    let text: Vec<String> = text.lines().map(|line| printable(&cut(line))).collect();
    let _ = writeln!(std::io::stderr().lock(), "{}", text.join("\n"));
}

/// Says something beside the answer on stderr, in the format that was asked for.
pub(super) fn note(format: Format, note: &Said) {
    let _ = match format {
        Format::Table => writeln!(std::io::stderr().lock(), "{}", printable(&cut(&note.text()))),
        Format::Json | Format::Jsonl => {
            writeln!(std::io::stderr().lock(), "{}", json!({ "note": note.english(), "schema": 1 }))
        }
    };
}

/// A column: its head, and how a row gives its cell.
pub(super) type Column<'a> = (&'a str, &'a dyn Fn(&Value) -> String);

/// What a command has to say.
#[derive(Debug)]
pub(super) struct Report {
    json: Value,
    /// The member of `json` that holds the rows, for `jsonl`.
    rows: Option<&'static str>,
    text: String,
    exit: Exit,
    /// The key of what is said on stderr when there are no rows.
    empty: &'static str,
}

impl Report {
    /// A report of one thing.
    pub(super) fn one(json: Value, text: impl Into<String>) -> Self {
        Self { json, rows: None, text: text.into(), exit: Exit::Done, empty: "" }
    }

    /// A report of many things: `member` holds the rows.
    pub(super) fn list(
        json: Value,
        member: &'static str,
        empty: &'static str,
        columns: &[Column<'_>],
    ) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(columns.iter().map(|(head, _)| heading(head)));
        let rows = json.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
        for row in &rows {
            table.add_row(columns.iter().map(|(_, cell)| cell(row)));
        }
        let text = if rows.is_empty() { String::new() } else { trimmed(&table.to_string()) };
        Self { json, rows: Some(member), text, exit: Exit::Done, empty }
    }

    /// A report that says nothing.
    pub(super) fn silent() -> Self {
        Self::one(Value::Null, "")
    }

    /// The same with an exit code.
    #[must_use]
    pub(super) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The report of a dry run.
    #[must_use]
    pub(super) fn tried(mut self) -> Self {
        if let Some(fields) = self.json.as_object_mut() {
            fields.insert("dry_run".into(), Value::Bool(true));
        }
        self.text = said("dry-run").with("text", self.text).text();
        self
    }

    /// Prints it. A reader that went away is no failure of the command.
    pub(super) fn print(self, format: Format, quiet: bool, color: Color) -> Exit {
        let mut out = std::io::stdout().lock();
        let rows = self.rows.and_then(|member| self.json.get(member)).and_then(Value::as_array);
        let _ = match format {
            _ if self.json.is_null() && self.text.is_empty() => Ok(()),
            Format::Table => {
                if rows.is_some_and(Vec::is_empty) && !quiet && !self.empty.is_empty() {
                    let _ = writeln!(std::io::stderr(), "{}", word(self.empty));
                }
                let text = printable(&self.text);
                match text.split_once('\n') {
                    _ if text.is_empty() => Ok(()),
                    Some((head, rows)) if self.rows.is_some() && color.is_on(is_terminal()) => {
                        writeln!(out, "\u{1b}[1m{head}\u{1b}[0m\n{rows}")
                    }
                    _ => writeln!(out, "{text}"),
                }
            }
            // A list is an array in JSON: `[]` when it is empty.
            Format::Json => match rows {
                Some(rows) => writeln!(out, "{}", Value::Array(rows.clone())),
                None => writeln!(out, "{}", self.json),
            },
            Format::Jsonl => match rows {
                Some(rows) => rows.iter().try_for_each(|row| writeln!(out, "{row}")),
                None => writeln!(out, "{}", self.json),
            },
        };
        let _ = out.flush();
        self.exit
    }
}

/// Prints a failure on stderr in the format that was asked for.
pub(super) fn print_failure(format: Format, failure: &Failure, color: Color) -> Exit {
    let mut err = std::io::stderr().lock();
    let _ = match format {
        Format::Table => {
            let hint = failure.hint.as_ref().map_or_else(String::new, |hint| format!("\n  {}", hint.text()));
            let text = printable(&format!("{}{hint}", failure.text()));
            let (on, off) = match color.is_on(std::io::stderr().is_terminal()) {
                true => ("\u{1b}[31m", "\u{1b}[0m"),
                false => ("", ""),
            };
            writeln!(err, "{on}{}{off} {text}", word("error-head"))
        }
        Format::Json | Format::Jsonl => writeln!(err, "{}", failure.to_json()),
    };
    failure.exit
}

/// Whether a person sees standard output.
pub(super) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// A member as text for a cell; absent and null are a dash.
pub(super) fn cell(row: &Value, member: &str) -> String {
    match row.get(member) {
        None | Some(Value::Null) => "-".into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => word("yes"),
        Some(Value::Bool(false)) => word("no"),
        Some(other) => other.to_string(),
    }
}

/// The head of a column in the chosen language; the English one says which.
pub(super) fn heading(head: &str) -> String {
    match head {
        "" => String::new(),
        head => word(&format!("column-{}", head.to_lowercase().replace(' ', "-").replace(['(', ')'], ""))),
    }
}

/// Named values of an answer, a line each; the names in the chosen language.
pub(super) fn fields(json: &Value, members: &[&str]) -> String {
    lines(&members.iter().map(|&member| (member, cell(json, member))).collect::<Vec<_>>())
}

/// The same of values that are words already; a value may have several lines.
pub(super) fn lines(values: &[(&str, String)]) -> String {
    let named: Vec<(String, &String)> = values.iter().map(|(name, value)| (label(name), value)).collect();
    let width = named.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 2;
    let lines: Vec<String> = named
        .iter()
        .map(|(name, value)| {
            let value = value.replace('\n', &format!("\n{:width$}", ""));
            format!("{name:<width$}{value}").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// The name of a member for people; one that has no words of its own is what programs call it.
pub(super) fn label(member: &str) -> String {
    known(&format!("field-{}", member.replace(['_', ' '], "-"))).unwrap_or_else(|| member.replace('_', " "))
}

fn trimmed(table: &str) -> String {
    table.lines().map(|line| line.trim_end().trim_start_matches(' ')).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(printable("a\u{1b}[2J\u{202e}b\nc"), "a\\u{1b}[2J\\u{202e}b\nc");
        assert_eq!(cut(&"x".repeat(LONGEST + 1)).chars().count(), LONGEST + 1);
    }
}
