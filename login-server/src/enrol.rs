//! Leaves that clients hand in: a newcomer's account and device, and what a member may do to itself.
//!
//! The fold judges signatures and order; here it is judged whether this session may hand in this leaf, and the
//! second signature of a new account is added where Policy lets the server do so (PROTOCOL §2.3, Enrolment):
//!
//! | Policy | the newcomer sends | the server |
//! |---|---|---|
//! | grant | UserAdd signed by IGK and UIK | appends, if the invite has not ended by its own clock |
//! | auto | UserAdd signed by UIK | adds the signature of EnrolKey and appends |
//! | manual | UserAdd signed by UIK | parks it until an administrator signs |

use conclave_crypto::directory::{
    Change, Enrolment, Folded, Kind, Leaf, LeafRefused, Object, SignWith, Signer, Target, UserAdd, assemble,
    sign_part,
};
use conclave_crypto::keys::{DeviceId, UserId, VerifyingKey};
use conclave_crypto::login::LoginName;
use conclave_proto::ErrorCode;

use crate::accounts::PAGE;
use crate::directory::AppendError;
use crate::session::{Ended, Session};
use crate::shared::{BANNED, Shared};
use crate::store::{Store, StoreError, Transaction};

/// Why a client's leaf was not appended, as a code for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotTaken(pub(crate) ErrorCode);

/// A parked account.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// The account it wants to be.
    pub(crate) user: UserAdd,
    /// The object as signed by the newcomer.
    pub(crate) object: Vec<u8>,
    /// The newcomer's signature as it came.
    pub(crate) leaf: Vec<u8>,
}

/// Takes a leaf from a session.
pub(crate) async fn take(shared: &Shared, session: &Session, bytes: &[u8], now: u64) -> Result<(), NotTaken> {
    let leaf = Leaf::parse(bytes, &shared.org).map_err(|_| NotTaken(ErrorCode::ApiParams))?;
    let own = shared.log.read().user_by_name(session.name.as_str()).map(|user| user.id);
    let allowed = match &leaf.object {
        Object::UserAdd(user) => return add_user(shared, session, &leaf, user, bytes, now).await,
        // The account's key has signed it. A computer may list new keys of its own: it comes back under them.
        Object::DeviceList(list) => own == Some(list.user_id) && list.devices.len() <= 1,
        Object::UikReset(reset) => own == Some(reset.user_id),
        Object::RoomJoin(step) | Object::RoomLeave(step) => {
            own == Some(step.user_id) && full(shared, session)
        }
        // Who may admit whom is judged by the fold from the signature; a session only carries its own.
        Object::RoomAdmit(_) => {
            full(shared, session) && leaf.sigs.first().is_some_and(|sig| sig.signer == Signer::Device)
        }
        _ => false,
    };
    if !allowed {
        return Err(NotTaken(ErrorCode::ApiState));
    }
    append(shared, bytes, Some(session), now).await.map_err(code)?;
    if let Object::DeviceList(list) = &leaf.object {
        match list.devices.as_slice() {
            [device] if device.cert().tpk != session.peer => {
                shared.let_come_back(device.cert().tpk, &session.name, now).await;
            }
            [] => shared.end_session(session, Ended::because(ErrorCode::SessionEnded), now),
            _ => {}
        }
    }
    Ok(())
}

/// Appends a leaf and draws its consequences: sessions end, presence and prekeys go.
pub(crate) async fn append(
    shared: &Shared,
    leaf: &[u8],
    by: Option<&Session>,
    now: u64,
) -> Result<(Folded, usize), AppendError> {
    if !shared.config().service.writes() {
        return Err(AppendError::ReadOnly);
    }
    let folded = shared.log.append(leaf, now).await?;
    let ended = settle(shared, &folded.change, by, now).await;
    Ok((folded, ended))
}

/// The consequences of a change; the number of sessions ended.
async fn settle(shared: &Shared, change: &Change, by: Option<&Session>, now: u64) -> usize {
    match change {
        Change::Banned { target: Target::User(user), .. } => {
            let Some(name) = name_of(shared, user) else { return 0 };
            shared.end_sessions(&name, None, BANNED, now)
        }
        Change::Banned { target: Target::Device(device), .. } => {
            let gone: Vec<_> = shared
                .sessions
                .all()
                .into_iter()
                .filter(|session| shared.device_of(session) == *device)
                .collect();
            for session in &gone {
                shared.end_session(session, BANNED, now);
            }
            gone.len()
        }
        Change::Devices { user_id, added, removed } => {
            forget_prekeys(shared, removed).await;
            let Some(name) = name_of(shared, user_id) else { return 0 };
            let why = Ended::elsewhere(added.first().copied());
            shared.end_sessions(&name, by, why, now)
        }
        Change::IdentityReset { user_id, removed, .. } => {
            forget_prekeys(shared, removed).await;
            let Some(name) = name_of(shared, user_id) else { return 0 };
            shared.end_sessions(&name, by, Ended::because(ErrorCode::SessionEnded), now)
        }
        _ => 0,
    }
}

