//! Laws of the readers: whatever the bytes, a value or a diagnostic with a place, and never a panic.

use std::collections::HashSet;
use std::path::Path;

use proptest::prelude::*;

use restudy::codebook::{self, Codebook};
use restudy::diagnostic::Diagnostics;
use restudy::sources::{RawTable, Text};
use restudy::study::{Definitions, Source};

fn base() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty/base")
}

fn has_places(told: &Diagnostics) {
    for fault in told.iter() {
        let place = fault.place.as_ref().unwrap_or_else(|| panic!("no place: {}", fault.message));
        assert!(place.line.is_none_or(|line| line >= 1) && place.column.is_none_or(|column| column >= 1));
    }
    // Drawing it does not panic either.
    let _ = told.to_string();
}

/// Bytes that look like delimited text more often than chance would have it.
fn delimited() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b",".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(vec![0xef, 0xbb, 0xbf]),
        Just("é".as_bytes().to_vec()),
        Just(vec![0]),
        "[a-z0-9 ;\t]{0,6}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..3),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The responses of the small study, with a few bytes changed.
fn damaged(sound: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = sound.len();
    let edit = (0..length, 0usize..4, prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), any::<u8>()]);
    proptest::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut bytes = sound.clone();
        for (at, taken, put) in edits {
            let at = at.min(bytes.len());
            let end = (at + taken).min(bytes.len());
            bytes.splice(at..end, [put]);
        }
        bytes
    })
}

/// The files of `tests/sources` in a format that is not text.
fn binary_files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources");
    let names =
        fs_err::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_binary = |name: &String| ["sav", "dta", "xlsx", "ods"].iter().any(|ending| name.ends_with(ending));
    let mut names: Vec<String> =
        names.filter(is_binary).filter(|name| !name.starts_with("responses")).collect();
    names.sort();
    assert!(names.len() >= 8, "{names:?}");
    names.into_iter().map(|name| (name.clone(), fs_err::read(folder.join(name)).unwrap())).collect()
}

/// One of those, with bytes changed, numbers made large, or its end cut off.
fn damaged_binary() -> impl Strategy<Value = (String, Vec<u8>)> {
    let files = binary_files();
    let edit = (
        any::<prop::sample::Index>(),
        prop_oneof![Just(0u8), Just(0xff), Just(0x7f), any::<u8>()],
        1usize..5,
    );
    let edits = proptest::collection::vec(edit, 0..6);
    (0..files.len(), edits, proptest::option::of(any::<prop::sample::Index>())).prop_map(
        move |(file, edits, cut)| {
            let (name, mut bytes) = files[file].clone();
            for (at, put, times) in edits {
                let at = at.index(bytes.len());
                bytes.iter_mut().skip(at).take(times).for_each(|byte| *byte = put);
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            (name, bytes)
        },
    )
}

/// A workbook with the text of one part changed, packed again: what changed bytes alone never reach.
fn damaged_workbook() -> impl Strategy<Value = (String, Vec<u8>)> {
    let files: Vec<_> = binary_files()
        .into_iter()
        .filter(|(name, _)| !name.ends_with("sav") && !name.ends_with("dta"))
        .collect();
    let put = prop_oneof![
        Just("<".to_owned()),
        Just("\"".to_owned()),
        Just("&x;".to_owned()),
        Just("-1".to_owned()),
        Just("4294967295".to_owned()),
        Just("99999999999999999999".to_owned()),
        "[ -~]{0,4}",
    ];
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0usize..6, put), 1..4);
    (0..files.len(), any::<prop::sample::Index>(), edits).prop_map(move |(file, part, edits)| {
        let (name, bytes) = &files[file];
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let part = part.index(archive.len());
        let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for number in 0..archive.len() {
            let mut file = archive.by_index(number).unwrap();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut content).unwrap();
            if number == part && !content.is_empty() {
                for (at, taken, put) in &edits {
                    let at = at.index(content.len());
                    let end = (at + taken).min(content.len());
                    content.splice(at..end, put.bytes());
                }
            }
            let name = file.name().unwrap().into_owned();
            out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut out, &content).unwrap();
        }
        (name.clone(), out.finish().unwrap().into_inner())
    })
}

