//! Running the server from day to day: notices, the log of the process, tasks, figures, the configuration.

use std::sync::Arc;

use conclave_crypto::directory::{Leaf, Object, Target};
use conclave_crypto::keys::UserId;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::Caller;
use crate::config::Setting;
use crate::exit::{Exit, Failure};
use crate::figures::{Login, store_bytes, tasks};
use crate::logs;
use crate::shared::{Notice, Shared};
use crate::time::stamp;
use crate::words::said;

/// Longest notice, in characters: it is one line of every client's window.
const NOTICE: usize = 500;
/// Most log lines of one answer.
const LINES: usize = 1_000;
/// Most leaves of one answer.
const LEAVES: usize = 500;

pub(super) fn notice(shared: &Shared, caller: &Caller, text: &str) -> Result<Value, Failure> {
    if text.trim().is_empty() || text.chars().count() > NOTICE || text.chars().any(char::is_control) {
        return Err(Failure::new(Exit::Usage, said("notice-length").with("most", NOTICE)));
    }
    let sessions = shared.sessions.all().len();
    if !caller.dry_run {
        let stops_at = shared.notice.borrow().as_ref().map_or(0, |notice| notice.stops_at);
        shared.notice.send_replace(Some(Notice { text: text.to_owned(), stops_at }));
    }
    caller.audit(shared, "notice.send", "everybody", json!({ "text": text }));
    Ok(json!({ "schema": 1, "sessions": sessions }))
}

pub(super) fn log_level(shared: &Shared, caller: &Caller, filter: Option<&str>) -> Result<Value, Failure> {
    let before = logs::level();
    if let Some(filter) = filter {
        let refused = |error: String| Failure::new(Exit::Usage, said("no-log-filter").with("why", error));
        if caller.dry_run {
            logs::is_filter(filter).map_err(refused)?;
        } else {
            logs::set_level(filter).map_err(refused)?;
        }
        caller.audit(shared, "log.level", "log", json!({ "before": before, "after": filter }));
    }
    Ok(json!({ "schema": 1, "level": logs::level() }))
}

pub(super) fn log_tail(from: Option<u64>, most: usize) -> Value {
    let (lines, next) = logs::lines(from, most.min(LINES));
    json!({ "schema": 1, "lines": lines, "next": next })
}

/// Tasks of the runtime and threads of the process.
pub(super) fn task_list(shared: &Shared) -> Value {
    let metrics = tokio::runtime::Handle::current().metrics();
    let threads: Vec<Value> = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let id: u32 = thread.file_name().to_str()?.parse().ok()?;
            let name = std::fs::read_to_string(thread.path().join("comm")).ok()?;
            let stat = std::fs::read_to_string(thread.path().join("stat")).ok()?;
            // The name in brackets may hold blanks; the state is the first word behind it.
            let mut words = stat.rsplit_once(") ")?.1.split(' ');
            let state = words.next()?.to_owned();
            let ticks: u64 = words.nth(10)?.parse::<u64>().ok()? + words.next()?.parse::<u64>().ok()?;
            // Linux counts in hundredths of a second on every system that Conclave is built for.
            Some(json!({ "thread": id, "name": name.trim(), "state": state, "cpu_ms": ticks * 10 }))
        })
        .collect();
    json!({
        "schema": 1,
        "tasks": metrics.num_alive_tasks(),
        "waiting": metrics.global_queue_depth(),
        "workers": metrics.num_workers(),
        "sessions": shared.sessions.all().len(),
        "threads": threads,
    })
}

pub(super) fn stats(shared: &Shared) -> Value {
    let memory = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = memory
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let parcels = shared.dropbox.figures();
    let fold = shared.log.read();
    json!({
        "schema": 1,
        "sessions": shared.sessions.all().len(),
        "users": fold.users().count(),
        "leaves": fold.size(),
        "logins_ok": shared.figures.count(Login::Ok),
        "logins_refused": shared.figures.count(Login::Refused),
        "logins_throttled": shared.figures.count(Login::Throttled),
        "logins_kicked": shared.figures.count(Login::Kicked),
        "store_bytes": store_bytes(shared),
        "dropbox_bytes": parcels.iter().map(|of| of.bytes).sum::<u64>(),
        "resident_bytes": resident.map(|kib| kib * 1024),
        "tasks": tasks(),
    })
}

