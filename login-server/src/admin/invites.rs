//! Invites after they were made: what is open, and closing them.

use conclave_crypto::directory::{Directory, Enrolment, Object};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::leaf::{append, expect, unhex};
use super::{Caller, failed};
use crate::accounts::{Token, TokenHash, TokenKind};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::time::stamp;
use crate::words::said;

/// Characters of the hash of the login token that name an invite towards administrators: 32 bits are enough for a
/// few hundred, and two that look alike are refused.
const ID: usize = 8;

/// The name of an invite.
pub(super) fn id(hash: TokenHash) -> String {
    HEXLOWER.encode(&hash.0).chars().take(ID).collect()
}

pub(super) async fn list(shared: &Shared) -> Result<Value, Failure> {
    let now = clock::now();
    let tokens = shared.accounts.tokens().await.map_err(failed)?;
    let fold = shared.log.read();
    let mut rows: Vec<(u64, Value)> =
        tokens.iter().map(|(hash, token)| (token.created, row(&fold, *hash, token, now))).collect();
    rows.sort_by_key(|(created, _)| *created);
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(json!({ "schema": 1, "invites": rows }))
}

pub(super) async fn show(shared: &Shared, id: &str) -> Result<Value, Failure> {
    let (hash, token) = find(shared, id).await?;
    let fold = shared.log.read();
    let mut row = row(&fold, hash, &token, clock::now());
    let grant = token.grant.and_then(|grant| fold.invite(&grant));
    if let Some(fields) = row.as_object_mut() {
        fields.insert("schema".into(), json!(1));
        // What the withdrawal has to repeat; only an open grant can be withdrawn.
        let open = grant.filter(|invite| invite.is_open()).map(|invite| {
            let object = Object::InviteGrant(invite.grant.withdrawal(clock::now()));
            HEXLOWER.encode(&object.encode(&shared.org))
        });
        fields.insert("withdrawal".into(), json!(open));
        fields.insert("signed_by".into(), json!(grant.map(|invite| HEXLOWER.encode(invite.key.as_bytes()))));
    }
    Ok(row)
}

pub(super) async fn revoke(
    shared: &Shared,
    caller: &Caller,
    id: &str,
    leaf: Option<&str>,
) -> Result<Value, Failure> {
    let (hash, token) = find(shared, id).await?;
    let bytes = leaf.map(unhex).transpose()?;
    if let Some(bytes) = &bytes {
        expect(
            shared,
            bytes,
            |object| matches!(object, Object::InviteGrant(grant) if grant.is_withdrawal() && Some(grant.grant) == token.grant),
        )?;
    }
    let open = {
        let fold = shared.log.read();
        token.grant.and_then(|grant| fold.invite(&grant)).is_some_and(|invite| invite.is_open())
    };
    if open && bytes.is_none() {
        return Err(Failure::new(Exit::Refused, said("withdrawal-unsigned")));
    }
    // Closed here first: without its token nobody gets as far as the leaf.
    if !caller.dry_run {
        shared.accounts.forget_tokens(&[hash]).await.map_err(failed)?;
    }
    let leaf = match bytes {
        Some(bytes) if open => Some(append(shared, caller, &bytes, clock::now()).await?.0),
        _ => None,
    };
    let id = self::id(hash);
    caller.audit(shared, "invite.revoke", &id, json!({ "user": token.name, "leaf": leaf }));
    Ok(json!({ "schema": 1, "id": id, "user": token.name, "leaf": leaf }))
}

/// Forgets what has ended. Grants that are over in time need no withdrawal: nobody signs into the past unseen.
pub(super) async fn purge(shared: &Shared, caller: &Caller) -> Result<Value, Failure> {
    let now = clock::now();
    let tokens = shared.accounts.tokens().await.map_err(failed)?;
    let gone: Vec<TokenHash> =
        tokens.iter().filter(|(_, token)| !token.is_open(now)).map(|(hash, _)| *hash).collect();
    if !caller.dry_run {
        shared.accounts.forget_tokens(&gone).await.map_err(failed)?;
    }
    caller.audit(shared, "invite.purge", "expired", json!({ "count": gone.len() }));
    Ok(json!({ "schema": 1, "purged": gone.len() }))
}

/// An invite by the beginning of its id, or by the name it is for.
async fn find(shared: &Shared, id: &str) -> Result<(TokenHash, Token), Failure> {
    let tokens = shared.accounts.tokens().await.map_err(failed)?;
    let named = |(hash, token): &&(TokenHash, Token)| {
        (id.len() >= 4 && HEXLOWER.encode(&hash.0).starts_with(id)) || (!id.is_empty() && token.name == id)
    };
    let mut found = tokens.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.clone()),
        (Some(_), Some(_)) => Err(Failure::new(Exit::Conflict, said("several-invites").with("id", id))
            .hint(said("several-invites-hint"))),
        (None, _) => {
            Err(Failure::new(Exit::NotFound, said("no-invite").with("id", id)).hint(said("no-invite-hint")))
        }
    }
}

fn row(fold: &Directory, hash: TokenHash, token: &Token, now: u64) -> Value {
    let grant = token.grant.and_then(|grant| fold.invite(&grant));
    let mode = fold.policy().map(|policy| policy.enrolment);
    let state = match grant {
        Some(invite) if invite.withdrawn => "withdrawn",
        _ if token.is_open(now) => "open",
        _ => "ended",
    };
    json!({
        "id": id(hash),
        "user": (!token.name.is_empty()).then_some(&token.name),
        "kind": match token.kind {
            TokenKind::Reset => "reset",
            TokenKind::Phone => "phone",
            TokenKind::New if token.name.is_empty() => "company",
            TokenKind::New => "invite",
        },
        "state": state,
        "uses_left": token.uses,
        "made": stamp(token.created),
        "expires": stamp(token.expires),
        "signed": grant.is_some(),
        "needs_leaf": matches!(mode, Some(Enrolment::Grant)) && grant.is_some(),
    })
}
