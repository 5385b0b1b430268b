//! `user reset`: the login of an account goes, and the holder of a one-time code makes another (PROTOCOL §2.3,
//! Reset). The vault stays closed to everybody: no code opens it.

use conclave_crypto::directory::{Leaf, Object, Signer};
use conclave_crypto::login::LoginName;
use serde_json::{Value, json};

use super::leaf::{append, expect, token_hash, unhex};
use super::wire::Reset;
use super::{Caller, failed, look};
use crate::accounts::{Token, TokenKind};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::session::Ended;
use crate::shared::Shared;
use crate::words::said;

pub(super) async fn reset(shared: &Shared, caller: &Caller, reset: Reset) -> Result<Value, Failure> {
    let now = clock::now();
    let login =
        LoginName::parse(&reset.name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let hash = token_hash(&reset.token_hash)?;
    let bytes = unhex(&reset.leaf)?;
    let user = look::find(&shared.log.read(), &reset.name)?.id;
    expect(
        shared,
        &bytes,
        |object| matches!(object, Object::ResetGrant(grant) if grant.user_id == user && grant.expires == reset.expires),
    )?;
    not_their_own(shared, &bytes, user)?;
    // The leaf first: a code without its leaf would change the account unseen, a leaf without its code does nothing.
    let (leaf, _) = append(shared, caller, &bytes, now).await?;
    let mut sessions = shared.sessions.of_account(&login).len();
    if !caller.dry_run {
        let token = Token {
            kind: TokenKind::Reset,
            name: login.as_str().to_owned(),
            uses: 1,
            expires: reset.expires,
            created: now,
            grant: None,
        };
        shared.accounts.reset(&login, hash, &token).await.map_err(failed)?;
        shared.resumptions.revoke_account(&login);
        shared.throttle().unlock(login.as_str());
        let why = Ended::because(conclave_proto::ErrorCode::SessionEnded);
        sessions = shared.end_sessions(&login, None, why, now);
    }
    let details = json!({ "leaf": leaf, "expires": reset.expires, "sessions": sessions });
    caller.audit(shared, "user.reset", &reset.name, details);
    Ok(json!({ "schema": 1, "user": reset.name, "leaf": leaf, "sessions_closed": sessions }))
}

/// An administrator does not reset their own account: a stolen admin key would then be enough to become its owner.
pub(super) fn not_their_own(
    shared: &Shared,
    leaf: &[u8],
    user: conclave_crypto::keys::UserId,
) -> Result<(), Failure> {
    let leaf = Leaf::parse(leaf, &shared.org).map_err(failed)?;
    let fold = shared.log.read();
    let admins = fold.policy().map(|policy| policy.admins.as_slice()).unwrap_or_default();
    let own = leaf.sigs.iter().filter(|sig| sig.signer == Signer::Admin).any(|sig| {
        use conclave_crypto::keys::VerifyingKey;
        admins.iter().any(|admin| admin.user_id == user && admin.key.key_id() == sig.key_id)
    });
    if own {
        Err(Failure::new(Exit::Refused, said("own-reset")).hint(said("own-reset-hint")))
    } else {
        Ok(())
    }
}
