//! `console`: the same commands, a line at a time, also in the spellings of chat programs (ADMIN §2).

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::Write;
use std::rc::Rc;

use clap::FromArgMatches;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};
use serde_json::Value;

use super::output::Report;
use super::{Cli, Command, Global, Kept, command, report, unparsed};
use crate::admin::Request;
use crate::exit::{Exit, Failure};
use crate::words::word;

const PROMPT: &str = "conclave> ";

/// Runs until the end of the input.
pub(super) fn run(global: &Global) -> Result<Report, Failure> {
    let failed = |error: ReadlineError| Failure::new(Exit::Failed, error.to_string());
    // History in memory only: what is typed here names people.
    let config = rustyline::Config::builder().auto_add_history(true).build();
    let mut editor: Editor<Words, MemHistory> =
        Editor::with_history(config, MemHistory::new()).map_err(failed)?;
    editor.set_helper(Some(Words { people: people(global), commands: command() }));
    let kept: Kept = Rc::new(RefCell::new(None));
    let mut last = Exit::Done;
    loop {
        let line = match editor.readline(PROMPT) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(failed(error)),
        };
        let words = match words(&line) {
            Line::Nothing => continue,
            Line::Quit => break,
            Line::Help => {
                let _ = writeln!(std::io::stdout(), "{}", word("console-help"));
                continue;
            }
            Line::Open => {
                complain("quote-open");
                last = Exit::Usage;
                continue;
            }
            Line::Words(words) => words,
        };
        last = one(global, &words, &kept);
        if let Some(helper) = editor.helper_mut() {
            helper.people = people(global);
        }
    }
    Ok(Report::silent().exit(last))
}

/// Runs one line with the global options that the console was started with.
fn one(global: &Global, words: &[String], kept: &Kept) -> Exit {
    let args: Vec<OsString> =
        std::iter::once("login-server".to_owned()).chain(words.iter().cloned()).map(OsString::from).collect();
    let parsed = command().try_get_matches_from(&args).and_then(|found| Cli::from_arg_matches(&found));
    let mut cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return unparsed(&args, &error),
    };
    if matches!(cli.command, Command::Console | Command::Serve(_)) {
        complain("not-in-console");
        return Exit::Usage;
    }
    cli.global.config.clone_from(&global.config);
    cli.global.overrides.clone_from(&global.overrides);
    cli.global.socket.clone_from(&global.socket);
    cli.global.color = global.color;
    cli.global.kept = Some(Rc::clone(kept));
    report(&cli)
}

fn complain(key: &str) {
    let _ = writeln!(std::io::stderr(), "{} {}", word("error-head"), word(key));
}

enum Line {
    Nothing,
    Quit,
    Help,
    /// A quote is open.
    Open,
    Words(Vec<String>),
}

/// The words of a line in the spelling of the command.
fn words(line: &str) -> Line {
    let Some(words) = shlex::split(line) else { return Line::Open };
    let Some((first, rest)) = words.split_first() else { return Line::Nothing };
    let known: &[&str] = match first.strip_prefix('/').unwrap_or(first) {
        "quit" | "exit" => return Line::Quit,
        "help" | "?" if rest.is_empty() => return Line::Help,
        "ban" if first.starts_with('/') || !is_part_of(&words, &["add", "list", "ls", "show", "lift"]) => {
            &["ban", "add"]
        }
        "kick" => &["session", "kick"],
        "show_clients" => &["session", "list"],
        "change_password" => &["user", "reset"],
        "make_admin" => &["user", "make-admin"],
        "threads" => &["task", "list"],
        "kill" => &["stop"],
        plain => &[plain],
    };
    Line::Words(known.iter().map(|&word| word.to_owned()).chain(rest.iter().cloned()).collect())
}

/// Whether the second word is one of these: then the line is the long spelling.
fn is_part_of(words: &[String], parts: &[&str]) -> bool {
    words.get(1).is_none_or(|second| parts.contains(&second.as_str()) || second.starts_with('-'))
}

fn people(global: &Global) -> Vec<String> {
    let users = global.client().and_then(|mut client| client.ask(&Request::UserList));
    let rows = users.ok().and_then(|users| users.get("users").and_then(Value::as_array).cloned());
    rows.into_iter()
        .flatten()
        .filter_map(|row| row.get("user").and_then(Value::as_str).map(str::to_owned))
        .collect()
}

/// Completes commands and the names of people.
struct Words {
    people: Vec<String>,
    commands: clap::Command,
}

impl Words {
    fn fitting(&self, line: &str) -> (usize, Vec<String>) {
        let start = line.rfind(' ').map_or(0, |at| at + 1);
        let (before, part) = line.split_at_checked(start).unwrap_or((line, ""));
        let mut at = &self.commands;
        for word in before.split_whitespace() {
            if let Some(child) = at.find_subcommand(word.trim_start_matches('/')) {
                at = child;
            }
        }
        let own = at.get_subcommands().map(|child| child.get_name().to_owned());
        let options =
            at.get_arguments().filter_map(|option| option.get_long()).map(|long| format!("--{long}"));
        let slashes = [
            "/ban",
            "/kick",
            "/show_clients",
            "/change_password",
            "/make_admin",
            "/threads",
            "/kill",
            "/help",
            "/quit",
        ];
        let slashes = slashes.iter().filter(|_| before.is_empty()).map(|&word| word.to_owned());
        let people = self.people.iter().filter(|_| !before.is_empty()).cloned();
        let mut found: Vec<String> =
            own.chain(options).chain(slashes).chain(people).filter(|word| word.starts_with(part)).collect();
        found.sort();
        found.dedup();
        (start, found)
    }
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, found) = self.fitting(line.get(..at).unwrap_or(line));
        let pair = |word: String| Pair { display: word.clone(), replacement: word };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}

impl Hinter for Words {
    type Hint = String;
}
impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<String> {
        match words(line) {
            Line::Words(words) => words,
            _ => Vec::new(),
        }
    }

    #[test]
    fn the_spellings_of_chat_programs_become_commands_with_or_without_the_slash() {
        for (line, expected) in [
            ("/ban bob", &["ban", "add", "bob"][..]),
            ("ban bob", &["ban", "add", "bob"]),
            ("ban list", &["ban", "list"]),
            ("ban lift bob", &["ban", "lift", "bob"]),
            ("/kick bob 300", &["session", "kick", "bob", "300"]),
            ("kick bob 300", &["session", "kick", "bob", "300"]),
            ("/show_clients", &["session", "list"]),
            ("/change_password bob", &["user", "reset", "bob"]),
            ("/make_admin bob", &["user", "make-admin", "bob"]),
            ("/threads", &["task", "list"]),
            ("/kill", &["stop"]),
            ("user show 'b o b'", &["user", "show", "b o b"]),
        ] {
            assert_eq!(split(line), expected, "{line}");
        }
        assert!(matches!(words("/quit"), Line::Quit) && matches!(words("  "), Line::Nothing));
        assert!(matches!(words("/help"), Line::Help) && matches!(words("user show 'x"), Line::Open));
    }

    #[test]
    fn commands_and_names_are_completed() {
        let words = Words { people: vec!["alice".into(), "bob".into()], commands: command() };
        assert_eq!(words.fitting("user sh"), (5, vec!["show".to_owned()]));
        assert_eq!(words.fitting("user show al"), (10, vec!["alice".to_owned()]));
        assert!(words.fitting("/k").1.contains(&"/kick".to_owned()));
        assert_eq!(words.fitting("é").1, Vec::<String>::new());
    }
}
