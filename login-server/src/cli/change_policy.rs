//! A new Policy: the newest one, checked against the root key, with one thing changed and signed.

use conclave_crypto::directory::{Kind, Leaf, Object, Policy, sign_policy};
use conclave_crypto::keys::VerifyingKey;
use data_encoding::HEXLOWER;
use serde_json::Value;

use super::Global;
use super::client::{AdminClient, text};
use super::confirm::confirm;
use super::keys::{RootArgs, RootKey};
use crate::admin::Request;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::words::said;

/// What a change of Policy is about.
pub(super) struct Change<'a> {
    /// For the audit log, such as `key.add`.
    pub(super) action: &'a str,
    /// For the audit log.
    pub(super) target: &'a str,
    /// What is shown before the question.
    pub(super) about: &'a str,
    /// What has to be typed; nothing: there is no question.
    pub(super) word: &'a str,
}

/// The newest Policy as the root key has signed it.
pub(super) fn current(client: &mut AdminClient, root: &RootKey<'_>) -> Result<Policy, Failure> {
    let shown = client.ask(&Request::PolicyShow)?;
    let bad = || Failure::new(Exit::Refused, said("policy-not-of-root"));
    let bytes = HEXLOWER.decode(text(&shown, "leaf").as_bytes()).map_err(|_| bad())?;
    let leaf = Leaf::parse(&bytes, &root.org).map_err(|_| bad())?;
    let [sig] = leaf.sigs.as_slice() else { return Err(bad()) };
    root.ork.verify(Kind::Policy.label(), leaf.bytes, &sig.signature).map_err(|_| bad())?;
    match leaf.object {
        Object::Policy(policy) => Ok(policy),
        _ => Err(bad()),
    }
}

/// Asks, changes, signs and sends. Returns the server's answer.
pub(super) fn change(
    global: &Global,
    client: &mut AdminClient,
    root: &RootArgs,
    what: &Change<'_>,
    step: impl FnOnce(&mut Policy) -> Result<(), Failure>,
) -> Result<Value, Failure> {
    let root = root.find(global)?;
    let before = current(client, &root)?;
    let mut policy = before.successor(clock::now());
    step(&mut policy)?;
    if policy.admins.is_empty() {
        return Err(Failure::new(Exit::Refused, said("last-admin-key")));
    }
    if policy.successor(0) == before.successor(0).successor(0) {
        return Err(Failure::new(Exit::Conflict, said("policy-says-so")));
    }
    if !what.word.is_empty() {
        confirm(global, what.about, what.word)?;
    }
    let leaf = sign_policy(&root.org, policy, &root.open()?);
    client.signed_by("root");
    client.ask(&Request::PolicySet {
        leaf: HEXLOWER.encode(&leaf),
        action: what.action.to_owned(),
        target: what.target.to_owned(),
    })
}
