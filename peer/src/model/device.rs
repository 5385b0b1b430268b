//! Devices of the own account.

use serde::Serialize;

use super::{DeviceId, Time, text};

/// A device that the directory lists for this account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// The device.
    #[serde(with = "text")]
    pub id: DeviceId,
    /// The name of this computer. Certificates carry none, so that of another one is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is this computer.
    pub current: bool,
    /// When its keys were made.
    pub created: Time,
    /// Whether it may log in: neither it nor the account is banned.
    pub active: bool,
    /// `devcert_hash` (PROTOCOL §2.3), 64 hex digits.
    pub fingerprint: String,
}