async fn forget_prekeys(shared: &Shared, gone: &[DeviceId]) {
    for device in gone {
        if let Err(error) = shared.prekeys.forget(device).await {
            tracing::error!(%error, "prekeys of a device that is gone were not erased");
        }
    }
}

async fn add_user(
    shared: &Shared,
    session: &Session,
    leaf: &Leaf<'_>,
    user: &UserAdd,
    bytes: &[u8],
    now: u64,
) -> Result<(), NotTaken> {
    if user.username.as_str() != session.name.as_str() {
        return Err(NotTaken(ErrorCode::ApiState));
    }
    match leaf.sigs.as_slice() {
        [by, _] if by.signer == Signer::InviteGrant => {
            let ended = shared
                .log
                .read()
                .invites()
                .any(|invite| invite.grant.grant.key_id() == by.key_id && now > invite.grant.expires);
            if ended {
                return Err(NotTaken(ErrorCode::AccountInvite));
            }
            append(shared, bytes, Some(session), now).await.map(|_| ()).map_err(code)
        }
        [uik] if uik.signer == Signer::Uik => {
            let enrolment = shared.log.read().policy().map(|policy| policy.enrolment);
            match enrolment {
                Some(Enrolment::Auto(_)) => {
                    let server = shared
                        .keys
                        .with_enrol(|key| sign_part(Kind::UserAdd, leaf.bytes, SignWith::Enrol(key)));
                    let whole = assemble(Kind::UserAdd, leaf.bytes, &[server, *uik]);
                    append(shared, &whole, Some(session), now).await.map(|_| ()).map_err(code)
                }
                Some(Enrolment::Manual) => {
                    user.uik
                        .verify(Kind::UserAdd.label(), leaf.bytes, &uik.signature)
                        .map_err(|_| NotTaken(ErrorCode::ApiParams))?;
                    if shared.log.read().is_name_taken(&user.username) {
                        return Err(NotTaken(ErrorCode::AccountNameTaken));
                    }
                    let parked = Transaction::new().put(pending_key(&session.name), bytes);
                    shared.store.transact(parked).await.map_err(|_| NotTaken(ErrorCode::ServerBusy))?;
                    Err(NotTaken(ErrorCode::AccountPending))
                }
                _ => Err(NotTaken(ErrorCode::AccountInvite)),
            }
        }
        _ => Err(NotTaken(ErrorCode::ApiParams)),
    }
}

/// The accounts that wait for an administrator.
pub(crate) async fn pending(shared: &Shared) -> Result<Vec<Pending>, StoreError> {
    let rows = shared.store.range(b"pending/", None, PAGE).await?;
    Ok(rows.into_iter().filter_map(|(_, leaf)| parse_pending(shared, leaf)).collect())
}

/// Forgets a parked account once it is in the log, or refused.
pub(crate) async fn forget_pending(shared: &Shared, name: &LoginName) -> Result<(), StoreError> {
    shared.store.transact(Transaction::new().delete(pending_key(name))).await.map(|_| ())
}

fn parse_pending(shared: &Shared, leaf: Vec<u8>) -> Option<Pending> {
    let parsed = Leaf::parse(&leaf, &shared.org).ok()?;
    let Object::UserAdd(user) = parsed.object else { return None };
    let object = parsed.bytes.to_vec();
    Some(Pending { user, object, leaf })
}

fn pending_key(name: &LoginName) -> Vec<u8> {
    [b"pending/".as_slice(), name.as_bytes()].concat()
}

fn full(shared: &Shared, session: &Session) -> bool {
    shared.is_active(&session.name, &session.peer)
}

fn name_of(shared: &Shared, user: &UserId) -> Option<LoginName> {
    LoginName::parse(shared.log.read().user(user)?.name.as_str()).ok()
}

fn code(error: AppendError) -> NotTaken {
    NotTaken(match error {
        AppendError::Disk(reason) => {
            tracing::error!(reason, "a leaf was not appended");
            ErrorCode::ServerBusy
        }
        AppendError::ReadOnly => ErrorCode::ServerBusy,
        AppendError::Refused(refused) => match refused {
            LeafRefused::Decode(_) => ErrorCode::ApiParams,
            LeafRefused::Early | LeafRefused::Late => ErrorCode::Clock,
            LeafRefused::LookAlike => ErrorCode::AccountNameTaken,
            LeafRefused::GrantNotOpen
            | LeafRefused::GrantExpired
            | LeafRefused::GrantName
            | LeafRefused::NoGrant => ErrorCode::AccountInvite,
            _ => ErrorCode::ApiState,
        },
    })
}
