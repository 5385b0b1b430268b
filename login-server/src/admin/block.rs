//! Addresses kept out by hand.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Caller, failed};
use crate::block::{Block, MOST};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::network::BadNetwork;
use crate::network::Network;
use crate::session::Ended;
use crate::shared::Shared;
use crate::words::{Said, said};

pub(super) async fn add(
    shared: &Shared,
    caller: &Caller,
    network: &str,
    until: u64,
) -> Result<Value, Failure> {
    let now = clock::now();
    let network = parse(network)?;
    let all = shared.blocks.all(now);
    if all.iter().any(|block| block.network == network) {
        return Err(Failure::new(Exit::Conflict, said("blocked-already").with("network", network)));
    }
    if all.len() >= MOST {
        return Err(Failure::new(Exit::Refused, said("too-many-blocks").with("most", MOST)));
    }
    let behind: Vec<_> = shared
        .sessions
        .all()
        .into_iter()
        .filter(|session| session.address.is_some_and(|address| network.has(address)))
        .collect();
    if !caller.dry_run {
        let reason = caller.reason.clone();
        shared.blocks.add(Block { network, since: now, until, reason }).await.map_err(failed)?;
        for session in &behind {
            shared.end_session(session, Ended::because(conclave_proto::ErrorCode::SessionEnded), now);
        }
        shared.close_from(network).await;
    }
    let details = json!({ "until": until, "sessions": behind.len() });
    caller.audit(shared, "ban.address", &network.to_string(), details);
    Ok(json!({ "schema": 1, "address": network.to_string(), "sessions_closed": behind.len() }))
}

/// Who is behind a network now, each once, with the number of sessions.
pub(super) fn preview(shared: &Shared, network: &str) -> Result<Value, Failure> {
    let network = parse(network)?;
    let mut people: BTreeMap<String, usize> = BTreeMap::new();
    for session in shared.sessions.all() {
        if session.address.is_some_and(|address| network.has(address)) {
            *people.entry(session.name.as_str().to_owned()).or_default() += 1;
        }
    }
    Ok(json!({ "schema": 1, "address": network.to_string(), "people": people }))
}

pub(super) async fn lift(shared: &Shared, caller: &Caller, network: &str) -> Result<Value, Failure> {
    let network = parse(network)?;
    let known = shared.blocks.all(clock::now()).iter().any(|block| block.network == network);
    if !known {
        return Err(Failure::new(Exit::NotFound, said("not-blocked").with("network", network)));
    }
    if !caller.dry_run {
        shared.blocks.lift(network).await.map_err(failed)?;
    }
    caller.audit(shared, "ban.lift", &network.to_string(), Value::Null);
    Ok(json!({ "schema": 1, "address": network.to_string() }))
}

fn parse(network: &str) -> Result<Network, Failure> {
    network.parse().map_err(|error: BadNetwork| Failure::new(Exit::Usage, bad_network(&error)))
}

fn bad_network(error: &BadNetwork) -> Said {
    match error {
        BadNetwork::Form => said("network-form"),
        BadNetwork::Bits(typed, meant) => said("network-bits").with("typed", typed).with("meant", meant),
        BadNetwork::Everybody => said("network-everybody"),
    }
}
