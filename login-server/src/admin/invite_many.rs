//! Several invites at once: all of them, or none (ADMIN §2, `user invite --csv`).
//!
//! Everything is checked first. Then come the leaves, and last, in one transaction, the tokens: without its token no
//! link lets anybody in, so a crash in between has invited nobody.

use std::collections::BTreeSet;

use conclave_crypto::keys::GrantPublic;
use serde_json::{Value, json};

use super::act::{check_grant, free_name};
use super::leaf::{append, token_hash, unhex};
use super::wire::Invite;
use super::{Caller, failed};
use crate::accounts::{Token, TokenHash, TokenKind};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::words::said;

/// Most invites of one request; a line of the socket holds no more.
const MOST: usize = 500;

/// A checked invite: its token, and its leaf with the key that the leaf names.
struct Checked<'i> {
    invite: &'i Invite,
    hash: TokenHash,
    leaf: Option<(Vec<u8>, GrantPublic)>,
}

pub(super) async fn invite(shared: &Shared, caller: &Caller, invites: &[Invite]) -> Result<Value, Failure> {
    if invites.is_empty() || invites.len() > MOST {
        return Err(Failure::new(Exit::Usage, said("csv-too-long").with("most", MOST)));
    }
    let now = clock::now();
    let mut checked = Vec::with_capacity(invites.len());
    let mut names = BTreeSet::new();
    for invite in invites {
        if !names.insert(&invite.name) {
            return Err(Failure::new(Exit::Conflict, said("csv-twice").with("user", &invite.name)));
        }
        checked.push(check(shared, caller, invite, now).await?);
    }
    if caller.dry_run {
        return Ok(json!({ "schema": 1, "invited": checked.len(), "first_leaf": null }));
    }
    let mut first = None;
    for (leaf, _) in checked.iter().filter_map(|one| one.leaf.as_ref()) {
        let (index, _) = append(shared, caller, leaf, now).await?;
        first.get_or_insert(index);
    }
    let tokens: Vec<(TokenHash, Token)> = checked
        .iter()
        .map(|one| {
            let token = Token {
                kind: TokenKind::New,
                name: one.invite.name.clone(),
                uses: one.invite.uses,
                expires: one.invite.expires,
                created: now,
                grant: one.leaf.as_ref().map(|(_, grant)| *grant),
            };
            (one.hash, token)
        })
        .collect();
    if !shared.accounts.add_tokens(&tokens).await.map_err(failed)? {
        return Err(Failure::new(Exit::Conflict, said("invite-exists")));
    }
    for invite in invites {
        let details = json!({ "uses": invite.uses, "expires": invite.expires, "of": invites.len() });
        caller.audit(shared, "user.invite", &invite.name, details);
    }
    Ok(json!({ "schema": 1, "invited": invites.len(), "first_leaf": first }))
}

async fn check<'i>(
    shared: &Shared,
    caller: &Caller,
    invite: &'i Invite,
    now: u64,
) -> Result<Checked<'i>, Failure> {
    free_name(shared, &invite.name).await?;
    let hash = token_hash(&invite.token_hash)?;
    if shared.accounts.token(hash).await.map_err(failed)?.is_some() {
        return Err(Failure::new(Exit::Conflict, said("invite-exists")));
    }
    let leaf = match &invite.leaf {
        Some(leaf) if super::act::needs_grant(shared) => {
            let bytes = unhex(leaf)?;
            let grant = check_grant(shared, &bytes, invite)?;
            append(shared, &caller.trying(), &bytes, now).await?;
            Some((bytes, grant))
        }
        None if super::act::needs_grant(shared) => {
            return Err(Failure::new(Exit::Refused, said("invite-unsigned")));
        }
        _ => None,
    };
    Ok(Checked { invite, hash, leaf })
}