/// Leaves from one on, as clients have them.
pub(super) fn directory(shared: &Shared, since: u64) -> Value {
    let fold = shared.log.read();
    let rows: Vec<Value> = (since..fold.size())
        .take(LEAVES)
        .filter_map(|index| Some((index, fold.leaf(index)?)))
        .filter_map(|(index, bytes)| {
            let leaf = Leaf::parse(bytes, &shared.org).ok()?;
            let name = |user: &UserId| {
                fold.user(user).map_or_else(|| user.to_string(), |user| user.name.to_string())
            };
            let about = match &leaf.object {
                Object::Policy(policy) => {
                    format!("number {}, {} admin keys", policy.seq, policy.admins.len())
                }
                Object::ServerKey(key) => format!("until {}", stamp(key.naf)),
                Object::UserAdd(user) => user.username.to_string(),
                Object::DeviceList(list) => format!("{}, version {}", name(&list.user_id), list.list_ver),
                Object::UikReset(reset) => name(&reset.user_id),
                Object::ResetGrant(grant) => name(&grant.user_id),
                Object::Ban(ban) => target(&ban.target, name),
                Object::Unban(unban) => target(&unban.target, name),
                Object::RoomOrg(room) => room.name.clone(),
                Object::RoomJoin(step) | Object::RoomLeave(step) => name(&step.user_id),
                Object::RoomAdmit(admit) => name(&admit.user_id),
                Object::InviteGrant(grant) if grant.is_withdrawal() => {
                    format!("withdrawn: {}", grant.username)
                }
                Object::InviteGrant(grant) => grant.username.clone(),
            };
            Some(json!({
                "leaf": index,
                "kind": format!("{:?}", leaf.kind),
                "at": leaf.object.at().map(stamp),
                "about": about,
                "signed_by": leaf.sigs.iter().map(|sig| format!("{:?}", sig.signer)).collect::<Vec<_>>(),
                "bytes": HEXLOWER.encode(bytes),
            }))
        })
        .collect();
    let head = shared.log.head().borrow().clone();
    json!({ "schema": 1, "leaves": rows, "size": fold.size(), "checkpoint": head.note })
}

fn target(target: &Target, name: impl Fn(&UserId) -> String) -> String {
    match target {
        Target::User(user) => name(user),
        Target::Device(device) => format!("device {device}"),
    }
}

/// Every key with the value that the running server uses.
pub(super) fn config(shared: &Shared) -> Value {
    let rows: Vec<Value> = shared.config().settings().iter().map(config_row).collect();
    json!({ "schema": 1, "settings": rows })
}

/// A key for a report.
pub(crate) fn config_row(setting: &Setting) -> Value {
    json!({
        "key": format!("{}.{}", setting.section, setting.key),
        "value": setting.value.as_ref().and_then(|value| serde_json::to_value(value).ok()),
        "kind": setting.kind,
        "about": setting.docs.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "),
    })
}

/// Reads the configuration anew and says what a restart would change; only the log level is taken at once.
pub(super) fn reload(shared: &Arc<Shared>, caller: &Caller) -> Result<Value, Failure> {
    let changed = crate::reload::changes(shared)?;
    if !caller.dry_run {
        crate::reload::apply(shared, &changed);
    }
    let keys = |live: bool| -> Vec<&String> {
        changed.keys.iter().filter(|(_, applies)| *applies == live).map(|(key, _)| key).collect()
    };
    let json = json!({ "schema": 1, "applied": keys(true), "needs_restart": keys(false) });
    caller.audit(shared, "config.reload", "configuration", json.clone());
    Ok(json)
}
