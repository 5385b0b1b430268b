//! Labels and derivations: every hash, MAC and key derivation of the protocol goes through this file (PROTOCOL §2.1).
//!
//! ```text
//! lab(l, x)        = "conclave/1 " ‖ l ‖ 0x00 ‖ x
//! H(l, x)          = SHA-256(lab(l, x))
//! MAC(k, x)        = HMAC-SHA256(k, x)
//! Ext(salt, ikm)   = HKDF-Extract-SHA256
//! KDF(prk, l, c, n)= HKDF-Expand-SHA256(prk, lab(l, c), n)          RFC 5869
//! ```
//!
//! The label list is closed (PROTOCOL, Appendix B): a [`Label`] cannot be made elsewhere.

use crate::primitives;
use crate::secret::Secret;

/// The prefix of every label: 11 ASCII bytes, trailing space included.
pub const PREFIX: &[u8; 11] = b"conclave/1 ";

/// A purpose for `H`, `KDF`, associated data or `Seal1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label(&'static str);

/// A purpose for a signature; the bytes signed start with `sig ` and this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigLabel(&'static str);

macro_rules! labels {
    ($kind:ident, $all:ident: $($name:ident = $text:literal),* $(,)?) => {
        impl $kind {
            $(#[doc = concat!("`", $text, "`")] pub const $name: Self = Self($text);)*
            /// The whole closed list.
            pub const $all: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

labels!(Label, ALL:
    PX_TRANSCRIPT = "px transcript", PX_KEYS = "px keys", DR_STEP = "dr step", DR_ROOT = "dr root",
    DR_MSG = "dr msg", HDR = "hdr", ENV = "env", ACK = "ack", CONV = "conv", DEVCERT = "devcert",
    DEVLIST = "devlist", KEY_ID = "key id", ROOM_LEAF = "room leaf", ROOM_ID = "room id",
    ROOM_STATE = "room state", SK_ID = "sk id", SK_COMMIT = "sk commit", ENTRY = "entry",
    ROOM_MSG = "room msg", BOX_AUTH = "box auth", BOX_KEY = "box key", BOX_SEAL = "box seal",
    BOX_ITEM = "box item", FILE = "file", RECOVERY_CHECK = "recovery check", INVITE_GRANT = "invite grant",
    INVITE_TOKEN = "invite token", RESET_GRANT = "reset grant", RESET_TOKEN = "reset token",
    UIK_BACKUP = "uik backup", VAULT_KEK = "vault kek", VAULT_COM = "vault com", VAULT_HDR = "vault hdr",
    VAULT_UIK = "vault uik", VAULT_DEVICE = "vault device", VAULT_EPOCH = "vault epoch",
    VAULT_TREE = "vault tree", VAULT_INDEX = "vault index", JOURNAL = "journal", OPAQUE = "opaque",
    LOGIN = "login", LOGIN_C = "login c", LOGIN_S = "login s",
);

labels!(SigLabel, ALL:
    DEVICE = "device", DEVPOSS = "devposs", DEVLIST = "devlist", USERADD = "useradd", UIKRESET = "uikreset",
    BAN = "ban", UNBAN = "unban", SERVERKEY = "serverkey", POLICY = "policy", INVITEGRANT = "invitegrant",
    RESETGRANT = "resetgrant", ROOMORG = "roomorg", ROOMJOIN = "roomjoin", ROOMLEAVE = "roomleave",
    ROOMADMIT = "roomadmit", ROOMSTATE = "roomstate", REMOVAL = "removal", LEASE = "lease", BUNDLE = "bundle",
    ONETIME = "onetime", ENTRY = "entry", BOXRECEIPT = "boxreceipt",
);

impl Label {
    /// The label's text, as in the specification.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0
    }
}

impl SigLabel {
    /// The label's text, without the `sig ` prefix.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.0
    }

    /// `lab("sig " ‖ l, message)`: the bytes that are signed.
    #[must_use]
    pub fn signed_bytes(self, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(PREFIX.len() + 4 + self.0.len() + 1 + message.len());
        out.extend_from_slice(PREFIX);
        out.extend_from_slice(b"sig ");
        out.extend_from_slice(self.0.as_bytes());
        out.push(0);
        out.extend_from_slice(message);
        out
    }
}

/// `lab(l, x)`, with `x` given in pieces.
#[must_use]
pub fn lab(label: Label, x: &[&[u8]]) -> Vec<u8> {
    let size = PREFIX.len() + label.0.len() + 1 + x.iter().map(|part| part.len()).sum::<usize>();
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(PREFIX);
    out.extend_from_slice(label.0.as_bytes());
    out.push(0);
    for part in x {
        out.extend_from_slice(part);
    }
    out
}

/// `H(l, x)`: 32 bytes.
#[must_use]
pub fn h(label: Label, x: &[&[u8]]) -> [u8; 32] {
    primitives::sha256_labelled(PREFIX, label.0.as_bytes(), x)
}

/// `MAC(k, x)`: HMAC-SHA256 (RFC 2104), 32 bytes.
#[must_use]
pub fn mac(key: &[u8; 32], x: &[&[u8]]) -> Secret<32> {
    primitives::hmac_sha256(key, x)
}

/// `Ext(salt, ikm)`: HKDF-Extract (RFC 5869), with `ikm` given in pieces.
#[must_use]
pub fn ext(salt: &[u8], ikm: &[&[u8]]) -> Secret<32> {
    primitives::hkdf_extract(salt, ikm)
}

/// `KDF(prk, l, ctx, N)`: HKDF-Expand (RFC 5869). `N` is at most 255 · 32; the protocol uses at most 128.
#[must_use]
pub fn kdf<const N: usize>(prk: &Secret<32>, label: Label, ctx: &[&[u8]]) -> Secret<N> {
    let mut info: Vec<&[u8]> = Vec::with_capacity(ctx.len() + 3);
    info.extend_from_slice(&[PREFIX, label.0.as_bytes(), &[0]]);
    info.extend_from_slice(ctx);
    primitives::hkdf_expand(prk, &info)
}
