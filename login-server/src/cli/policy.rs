//! `policy`.

use std::time::Duration;

use clap::Subcommand;
use conclave_crypto::directory::{Enrolment, Policy};
use conclave_crypto::keys::EnrolPublic;
use data_encoding::HEXLOWER;
use serde_json::Value;

use super::Global;
use super::change_policy::{Change, change};
use super::client::text;
use super::keys::RootArgs;
use super::output::{Report, cell};
use crate::admin::Request;
use crate::config::size;
use crate::exit::{Exit, Failure};
use crate::nearest::nearest;

/// `policy …`.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Shows what the signed policy says.
    Show,
    /// Changes one value; needs the root key, and all clients are told.
    Set {
        /// Which, as `policy show` names it.
        key: String,
        /// The new value; times such as `24h`, sizes such as `16MiB`, `yes` or `no`.
        value: String,
        #[command(flatten)]
        root: RootArgs,
    },
}

/// The names that `policy set` takes, in the order of `policy show`.
const KEYS: &[&str] = &[
    "enrolment",
    "reset_admins",
    "lease",
    "grace",
    "contact_requests",
    "idle_lock",
    "idle_session",
    "file_max",
    "box_parcel_max",
    "box_person_max",
    "box_days",
    "relay",
    "lan",
    "export",
    "uik_backup",
    "member_rooms",
    "max_room",
    "retention_days",
    "min_suite",
];

pub(super) fn run(global: &Global, command: &PolicyCommand) -> Result<Report, Failure> {
    let mut client = global.client()?;
    match command {
        PolicyCommand::Show => {
            let json = client.ask(&Request::PolicyShow)?;
            let empty = Value::Null;
            let values = json.get("values").unwrap_or(&empty);
            let mut lines: Vec<String> =
                KEYS.iter().map(|key| format!("{key:<18}{}", in_words(key, values.get(*key)))).collect();
            for admin in json.get("admins").and_then(Value::as_array).into_iter().flatten() {
                let key: String = text(admin, "key").chars().take(16).collect();
                lines.push(format!("{:<18}{key}… of {}", "admin key", cell(admin, "user")));
            }
            lines.push(format!("{:<18}{}, issued {}", "number", cell(&json, "seq"), cell(&json, "issued")));
            Ok(Report::one(json, lines.join("\n")))
        }
        PolicyCommand::Set { key, value, root } => {
            if !KEYS.contains(&key.as_str()) {
                let failure = Failure::new(Exit::NotFound, format!("no policy value '{key}'"));
                return Err(match nearest(key, KEYS.iter().copied()) {
                    Some(near) => failure.hint(format!("did you mean '{near}'?")),
                    None => failure.hint("'login-server policy show' lists them"),
                });
            }
            let shown = client.ask(&Request::PolicyShow)?;
            let enrol = HEXLOWER
                .decode(text(&shown, "enrolment_key").as_bytes())
                .ok()
                .and_then(|bytes| EnrolPublic::from_bytes(bytes.try_into().ok()?).ok());
            let before = in_words(key, shown.get("values").and_then(|values| values.get(key)));
            let warning = match (key.as_str(), value.as_str()) {
                ("enrolment", "auto") => "\n  WARNING   the server can then add users by itself",
                ("reset_admins", "1") => "\n  WARNING   one person alone can then re-enrol anybody",
                _ => "",
            };
            let about = format!(
                "About to change the policy\n  {key:<10}{before} → {value}{warning}\n  log       leaf signed by the root key; every client follows it"
            );
            let what = Change { action: "policy.set", target: key, about: &about, word: key };
            let json =
                change(global, &mut client, root, &what, |policy| set(policy, key, value, enrol.as_ref()))?;
            let line = format!("Set {key} to {value}. Leaf {}.", cell(&json, "leaf"));
            Ok(Report::one(json, line))
        }
    }
}

