//! An archive that a file is: looked through before anything is made of it.
//!
//! In: a file, and what kind of archive it should be. Out: its parts one by one, if they are harmless: names that stay within
//! the archive, each once, no links, no passwords, no entities, and not more than so many bytes unpacked. A part that says it
//! is larger is not unpacked; what others hold is counted as it comes, whatever the archive says. Nothing is written to disk, and
//! of parts that are not looked at nothing is read.

use std::io::{Read, Seek};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::shortened;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// A part that holds more than this, and so many times what it takes in the archive, is made to exhaust its reader.
const SUSPECT: u64 = 1 << 24;
const MOST_TIMES: u64 = 200;

/// A kind of archive, as messages speak of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// What the archive is.
    pub(super) noun: &'static str,
    /// Bytes that the parts which are looked at may hold together.
    pub(super) largest: u64,
    /// How many parts it may have.
    pub(super) most_parts: usize,
    /// What to do where they hold more.
    pub(super) smaller: &'static str,
    /// Who would write what is refused.
    pub(super) nobody: &'static str,
    /// Which parts are looked at; of the others only the names are.
    pub(super) looks_at: fn(&str) -> bool,
    /// Whether a part may be much larger than what it takes in the archive: empty cells are.
    pub(super) may_be_thin: bool,
}

impl Kind {
    /// Looks through the archive in `reader`; `look` sees the name and content of each part.
    pub(super) fn look_through(
        self,
        file: &str,
        reader: impl Read + Seek,
        mut look: impl FnMut(&str, Vec<u8>) -> Result<(), Diagnostics>,
    ) -> Result<(), Diagnostics> {
        let Kind { noun, largest, nobody, .. } = self;
        let refused = |message: String, hint: &str| -> Diagnostics {
            Diagnostic::error(message).at(Place::file(file)).hint(hint).into()
        };
        let broken = |reason: &ZipError| -> Diagnostics {
            let fault = Diagnostic::error(format!("the {noun} is damaged")).at(Place::file(file));
            fault.note(reason.to_string()).hint("save it again, or copy it again from where it came").into()
        };
        let mistrust = format!("{nobody}: do not trust the file");
        let mut archive = ZipArchive::new(reader).map_err(|reason| broken(&reason))?;
        if archive.len() > self.most_parts {
            let message = format!("the {noun} has {} parts", archive.len());
            return Err(refused(
                message,
                &format!("no {noun} has so many: is this another kind of archive?"),
            ));
        }
        if archive.has_duplicate_names() {
            let message = format!("two parts of the {noun} have one name");
            return Err(refused(message, &format!("{mistrust}, or pack it again")));
        }
        let too_large = || {
            let message = format!("the {noun} is more than {} MiB unpacked", largest >> 20);
            refused(message, self.smaller)
        };
        let mut left = largest;
        for number in 0..archive.len() {
            let part = archive.by_index_raw(number).map_err(|reason| broken(&reason))?;
            // Old programs of Windows write `\` between the steps.
            let name = part.name().map_err(|reason| broken(&reason))?.replace('\\', "/");
            if part.encrypted() {
                return Err(refused(format!("the {noun} has a password"), "save it without one"));
            }
            if !stays_within(&name) {
                let message = format!("a part of the {noun} leads out of it: `{}`", shortened(&name));
                return Err(refused(message, &mistrust));
            }
            if part.is_symlink() {
                let message = format!("a part of the {noun} is a link: `{}`", shortened(&name));
                return Err(refused(message, &mistrust));
            }
            if part.is_dir() || !(self.looks_at)(&name) {
                continue;
            }
            let times = part.size() / part.compressed_size().max(1);
            if !self.may_be_thin && part.size() > SUSPECT && times > MOST_TIMES {
                let message =
                    format!("`{}` in the {noun} is {times} times as large as it is packed", shortened(&name));
                return Err(refused(message, &mistrust));
            }
            if part.size() > left {
                return Err(too_large());
            }
            if !matches!(part.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
                let message =
                    format!("`{}` in the {noun} is packed in a way that is not read", shortened(&name));
                return Err(refused(message, "pack it again with Deflate, as nearly all programs do"));
            }
            drop(part);
            let part = archive.by_index(number).map_err(|reason| broken(&reason))?;
            let mut content = Vec::new();
            part.take(left + 1).read_to_end(&mut content).map_err(|reason| broken(&reason.into()))?;
            let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
            left = left.checked_sub(length).ok_or_else(too_large)?;
            let is_xml = [".xml", ".rels"].iter().any(|ending| name.ends_with(ending));
            if is_xml && content.windows(9).any(|window| window == b"<!DOCTYPE") {
                let message = format!("`{}` in the {noun} declares entities", shortened(&name));
                return Err(refused(message, &mistrust));
            }
            look(&name, content)?;
        }
        Ok(())
    }
}

