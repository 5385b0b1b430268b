//! `ban`.

use std::time::Duration;

use clap::Subcommand;
use conclave_crypto::directory::{Ban, BanReason, Object, Target, Unban};
use conclave_crypto::keys::UserId;
use serde_json::{Value, json};

use super::Global;
use super::client::{AdminClient, text};
use super::confirm::confirm;
use super::keys::KeyArgs;
use super::output::{Report, cell, lines};
use super::signing::{Carried, Unsigned, carry_out};
use super::user::any_case;
use super::written;
use crate::admin::Request;
use crate::admin::wire;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::network::Network;
use crate::words::{said, word};

/// `ban …`.
#[derive(Debug, Subcommand)]
pub(super) enum BanCommand {
    /// Keeps people out: ends their sessions and tells all clients. With an admin key if one is given, else signed
    /// by the server.
    Add {
        /// Whom.
        #[arg(required_unless_present = "address", value_parser = any_case)]
        users: Vec<String>,
        /// For how long, such as `30d`; until lifted by default.
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        r#for: Option<Duration>,
        /// Also refuses connections from this address or network; everybody behind it is named first.
        #[arg(long, value_name = "IP|CIDR")]
        address: Option<Network>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Lists who is kept out.
    #[command(alias = "ls")]
    List,
    /// Shows one ban.
    Show {
        /// The person or the address.
        #[arg(value_parser = any_case)]
        ban: String,
    },
    /// Lets somebody in again; a person's ban needs an admin key.
    Lift {
        /// The person or the address.
        #[arg(value_parser = any_case)]
        ban: String,
        #[command(flatten)]
        key: KeyArgs,
    },
}

pub(super) fn run(global: &Global, command: &BanCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        BanCommand::Add { users, r#for, address, key } => {
            add(global, &mut client, users, *r#for, *address, key)
        }
        BanCommand::List => Ok(Report::list(
            client.ask(&Request::BanList)?,
            "bans",
            "none-bans",
            &[
                ("BANNED", &whom),
                ("SINCE", &|row| cell(row, "since")),
                ("UNTIL", &|row| cell(row, "until")),
                ("REASON", &|row| cell(row, "reason")),
                ("SIGNED BY", &|row| cell(row, "by")),
            ],
        )),
        BanCommand::Show { ban } => {
            let json = client.ask(&Request::BanList)?;
            let bans = json.get("bans").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut row = bans
                .into_iter()
                .find(|row| whom(row) == *ban)
                .ok_or_else(|| Failure::new(Exit::NotFound, said("not-banned").with("user", ban)))?;
            let mut shown = vec![("banned", whom(&row))];
            shown.extend(["since", "until", "reason", "by"].map(|member| (member, cell(&row, member))));
            let text = lines(&shown);
            if let Some(fields) = row.as_object_mut() {
                fields.insert("schema".into(), json!(1));
            }
            Ok(Report::one(row, text))
        }
        BanCommand::Lift { ban, key } => match ban.parse::<Network>() {
            Ok(network) => {
                let json = client.ask(&Request::BlockLift { network: network.to_string() })?;
                Ok(Report::one(json, said("block-lifted").with("network", network)))
            }
            Err(_) => lift(global, &mut client, ban, key),
        },
    }
}

fn whom(row: &Value) -> String {
    match row.get("user") {
        Some(Value::String(user)) => user.clone(),
        _ => cell(row, "address"),
    }
}

fn add(
    global: &Global,
    client: &mut AdminClient,
    users: &[String],
    time: Option<Duration>,
    address: Option<Network>,
    key: &KeyArgs,
) -> Result<Report, Failure> {
    if key.request_out.is_some() && (users.len() != 1 || address.is_some()) {
        return Err(Failure::new(Exit::Usage, said("one-ban-a-file")));
    }
    let now = clock::now();
    let until =
        time.map_or(0, |time| now.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)));
    let whole = users.len() + usize::from(address.is_some());
    let (mut done, mut lines, mut first) = (Vec::new(), Vec::new(), None);
    // The passphrase of a key on standard input can be read once only.
    let mut file = None;
    let people = users.iter().map(|user| (user.clone(), None));
    for (name, network) in people.chain(address.map(|network| (network.to_string(), Some(network)))) {
        let banned = match network {
            None => person(global, client, &name, until, key),
            Some(network) => block(global, client, network, until),
        };
        match banned {
            Ok(Banned::Done(json, line)) => {
                lines.push(line);
                done.push(json);
            }
            Ok(Banned::Written(report)) => file = Some(report),
            Err(failure) if whole == 1 => return Err(failure),
            Err(failure) => {
                lines.push(format!("{name}: {}", failure.text()));
                done.push(failure.to_json());
                first.get_or_insert(failure);
            }
        }
    }
    if let Some(report) = file {
        return Ok(report);
    }
    let failed = done.iter().filter(|row| row.get("error").is_some()).count();
    let report = match done.as_slice() {
        [one] => Report::one(one.clone(), lines.join("\n")),
        many => Report::one(json!({ "schema": 1, "bans": many }), lines.join("\n")),
    };
    match first {
        None => Ok(report),
        Some(failure) if failed == whole => Ok(report.exit(failure.exit)),
        Some(_) => Ok(report.exit(Exit::Partly)),
    }
}

