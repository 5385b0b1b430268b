//! What changes the stage of the profile, a file for each noun.

mod enrolling;
mod login;
mod move_in;
mod password;
mod phone;
mod sessions;
mod vault;

use conclave_proto::ErrorCode;

use crate::model::Failure;

use super::{Driver, Finish};

pub(super) use self::phone::NewPhone;
pub(super) use self::vault::unlock_fault;

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Failure::new(ErrorCode::Bug)))
}

pub(super) fn finish(change: impl FnOnce(&mut Driver) + Send + 'static) -> Finish {
    Box::new(change)
}
