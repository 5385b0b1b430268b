//! The objects that leaves carry, one noun per file (PROTOCOL §2.3, Objects).
//!
//! A value of these types is well formed: parsing refuses what is out of range on its face. Whether it may come next
//! in the log is decided by the fold.

mod ban;
mod cut;
mod device_list;
mod invite_grant;
mod policy;
mod reset_grant;
mod room_admit;
mod room_move;
mod room_org;
mod server_key;
mod uik_reset;
mod user_add;

pub use ban::{Ban, BanReason, Target, Unban};
pub use cut::Cut;
pub use device_list::{DeviceList, MOST_DEVICES};
pub use invite_grant::{InviteGrant, LONGEST_INVITE_LIFE};
pub use policy::{Enrolment, Policy, PolicyAdmin};
pub use reset_grant::{LONGEST_RESET_LIFE, ResetGrant};
pub use room_admit::{Admission, RoomAdmit};
pub use room_move::RoomMove;
pub use room_org::{LONGEST_ROOM_NAME, RoomKind, RoomOrg};
pub use server_key::{LONGEST_SERVER_KEY_LIFE, ServerKey};
pub use uik_reset::UikReset;
pub use user_add::{Role, UserAdd};
