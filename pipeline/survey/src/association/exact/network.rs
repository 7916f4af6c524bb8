//! Tables of any size: all tables with the same margins, column by column.
//!
//! In: rows of counts, none of them empty, and how many steps may be taken: each is a column filled in, or a path prolonged.
//! Out: the probability of all tables that are no likelier than this one, or `None` when that takes more steps.
//!
//! A table is a path: each column that is filled takes something from the sums of the rows, and what is left of them is a
//! node. Paths to a node differ only in their value, the logarithm of their probability so far; the order in which
//! the rest of the rows stand does not matter. Where even the likeliest continuation of a path is unlikely enough, all of
//! them count, and their sum is known in closed form; where even the unlikeliest is too likely, none does. What lies
//! between goes on to the next column (Mehta & Patel, JASA 78, 1983, p. 427). The bounds are ours: see [`Rest`].

use std::collections::HashMap;

use super::SAME;

/// Paths to a node whose values are this close are one path: rounding differs by the order of additions.
const SAME_VALUE: f64 = 1e-10;

/// A value and the number of paths that have it.
type Paths = Vec<(f64, f64)>;

pub(super) fn p_value(rows: &[Vec<u64>], steps: u64) -> Option<f64> {
    let (row_sums, column_sums) = super::margins(rows);
    let n = row_sums.iter().sum::<u64>();
    let logs = log_factorials(usize::try_from(n).ok().filter(|_| n < steps)?);
    let observed: f64 = rows.iter().flatten().map(|count| -logs[*count as usize]).sum();
    // The shorter margin makes the nodes.
    let (mut nodes, mut columns) =
        if row_sums.len() <= column_sums.len() { (row_sums, column_sums) } else { (column_sums, row_sums) };
    nodes.sort_unstable();
    columns.sort_unstable_by(|a, b| b.cmp(a));
    let constant: f64 =
        nodes.iter().chain(&columns).map(|sum| logs[*sum as usize]).sum::<f64>() - logs[n as usize];
    let mut network = Network { logs, limit: observed + SAME, constant, steps, p: 0.0 };
    let mut stage = vec![(nodes.iter().map(|sum| *sum as usize).collect(), vec![(0.0, 1.0)])];
    let columns: Vec<usize> = columns.iter().map(|sum| *sum as usize).collect();
    for filled in 0..columns.len() - 2 {
        stage = network.fill(stage, columns[filled], &columns[filled + 1..])?;
    }
    for (rest, paths) in stage {
        network.finish(&rest, columns[columns.len() - 2], paths)?;
    }
    Some(network.p)
}

struct Network {
    /// Logarithms of factorials.
    logs: Vec<f64>,
    /// Tables with a larger value are likelier than the one observed.
    limit: f64,
    /// What makes a value the logarithm of a probability.
    constant: f64,
    /// Steps that are left.
    steps: u64,
    p: f64,
}

/// What can become of a node: bounds for the values of the columns that are still to be filled.
struct Rest {
    /// No continuation has a larger value.
    largest: f64,
    /// No continuation has a smaller value.
    smallest: f64,
    /// Logarithm of the sum of all continuations: `N! / (Π R_i! Π C_j!)`.
    all: f64,
    paths: Paths,
}

impl Network {
    /// Fills a column in all ways that the rest of the rows allows; `rest` are the columns after it.
    fn fill(
        &mut self,
        stage: Vec<(Vec<usize>, Paths)>,
        column: usize,
        rest: &[usize],
    ) -> Option<Vec<(Vec<usize>, Paths)>> {
        let mut next = HashMap::<Vec<usize>, Rest>::new();
        for (node, paths) in stage {
            // Masses of the paths up to each, the smallest value first.
            let sums = running_sums(&paths);
            let mut fills = Fills::new(&node, column);
            while let Some(fill) = fills.next() {
                let mut value = 0.0;
                let mut left: Vec<usize> = Vec::with_capacity(node.len());
                for (sum, count) in node.iter().zip(fill) {
                    value -= self.logs[*count];
                    left.push(sum - count);
                }
                left.sort_unstable();
                let rest = match next.get_mut(&left) {
                    Some(rest) => rest,
                    None => {
                        let bounds = self.rest(&left, rest);
                        next.entry(left).or_insert(bounds)
                    }
                };
                let all = paths.partition_point(|path| path.0 + value + rest.largest <= self.limit);
                let some = paths.partition_point(|path| path.0 + value + rest.smallest <= self.limit);
                if all > 0 {
                    self.p += (sums[all - 1] + value + rest.all + self.constant).exp();
                }
                if all < some {
                    rest.paths.extend(paths[all..some].iter().map(|(past, count)| (past + value, *count)));
                }
                self.steps = self.steps.checked_sub(1 + some.saturating_sub(all) as u64)?;
            }
        }
        // In a fixed order, so that sums come out the same each time.
        let mut stage: Vec<(Vec<usize>, Paths)> = next
            .into_iter()
            .filter(|(_, rest)| !rest.paths.is_empty())
            .map(|(node, rest)| (node, merged(rest.paths)))
            .collect();
        stage.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Some(stage)
    }

