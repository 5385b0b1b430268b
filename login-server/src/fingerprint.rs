//! The organisation's fingerprint: what administrators read out and newcomers compare.

use conclave_crypto::keys::OrkPublic;
use conclave_crypto::safety_number::HalfNumber;

/// Thirty digits in groups of five, made of the root key like a person's half of a safety number (PROTOCOL §2.8).
pub(crate) fn organisation(ork: &OrkPublic) -> String {
    HalfNumber::of_organisation(ork).to_string()
}
