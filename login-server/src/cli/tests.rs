use std::fmt::Write;

use clap::Parser as _;

use super::{Cli, command};

/// A page without the options that all pages share; the first page has them.
fn own(page: &str) -> String {
    let Some((before, after)) = page.split_once("Global options:\n") else { return page.to_owned() };
    let shared = after.find("\n\nExample:").or_else(|| after.find("\n\nExit codes:")).unwrap_or(after.len());
    format!("{before}Global options: …{}", after.split_at(shared).1)
}

/// Every page of help, as it is printed.
fn pages(command: &mut clap::Command, words: &str, text: &mut String) {
    let page = command.render_long_help().to_string();
    let page = if words.contains(' ') { own(&page) } else { page };
    writeln!(text, "$ {words} --help\n{page}").unwrap();
    let names: Vec<String> = command.get_subcommands().map(|child| child.get_name().to_owned()).collect();
    for name in names.iter().filter(|name| *name != "help") {
        let child = command.find_subcommand_mut(name).unwrap();
        pages(child, &format!("{words} {name}"), text);
    }
}

/// `BLESS=1 cargo nextest run -p login-server --lib every_help_page` writes the file anew.
#[test]
fn every_help_page_is_the_one_that_was_agreed() {
    let mut text = String::new();
    let mut whole = command();
    whole.build();
    pages(&mut whole, "login-server", &mut text);
    let text: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = format!("{}\n", text.join("\n").trim_end());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/help.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    let differs = text.lines().zip(agreed.lines()).find(|(now, then)| now != then);
    assert!(text == agreed, "run with BLESS=1 and read the difference: {differs:?}");
}

#[test]
fn a_user_name_may_be_typed_in_capitals_wherever_one_is_asked_for() {
    for typed in [
        "user invite Alice",
        "user show Alice",
        "user unlock Alice",
        "user reset Alice",
        "user totp-reset Alice",
        "user make-admin Alice",
        "user remove-admin Alice",
        "user erase Alice",
        "user export Alice --out a.zip",
        "user approve Alice --fingerprint 1",
        "session list --user Alice",
        "session kick Alice 5m",
        "ban add Alice bob ALICE",
        "ban show Alice",
        "ban lift Alice",
        "dropbox purge Alice",
        "audit list --user Alice",
        "stats usage Alice",
        "key add ops-2 --user Alice",
    ] {
        let parsed = Cli::try_parse_from(["login-server"].into_iter().chain(typed.split(' ')));
        let parsed = format!("{:?}", parsed.unwrap_or_else(|error| panic!("{typed}: {error}")));
        assert!(parsed.contains("\"alice\""), "{typed}: {parsed}");
        assert!(!parsed.contains("Alice") && !parsed.contains("ALICE"), "{typed}: {parsed}");
    }
}
