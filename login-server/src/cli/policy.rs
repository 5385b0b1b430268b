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
use crate::words::{said, word};

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
            // The keys of values are what `policy set` takes, so they are the same in each language.
            let mut shown: Vec<String> =
                KEYS.iter().map(|key| format!("{key:<18}{}", in_words(key, values.get(*key)))).collect();
            for admin in json.get("admins").and_then(Value::as_array).into_iter().flatten() {
                let key: String = text(admin, "key").chars().take(16).collect();
                shown.push(said("policy-admin").with("key", key).with("user", cell(admin, "user")).text());
            }
            let number = said("policy-number").with("number", cell(&json, "seq"));
            shown.push(number.with("issued", cell(&json, "issued")).text());
            Ok(Report::one(json, shown.join("\n")))
        }
        PolicyCommand::Set { key, value, root } => {
            if !KEYS.contains(&key.as_str()) {
                let failure = Failure::new(Exit::NotFound, said("no-policy-value").with("key", key));
                return Err(match nearest(key, KEYS.iter().copied()) {
                    Some(near) => failure.hint(said("did-you-mean").with("near", near)),
                    None => failure.hint(said("policy-show-lists")),
                });
            }
            let shown = client.ask(&Request::PolicyShow)?;
            let enrol = HEXLOWER
                .decode(text(&shown, "enrolment_key").as_bytes())
                .ok()
                .and_then(|bytes| EnrolPublic::from_bytes(bytes.try_into().ok()?).ok());
            let before = in_words(key, shown.get("values").and_then(|values| values.get(key)));
            let warning = match (key.as_str(), value.as_str()) {
                ("enrolment", "auto") => format!("\n  {}", word("policy-warning-auto")),
                ("reset_admins", "1") => format!("\n  {}", word("policy-warning-one-admin")),
                _ => String::new(),
            };
            let about = said("policy-about")
                .with("key", key)
                .with("before", before)
                .with("after", value)
                .with("warning", warning)
                .text();
            let what = Change { action: "policy.set", target: key, about: &about, word: key };
            let json =
                change(global, &mut client, root, &what, |policy| set(policy, key, value, enrol.as_ref()))?;
            let line =
                said("policy-set").with("key", key).with("value", value).with("leaf", cell(&json, "leaf"));
            Ok(Report::one(json, line))
        }
    }
}

fn set(policy: &mut Policy, key: &str, value: &str, enrol: Option<&EnrolPublic>) -> Result<(), Failure> {
    let bad = |expected: &'static str| Failure::new(Exit::Usage, said(expected).with("key", key));
    let flag = || match value {
        "yes" | "on" | "true" | "1" => Ok(true),
        "no" | "off" | "false" | "0" => Ok(false),
        _ => Err(bad("wants-flag")),
    };
    let seconds = |least: u64| {
        let time = humantime::parse_duration(value)
            .or_else(|_| value.parse().map(Duration::from_secs))
            .map_err(|_| bad("wants-time"))?;
        u32::try_from(time.as_secs()).ok().filter(|&seconds| u64::from(seconds) >= least).ok_or_else(|| {
            Failure::new(Exit::Usage, said("wants-seconds").with("key", key).with("least", least))
        })
    };
    let bytes = || size::parse(value).ok_or_else(|| bad("wants-size"));
    match key {
        "enrolment" => {
            policy.enrolment = match value {
                "grant" => Enrolment::Grant,
                "manual" => Enrolment::Manual,
                "auto" => Enrolment::Auto(*enrol.ok_or_else(|| bad("wants-no-auto"))?),
                _ => return Err(bad("wants-enrolment")),
            }
        }
        "reset_admins" => policy.reset_admins = number(value, 1, 2).ok_or_else(|| bad("wants-one-or-two"))?,
        "lease" => policy.lease_ttl_s = seconds(60)?,
        "grace" => policy.grace_s = seconds(0)?,
        "contact_requests" => {
            policy.contact_requests_allowed = match value {
                "ask" => false,
                "allow" => true,
                _ => return Err(bad("wants-ask-or-allow")),
            }
        }
        "idle_lock" => policy.idle_lock_s = seconds(30)?,
        "idle_session" => policy.idle_session_s = seconds(60)?,
        "file_max" => policy.file_max = bytes()?,
        "box_parcel_max" => {
            policy.box_parcel_max = u32::try_from(bytes()?).map_err(|_| bad("wants-under-4-gib"))?;
        }
        "box_person_max" => policy.box_person_max = bytes()?,
        "box_days" => policy.box_days = number(value, 0, 255).ok_or_else(|| bad("wants-days"))?,
        "relay" => policy.relay = flag()?,
        "lan" => policy.lan = flag()?,
        "export" => policy.export = flag()?,
        "uik_backup" => policy.uik_backup = flag()?,
        "member_rooms" => policy.member_rooms = flag()?,
        "max_room" => policy.max_room = number(value, 2, 10_000).ok_or_else(|| bad("wants-people"))?,
        "retention_days" => {
            policy.retention_days = number(value, 0, 65_535).ok_or_else(|| bad("wants-retention"))?;
        }
        "min_suite" => policy.min_suite = number(value, 1, 1).ok_or_else(|| bad("wants-suite"))?,
        _ => return Err(bad("wants-known")),
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
        (_, Some(Value::Bool(flag)), _) => word(if *flag { "yes" } else { "no" }),
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
