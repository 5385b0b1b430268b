//! What an enrolment reads in the directory log, and what it appends.

use conclave_crypto::certificate::SignedCert;
use conclave_crypto::directory::{
    self, DeviceList, Directory, Kind, Object, Role, SignWith, UikReset, User, UserAdd, sign_device_list,
    sign_part, sign_uik_reset, sign_user_add,
};
use conclave_crypto::keys::{DeviceId, GrantSecret, UikSecret, UserId};
use conclave_proto::schema::{self, request::Call};
use conclave_proto::{ErrorCode, limits};

use super::grant::Grant;
use super::{Made, invite_fault};
use crate::account::Account;
use crate::directory_stream::DirectoryStream;
use crate::entropy::{self, now};
use crate::model::{EnrolState, Failure};

/// Tries at a list of devices, while another computer of the same person does the same.
const TRIES: u32 = 4;

/// Appends what the log still lacks, checking each time that the log then says what it should.
pub(super) async fn append(stream: &DirectoryStream, made: &mut Made) -> Result<EnrolState, Failure> {
    let account = &made.account;
    let mut log = Directory::new(account.ork);
    read_log(stream, &mut log).await?;
    let leaf = match (log.user(&account.user), &made.grant) {
        (None, Some(Grant::Reset(_))) => return Err(Failure::new(ErrorCode::DirectoryOwnKeys)),
        (None, grant) => Some(user_add(&log, account, grant.as_ref(), &made.uik)),
        (Some(user), Some(Grant::Reset(key))) if user.uik != account.uik => {
            Some(uik_reset(user, account, key, &made.uik)?)
        }
        (Some(_), _) => None,
    };
    if let Some(leaf) = leaf {
        match stream.carry_out(Call::AppendLeaf(schema::AppendLeaf { leaf: leaf.into() })).await {
            Ok(()) => {}
            Err(failure) if failure.code == ErrorCode::AccountPending => {
                return Ok(EnrolState::AwaitingAdmin);
            }
            Err(failure) => return Err(failure),
        }
        read_log(stream, &mut log).await?;
    }
    let Some(user) = log.user(&account.user) else { return Ok(EnrolState::AwaitingAdmin) };
    if user.uik != account.uik || user.name != account.name {
        return Err(Failure::new(ErrorCode::DirectoryOwnKeys));
    }
    list_in(stream, &mut log, account, &made.uik).await?;
    Ok(EnrolState::Ready)
}

/// Has the account's device listed, alone.
pub(crate) async fn list_device(
    stream: &DirectoryStream,
    account: &Account,
    uik: &UikSecret,
) -> Result<(), Failure> {
    let mut log = Directory::new(account.ork);
    read_log(stream, &mut log).await?;
    list_in(stream, &mut log, account, uik).await
}

/// Takes a device from the list.
pub(crate) async fn unlist_device(
    stream: &DirectoryStream,
    account: &Account,
    device: &DeviceId,
    uik: &UikSecret,
) -> Result<(), Failure> {
    let mut log = Directory::new(account.ork);
    read_log(stream, &mut log).await?;
    let user = log.user(&account.user).ok_or_else(|| Failure::new(ErrorCode::DirectoryOwnKeys))?;
    let mut devices = user.devices.clone();
    devices.retain(|listed| listed.cert().device_id != *device);
    if devices.len() == user.devices.len() {
        return Err(Failure::new(ErrorCode::ApiNotFound).with("field", "id"));
    }
    append_list(stream, &log, account, devices, uik).await
}

// Two computers may list themselves at once: the list of one names the other's as its predecessor, or is refused.
async fn list_in(
    stream: &DirectoryStream,
    log: &mut Directory,
    account: &Account,
    uik: &UikSecret,
) -> Result<(), Failure> {
    let mut failure = Failure::new(ErrorCode::DirectoryFault);
    for _ in 0..TRIES {
        let user = log.user(&account.user).ok_or_else(|| Failure::new(ErrorCode::DirectoryOwnKeys))?;
        if user.uik != uik.public() {
            return Err(Failure::new(ErrorCode::DirectoryOwnKeys));
        }
        if log.party(&account.device).is_some() {
            return Ok(());
        }
        match append_list(stream, log, account, vec![account.cert.clone()], uik).await {
            Err(refused) if refused.code == ErrorCode::ServerUnreachable => return Err(refused),
            Err(refused) => failure = refused,
            Ok(()) => {}
        }
        read_log(stream, log).await?;
    }
    match log.party(&account.device) {
        Some(_) => Ok(()),
        None => Err(failure),
    }
}