fn set(policy: &mut Policy, key: &str, value: &str, enrol: Option<&EnrolPublic>) -> Result<(), Failure> {
    let bad = |expected: &str| Failure::new(Exit::Usage, format!("{key} is {expected}"));
    let flag = || match value {
        "yes" | "on" | "true" | "1" => Ok(true),
        "no" | "off" | "false" | "0" => Ok(false),
        _ => Err(bad("yes or no")),
    };
    let seconds = |least: u64| {
        let time = humantime::parse_duration(value)
            .or_else(|_| value.parse().map(Duration::from_secs))
            .map_err(|_| bad("a time such as 24h"))?;
        u32::try_from(time.as_secs())
            .ok()
            .filter(|&seconds| u64::from(seconds) >= least)
            .ok_or_else(|| bad(&format!("at least {least} s and less than 136 years")))
    };
    let bytes = || size::parse(value).ok_or_else(|| bad("a size such as 16MiB"));
    match key {
        "enrolment" => {
            policy.enrolment = match value {
                "grant" => Enrolment::Grant,
                "manual" => Enrolment::Manual,
                "auto" => {
                    Enrolment::Auto(*enrol.ok_or_else(|| bad("not auto: the server has no key for it"))?)
                }
                _ => return Err(bad("grant, manual or auto")),
            }
        }
        "reset_admins" => policy.reset_admins = number(value, 1, 2).ok_or_else(|| bad("1 or 2"))?,
        "lease" => policy.lease_ttl_s = seconds(60)?,
        "grace" => policy.grace_s = seconds(0)?,
        "contact_requests" => {
            policy.contact_requests_allowed = match value {
                "ask" => false,
                "allow" => true,
                _ => return Err(bad("ask or allow")),
            }
        }
        "idle_lock" => policy.idle_lock_s = seconds(30)?,
        "idle_session" => policy.idle_session_s = seconds(60)?,
        "file_max" => policy.file_max = bytes()?,
        "box_parcel_max" => {
            policy.box_parcel_max = u32::try_from(bytes()?).map_err(|_| bad("less than 4 GiB"))?;
        }
        "box_person_max" => policy.box_person_max = bytes()?,
        "box_days" => policy.box_days = number(value, 0, 255).ok_or_else(|| bad("0 (off) to 255 days"))?,
        "relay" => policy.relay = flag()?,
        "lan" => policy.lan = flag()?,
        "export" => policy.export = flag()?,
        "uik_backup" => policy.uik_backup = flag()?,
        "member_rooms" => policy.member_rooms = flag()?,
        "max_room" => policy.max_room = number(value, 2, 10_000).ok_or_else(|| bad("2 to 10000 people"))?,
        "retention_days" => {
            policy.retention_days = number(value, 0, 65_535).ok_or_else(|| bad("0 (keep) to 65535 days"))?;
        }
        "min_suite" => {
            policy.min_suite = number(value, 1, 1).ok_or_else(|| bad("1: there is no other suite"))?
        }
        _ => return Err(bad("not known")),
    }
    Ok(())
}

fn number<T: TryFrom<u32>>(value: &str, least: u32, most: u32) -> Option<T> {
    let number: u32 = value.parse().ok().filter(|number| (least..=most).contains(number))?;
    T::try_from(number).ok()
}

fn in_words(key: &str, value: Option<&Value>) -> String {
    let number = value.and_then(Value::as_u64);
    match (key, value, number) {
        ("lease" | "grace" | "idle_lock" | "idle_session", _, Some(seconds)) => {
            humantime::format_duration(Duration::from_secs(seconds)).to_string()
        }
        ("file_max" | "box_parcel_max" | "box_person_max", _, Some(bytes)) => size::words(bytes),
        (_, Some(Value::Bool(flag)), _) => if *flag { "yes" } else { "no" }.into(),
        (_, Some(Value::String(text)), _) => text.clone(),
        (_, Some(other), _) => other.to_string(),
        (_, None, _) => "-".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_takes_a_good_value_and_refuses_a_bad_one() {
        for key in KEYS {
            let mut policy = Policy::first(0, Vec::new());
            let good = match *key {
                "enrolment" => "manual",
                "reset_admins" => "2",
                "contact_requests" => "allow",
                "lease" | "grace" | "idle_lock" | "idle_session" => "36h",
                "file_max" | "box_parcel_max" | "box_person_max" => "1MiB",
                "relay" | "lan" | "export" | "uik_backup" | "member_rooms" => "no",
                "min_suite" => "1",
                _ => "7",
            };
            set(&mut policy, key, good, None).unwrap();
            assert!(policy != Policy::first(0, Vec::new()) || *key == "min_suite", "{key}");
            for bad in ["", "-1", "maybe", "99999999999999999999", "\u{202e}7", "auto"] {
                let error = set(&mut policy, key, bad, None).unwrap_err();
                assert_eq!(error.exit, Exit::Usage, "{key} {bad}");
            }
        }
    }
}
