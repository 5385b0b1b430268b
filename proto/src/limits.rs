//! Every size and time limit of the wire, each with its reason. Nothing on the wire is unbounded.

use core::time::Duration;

/// A control frame (login, hello, requests): the largest is an enrolment proof of a few kilobytes.
pub const CONTROL_FRAME: usize = 64 * 1024;
/// Any frame: an envelope holds at most 65 536 padded bytes and about 4.2 KiB of ratchet; 100 prekeys are 170 KB.
pub const FRAME: usize = 1024 * 1024;
/// A data frame of a file stream: 64 KiB chunks were the fastest over Noise and Yamux when measured.
pub const DATA_FRAME: usize = 64 * 1024 + 64;
/// Leaves in one frame, by bytes: leaves room in [`FRAME`] for framing.
pub const LEAVES_BYTES: usize = 512 * 1024;
/// Addresses a device may publish; more would only slow dialling.
pub const ADDRESSES: usize = 16;
/// Characters of a status text (FEATURES C60).
pub const STATUS_TEXT: usize = 80;
/// Characters of the name of an operating system.
pub const SYSTEM_NAME: usize = 32;
/// Ranges in one file request.
pub const FILE_RANGES: usize = 64;
/// Bytes of a chunk group, the unit of verified ranges (PROTOCOL §2.9).
pub const GROUP: u64 = 16 * 1024;
/// Bytes of a parcel in one frame of the drop-box stream: nearly every parcel fits one, and four fit [`FRAME`].
pub const PARCEL_CHUNK: usize = 256 * 1024;
/// Parcels listed in one answer, and erased by one request: 25 KB of ids and times.
pub const PARCELS_AT_ONCE: usize = 500;
/// One-time prekeys of a kind a device may keep at the server (PROTOCOL §2.2).
pub const ONE_TIME_STOCK: usize = 50;
/// Each step of opening a stream or logging in (DESIGN §4).
pub const STEP_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an enrolment may wait for the first code: a person has to find a phone (PROTOCOL §2.11, frame 3).
pub const CONFIRM_TIMEOUT: Duration = Duration::from_secs(600);
/// Ping interval; with [`SILENT_CONNECTION`] a dead connection is noticed within 15 s (DESIGN §4).
pub const PING_INTERVAL: Duration = Duration::from_secs(5);
/// A ping that is not answered by then ends the connection.
pub const SILENT_CONNECTION: Duration = Duration::from_secs(9);
