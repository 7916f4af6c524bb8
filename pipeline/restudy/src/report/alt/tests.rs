//! The words for one chart of each kind, whole, so that a person can read them as a listener would hear them.

use super::*;
use crate::evidence::statistic::Unit;
use crate::queries::head::{Column, Purpose, QueryHead};

/// A result with a share: `rows` are the key's values, n and base.
fn result(key: &[&str], rows: &[(&[&str], u64, u64)]) -> ResultView {
    let mut columns: Vec<Column> =
        key.iter().map(|k| Column { name: (*k).into(), kind: ColumnKind::Text }).collect();
    columns.push(Column { name: "share".into(), kind: ColumnKind::Share });
    let head = QueryHead {
        name: "q".into(),
        title: "What schools do.".into(),
        purpose: Purpose::Figure(1),
        params: Vec::new(),
        base: "all who answered".into(),
        columns,
        key: key.iter().map(|k| (*k).into()).collect(),
        order: "as written".into(),
        sampled: true,
    };
    let row = |(position, (labels, n, base)): (usize, &(&[&str], u64, u64))| {
        let share = (*base > 0).then(|| *n as f64 / *base as f64);
        let statistic = Statistic {
            id: String::new(),
            query: "q".into(),
            row: labels.join(" / "),
            position,
            column: "share".into(),
            value: share,
            n: Some(*n),
            base: Some(*base),
            lower: None,
            upper: None,
            interval: None,
            unit: Unit::Share,
            decimals: 0,
            printed: share.map_or("–".into(), |s| format!("{:.0}%", s * 100.0)),
        };
        let mut cells: Vec<CellView> = labels.iter().map(|l| CellView::Text(Some((*l).into()))).collect();
        cells.push(CellView::Number(statistic));
        RowView { key: labels.join(" / "), cells }
    };
    ResultView { head, rows: rows.iter().enumerate().map(row).collect() }
}

/// The same with Wilson's intervals.
fn with_intervals(mut result: ResultView) -> ResultView {
    for statistic in result.rows.iter_mut().flat_map(|row| &mut row.cells) {
        let CellView::Number(s) = statistic else { continue };
        let interval = survey::proportion::wilson(s.n.unwrap(), s.base.unwrap(), 0.95).unwrap();
        (s.lower, s.upper) = (Some(interval.lower), Some(interval.upper));
        s.interval = Some("95% interval (Wilson)".into());
    }
    result
}

#[test]
fn intervals_are_told_with_their_shares() {
    let bars = result(&["role"], &[(&["engineer"], 3, 3), (&["head"], 40, 90)]);
    insta::assert_snapshot!("bars_with_intervals", alt(&with_intervals(bars), Chart::Bars));
    let answers = [
        (&["fair", "yes"][..], 30, 40),
        (&["fair", "no"], 10, 40),
        (&["talk", "yes"], 20, 50),
        (&["talk", "no"], 30, 50),
    ];
    let stacked = with_intervals(result(&["item", "answer"], &answers));
    insta::assert_snapshot!("stacked_with_intervals", alt(&stacked, Chart::Stacked));
}

#[test]
fn bars_tell_the_ends_and_small_bases() {
    let made =
        result(&["role"], &[(&["engineer"], 3, 3), (&["careers, part time"], 5, 7), (&["head"], 40, 90)]);
    insta::assert_snapshot!("bars", alt(&made, Chart::Bars));
    let same = result(&["role"], &[(&["a"], 30, 40), (&["b"], 20, 40)]);
    insta::assert_snapshot!("bars_of_one_base", alt(&same, Chart::Bars));
    insta::assert_snapshot!("bars_without_values", alt(&result(&["role"], &[(&["a"], 0, 0)]), Chart::Bars));
}

#[test]
fn stacks_tell_which_answer_leads_where() {
    let made = result(
        &["item", "answer"],
        &[
            (&["UCAS", "not aware"], 20, 100),
            (&["UCAS", "aware, not used"], 20, 100),
            (&["UCAS", "aware and used"], 60, 100),
            (&["Prospects", "not aware"], 50, 90),
            (&["Prospects", "aware, not used"], 20, 90),
            (&["Prospects", "aware and used"], 20, 90),
            (&["Future Morph", "not aware"], 45, 95),
            (&["Future Morph", "aware, not used"], 45, 95),
            (&["Future Morph", "aware and used"], 5, 95),
            (&["Unistats", "not aware"], 6, 8),
            (&["Unistats", "aware, not used"], 2, 8),
            (&["Maths Careers", "not aware"], 60, 120),
            (&["Maths Careers", "aware and used"], 60, 120),
        ],
    );
    insta::assert_snapshot!("stacked", alt(&made, Chart::Stacked));
    let one = result(&["item", "answer"], &[(&["fair", "yes"], 30, 40), (&["fair", "no"], 10, 40)]);
    insta::assert_snapshot!("stacked_one_category", alt(&one, Chart::Stacked));
    let agreed = result(
        &["item", "answer"],
        &[
            (&["fair", "yes"], 30, 40),
            (&["fair", "no"], 10, 40),
            (&["talk", "yes"], 40, 50),
            (&["talk", "no"], 10, 50),
        ],
    );
    insta::assert_snapshot!("whole_as_groups", alt(&agreed, Chart::Grouped));
}