/// Whether the name of a part leads nowhere but into the archive.
fn stays_within(name: &str) -> bool {
    let mut steps = name.split('/');
    let has_drive = name.get(1..2) == Some(":");
    !name.starts_with('/') && !has_drive && !name.contains('\0') && steps.all(|step| step != "..")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const MEBIBYTE: usize = 1 << 20;

    const SMALL: Kind = Kind {
        noun: "workbook",
        largest: MEBIBYTE as u64,
        most_parts: 10,
        smaller: "save its table as CSV",
        nobody: "no program writes this",
        looks_at: |_| true,
        may_be_thin: true,
    };

    fn told(bytes: &[u8]) -> Result<(), String> {
        SMALL.look_through("a.xlsx", Cursor::new(bytes), |_, _| Ok(())).map_err(|told| told.to_string())
    }

    fn zeros(parts: &[usize]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (number, length) in parts.iter().enumerate() {
            out.start_file(format!("xl/{number}.xml"), SimpleFileOptions::default()).unwrap();
            out.write_all(&vec![0; *length]).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[test]
    fn parts_may_hold_so_much_together() {
        assert_eq!(told(&zeros(&[MEBIBYTE / 2, MEBIBYTE / 2])), Ok(()));
        for parts in [&[MEBIBYTE + 1][..], &[MEBIBYTE / 2, MEBIBYTE / 2, 1]] {
            assert!(told(&zeros(parts)).unwrap_err().contains("more than 1 MiB unpacked"));
        }
    }

    #[test]
    fn what_comes_out_is_counted_whatever_the_archive_says() {
        let length = MEBIBYTE + 12_345;
        let mut lying = zeros(&[length]);
        let size = (length as u32).to_le_bytes();
        let places: Vec<usize> = (0..lying.len() - 4).filter(|at| lying[*at..at + 4] == size).collect();
        assert_eq!(places.len(), 2, "in the part's own header and in the archive's");
        for at in places {
            lying[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
        }
        let mut seen = 0;
        let told = SMALL.look_through("a.xlsx", Cursor::new(&lying), |_, content| {
            seen += content.len();
            Ok(())
        });
        assert!(told.is_err(), "it says 100 bytes and holds {length}");
        assert_eq!(seen, 0);
    }

    /// An archive of empty parts with these names, each as it is written here.
    fn named(names: &[&str]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (number, name) in names.iter().enumerate() {
            let plain = format!("{number:0length$}", length = name.len());
            out.start_file(plain, SimpleFileOptions::default()).unwrap();
        }
        let mut bytes = out.finish().unwrap().into_inner();
        for (number, name) in names.iter().enumerate() {
            let plain = format!("{number:0length$}", length = name.len()).into_bytes();
            let places: Vec<usize> =
                (0..bytes.len() - plain.len()).filter(|at| bytes[*at..*at + plain.len()] == plain).collect();
            for at in places {
                bytes[at..at + plain.len()].copy_from_slice(name.as_bytes());
            }
        }
        bytes
    }

    #[test]
    fn names_stay_within_and_stand_once() {
        assert_eq!(told(&named(&["Sources\\first.txt", "Sources/second.txt"])), Ok(()));
        for name in ["Sources\\..\\..\\a.txt", "../first.txt", "/etc/first", "C:\\first.txt"] {
            assert!(told(&named(&[name])).unwrap_err().contains("leads out of it"), "{name}");
        }
        let twice = told(&named(&["project.qde", "project.qde"])).unwrap_err();
        assert!(twice.contains("two parts of the workbook have one name"), "{twice}");
        let many: Vec<String> = (0..11).map(|number| format!("part-{number}.xml")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(told(&named(&many)).unwrap_err().contains("has 11 parts"));
    }
}
