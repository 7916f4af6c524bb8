//! The state of a group as bytes, for partial results that are merged later.
//!
//! Written and read by one run of one program, so there is no version; bytes that end too early are a fault all the same.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, LargeBinaryArray};
use datafusion::common::{Result, exec_err};

use super::twofold::Twofold;

/// Bytes that grow.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    /// One state per group, as DataFusion hands it on.
    pub(super) fn array(states: impl Iterator<Item = Writer>) -> ArrayRef {
        Arc::new(states.map(|state| Some(state.0)).collect::<LargeBinaryArray>())
    }

    pub(super) fn integer(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn number(&mut self, value: f64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn twofold(&mut self, value: Twofold) {
        self.number(value.high);
        self.number(value.low);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.integer(text.len() as u64);
        self.0.extend(text.as_bytes());
    }
}

/// Bytes that are read from their beginning.
#[derive(Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// Calls `read` for each state and its group.
    pub(super) fn each(
        states: &'a ArrayRef,
        groups: &[usize],
        mut read: impl FnMut(usize, &mut Reader<'a>) -> Result<()>,
    ) -> Result<()> {
        let Some(states) = states.as_binary_opt::<i64>() else {
            return exec_err!("a partial result is not in bytes");
        };
        let valid = groups.iter().enumerate().filter(|(row, _)| states.is_valid(*row));
        for (row, &group) in valid {
            read(group, &mut Reader(states.value(row)))?;
        }
        Ok(())
    }

    pub(super) fn integer(&mut self) -> Result<u64> {
        self.eight().map(u64::from_le_bytes)
    }

    /// An integer that was of 32 bits when it was written.
    pub(super) fn short(&mut self) -> Result<u32> {
        u32::try_from(self.integer()?)
            .or_else(|_| exec_err!("a partial result has a number that is too large"))
    }

    pub(super) fn number(&mut self) -> Result<f64> {
        self.eight().map(f64::from_le_bytes)
    }

    pub(super) fn twofold(&mut self) -> Result<Twofold> {
        Ok(Twofold { high: self.number()?, low: self.number()? })
    }

    pub(super) fn text(&mut self) -> Result<&'a str> {
        let length = usize::try_from(self.integer()?).unwrap_or(usize::MAX);
        let Some((text, rest)) = self.0.split_at_checked(length) else { return short_of_bytes() };
        self.0 = rest;
        std::str::from_utf8(text).or_else(|_| short_of_bytes())
    }

    fn eight(&mut self) -> Result<[u8; 8]> {
        let Some((bytes, rest)) = self.0.split_first_chunk::<8>() else { return short_of_bytes() };
        self.0 = rest;
        Ok(*bytes)
    }
}

fn short_of_bytes<T>() -> Result<T> {
    exec_err!("a partial result ends too early")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        writer.integer(7);
        writer.text("é");
        writer.twofold(Twofold { high: 1.5, low: -0.0 });
        let mut reader = Reader(&writer.0);
        assert_eq!(reader.short().ok(), Some(7));
        assert_eq!(reader.text().ok(), Some("é"));
        assert_eq!(reader.twofold().ok(), Some(Twofold { high: 1.5, low: -0.0 }));
        assert!(reader.integer().is_err() && reader.text().is_err());
    }
}
