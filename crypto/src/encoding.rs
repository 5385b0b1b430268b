//! The codec of every signed and hashed object (PROTOCOL §2.1, Encoding).
//!
//! Structs are their fields in order without gaps; integers are big-endian; `bytes8/16/32` carry a length of
//! 1, 2 or 4 bytes; lists carry an element count. A [`Reader`] never allocates more than its input is long.

use crate::error::DecodeError;
use crate::keys::OrgId;

/// The version byte that starts every signed struct.
pub const OBJECT_VERSION: u8 = 1;

/// Appends fields to a byte string.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// An empty writer with room for `capacity` bytes: secrets written within it are never left behind by growth.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// A writer that starts with `HDR = ver ‖ org`.
    #[must_use]
    pub fn header(org: &OrgId) -> Self {
        let mut writer = Self::new();
        writer.u8(OBJECT_VERSION).raw(org.as_bytes());
        writer
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    /// A flag byte: 1 or 0.
    pub fn flag(&mut self, value: bool) -> &mut Self {
        self.u8(u8::from(value))
    }

    /// Two bytes.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Bytes as they are, without a length.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// `bytes8`. Callers keep to 255 bytes; longer input is cut, which a decoder then refuses.
    pub fn bytes8(&mut self, bytes: &[u8]) -> &mut Self {
        let len = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        self.u8(len).raw(bytes.get(..usize::from(len)).unwrap_or(bytes))
    }

    /// `bytes16`. Callers keep to 65 535 bytes.
    pub fn bytes16(&mut self, bytes: &[u8]) -> &mut Self {
        let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.u16(len).raw(bytes.get(..usize::from(len)).unwrap_or(bytes))
    }

    /// `bytes32`. Callers keep to 2^32 − 1 bytes.
    pub fn bytes32(&mut self, bytes: &[u8]) -> &mut Self {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.u32(len).raw(bytes)
    }

    /// `list8`: the count in one byte, then each element. Callers keep to 255 elements.
    pub fn list8<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) -> &mut Self {
        let count = u8::try_from(items.len()).unwrap_or(u8::MAX);
        self.u8(count);
        for item in items.iter().take(usize::from(count)) {
            each(self, item);
        }
        self
    }

    /// `list16`: the count in two bytes, then each element. Callers keep to 65 535 elements.
    pub fn list16<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) -> &mut Self {
        let count = u16::try_from(items.len()).unwrap_or(u16::MAX);
        self.u16(count);
        for item in items.iter().take(usize::from(count)) {
            each(self, item);
        }
        self
    }

    /// The bytes written.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }
}

/// Takes fields from a byte string; every method fails when the bytes end early.
#[derive(Debug, Clone)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Reads all of `bytes` by `parse`; trailing bytes are refused.
    ///
    /// # Errors
    /// What `parse` returns, or [`DecodeError::Trailing`].
    pub fn all<T>(
        bytes: &'a [u8],
        parse: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut reader = Self::new(bytes);
        let value = parse(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }

    /// Reads `HDR`: version 1 and this organisation.
    ///
    /// # Errors
    /// [`DecodeError::Version`] or [`DecodeError::Organisation`].
    pub fn header(&mut self, org: &OrgId) -> Result<(), DecodeError> {
        if self.u8()? != OBJECT_VERSION {
            return Err(DecodeError::Version);
        }
        if self.array()? != *org.as_bytes() {
            return Err(DecodeError::Organisation);
        }
        Ok(())
    }

    /// The bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.0 = tail;
        Ok(*head)
    }

    /// The next `N` bytes, in place.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn array_ref<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    /// A flag byte, 0 or 1.
    ///
    /// # Errors
    /// [`DecodeError::Range`] for any other value.
    pub fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Range),
        }
    }

    /// Two bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// Four bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Eight bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// `bytes8`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn bytes8(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.u8()?;
        self.take(usize::from(len))
    }

    /// `bytes16`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn bytes16(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    /// `bytes32`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn bytes32(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(self.u32()?).map_err(|_| DecodeError::Truncated)?;
        self.take(len)
    }

    /// `list8`, each element read by `each`.
    ///
    /// # Errors
    /// What `each` returns.
    pub fn list8<T>(
        &mut self,
        each: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let count = self.u8()?;
        self.list(usize::from(count), each)
    }

    /// `list16`, each element read by `each`.
    ///
    /// # Errors
    /// What `each` returns.
    pub fn list16<T>(
        &mut self,
        each: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let count = self.u16()?;
        self.list(usize::from(count), each)
    }

    /// Refuses bytes after the last field.
    ///
    /// # Errors
    /// [`DecodeError::Trailing`].
    pub const fn finish(self) -> Result<(), DecodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }

    // Grows as elements are really read, so a false count allocates nothing.
    fn list<T>(
        &mut self,
        count: usize,
        mut each: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(each(self)?);
        }
        Ok(items)
    }
}

/// Whether `items` ascend strictly: what the specification calls *sorted*.
#[must_use]
pub fn is_sorted_strictly<T: Ord>(items: &[T]) -> bool {
    items.is_sorted_by(|a, b| a < b)
}

/// A parsed value and the exact bytes it came from. Signed and hashed objects are kept and forwarded as
/// these bytes, never encoded again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact<T> {
    value: T,
    bytes: Vec<u8>,
}

impl<T> Exact<T> {
    /// Parses all of `bytes` and keeps them.
    ///
    /// # Errors
    /// What `parse` returns, or [`DecodeError::Trailing`].
    pub fn parse<'a>(
        bytes: &'a [u8],
        parse: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> Result<Self, DecodeError> {
        Ok(Self { value: Reader::all(bytes, parse)?, bytes: bytes.to_vec() })
    }

    /// Joins a value made here with its first encoding.
    pub(crate) const fn encoded(value: T, bytes: Vec<u8>) -> Self {
        Self { value, bytes }
    }

    /// The value.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// The bytes as received or first encoded.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
