//! `user reset`: the login of an account goes, and the holder of a one-time code makes another (PROTOCOL §2.3,
//! Reset). The vault stays closed to everybody: no code opens it.

use conclave_crypto::directory::{Leaf, Object, ResetGrant, Signer};
use conclave_crypto::keys::UserId;
use conclave_crypto::login::LoginName;
use serde_json::{Value, json};

use super::leaf::{append, expect, token_hash, unhex};
use super::wire::Reset;
use super::{Caller, failed, look};
use crate::accounts::{Token, TokenHash, TokenKind};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::session::Ended;
use crate::shared::Shared;
use crate::words::said;

pub(super) async fn reset(shared: &Shared, caller: &Caller, reset: Reset) -> Result<Value, Failure> {
    let now = clock::now();
    let asked = Asked::read(shared, &reset, |_| true)?;
    // The leaf first: a code without its leaf would change the account unseen, a leaf without its code does nothing.
    let (leaf, _) = append(shared, caller, &asked.leaf, now).await?;
    let sessions = if caller.dry_run {
        asked.sessions(shared)
    } else {
        let token = asked.token(TokenKind::Reset, reset.expires, now);
        shared.accounts.reset(&asked.login, asked.hash, &token).await.map_err(failed)?;
        asked.end_sessions(shared, now)
    };
    let details = json!({ "leaf": leaf, "expires": reset.expires, "sessions": sessions });
    caller.audit(shared, "user.reset", &reset.name, details);
    Ok(json!({ "schema": 1, "user": reset.name, "leaf": leaf, "sessions_closed": sessions }))
}

/// A request about a person's login whose signed grant speaks of that person and of that end, and is not their own.
pub(super) struct Asked {
    pub(super) login: LoginName,
    pub(super) hash: TokenHash,
    /// The signed grant.
    pub(super) leaf: Vec<u8>,
}

impl Asked {
    /// Reads it; `fits` is what else the grant has to be.
    pub(super) fn read(
        shared: &Shared,
        reset: &Reset,
        fits: impl Fn(&ResetGrant) -> bool,
    ) -> Result<Self, Failure> {
        let login =
            LoginName::parse(&reset.name).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        let hash = token_hash(&reset.token_hash)?;
        let leaf = unhex(&reset.leaf)?;
        let user = look::find(&shared.log.read(), &reset.name)?.id;
        let about =
            |grant: &ResetGrant| grant.user_id == user && grant.expires == reset.expires && fits(grant);
        expect(shared, &leaf, |object| matches!(object, Object::ResetGrant(grant) if about(grant)))?;
        not_their_own(shared, &leaf, user)?;
        Ok(Self { login, hash, leaf })
    }

    /// The token of the one-time code.
    pub(super) fn token(&self, kind: TokenKind, expires: u64, now: u64) -> Token {
        Token { kind, name: self.login.as_str().to_owned(), uses: 1, expires, created: now, grant: None }
    }

    /// How many sessions would end.
    pub(super) fn sessions(&self, shared: &Shared) -> usize {
        shared.sessions.of_account(&self.login).len()
    }

    /// Ends the account's sessions, for good, and forgets failed tries. How many they were.
    pub(super) fn end_sessions(&self, shared: &Shared, now: u64) -> usize {
        shared.resumptions.revoke_account(&self.login);
        shared.throttle().unlock(self.login.as_str());
        let why = Ended::because(conclave_proto::ErrorCode::SessionEnded);
        shared.end_sessions(&self.login, None, why, now)
    }
}

/// An administrator does not reset their own account: a stolen admin key would then be enough to become its owner.
fn not_their_own(shared: &Shared, leaf: &[u8], user: UserId) -> Result<(), Failure> {
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
