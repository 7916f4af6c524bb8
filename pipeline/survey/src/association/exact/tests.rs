//! Exact tests held against R, scipy and plain enumeration.

use proptest::prelude::*;

use super::*;

fn table(rows: &[&[u64]]) -> Crosstab {
    Crosstab::from_rows(rows).expect("a table")
}

fn p_value(rows: &[&[u64]]) -> f64 {
    table(rows).fisher().expect("small enough").expect("a p-value")
}

#[test]
fn tables_of_two_by_two_agree_with_scipy_and_r() {
    // scipy 1.17.1: fisher_exact(t)[1]; odds_ratio(t, kind="conditional") and its confidence_interval(0.95). R's fisher.test
    // gives the same p-values, and the same odds ratios to the 3 or 4 digits that its uniroot finds.
    for ([a, b, c, d], p, estimate, lower, upper) in [
        ([3, 1, 1, 3], 0.48571428571428565, 6.408319658199662, 0.21173559544657966, 626.2435305888141),
        (
            [2, 10, 15, 3],
            0.0005367241191434357,
            0.04693663904968003,
            0.003317163950657363,
            0.36318960235668074,
        ),
        ([12, 5, 7, 9], 0.16632006577356484, 2.9767805239020815, 0.5992659658363643, 16.64737227387337),
        ([0, 4, 5, 2], 0.0606060606060606, 0.0, 0.0, 1.36395013587655),
        ([5, 0, 2, 6], 0.020979020979020983, f64::INFINITY, 1.211012160549973, f64::INFINITY),
        ([30, 70, 45, 55], 0.040534006514982644, 0.5255296904330916, 0.2804322404515849, 0.9746424296295366),
        (
            [300, 700, 450, 550],
            5.234274207499871e-12,
            0.5239812921893526,
            0.43390106843894455,
            0.6322075272591223,
        ),
    ] {
        let same = |ours: f64, theirs: f64| ours == theirs || (ours / theirs - 1.0).abs() < 1e-9;
        assert!(same(p_value(&[&[a, b], &[c, d]]), p), "{a} {b} {c} {d}: not {p}");
        let ratio = table(&[&[a, b], &[c, d]]).odds_ratio(0.95).expect("small enough").expect("a ratio");
        assert!(same(ratio.estimate, estimate), "{ratio:?} is not {estimate}");
        assert!(same(ratio.lower, lower) && same(ratio.upper, upper), "{ratio:?} is not {lower} to {upper}");
        assert_eq!(ratio.n, a + b + c + d);
    }
}

#[test]
fn larger_tables_agree_with_r() {
    // R 4.2.2: fisher.test(x, workspace = 2e7)$p.value. The first is the table of job satisfaction in R's help page.
    let tables: [(&[&[u64]], f64); 7] = [
        (&[&[1, 2, 1, 0], &[3, 3, 6, 1], &[10, 10, 14, 9], &[6, 7, 12, 11]], 0.782684938966546),
        (&[&[3, 1, 2], &[0, 4, 5]], 0.146853146853147),
        (&[&[10, 2, 5, 7, 3], &[4, 9, 6, 8, 12]], 0.0311331808977557),
        (&[&[30, 22, 15, 17, 13], &[14, 29, 26, 18, 32]], 0.0033679668184201),
        (&[&[10, 8, 5, 7], &[4, 9, 6, 8], &[7, 3, 9, 12]], 0.218981737063065),
        (&[&[20, 18, 15, 17], &[14, 19, 16, 18], &[17, 13, 19, 22]], 0.756349288288675),
        (
            &[
                &[0, 1, 0, 2, 0, 1],
                &[1, 0, 2, 0, 3, 0],
                &[1, 1, 1, 1, 0, 0],
                &[2, 0, 0, 1, 0, 1],
                &[0, 0, 1, 0, 1, 1],
            ],
            0.320599120851347,
        ),
    ];
    for (rows, p) in tables {
        let ours = p_value(rows);
        assert!((ours / p - 1.0).abs() < 1e-10, "{rows:?}: {ours} is not {p}");
    }
}

#[test]
fn what_would_take_too_long_is_refused() {
    let halves = [250_000, 250_000];
    let fault = table(&[&halves, &halves]).fisher();
    assert_eq!(fault, Err(ExactFault::TooLarge { rows: 2, columns: 2, n: 1_000_000 }));
    let even = vec![60; 6];
    assert_eq!(network::p_value(&vec![even; 6], 10_000), None);
    let huge = [u64::MAX / 8; 3];
    assert!(table(&[&huge[..]; 2]).fisher().is_err());
}

