//! The encoding of a data file's texts.
//!
//! In: what was declared, and what the file says. Out: a [`Decoding`] that remembers whether bytes did not fit it.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::binary::Bytes;
use crate::diagnostic::Diagnostics;

/// An encoding, and whether every text was in it.
#[derive(Debug)]
pub(super) struct Decoding {
    pub(super) encoding: &'static Encoding,
    /// Whether it was declared, or the file says it.
    pub(super) is_said: bool,
    /// Whether a text did not fit.
    pub(super) misfit: bool,
}

impl Decoding {
    /// What was declared goes first, then what the file says by name, then by number.
    pub(super) fn of(
        declared: Option<&'static Encoding>,
        name: Option<&[u8]>,
        page: Option<i32>,
        bytes: &Bytes<'_>,
    ) -> Result<Decoding, Diagnostics> {
        let said = |encoding| Decoding { encoding, is_said: true, misfit: false };
        if let Some(encoding) = declared {
            return Ok(said(encoding));
        }
        if let Some(name) = name.map(<[u8]>::trim_ascii).filter(|name| !name.is_empty()) {
            return match Encoding::for_label_no_replacement(name) {
                Some(encoding) => Ok(said(encoding)),
                None => {
                    let name = String::from_utf8_lossy(name);
                    let fault =
                        bytes.fault(format!("the file is in an encoding that is not known: `{name}`"));
                    Err(fault.hint("declare one: `{ file = \"…\", encoding = \"windows-1252\" }`").into())
                }
            };
        }
        let page = match page {
            Some(65001) => Some(UTF_8),
            Some(page @ (866 | 874 | 1250..=1258)) => {
                let label = if page < 1000 { format!("cp{page}") } else { format!("windows-{page}") };
                let label = if page == 874 { "windows-874".to_owned() } else { label };
                Encoding::for_label(label.as_bytes())
            }
            Some(page @ 28591..=28606) => {
                Encoding::for_label(format!("iso-8859-{}", page - 28590).as_bytes())
            }
            Some(932) => Some(encoding_rs::SHIFT_JIS),
            Some(936) => Some(encoding_rs::GBK),
            Some(949) => Some(encoding_rs::EUC_KR),
            Some(950) => Some(encoding_rs::BIG5),
            _ => None,
        };
        Ok(page.map_or(Decoding { encoding: UTF_8, is_said: false, misfit: false }, said))
    }

    /// `bytes` as text; what does not fit is shown as `�`, and noted.
    pub(super) fn text(&mut self, bytes: &[u8]) -> String {
        let (text, misfit) = self.encoding.decode_without_bom_handling(bytes);
        self.misfit |= misfit;
        match text {
            Cow::Borrowed(text) => text.to_owned(),
            Cow::Owned(text) => text,
        }
    }
}