    /// The last two columns: filling one fills the other.
    fn finish(&mut self, node: &[usize], column: usize, paths: Paths) -> Option<()> {
        let mut ends = Vec::new();
        let mut fills = Fills::new(node, column);
        while let Some(fill) = fills.next() {
            ends.push((
                node.iter().zip(fill).map(|(sum, count)| -self.logs[*count] - self.logs[sum - count]).sum(),
                1.0,
            ));
            self.steps = self.steps.checked_sub(1)?;
        }
        let ends = merged(ends);
        let sums = running_sums(&ends);
        self.steps = self.steps.checked_sub(paths.len() as u64)?;
        for (past, count) in paths {
            let below = ends.partition_point(|end| past + end.0 <= self.limit);
            if below > 0 {
                self.p += count * (past + sums[below - 1] + self.constant).exp();
            }
        }
        Some(())
    }

    fn rest(&self, rows: &[usize], columns: &[usize]) -> Rest {
        let n: usize = rows.iter().sum();
        let sums = rows.iter().chain(columns).map(|sum| self.logs[*sum]).sum::<f64>();
        let unlikeliest = self.most_uneven(rows, columns).min(self.most_uneven(columns, rows));
        Rest {
            largest: self.largest(rows, columns),
            smallest: -unlikeliest,
            all: self.logs[n] - sums,
            paths: Vec::new(),
        }
    }

    /// A bound for `−Σ ln x_ij!` from above, by Lagrange multipliers: whatever the positive factors a_i and b_j, the sum is at
    /// most `Σ max_x (x ln a_i b_j − ln x!) − Σ R_i ln a_i − Σ C_j ln b_j`, and the maximum is where x is `a_i b_j` without
    /// its fraction. The factors are those of independence, half a count added to each cell: the logarithm of x + ½ is
    /// nearly the slope of ln x!.
    fn largest(&self, rows: &[usize], columns: &[usize]) -> f64 {
        let cells = rows.len() as f64 * columns.len() as f64;
        let n = rows.iter().sum::<usize>() as f64 + cells / 2.0;
        let row = |sum: usize| (sum as f64 + columns.len() as f64 / 2.0) / n;
        let column = |sum: usize| sum as f64 + rows.len() as f64 / 2.0;
        let mut bound = 0.0;
        for r in rows {
            let a = row(*r);
            bound -= *r as f64 * a.ln();
            for c in columns {
                let m = a * column(*c);
                let x = m as usize;
                bound += x as f64 * m.ln() - self.logs[x];
            }
        }
        bound - columns.iter().map(|c| *c as f64 * column(*c).ln()).sum::<f64>()
    }

    /// A bound for `Σ ln x_ij!` from above: each sum is put into as few cells as the limits allow, whatever the other sums
    /// need of them (ln x! is convex).
    fn most_uneven(&self, sums: &[usize], limits: &[usize]) -> f64 {
        let mut limits = limits.to_vec();
        limits.sort_unstable_by(|a, b| b.cmp(a));
        let fill = |sum: &usize| {
            let mut left = *sum;
            let mut value = 0.0;
            for limit in &limits {
                let count = left.min(*limit);
                value += self.logs[count];
                left -= count;
                if left == 0 {
                    break;
                }
            }
            value
        };
        sums.iter().map(fill).sum()
    }
}

/// All ways to take `column` from the sums of a node.
struct Fills<'a> {
    node: &'a [usize],
    /// What the rows from each on can take together.
    room: Vec<usize>,
    column: usize,
    fill: Vec<usize>,
    started: bool,
}

impl<'a> Fills<'a> {
    fn new(node: &'a [usize], column: usize) -> Self {
        let mut room = vec![0; node.len() + 1];
        for (place, sum) in node.iter().enumerate().rev() {
            room[place] = room[place + 1] + sum;
        }
        Fills { node, room, column, fill: vec![0; node.len()], started: false }
    }

    /// The next way, in ascending order.
    fn next(&mut self) -> Option<&[usize]> {
        let rows = self.node.len();
        let from = if self.started {
            // The last place but one that can take one more, leaving room for less after it.
            let mut left = self.fill[rows - 1];
            let mut place = rows - 1;
            loop {
                if place == 0 {
                    return None;
                }
                place -= 1;
                if left > 0 && self.fill[place] < self.node[place] {
                    break;
                }
                left += self.fill[place];
            }
            self.fill[place] += 1;
            place + 1
        } else {
            self.started = true;
            0
        };
        let mut left = self.column - self.fill[..from].iter().sum::<usize>();
        for place in from..rows {
            let count = left.saturating_sub(self.room[place + 1]);
            self.fill[place] = count;
            left -= count;
        }
        Some(&self.fill)
    }
}

/// Values in ascending order, those that are the same counted together.
fn merged(mut paths: Paths) -> Paths {
    paths.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    paths.dedup_by(|next, kept| {
        let same = next.0 - kept.0 <= SAME_VALUE;
        if same {
            kept.1 += next.1;
        }
        same
    });
    paths
}

/// Logarithm of `Σ count · e^value` up to each place.
fn running_sums(paths: &Paths) -> Vec<f64> {
    let largest = paths.last().map_or(0.0, |path| path.0);
    let mut sum = 0.0;
    paths
        .iter()
        .map(|(value, count)| {
            sum += count * (value - largest).exp();
            sum.ln() + largest
        })
        .collect()
}

/// Logarithms of the factorials of 0 to `n`, compensated for rounding (Kahan, Communications of the ACM 8, 1965).
fn log_factorials(n: usize) -> Vec<f64> {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    let mut logs = vec![0.0];
    for k in 1..=n {
        let add = (k as f64).ln() - lost;
        let next = sum + add;
        lost = (next - sum) - add;
        sum = next;
        logs.push(sum);
    }
    logs
}
