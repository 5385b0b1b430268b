//! `ban`.

use std::time::Duration;

use clap::Subcommand;
use conclave_crypto::directory::{Ban, BanReason, SignWith, Target, Unban, sign_ban, sign_unban};
use conclave_crypto::keys::UserId;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::Global;
use super::client::{AdminClient, text};
use super::confirm::confirm;
use super::keys::KeyArgs;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::admin::wire;
use crate::clock;
use crate::exit::{Exit, Failure};

/// `ban …`.
#[derive(Debug, Subcommand)]
pub(super) enum BanCommand {
    /// Keeps people out: ends their sessions and tells all clients. With an admin key if one is given, else signed
    /// by the server.
    Add {
        /// Whom.
        #[arg(required = true)]
        users: Vec<String>,
        /// For how long, such as `30d`; until lifted by default.
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        r#for: Option<Duration>,
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Lists who is kept out.
    #[command(alias = "ls")]
    List,
    /// Lets somebody in again; needs an admin key.
    Lift {
        /// Whom.
        user: String,
        #[command(flatten)]
        key: KeyArgs,
    },
}

pub(super) fn run(global: &Global, command: &BanCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        BanCommand::Add { users, r#for, key } => add(global, &mut client, users, *r#for, key),
        BanCommand::List => Ok(Report::list(
            client.ask(&Request::BanList)?,
            "bans",
            "No bans.",
            &[
                ("USER", &|row| cell(row, "user")),
                ("SINCE", &|row| cell(row, "since")),
                ("UNTIL", &|row| cell(row, "until")),
                ("REASON", &|row| cell(row, "reason")),
                ("SIGNED BY", &|row| cell(row, "by")),
            ],
        )),
        BanCommand::Lift { user, key } => lift(global, &mut client, user, key),
    }
}

fn add(
    global: &Global,
    client: &mut AdminClient,
    users: &[String],
    time: Option<Duration>,
    key: &KeyArgs,
) -> Result<Report, Failure> {
    let signer = if key.is_given() { Some(key.open(global)?) } else { None };
    let (mut done, mut lines, mut first) = (Vec::new(), Vec::new(), None);
    for user in users {
        let banned = (|| {
            let target = client.ask(&Request::BanTarget { name: user.clone() })?;
            let by = signer
                .as_ref()
                .map_or("the directory key".to_owned(), |key| format!("admin key '{}'", key.name));
            let about = format!(
                "About to ban {user} ({} sessions)\n  account   refused everywhere until lifted\n  log       leaf signed by {by}",
                cell(&target, "sessions"),
            );
            confirm(global, &about, user)?;
            let now = clock::now();
            let until = time
                .map_or(0, |time| now.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)));
            let leaf = match &signer {
                Some(key) => {
                    let reason = if until == 0 { BanReason::Removed } else { BanReason::Suspended };
                    let (target, seq) = subject(&target)?;
                    let ban = Ban { target, seq, reason, at: now, until };
                    Some(HEXLOWER.encode(&sign_ban(&key.org, ban, SignWith::Admin(&key.secret))))
                }
                None => None,
            };
            let request = wire::Ban { name: user.clone(), leaf, until, reason: global.reason.clone() };
            let started = std::time::Instant::now();
            let json = client.ask(&Request::Ban(request))?;
            Ok((json, started.elapsed().as_secs_f32()))
        })();
        match banned {
            Ok((json, seconds)) => {
                lines.push(format!(
                    "Banned {user}. Leaf {}. {} sessions closed in {seconds:.1} s.  Undo: login-server ban lift {user}",
                    cell(&json, "leaf"),
                    cell(&json, "sessions_closed"),
                ));
                done.push(json);
            }
            Err(failure) if users.len() == 1 => return Err(failure),
            Err(failure) => {
                lines.push(format!("{user}: {failure}"));
                done.push(failure.to_json());
                first.get_or_insert(failure);
            }
        }
    }
    let failed = done.iter().filter(|row| row.get("error").is_some()).count();
    let report = match done.as_slice() {
        [one] => Report::one(one.clone(), lines.join("\n")),
        many => Report::one(json!({ "schema": 1, "bans": many }), lines.join("\n")),
    };
    match first {
        None => Ok(report),
        Some(failure) if failed == users.len() => Ok(report.exit(failure.exit)),
        Some(_) => Ok(report.exit(Exit::Partly)),
    }
}

fn lift(global: &Global, client: &mut AdminClient, user: &str, key: &KeyArgs) -> Result<Report, Failure> {
    let target = client.ask(&Request::BanTarget { name: user.to_owned() })?;
    if target.get("banned") != Some(&Value::Bool(true)) {
        return Err(Failure::new(Exit::NotFound, format!("'{user}' is not banned")));
    }
    let key = key.open(global)?;
    let (target, seq) = subject(&target)?;
    let leaf = sign_unban(&key.org, Unban { target, seq, at: clock::now() }, SignWith::Admin(&key.secret));
    let request =
        Request::Unban { name: user.to_owned(), leaf: HEXLOWER.encode(&leaf), reason: global.reason.clone() };
    let json = client.ask(&request)?;
    let line = format!("Lifted the ban of {user}. Leaf {}.", cell(&json, "leaf"));
    Ok(Report::one(json, line))
}

fn subject(target: &Value) -> Result<(Target, u32), Failure> {
    let bad = || Failure::new(Exit::Failed, "the server's answer makes no sense");
    let user: UserId = text(target, "user_id").parse().map_err(|_| bad())?;
    let seq =
        target.get("seq").and_then(Value::as_u64).and_then(|seq| seq.try_into().ok()).ok_or_else(bad)?;
    Ok((Target::User(user), seq))
}