enum Banned {
    Done(Value, String),
    Written(Report),
}

fn person(
    global: &Global,
    client: &mut AdminClient,
    user: &str,
    until: u64,
    key: &KeyArgs,
) -> Result<Banned, Failure> {
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    let signed = key.is_given() || key.request_out.is_some();
    let rooms: Vec<&str> = target
        .get("rooms")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let about = said("ban-about")
        .with("user", user)
        .with("role", text(&target, "role"))
        .with("sessions", cell(&target, "sessions"))
        .with("rooms", rooms.join(", "))
        .with("signer", word(if signed { "by-admin-key" } else { "by-directory-key" }));
    confirm(global, &about.text(), user)?;
    let request = Request::Ban(wire::Ban { name: user.to_owned(), leaf: None, until });
    let started = std::time::Instant::now();
    let json = if signed {
        let reason = if until == 0 { BanReason::Removed } else { BanReason::Suspended };
        let (target, seq) = subject(&target)?;
        let ban = Ban { target, seq, reason, at: clock::now(), until };
        let unsigned = Unsigned::new(client.org()?, &Object::Ban(ban), 1, &request)?;
        match carry_out(global, client, key, unsigned)? {
            Carried::Done(json) => json,
            Carried::Written(path) => return Ok(Banned::Written(written(&path))),
        }
    } else {
        client.ask(&request)?
    };
    let line = said("banned-user")
        .with("user", user)
        .with("leaf", cell(&json, "leaf"))
        .with("sessions", cell(&json, "sessions_closed"))
        .with("seconds", format!("{:.1}", started.elapsed().as_secs_f32()));
    Ok(Banned::Done(json, line.text()))
}

fn block(global: &Global, client: &mut AdminClient, network: Network, until: u64) -> Result<Banned, Failure> {
    let behind = client.ask(&Request::BlockPreview { network: network.to_string() })?;
    let people = behind.get("people").and_then(Value::as_object).cloned().unwrap_or_default();
    let names: Vec<String> = people
        .iter()
        .map(|(name, count)| said("user-sessions").with("user", name).with("count", count).text())
        .collect();
    let names = if names.is_empty() { word("nobody-now") } else { names.join(", ") };
    let about = said("block-about").with("network", network).with("names", &names);
    confirm(global, &about.text(), &network.to_string())?;
    let json = client.ask(&Request::BlockAdd { network: network.to_string(), until })?;
    let line = said("blocked")
        .with("network", network)
        .with("names", names)
        .with("sessions", cell(&json, "sessions_closed"));
    Ok(Banned::Done(json, line.text()))
}

fn lift(global: &Global, client: &mut AdminClient, user: &str, key: &KeyArgs) -> Result<Report, Failure> {
    let target = client.ask(&Request::UserTarget { name: user.to_owned() })?;
    if target.get("banned") != Some(&Value::Bool(true)) {
        return Err(Failure::new(Exit::NotFound, said("not-banned").with("user", user)));
    }
    let (target, seq) = subject(&target)?;
    let unban = Object::Unban(Unban { target, seq, at: clock::now() });
    let request = Request::Unban { name: user.to_owned(), leaf: String::new() };
    let unsigned = Unsigned::new(client.org()?, &unban, 1, &request)?;
    match carry_out(global, client, key, unsigned)? {
        Carried::Done(json) => {
            let line = said("ban-lifted").with("user", user).with("leaf", cell(&json, "leaf"));
            Ok(Report::one(json, line))
        }
        Carried::Written(path) => Ok(written(&path)),
    }
}

fn subject(target: &Value) -> Result<(Target, u32), Failure> {
    let bad = || Failure::new(Exit::Failed, said("answer-senseless"));
    let user: UserId = text(target, "user_id").parse().map_err(|_| bad())?;
    let seq =
        target.get("seq").and_then(Value::as_u64).and_then(|seq| seq.try_into().ok()).ok_or_else(bad)?;
    Ok((Target::User(user), seq))
}