#[test]
fn groups_of_their_own_base_are_not_taken_for_answers() {
    let made = result(
        &["activity", "employers"],
        &[
            (&["fair", "none"], 6, 11),
            (&["fair", "some"], 15, 50),
            (&["fair", "dominate"], 5, 9),
            (&["visits", "none"], 8, 16),
            (&["visits", "some"], 40, 65),
            (&["visits", "dominate"], 8, 10),
            (&["talks", "none"], 4, 14),
            (&["talks", "some"], 30, 60),
            (&["talks", "dominate"], 7, 10),
        ],
    );
    insta::assert_snapshot!("groups", alt(&made, Chart::Grouped));
    // Drawn as groups too: the shares of a category exceed a whole.
    assert!(alt(&made, Chart::Stacked).starts_with("Grouped bar chart"));
}

#[test]
fn answers_that_overlap_tell_where_each_is_highest() {
    let made = result(
        &["item", "stage"],
        &[
            (&["visits", "Key Stage 3"], 60, 158),
            (&["visits", "Key Stage 4"], 96, 158),
            (&["visits", "does not happen"], 20, 158),
            (&["fair", "Key Stage 3"], 30, 121),
            (&["fair", "Key Stage 4"], 40, 121),
            (&["fair", "does not happen"], 45, 121),
        ],
    );
    insta::assert_snapshot!("overlapping", alt(&made, Chart::Grouped));
}

/// A result with a number in the place of the share, and no counts.
fn numbers(key: &[&str], rows: &[(&[&str], Option<f64>)]) -> ResultView {
    let counts: Vec<(&[&str], u64, u64)> = rows.iter().map(|(labels, _)| (*labels, 1, 1)).collect();
    let mut result = result(key, &counts);
    let column = key.len();
    result.head.columns[column] = Column { name: "hours".into(), kind: ColumnKind::Number { decimals: 1 } };
    for (row, (_, value)) in result.rows.iter_mut().zip(rows) {
        let CellView::Number(statistic) = &mut row.cells[column] else { continue };
        (statistic.n, statistic.base) = (None, None);
        (statistic.unit, statistic.decimals) = (Unit::Number, 1);
        statistic.value = *value;
        statistic.printed = print(*value, Unit::Number, 1);
        if let Some(value) = value {
            (statistic.lower, statistic.upper) = (Some(value - 0.5), Some(value + 0.5));
            statistic.interval = Some("95% interval, as the query gives it".into());
        }
    }
    result
}

#[test]
fn dots_tell_numbers_in_their_own_unit() {
    let one =
        numbers(&["role"], &[(&["head"], Some(3.0)), (&["engineer"], Some(-1.25)), (&["nobody"], None)]);
    insta::assert_snapshot!("dots", alt(&one, Chart::Dots));
    let two = numbers(
        &["role", "year"],
        &[(&["head", "1"], Some(3.0)), (&["head", "2"], Some(4.0)), (&["other", "1"], Some(2.0))],
    );
    insta::assert_snapshot!("crossed_dots", alt(&two, Chart::Dots));
}

#[test]
fn lines_tell_where_they_begin_and_end_and_turn() {
    let one = numbers(
        &["year"],
        &[(&["2009"], Some(3.0)), (&["2010"], Some(7.5)), (&["2011"], None), (&["2013"], Some(4.0))],
    );
    insta::assert_snapshot!("line", alt(&one, Chart::Lines));
    let two = result(
        &["year", "role"],
        &[(&["2009", "head"], 30, 40), (&["2009", "other"], 1, 4), (&["2013", "head"], 10, 40)],
    );
    insta::assert_snapshot!("lines", alt(&two, Chart::Lines));
    insta::assert_snapshot!("lines_without_values", alt(&numbers(&["year"], &[]), Chart::Lines));
}

#[test]
fn a_chart_suits_what_it_can_draw() {
    let gamma = numbers(&["role"], &[(&["head"], Some(-0.5))]);
    assert!(Chart::Dots.suits(&gamma).is_ok() && Chart::Lines.suits(&gamma).is_ok());
    let why = |chart: Chart, result: &ResultView| chart.suits(result).unwrap_err().message;
    assert_eq!(why(Chart::Bars, &gamma), "bars begin at 0, and `hours` of `q` has values below it");
    assert_eq!(
        why(Chart::Stacked, &numbers(&["a", "b"], &[])),
        "`q` has no share, and stacked bars are shares of a whole"
    );
    let share = result(&["role"], &[(&["head"], 1, 2)]);
    assert_eq!(why(Chart::Grouped, &share), "the chart needs 2 key columns, and `q` has 1");
    for chart in [Chart::Bars, Chart::Stacked, Chart::Grouped, Chart::Dots, Chart::Lines] {
        assert_eq!(Chart::named(chart.name()), Ok(chart));
    }
}
