//! A line chart in words: where each line begins and ends, and where it is highest.

use super::crossed::quoted;
use super::{ResultView, told, value};
use crate::evidence::statistic::Statistic;

/// A point of a line: its place along the axis, its value.
type Point<'a> = (String, f64, &'a Statistic);

/// What the lines of a result do, between its title and its bases.
pub(super) fn told_of(result: &ResultView, drawn: usize) -> String {
    let along = result.head.key.first().and_then(|key| result.column(key));
    let series = result.head.key.get(1).and_then(|key| result.column(key));
    let mut lines: Vec<(String, Vec<Point>)> = Vec::new();
    for row in &result.rows {
        let (Some(along), Some((value, statistic))) = (along, value(row, drawn)) else { continue };
        let name = series.map_or_else(String::new, |series| row.cells[series].shown());
        let point = (row.cells[along].shown(), value, statistic);
        match lines.iter_mut().find(|line| line.0 == name) {
            Some(line) => line.1.push(point),
            None => lines.push((name, vec![point])),
        }
    }
    let each: Vec<String> = lines
        .iter()
        .map(|(name, points)| {
            if series.is_some() {
                format!("“{name}” {}.", course(points))
            } else {
                format!("It {}.", course(points))
            }
        })
        .collect();
    match lines.len() {
        0 => "It has no values.".to_owned(),
        1 if series.is_none() => each.concat(),
        n => {
            let names: Vec<String> = lines.iter().map(|line| line.0.clone()).collect();
            let lines = if n == 1 { "One line".to_owned() } else { format!("{n} lines") };
            format!("{lines}: {}. {}", quoted(&names), each.join(" "))
        }
    }
}

/// `begins at “2013” with 71% (64% to 77%) and ends at “2015” with 60%, and is highest at “2014” with 80%`.
fn course(points: &[Point]) -> String {
    let at = |point: &Point| format!("at “{}” with {}", point.0, told(point.2));
    match points {
        [] => "has no values".to_owned(),
        [only] => format!("has one point, {}", at(only)),
        [first, .., last] => {
            let mut said = format!("begins {} and ends {}", at(first), at(last));
            let inner = &points[1..points.len() - 1];
            // Stable: of equal points the first is named.
            let highest = inner
                .iter()
                .filter(|p| p.1 > first.1.max(last.1))
                .reduce(|a, b| if b.1 > a.1 { b } else { a });
            let lowest = inner
                .iter()
                .filter(|p| p.1 < first.1.min(last.1))
                .reduce(|a, b| if b.1 < a.1 { b } else { a });
            for (word, point) in [("highest", highest), ("lowest", lowest)] {
                if let Some(point) = point {
                    said += &format!("; it is {word} {}", at(point));
                }
            }
            said
        }
    }
}
