//! Leaves that administrators hand in.

use conclave_crypto::directory::{Kind, Leaf, LeafRefused, Object};
use data_encoding::HEXLOWER;

use super::Caller;
use crate::accounts::TokenHash;
use crate::directory::AppendError;
use crate::enrol;
use crate::exit::{Exit, Failure};
use crate::shared::Shared;
use crate::words::said;

/// Appends a leaf: its index and the sessions it ended. A dry run only checks it.
pub(super) async fn append(
    shared: &Shared,
    caller: &Caller,
    leaf: &[u8],
    now: u64,
) -> Result<(u64, usize), Failure> {
    if caller.dry_run {
        let fold = shared.log.read();
        fold.server_rules(leaf, now).and_then(|()| fold.check(leaf, now)).map_err(|error| refused(&error))?;
        return Ok((fold.size(), 0));
    }
    match enrol::append(shared, leaf, None, now).await {
        Ok((folded, sessions)) => Ok((folded.index, sessions)),
        Err(AppendError::ReadOnly) => Err(super::read_only()),
        Err(AppendError::Disk(error)) => Err(Failure::new(Exit::Failed, error)),
        Err(AppendError::Refused(error)) => Err(refused(&error)),
    }
}

fn refused(error: &LeafRefused) -> Failure {
    let exit = match error {
        LeafRefused::NoChange | LeafRefused::LookAlike | LeafRefused::Sequence => Exit::Conflict,
        LeafRefused::UnknownUser => Exit::NotFound,
        _ => Exit::Refused,
    };
    Failure::new(exit, error.to_string())
}

/// Refuses a leaf that is not about what the request says: an administrator signs what they were shown.
pub(super) fn expect(shared: &Shared, leaf: &[u8], is: impl FnOnce(&Object) -> bool) -> Result<(), Failure> {
    let parsed =
        Leaf::parse(leaf, &shared.org).map_err(|error| Failure::new(Exit::Refused, error.to_string()))?;
    let may = matches!(
        parsed.kind,
        Kind::InviteGrant
            | Kind::Ban
            | Kind::Unban
            | Kind::UserAdd
            | Kind::ResetGrant
            | Kind::Policy
            | Kind::ServerKey
    );
    if may && is(&parsed.object) {
        Ok(())
    } else {
        Err(Failure::new(Exit::Refused, said("leaf-of-something-else")))
    }
}

pub(super) fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    HEXLOWER.decode(text.as_bytes()).map_err(|_| Failure::new(Exit::Usage, said("leaf-not-hex")))
}

pub(super) fn token_hash(text: &str) -> Result<TokenHash, Failure> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(TokenHash).ok_or_else(|| Failure::new(Exit::Usage, said("token-hash-bad")))
}