#[test]
fn nothing_varies_nothing_to_test() {
    assert_eq!(table(&[&[3, 0], &[4, 0]]).fisher(), Ok(None));
    assert_eq!(table(&[&[3, 0], &[4, 0]]).odds_ratio(0.95), Ok(None));
    assert_eq!(table(&[&[3, 1, 0], &[4, 1, 0]]).odds_ratio(0.95), Ok(None));
    assert_eq!(table(&[&[3, 1], &[4, 1]]).odds_ratio(0.0), Ok(None));
}

fn factorial(n: u64) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// Adds to `sum` the probabilities of all tables with these margins that are at most `limit`, cell by cell.
fn enumerate(
    rows: &mut Vec<u64>,
    columns: &[u64],
    row: usize,
    left: u64,
    probability: f64,
    limit: f64,
    sum: &mut f64,
) {
    let Some((_, rest)) = columns.split_first() else {
        if probability <= limit {
            *sum += probability;
        }
        return;
    };
    if row == rows.len() {
        if left == 0 {
            enumerate(rows, rest, 0, rest.first().copied().unwrap_or(0), probability, limit, sum);
        }
        return;
    }
    for count in 0..=left.min(rows[row]) {
        rows[row] -= count;
        enumerate(rows, columns, row + 1, left - count, probability / factorial(count), limit, sum);
        rows[row] += count;
    }
}

proptest! {
    #[test]
    fn p_is_what_plain_enumeration_gives(cells in prop::collection::vec(0_u64..5, 9), count in 2_usize..4, columns in 2_usize..4) {
        let rows: Vec<Vec<u64>> = cells.chunks_exact(columns).map(<[u64]>::to_vec).take(count).collect();
        let slices: Vec<&[u64]> = rows.iter().map(Vec::as_slice).collect();
        let (mut row_sums, column_sums) = margins(&rows);
        let n: u64 = row_sums.iter().sum();
        if let Some(p) = table(&slices).fisher().expect("small enough") {
            let constant = row_sums.iter().chain(&column_sums).map(|sum| factorial(*sum)).product::<f64>() / factorial(n);
            let observed = constant / rows.iter().flatten().map(|count| factorial(*count)).product::<f64>();
            let mut sum = 0.0;
            enumerate(&mut row_sums, &column_sums, 0, column_sums[0], constant, observed * (1.0 + SAME), &mut sum);
            prop_assert!((p - sum).abs() < 1e-10, "{} is not {}", p, sum);
        }
    }

    #[test]
    fn the_network_gives_what_two_by_two_gives(cells in prop::collection::vec(1_u64..60, 4)) {
        let p = p_value(&[&cells[..2], &cells[2..]]);
        let network = network::p_value(&[cells[..2].to_vec(), cells[2..].to_vec()], MOST_STEPS).expect("small enough");
        prop_assert!((p - network).abs() < 1e-10);
    }

    #[test]
    fn rows_and_columns_may_change_places(cells in prop::collection::vec(0_u64..8, 12)) {
        let rows: Vec<&[u64]> = cells.chunks(4).collect();
        let turned: Vec<Vec<u64>> = (0..4).map(|c| rows.iter().rev().map(|row| row[c]).collect()).collect();
        let turned: Vec<&[u64]> = turned.iter().map(Vec::as_slice).collect();
        match (table(&rows).fisher(), table(&turned).fisher()) {
            (Ok(Some(a)), Ok(Some(b))) => prop_assert!((a - b).abs() < 1e-10 && a <= 1.0),
            (a, b) => prop_assert_eq!(a, b),
        }
    }

    #[test]
    fn an_odds_ratio_lies_in_its_interval(cells in prop::collection::vec(0_u64..30, 4)) {
        let plain = table(&[&cells[..2], &cells[2..]]).odds_ratio(0.9).expect("small enough");
        let swapped = table(&[&cells[2..], &cells[..2]]).odds_ratio(0.9).expect("small enough");
        if let (Some(a), Some(b)) = (plain, swapped) {
            prop_assert!(a.lower <= a.estimate && a.estimate <= a.upper);
            prop_assert!(a.estimate == 1.0 / b.estimate || (a.estimate * b.estimate - 1.0).abs() < 1e-9);
            prop_assert!(a.lower == 1.0 / b.upper || (a.lower * b.upper - 1.0).abs() < 1e-9);
        }
    }
}
