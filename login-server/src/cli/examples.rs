//! The examples of every help page, and the exit codes under them (ADMIN §3).

use clap::Command;

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 usage · 3 partly · 4 not found · 5 refused · 6 conflict · \
7 server not reachable · 8 not confirmed · 9 timed out · 10 configuration · 11 locked · 12 damaged · 13 cannot listen · \
75 try later · 130 interrupted";

/// By the words of the command.
const EXAMPLES: &[(&str, &str)] = &[
    ("init", "login-server init --org 'Example Ltd' --listen /ip4/0.0.0.0/tcp/1337"),
    ("serve", "login-server serve --config /etc/conclave/login-server.toml"),
    ("status", "login-server status -o json"),
    ("health", "login-server health && echo up"),
    ("fingerprint", "login-server fingerprint"),
    ("stop", "login-server stop --in 2m --notice 'Back at 14:00'"),
    (
        "user invite",
        "login-server user invite alice --expires 2d\n  login-server user invite --csv people.csv --links links.sealed",
    ),
    ("user list", "login-server user list --idle 30d --sort last-seen"),
    ("user show", "login-server user show alice"),
    ("user unlock", "login-server user unlock alice"),
    ("user approve", "login-server user approve alice --fingerprint '48210 93712 …'"),
    (
        "user reset",
        "login-server user reset alice --reason 'lost phone'\n  login-server user reset alice --request-out r.json   (the key is elsewhere)",
    ),
    ("user totp-reset", "login-server user totp-reset alice --reason 'lost phone'"),
    ("user make-admin", "login-server user make-admin alice --root /media/usb/root.key"),
    ("user remove-admin", "login-server user remove-admin alice --root /media/usb/root.key"),
    (
        "user erase",
        "login-server user erase alice --reason 'left, asked for it'\n  login-server user erase alice --after 30d   (closed now, erased then)",
    ),
    ("user export", "login-server user export alice --out alice.zip"),
    ("invite list", "login-server invite list"),
    ("invite show", "login-server invite show alice"),
    ("invite revoke", "login-server invite revoke 3fa9"),
    ("invite open", "login-server invite open links.sealed"),
    ("invite company", "login-server invite company --uses 20 --expires 3d"),
    ("invite purge", "login-server invite purge --expired"),
    ("session list", "login-server session list --user alice"),
    ("session show", "login-server session show 2f…"),
    ("session end", "login-server session end 2f…"),
    (
        "session kick",
        "login-server session kick bob 2h --reason 'looking into it'\n  login-server session kick bob 0   (lets bob in again)",
    ),
    (
        "ban add",
        "login-server ban add bob --reason 'left the company'\n  login-server ban add --address 192.0.2.0/24 --for 2h",
    ),
    ("ban list", "login-server ban list"),
    ("ban show", "login-server ban show bob"),
    ("ban lift", "login-server ban lift bob"),
    ("policy show", "login-server policy show"),
    ("policy set", "login-server policy set lease 12h --root /media/usb/root.key"),
    ("key list", "login-server key list"),
    ("key add", "login-server key add ops-2 --user alice --root /media/usb/root.key"),
    ("key revoke", "login-server key revoke ops-1 --root /media/usb/root.key"),
    ("key sign", "login-server key sign r.json --key ops-2.key"),
    ("key rotate", "login-server key rotate directory --root /media/usb/root.key"),
    ("key submit", "login-server key submit r.json"),
    ("key passwd", "login-server key passwd ops-1"),
    ("directory verify", "login-server directory verify"),
    ("directory head", "login-server directory head -o json"),
    ("relay show", "login-server relay show"),
    ("dropbox show", "login-server dropbox show"),
    ("dropbox purge", "login-server dropbox purge alice"),
    ("uptime", "login-server uptime"),
    ("directory show", "login-server directory show --since 100"),
    ("directory import", "login-server directory import --from-client leaves.json"),
    ("directory export", "login-server directory export --out log.json"),
    ("backup create", "login-server backup create --out /mnt/usb/conclave.backup"),
    ("backup list", "login-server backup list"),
    ("backup verify", "login-server backup verify conclave.backup"),
    (
        "backup restore",
        "login-server backup restore conclave.backup --config /etc/conclave/login-server.toml",
    ),
    ("backup schedule show", "login-server backup schedule show"),
    ("backup schedule set", "login-server backup schedule set --passphrase-file /root/backup.pass"),
    ("backup prune", "login-server backup prune --keep 14"),
    ("config show", "login-server config show --effective"),
    ("config check", "login-server config check --config new.toml"),
    ("config generate", "login-server config generate --out login-server.toml"),
    ("config schema", "login-server config schema -o json"),
    ("config reload", "login-server config reload"),
    ("audit list", "login-server audit list --since 7d --action user"),
    ("audit verify", "login-server audit verify"),
    ("audit export", "login-server audit export --out audit.jsonl"),
    ("log level", "login-server log level login_server=debug"),
    ("log tail", "login-server log tail -n 50 --follow"),
    ("notice send", "login-server notice send 'Backup at noon'"),
    ("stats top", "login-server stats top users --sort dropbox"),
    ("stats usage", "login-server stats usage alice"),
    ("stats watch", "login-server stats watch 2s"),
    ("stats show", "login-server stats show -o json"),
    ("task list", "login-server task list"),
    ("task show", "login-server task show 4711"),
    ("task metrics", "login-server task metrics -o json"),
    ("doctor", "login-server doctor"),
    ("console", "login-server console"),
    ("completions", "login-server completions bash"),
    ("man", "login-server man --out man"),
    ("version", "login-server version -o json"),
];

/// The command with examples and exit codes on every page.
pub(super) fn added(command: Command) -> Command {
    page(command, "")
}

fn page(command: Command, words: &str) -> Command {
    let after = match EXAMPLES.iter().find(|(of, _)| *of == words) {
        Some((_, example)) => format!("Example:\n  {example}\n\n{EXIT_CODES}"),
        None => EXIT_CODES.to_owned(),
    };
    command.after_help(after).mut_subcommands(|child| {
        let own = child.get_name().to_owned();
        let words = if words.is_empty() { own } else { format!("{words} {own}") };
        page(child, &words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(command: &Command, words: &str, found: &mut Vec<String>) {
        for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
            let words = format!("{words} {}", child.get_name()).trim().to_owned();
            if child.has_subcommands() { leaves(child, &words, found) } else { found.push(words) }
        }
    }

    #[test]
    fn every_command_has_an_example_that_parses_and_no_example_is_of_nothing() {
        let mut found = Vec::new();
        leaves(&super::super::command(), "", &mut found);
        for words in &found {
            assert!(EXAMPLES.iter().any(|(of, _)| of == words), "no example: {words}");
        }
        for (of, example) in EXAMPLES {
            assert!(found.iter().any(|words| words == of), "an example of nothing: {of}");
            let first = example.lines().next().unwrap().split(" && ").next().unwrap();
            let words = split(first);
            let parsed = super::super::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{of}: {:?}", parsed.err());
        }
    }

    /// Words of a line; single quotes hold one together.
    fn split(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (index, part) in line.split('\'').enumerate() {
            if index % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        words
    }
}
