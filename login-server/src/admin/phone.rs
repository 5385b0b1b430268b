//! `user totp-reset`: the phone of an account is worth nothing any more, and the holder of a one-time code who knows the
//! password puts another in its place (ADMIN §2, PROTOCOL §2.11).
//!
//! No leaf is written, for no key of the directory changes. What the admin key signs is the object of a ResetGrant with
//! `reset_seq` 0, which the log never takes (there it counts from 1): it binds account, code and end, and the label of
//! the signature is one of the closed list.

use conclave_crypto::directory::{Kind, Leaf, Object, Signer};
use conclave_crypto::keys::VerifyingKey;
use serde_json::{Value, json};

use super::reset::Asked;
use super::wire::Reset;
use super::{Caller, failed};
use crate::accounts::TokenKind;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::words::said;

/// How far ahead of the server's clock a signature may be, and how old: as of leaves that administrators sign.
const AHEAD: u64 = 5 * 60 * 1_000;
const OLD: u64 = 7 * 86_400_000;

pub(super) async fn totp_reset(shared: &Shared, caller: &Caller, reset: Reset) -> Result<Value, Failure> {
    let now = clock::now();
    let asked = Asked::read(shared, &reset, |grant| grant.reset_seq == 0)?;
    signed(shared, &asked.leaf, now)?;
    if shared.accounts.find(&asked.login).await.map_err(failed)?.is_none() {
        return Err(no_login());
    }
    let sessions = if caller.dry_run {
        asked.sessions(shared)
    } else {
        let token = asked.token(TokenKind::Phone, reset.expires, now);
        let done = shared.accounts.reset_phone(&asked.login, asked.hash, &token, &mut clock::rng()).await;
        if !done.map_err(failed)? {
            return Err(no_login());
        }
        asked.end_sessions(shared, now)
    };
    let details = json!({ "expires": reset.expires, "sessions": sessions });
    caller.audit(shared, "user.totp-reset", &reset.name, details);
    Ok(json!({ "schema": 1, "user": reset.name, "sessions_closed": sessions }))
}

/// The statement is signed by an admin key that is in force, and is not too old.
fn signed(shared: &Shared, bytes: &[u8], now: u64) -> Result<(), Failure> {
    let leaf = Leaf::parse(bytes, &shared.org).map_err(failed)?;
    let Object::ResetGrant(grant) = &leaf.object else {
        return Err(Failure::new(Exit::Refused, said("leaf-of-something-else")));
    };
    if grant.at > now.saturating_add(AHEAD) || grant.at < now.saturating_sub(OLD) || grant.expires <= now {
        return Err(Failure::new(Exit::Refused, said("statement-late")));
    }
    let fold = shared.log.read();
    let admins = fold.policy().map(|policy| policy.admins.as_slice()).unwrap_or_default();
    let by_admin = match leaf.sigs.as_slice() {
        [sig] if sig.signer == Signer::Admin => admins.iter().any(|admin| {
            admin.nbf <= grant.at
                && admin.key.key_id() == sig.key_id
                && admin.key.verify(Kind::ResetGrant.label(), leaf.bytes, &sig.signature).is_ok()
        }),
        _ => false,
    };
    if by_admin { Ok(()) } else { Err(Failure::new(Exit::Refused, said("statement-unsigned"))) }
}

fn no_login() -> Failure {
    Failure::new(Exit::Conflict, said("no-login")).hint(said("no-login-hint"))
}
