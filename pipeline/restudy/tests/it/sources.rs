//! Files of every format, held against what other programs read from them, and the study built from each.
//!
//! `tests/sources/make.py` wrote the files, by pyreadstat (ReadStat), openpyxl and odfpy, and their expected values;
//! `make_stata.py` those of Stata, by pandas.

use std::path::{Path, PathBuf};

use encoding_rs::WINDOWS_1252;
use restudy::diagnostic::Diagnostics;
use restudy::sources::{Measure, RawTable};
use restudy::store;
use restudy::study::{CellRange, Header, MissingReason, Source, Study};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources")
}

fn read(source: &Source) -> Result<(RawTable, Diagnostics), Diagnostics> {
    RawTable::read(&folder(), source)
}

fn records(name: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(folder().join(name)).unwrap();
    reader
        .records()
        .map(|record| record.unwrap().iter().map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

fn cells(table: &RawTable, of: fn(&RawTable, usize, usize) -> &str, row: usize) -> Vec<String> {
    (0..table.headers().count()).map(|column| of(table, row, column).to_owned()).collect()
}

#[test]
fn spss_files_are_read_as_readstat_reads_them() {
    for name in ["packed.sav", "plain.sav", "zipped.zsav", "big-endian.sav", "windows-1252.sav"] {
        is_read_as_expected(&Source::plain(name));
    }
}

#[test]
fn stata_files_are_read_as_pandas_reads_them() {
    for name in [
        "release-117.dta",
        "release-118.dta",
        "release-118-big-endian.dta",
        "release-119.dta",
        "release-119-big-endian.dta",
    ] {
        is_read_as_expected(&Source::plain(name));
    }
    is_read_as_expected(&Source { encoding: Some(WINDOWS_1252), ..Source::plain("latin-117.dta") });
}

/// The table in a data file is what `NAME.csv` beside it says.
fn is_read_as_expected(source: &Source) {
    let name = &source.file;
    let (table, told) = read(source).unwrap();
    assert!(told.is_empty(), "{name}: {told}");
    let mut codes = 0;
    for expected in records(&format!("{name}.csv")) {
        let (what, expected) = expected.split_first().unwrap();
        let described = || (0..expected.len()).map(|column| table.described(column).unwrap());
        let found: Vec<String> = match what.split_once(' ').unwrap_or((what, "")) {
            ("name", _) => table.headers().map(str::to_owned).collect(),
            ("label", _) => described().map(|column| column.label.clone()).collect(),
            ("format", _) => described().map(|column| column.format.clone()).collect(),
            ("measure", _) => {
                let measure = |measure| match measure {
                    Some(Measure::Nominal) => "nominal",
                    Some(Measure::Ordinal) => "ordinal",
                    Some(Measure::Scale) => "scale",
                    None => "unknown",
                };
                described().map(|column| measure(column.measure).to_owned()).collect()
            }
            ("code", row) => {
                codes += 1;
                cells(&table, RawTable::code, row.parse().unwrap())
            }
            (_, row) => cells(&table, RawTable::cell, row.parse().unwrap()),
        };
        assert_eq!(found, expected, "{name}: {what}");
    }
    assert_eq!(codes, table.len(), "{name}");
}

/// `make_stata.py` put `.a`, `.b` and `.z` where the bytes of each type of number have them.
#[test]
fn what_a_stata_file_calls_missing_is_known() {
    let missing =
        [(".a".to_owned(), MissingReason::NotAsked), ("Refused".to_owned(), MissingReason::Refused)];
    let source = Source { missing: missing.into_iter().collect(), ..Source::plain("missing.dta") };
    let (table, told) = read(&source).unwrap();
    assert!(told.is_empty(), "{told}");
    assert_eq!(table.headers().collect::<Vec<_>>(), ["precise", "single", "whole", "narrow", "word"]);
    assert_eq!(cells(&table, RawTable::code, 0), ["1.5", ".z", ".a", ".z", ".a"]);
    assert_eq!(cells(&table, RawTable::code, 1), [".a", "1.5", "99999", "300", "b"]);
    assert_eq!(cells(&table, RawTable::cell, 0), ["1.5", ".z", "Refused", ".z", ".a"]);
    assert_eq!(cells(&table, RawTable::cell, 1), [".a", "1.5", "Many", "300", "b"]);
    let stated = |row: usize, column: usize| {
        let stated = table.stated(row, column)?;
        Some((stated.code.to_owned(), stated.reason))
    };
    assert_eq!(stated(0, 0), None);
    assert_eq!(stated(1, 0), Some((".a".to_owned(), Some(MissingReason::NotAsked))));
    assert_eq!(stated(0, 1), Some((".z".to_owned(), None)));
    assert_eq!(stated(1, 2), None);
    assert_eq!(stated(0, 4), None, "a text that looks like a missing value is a text");
    assert_eq!(table.place(1, 0).to_string(), "missing.dta[case 2, precise]");
}

/// Every beginning of a file is told as cut short.
#[test]
fn stata_files_that_are_cut_are_told_where_they_end() {
    for name in ["release-117.dta", "release-119-big-endian.dta", "missing.dta"] {
        let whole = fs_err::read(folder().join(name)).unwrap();
        for end in (20..whole.len()).step_by(7) {
            let told = RawTable::parse(&Source::plain(name), whole[..end].to_vec()).unwrap_err().to_string();
            assert!(told.contains("the file ends within") && told.contains("[byte "), "{end}: {told}");
        }
    }
}

#[test]
fn what_an_spss_file_calls_missing_is_known() {
    let missing =
        [("-9".to_owned(), MissingReason::Refused), ("Not asked".to_owned(), MissingReason::NotAsked)];
    let source = Source { missing: missing.into_iter().collect(), ..Source::plain("packed.sav") };
    let (table, _) = read(&source).unwrap();
    let stated = |row: usize, name: &str| {
        let stated = table.stated(row, table.column(name).unwrap())?;
        Some((stated.code.to_owned(), stated.reason))
    };
    assert_eq!(stated(0, "q1_employers"), None);
    assert_eq!(stated(2, "q1_employers"), Some(("-9".to_owned(), Some(MissingReason::Refused))));
    assert_eq!(stated(3, "q1_employers"), None, "a blank says nothing");
    assert_eq!(stated(5, "q1_employers"), Some(("-8".to_owned(), Some(MissingReason::NotAsked))));
    assert_eq!(stated(4, "score"), Some(("98".to_owned(), None)));
    assert_eq!(stated(5, "role"), Some(("refused".to_owned(), None)));
    assert_eq!(table.place(2, 1).to_string(), "packed.sav[case 3, q1_employers]");
}

/// Codes that the export calls missing get the reasons that the study declares; those that the codebook knows have its own.
#[test]
fn declared_reasons_reach_the_missing_answers() {
    use datafusion::arrow::array::cast::AsArray;
    let faulty = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty");
    let study = tempfile::tempdir().unwrap();
    copy(&faulty.join("base"), study.path());
    copy(&faulty.join("spss-missing-without-reason"), study.path());
    let text = fs_err::read_to_string(study.path().join("study.toml")).unwrap();
    let declared = "missing = { \"-8\" = \"not asked\", \"Would not say\" = \"refused\" }, names";
    fs_err::write(study.path().join("study.toml"), text.replace("names", declared)).unwrap();
    let loaded = Study::load(study.path()).unwrap();
    let (tables, _) =
        store::ingest(&loaded, loaded.wave(None).unwrap()).unwrap_or_else(|told| panic!("{told}"));
    let missing = tables.get("missing").unwrap();
    let column = |name: &str| {
        let column = missing.column_by_name(name).unwrap();
        let column =
            datafusion::arrow::compute::cast(column, &datafusion::arrow::datatypes::DataType::Utf8).unwrap();
        column.as_string::<i32>().iter().map(|cell| cell.unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    let (who, what, why) = (column("respondent_id"), column("variable"), column("reason"));
    let told: Vec<String> = (0..who.len())
        .filter(|row| ["borrows", "visits__alone", "visits__family", "books__own"].contains(&&*what[*row]))
        .map(|row| format!("{} {}: {}", who[row], what[row], why[row]))
        .collect();
    let expected = [
        "r4 borrows: refused",
        "r4 visits__alone: not asked",
        "r3 visits__family: skipped",
        "r4 visits__family: not asked",
        "r2 books__own: refused",
    ];
    assert_eq!(told, expected);
}

#[test]
fn workbooks_are_read_as_they_were_written() {
    let expected = records("answers.csv");
    for name in ["answers.xlsx", "answers.ods"] {
        let (table, told) = read(&Source::plain(name)).unwrap();
        assert!(told.is_empty(), "{name}: {told}");
        assert_eq!(table.headers().collect::<Vec<_>>(), expected[0], "{name}");
        for (row, expected) in expected[1..].iter().enumerate() {
            assert_eq!(&cells(&table, RawTable::cell, row), expected, "{name}");
        }
        assert_eq!(table.len() + 1, expected.len(), "{name}");
        assert_eq!(table.place(1, 4).to_string(), format!("{name}[Answers!F5]"));
        assert_eq!((table.line(1), table.standing(1)), (5, "in row 5".to_owned()));
        let range = CellRange::of("B3:D4");
        let (table, _) =
            read(&Source { range, sheet: Some("Answers".to_owned()), ..Source::plain(name) }).unwrap();
        assert_eq!((table.headers().count(), table.len()), (3, 1), "{name}");
    }
    let source = Source { header: Some(Header::Rows(2)), ..Source::plain("two-rows.xlsx") };
    let (table, _) = read(&source).unwrap();
    let names: Vec<&str> = table.headers().collect();
    assert_eq!(names, ["ID", "Which apply? [Club]", "Which apply? [Visits]", "Role"]);
}

/// Every fault of a workbook and a data file, with its place.
#[test]
fn faults_of_other_formats_are_told_with_their_places() {
    let sheet = |name: &str, sheet: &str| Source { sheet: Some(sheet.to_owned()), ..Source::plain(name) };
    let sources = [
        Source::plain("faults.xlsx"),
        sheet("faults.xlsx", "Answers"),
        sheet("faults.xlsx", "Anwsers"),
        Source::plain("faults.ods"),
        Source { range: CellRange::of("J1:K9"), ..Source::plain("answers.ods") },
    ];
    let mut told: String =
        sources.iter().map(|source| format!("{}\n\n", read(source).unwrap_err())).collect();
    let whole = fs_err::read(folder().join("packed.sav")).unwrap();
    let zipped = fs_err::read(folder().join("zipped.zsav")).unwrap();
    let mut broken = zipped.clone();
    let middle = broken.len() - 300;
    broken[middle] ^= 0x55;
    for (name, bytes) in [
        ("cut.sav", whole[..whole.len() - 100].to_vec()),
        ("cut.sav", whole[..300].to_vec()),
        ("broken.zsav", broken),
        ("answers.csv", whole.clone()),
        ("answers.xlsx", whole.clone()),
        ("answers.sav", b"a,b\n1,2\n".to_vec()),
        ("answers.xlsx", vec![0xd0, 0xcf, 0x11, 0xe0, 0, 0]),
        ("answers.dta", b"<stata_dta><header>".to_vec()),
        ("answers.xlsx", fs_err::read(folder().join("answers.xlsx")).unwrap()[..2000].to_vec()),
    ] {
        told += &format!("{}\n\n", RawTable::parse(&Source::plain(name), bytes).unwrap_err());
    }
    insta::assert_snapshot!(told);
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut out, content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn archives_that_attack_are_refused() {
    let told =
        |name: &str, bytes: Vec<u8>| RawTable::parse(&Source::plain(name), bytes).unwrap_err().to_string();
    let doctype = b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>";
    assert!(told("a.ods", archive(&[("content.xml", doctype)])).contains("declares entities"));
    assert!(told("a.xlsx", archive(&[("../../evil.xml", b"x")])).contains("leads out of it"));
    assert!(told("a.xlsx", archive(&[("/etc/evil.xml", b"x")])).contains("leads out of it"));
    // A part that says it is 600 MiB is not unpacked.
    let mut large = archive(&[("xl/workbook.xml", &[b'x'; 54_321])]);
    let size = 54_321u32.to_le_bytes();
    let places: Vec<usize> = (0..large.len() - 4).filter(|at| large[*at..at + 4] == size).collect();
    assert_eq!(places.len(), 2, "in the part's own header and in the archive's");
    for at in places {
        large[at..at + 4].copy_from_slice(&(600u32 << 20).to_le_bytes());
    }
    assert!(told("a.xlsx", large).contains("more than 512 MiB unpacked"));
    // Cells that claim to stand a million times over.
    let cell = "<table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"16384\"/>";
    let many = format!(
        "<x><table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"1048576\">{cell}</table:table-row>\
         </table:table></x>"
    );
    assert!(told("a.ods", archive(&[("content.xml", many.as_bytes())])).contains("more than can be read"));
}

/// The study of this repository with its responses in another file, as the Parquet bytes of `responses` and `answers`.
fn built(responses: &str, file: &str, bytes: &[u8]) -> (Vec<Vec<u8>>, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let study = tempfile::tempdir().unwrap();
    for part in ["codebook", "fixtures/cases", "fixtures/fieldwork", "fixtures/claims", "fixtures/waves/2013"]
    {
        copy(&root.join(part), &study.path().join(part));
    }
    let text = fs_err::read_to_string(root.join("study.toml")).unwrap();
    let plain = "responses = \"fixtures/waves/2013/responses.synthetic.csv\"";
    assert!(text.contains(plain));
    fs_err::write(study.path().join("study.toml"), text.replace(plain, &format!("responses = {responses}")))
        .unwrap();
    fs_err::write(study.path().join(file), bytes).unwrap();
    let loaded = Study::load(study.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let (tables, told) = store::ingest(&loaded, loaded.wave(None).unwrap())
        .unwrap_or_else(|faults| panic!("{responses}: {faults}"));
    let out = tempfile::tempdir().unwrap();
    tables.write(out.path()).unwrap();
    let parquet = |name: &str| fs_err::read(out.path().join(name)).unwrap();
    (
        vec![
            parquet("responses/2013.parquet"),
            parquet("answers/2013.parquet"),
            parquet("missing/2013.parquet"),
        ],
        told.to_string(),
    )
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs_err::copy(&path, &target).map(drop).unwrap() }
    }
}

#[test]
fn the_study_is_the_same_from_every_format() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let plain = fs_err::read(root.join("fixtures/waves/2013/responses.synthetic.csv")).unwrap();
    let (expected, told) = built("\"responses.csv\"", "responses.csv", &plain);
    let text = String::from_utf8(plain).unwrap();
    // The one character that Windows-1252 does not have.
    let (of_western, _) = built("\"responses.csv\"", "responses.csv", text.replace('🙂', ":-)").as_bytes());
    let mut semicolons =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(vec![]);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().for_each(|record| semicolons.write_record(&record.unwrap()).unwrap());
    let semicolons = String::from_utf8(semicolons.into_inner().unwrap()).unwrap().replace('🙂', ":-)");
    let (western, _, lost) = WINDOWS_1252.encode(&semicolons);
    assert!(!lost, "the answers have characters that Windows-1252 has not");
    let little: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let committed = |name: &str| fs_err::read(folder().join(name)).unwrap();
    for (responses, file, bytes) in [
        ("\"responses.xlsx\"", "responses.xlsx", committed("responses.xlsx")),
        ("\"responses.ods\"", "responses.ods", committed("responses.ods")),
        ("{ file = \"responses.zsav\", names = \"labels\" }", "responses.zsav", committed("responses.zsav")),
        ("{ file = \"responses.csv\", encoding = \"utf-16le\" }", "responses.csv", little.clone()),
        ("{ file = \"responses.csv\", encoding = \"utf-16be\" }", "responses.csv", big),
        (
            "{ file = \"responses.csv\", encoding = \"windows-1252\", separator = \";\", header = 1 }",
            "responses.csv",
            western.into_owned(),
        ),
    ] {
        let (found, said) = built(responses, file, &bytes);
        let expected = if responses.contains("windows") { &of_western } else { &expected };
        assert!(found == *expected, "{responses}: other bytes");
        assert_eq!(said.matches("warning").count(), told.matches("warning").count(), "{responses}: {said}");
    }
    let (found, said) = built("\"responses.csv\"", "responses.csv", &little);
    assert!(found == expected);
    assert!(said.contains("found, and not declared: UTF-16LE"), "{said}");
}
