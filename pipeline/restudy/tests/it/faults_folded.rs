//! A file in which every row is at fault: the first twenty of each kind are told with their places, the others are counted, and
//! the count of all is true.

use std::path::Path;

use restudy::diagnostic::Diagnostics;

use super::stages_data::{ingest, overlay};

const ROWS: usize = 5_000;

/// Cells of `responses.csv` by number: the one at fault in each row, and what stands in it.
type Cell = (usize, fn(usize) -> String);

/// What is told of the small study with 5,000 respondents, each with this cell, and with these rows of open codings.
fn told(cell: Cell, coding: Option<fn(usize) -> String>, weighted: bool) -> Diagnostics {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/faulty/base");
    let study = tempfile::tempdir().unwrap();
    overlay(&base, study.path());
    let write = |name: &str, text: String| fs_err::write(study.path().join(name), text).unwrap();
    let read = |name: &str| fs_err::read_to_string(study.path().join(name)).unwrap();
    let header = read("responses.csv").lines().next().unwrap().to_owned();
    if weighted {
        write("study.toml", read("study.toml").replace("fpc = \"frame\"", "weight = \"Weight\""));
    }
    let row = |row: usize| {
        let mut cells = vec![String::new(); 15];
        cells[0] = format!("r{row}");
        cells[2] = "Yes".to_owned();
        cells[cell.0] = (cell.1)(row);
        cells[..if weighted { 15 } else { 14 }].join(",")
    };
    let rows: Vec<String> = (0..ROWS).map(row).collect();
    let header = format!("{header}{}", if weighted { ",Weight" } else { "" });
    write("responses.csv", format!("{header}\n{}\n", rows.join("\n")));
    let codings: Vec<String> = coding.map(|coding| (0..ROWS).map(coding).collect()).unwrap_or_default();
    write("open-codings.csv", format!("respondent_id,question,code\n{}\n", codings.join("\n")));
    write("frame.csv", "wave,role,invited\nfirst,card holder,9000\n".to_owned());
    match ingest(study.path()) {
        Ok((_, warnings)) => warnings,
        Err(faults) => faults,
    }
}

/// What is told: how many diagnostics, for how many faults they stand, and the line about those that are not told.
fn summary(told: &Diagnostics) -> (usize, usize, Vec<&str>) {
    let more = told.iter().filter(|fault| fault.message.contains(" more, of "));
    let more = more.map(|fault| fault.message.as_str()).collect();
    (told.iter().count(), told.iter().map(|fault| fault.times).sum(), more)
}

#[test]
fn of_faults_that_differ_in_every_row_twenty_are_told() {
    let cells: [(Cell, &str); 5] = [
        ((1, |row| format!("day {row}")), "answer `…` to `started_at` is not a time: 4980 more, of 5000"),
        (
            (2, |row| format!("perhaps {row}")),
            "answer `…` to `borrows` is not in the codebook: 4980 more, of 5000",
        ),
        (
            (5, |row| format!("novel {row}")),
            "answer `…` to `kinds__novels` is not in the codebook: 4980 more, of 5000",
        ),
        (
            (12, |row| format!("{row} or so")),
            "answer `…` to `books__own` is not a number: 4980 more, of 5000",
        ),
        (
            (12, |row| (row + 101).to_string()),
            "answer `…` to `books__own` is out of range: 4980 more, of 5000",
        ),
    ];
    for (cell, more) in cells {
        let told = told(cell, None, false);
        assert_eq!(summary(&told), (21, ROWS, vec![more]));
        assert_eq!(told.errors(), ROWS);
        let lines: Vec<_> = told.iter().filter_map(|fault| fault.place.as_ref()?.line).collect();
        assert_eq!(lines, (2..=22).collect::<Vec<_>>(), "{more}");
    }
    let twice = told((0, |row| format!("r{}", row / 2)), None, false);
    assert_eq!(summary(&twice), (21, 2_500, vec!["respondent `…` stands twice: 2480 more, of 2500"]));
    // Rows of 15 to 64 cells, by turns.
    let ragged = told((13, |row| ",".repeat(1 + row % 50)), None, false);
    assert_eq!(summary(&ragged), (21, ROWS, vec!["row has … instead of 14 cells: 3000 more, of 5000"]));
    let nobody = told((13, |_| String::new()), Some(|row| format!("z{row},wish_coded,more books")), false);
    let more = "a code is given to respondent `…`, who is not there: 4980 more, of 5000";
    assert_eq!(summary(&nobody), (21, ROWS, vec![more]));
    let blank = told((13, |_| String::new()), Some(|row| format!("r{row},wish_coded,more books")), false);
    let more =
        "a code is given to the answer of respondent `…` to `wish`, which is blank: 4980 more, of 5000";
    assert_eq!(summary(&blank), (21, ROWS, vec![more]));
}

#[test]
fn faults_that_are_the_same_in_every_row_are_one_with_their_count() {
    let cells: [(Cell, bool, &str); 6] = [
        ((0, |_| String::new()), false, "a respondent has no number"),
        ((13, |row| format!("\"x{row}\" y")), false, "text stands behind a closing quote"),
        ((13, |row| format!("x\u{1}{row}")), false, "control character U+0001 in `Q6 Wish` is left out"),
        ((14, |row| format!("w{row}")), true, "a weight in `Weight` is not a number"),
        ((14, |_| String::new()), true, "a weight in `Weight` is blank"),
        ((14, |row| format!("-{}", row + 1)), true, "a weight in `Weight` is below 0"),
    ];
    for (cell, weighted, message) in cells {
        let told = told(cell, None, weighted);
        let of: Vec<_> = told.iter().filter(|fault| fault.message == message).collect();
        assert_eq!(of.len(), 1, "{message}: {told}");
        assert_eq!(of[0].times, ROWS, "{message}");
        assert!(told.to_string().len() < 2_000, "{told}");
    }
}
