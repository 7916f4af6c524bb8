//! The bytes of a data file, taken from the front, in either byte order, and never past the end.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Bytes, and how far they are read.
#[derive(Clone, Debug)]
pub(super) struct Bytes<'a> {
    file: &'a str,
    bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) big: bool,
}

impl<'a> Bytes<'a> {
    pub(super) fn of(file: &'a str, bytes: &'a [u8]) -> Bytes<'a> {
        Bytes { file, bytes, at: 0, big: false }
    }

    /// The next `length` bytes, which hold `what`.
    ///
    /// # Errors
    /// The file ends before.
    pub(super) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], Diagnostics> {
        let taken = self.at.checked_add(length).and_then(|end| self.bytes.get(self.at..end));
        let Some(taken) = taken else {
            let fault = self.fault(format!("the file ends within {what}"));
            return Err(fault.hint("export it again: it was cut, or damaged on its way").into());
        };
        self.at += length;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Diagnostics> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    pub(super) fn int(&mut self, what: &str) -> Result<i32, Diagnostics> {
        let bytes = self.array(what)?;
        Ok(if self.big { i32::from_be_bytes(bytes) } else { i32::from_le_bytes(bytes) })
    }

    pub(super) fn long(&mut self, what: &str) -> Result<i64, Diagnostics> {
        let bytes = self.array(what)?;
        Ok(if self.big { i64::from_be_bytes(bytes) } else { i64::from_le_bytes(bytes) })
    }

    /// A whole number of `length` bytes, eight at most, without sign.
    pub(super) fn unsigned(&mut self, length: usize, what: &str) -> Result<u64, Diagnostics> {
        Ok(unsigned(self.take(length, what)?, self.big))
    }

    /// A number of things or bytes.
    ///
    /// # Errors
    /// It is below 0, or the file ends before it.
    pub(super) fn count(&mut self, what: &str) -> Result<usize, Diagnostics> {
        let at = self.at;
        let count = self.int(what)?;
        usize::try_from(count).map_err(|_| self.damaged(at, format!("{what} has a length of {count}")).into())
    }

    pub(super) fn number(&mut self, what: &str) -> Result<f64, Diagnostics> {
        Ok(number(self.array(what)?, self.big))
    }

    /// Bytes that are not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// A fault at the byte that is read next.
    pub(super) fn fault(&self, message: String) -> Diagnostic {
        self.fault_at(self.at, message)
    }

    /// A fault at `byte`, of a file that its writer or its way has damaged.
    pub(super) fn damaged(&self, byte: usize, message: String) -> Diagnostic {
        self.fault_at(byte, message).hint("export it again: the file is damaged")
    }

    fn fault_at(&self, byte: usize, message: String) -> Diagnostic {
        let place = Place::within(self.file, format!("byte {}", byte.saturating_add(1)), None, None);
        Diagnostic::error(message).at(place)
    }
}

/// Up to eight bytes as a whole number without sign.
pub(super) fn unsigned(bytes: &[u8], big: bool) -> u64 {
    let shifted = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
    if big { bytes.iter().fold(0, shifted) } else { bytes.iter().rev().fold(0, shifted) }
}

/// Eight bytes as a number.
pub(super) fn number(bytes: [u8; 8], big: bool) -> f64 {
    if big { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) }
}