async fn append_list(
    stream: &DirectoryStream,
    log: &Directory,
    account: &Account,
    devices: Vec<SignedCert>,
    uik: &UikSecret,
) -> Result<(), Failure> {
    let (list_ver, prev) =
        log.next_device_list(&account.user).ok_or_else(|| Failure::new(ErrorCode::DirectoryFault))?;
    let list = DeviceList { user_id: account.user, list_ver, prev, at: now(), devices };
    let leaf = sign_device_list(&account.org(), list, uik);
    stream.carry_out(Call::AppendLeaf(schema::AppendLeaf { leaf: leaf.into() })).await
}

/// The UserAdd leaf: with the invite key's signature while its grant is open, else with the newcomer's alone, for
/// the server (`auto`) or an administrator (`manual`) to complete.
fn user_add(log: &Directory, account: &Account, grant: Option<&Grant>, uik: &UikSecret) -> Vec<u8> {
    let org = account.org();
    let add = UserAdd {
        user_id: account.user,
        username: account.name.clone(),
        uik: account.uik,
        role: Role::Member,
        nonce: nonce(),
        at: now(),
    };
    if let Some(Grant::Invite(key)) = grant
        && log.invite(&key.public()).is_some_and(directory::Invite::is_open)
    {
        return sign_user_add(&org, add, SignWith::InviteGrant(key), uik);
    }
    let object = Object::UserAdd(add).encode(&org);
    let own = sign_part(Kind::UserAdd, &object, SignWith::Uik(uik));
    directory::assemble(Kind::UserAdd, &object, &[own])
}

/// The UikReset leaf, by the key that the administrators have granted. The identity of before is gone, so it signs
/// nothing.
fn uik_reset(user: &User, account: &Account, key: &GrantSecret, uik: &UikSecret) -> Result<Vec<u8>, Failure> {
    let granted = user.open_reset.as_ref().filter(|granted| granted.grant.grant == key.public());
    let granted = granted.ok_or_else(|| invite_fault("another reset has taken its place"))?;
    let reset = UikReset {
        user_id: account.user,
        new_uik: account.uik,
        reset_seq: granted.grant.reset_seq,
        at: now(),
    };
    Ok(sign_uik_reset(&account.org(), reset, key, uik, None))
}

pub(super) async fn read_log(stream: &DirectoryStream, log: &mut Directory) -> Result<(), Failure> {
    let mut pending: Vec<bytes::Bytes> = Vec::new();
    loop {
        let first = log.size() + pending.len() as u64;
        let part = stream.leaves(first).await?;
        if part.first != first || (part.leaves.is_empty() && part.checkpoint.is_empty()) {
            return Err(Failure::new(ErrorCode::DirectoryFault));
        }
        pending.extend(part.leaves);
        if !part.checkpoint.is_empty() {
            let leaves: Vec<&[u8]> = pending.iter().map(AsRef::as_ref).collect();
            log.adopt(&leaves, &part.checkpoint, now())
                .map_err(|error| Failure::new(ErrorCode::DirectoryFault).with("why", error.to_string()))?;
            return Ok(());
        }
        if pending.iter().map(bytes::Bytes::len).sum::<usize>() > LARGEST_LOG {
            return Err(Failure::new(ErrorCode::DirectoryFault).with("why", "too large"));
        }
    }
}

/// Bytes of log read in one go: far over a thousand accounts with all their leaves, far under the memory of a
/// small computer.
const LARGEST_LOG: usize = 64 * limits::FRAME;

fn nonce() -> [u8; 16] {
    *UserId::random(&mut entropy::rng()).as_bytes()
}
