//! Reading the vector files, and the test generator their README defines.

use std::convert::Infallible;

use conclave_crypto::primitives::sha256;
use data_encoding::HEXLOWER;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

/// The bytes of a hex string field.
pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_else(|| panic!("not a string: {value}"));
    HEXLOWER.decode(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The `N` bytes of a hex string field.
pub(crate) fn array<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().unwrap_or_else(|bytes: Vec<u8>| panic!("{} bytes, not {N}", bytes.len()))
}

/// A number field.
pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// `stream(label, len)` of the README.
pub(crate) fn stream(label: &str, len: usize) -> Vec<u8> {
    let mut rng = TestRng::new(label);
    let mut out = vec![0; len];
    rng.try_fill_bytes(&mut out).unwrap();
    out
}

/// The test generator of the README: every draw starts at a fresh 32-byte block.
pub(crate) struct TestRng {
    label: String,
    block: u64,
}

impl TestRng {
    pub(crate) fn new(label: &str) -> Self {
        Self { label: label.to_owned(), block: 0 }
    }

    /// Whether nothing was drawn since `block` blocks.
    pub(crate) fn blocks(&self) -> u64 {
        self.block
    }
}

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            self.block += 1;
            let block = sha256(&[self.label.as_bytes(), &self.block.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

/// Bytes handed out one draw after the other, for cases that name their salts and nonces.
pub(crate) struct Fixed(pub(crate) Vec<Vec<u8>>);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("the vectors draw bytes only")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("the vectors draw bytes only")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let draw = self.0.remove(0);
        out.copy_from_slice(&draw);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}