fn is_read_or_told(name: &str, bytes: Vec<u8>) {
    match RawTable::parse(&Source::plain(name), bytes) {
        Ok((table, warnings)) => {
            has_places(&warnings);
            let width = table.headers().count();
            for row in 0..table.len().min(50) {
                for column in 0..width.min(50) {
                    let place = table.place(row, column);
                    assert!(place.within.is_some(), "{place}");
                    let _ = (table.cell(row, column), table.stated(row, column));
                }
            }
        }
        Err(faults) => {
            assert!(faults.errors() > 0);
            has_places(&faults);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn any_data_file_and_workbook_is_read_or_told_why_not((name, bytes) in damaged_binary()) {
        is_read_or_told(&name, bytes);
    }

    #[test]
    fn any_part_of_a_workbook_is_read_or_told_why_not((name, bytes) in damaged_workbook()) {
        is_read_or_told(&name, bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_bytes_are_a_table_or_told_why_not(bytes in delimited()) {
        match RawTable::parse(&Source::plain("t.csv"), bytes) {
            Ok((table, warnings)) => {
                has_places(&warnings);
                let width = table.headers().count();
                let mut last = (0, 0);
                for row in 0..table.len() {
                    for column in 0..width {
                        let place = table.place(row, column);
                        let here = (place.line.unwrap(), place.column.unwrap());
                        assert!(here > last, "cells stand in order: {here:?} after {last:?}");
                        last = here;
                    }
                }
            }
            Err(faults) => {
                assert!(faults.errors() > 0);
                has_places(&faults);
            }
        }
    }

    #[test]
    fn any_responses_are_read_or_told_why_not(bytes in damaged(fs_err::read(base().join("responses.csv")).unwrap())) {
        let codebook = Codebook::load(&base()).unwrap();
        let (open, _) = RawTable::read(&base(), &Source::plain("open-codings.csv")).unwrap();
        match RawTable::parse(&Source::plain("responses.csv"), bytes) {
            Ok((table, _)) => match codebook::read(&codebook, "first", &table, Some(&open), &HashSet::new()) {
                Ok((responses, warnings)) => {
                    has_places(&warnings);
                    assert_eq!(responses.respondents.len(), table.len());
                    // Each answer is there or missing, and not both.
                    let answers: usize = responses
                        .columns
                        .iter()
                        .map(|column| (0..table.len()).filter(|row| column.is_some(*row)).count())
                        .sum();
                    assert_eq!(answers + responses.missing.len(), responses.columns.len() * table.len());
                }
                Err(faults) => has_places(&faults),
            },
            Err(faults) => has_places(&faults),
        }
    }

    #[test]
    fn any_text_is_cut_into_paragraphs_that_stand_where_they_say(text in "[a-z é\t\r\n\u{0}]{0,80}") {
        if let Ok((read, _)) = Text::parse("t.txt", text.clone().into_bytes()) {
            for paragraph in read.paragraphs {
                let cut: String = text.chars().skip(paragraph.start).take(paragraph.end - paragraph.start).collect();
                let words = |s: &str| s.replace('\0', "").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                assert_eq!(words(&cut), words(&paragraph.words));
            }
        }
    }

    #[test]
    fn any_definitions_are_read_or_told_why_not(
        edits in damaged(fs_err::read(base().join("codebook/value-labels.toml")).unwrap())
    ) {
        if let Ok(text) = String::from_utf8(edits)
            && let Err(faults) = Definitions::<toml::Table>::parse("value-labels.toml", text)
        {
            has_places(&faults);
        }
    }
}
