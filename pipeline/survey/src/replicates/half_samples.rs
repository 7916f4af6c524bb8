//! Balanced half-samples, and the Hadamard matrices that balance them.

use super::{ReplicateFault, Units, by_unit};
use crate::variance::Replication;

pub(super) fn balanced(units: &Units, rho: f64) -> Result<(Vec<f64>, Replication), ReplicateFault> {
    if !(0.0..1.0).contains(&rho) {
        return Err(ReplicateFault::Rho(rho));
    }
    for stratum in &units.strata {
        match stratum.count {
            1 => return Err(ReplicateFault::LonelyPsu(stratum.number)),
            n if n % 2 == 1 => return Err(ReplicateFault::OddUnits { stratum: stratum.number, units: n }),
            _ => {}
        }
    }
    if units.strata.is_empty() {
        return Err(ReplicateFault::WholePopulation);
    }
    // Units are numbered stratum by stratum, so that 2i and 2i+1 are a pair.
    let matrix = hadamard_of_at_least(units.count / 2 + 1);
    let size = matrix.len();
    let replicates: Vec<Vec<f64>> = (0..size)
        .map(|r| {
            let counts = |unit: usize| (matrix[1 + unit / 2][r] > 0) == unit.is_multiple_of(2);
            (0..units.count).map(|unit| if counts(unit) { 2.0 - rho } else { rho }).collect()
        })
        .collect();
    let scale = 1.0 / (size as f64 * (1.0 - rho).powi(2));
    Ok((by_unit(units.count, &replicates), Replication { scale, rscales: vec![1.0; size], mse: false }))
}

/// A square matrix of 1 and −1 whose rows are orthogonal.
type Hadamard = Vec<Vec<i8>>;

/// The smallest that can be made of `size` rows or more, and of at least 4, with a first row of 1.
pub(super) fn hadamard_of_at_least(size: usize) -> Hadamard {
    let mut order = size.max(4).next_multiple_of(4);
    loop {
        if let Some(mut matrix) = hadamard(order) {
            let first = matrix[0].clone();
            for row in &mut matrix {
                row.iter_mut().zip(&first).for_each(|(value, sign)| *value *= sign);
            }
            return matrix;
        }
        order += 4;
    }
}

/// One of a given order, by Sylvester's doubling and Paley's two constructions (Hedayat & Wallis, Annals of Statistics 6,
/// 1978, p. 1184). Powers of 2 always have one.
fn hadamard(order: usize) -> Option<Hadamard> {
    if order == 1 {
        return Some(vec![vec![1]]);
    }
    if order % 2 == 1 {
        return None;
    }
    if order.is_multiple_of(4) && is_prime(order - 1) {
        return Some(paley_first(order - 1));
    }
    if order.is_multiple_of(4) && order / 2 % 4 == 2 && is_prime(order / 2 - 1) {
        return Some(paley_second(order / 2 - 1));
    }
    let half = hadamard(order / 2)?;
    let beside = |sign: i8| {
        half.iter().map(move |row| row.iter().copied().chain(row.iter().map(move |v| sign * v)).collect())
    };
    Some(beside(1).chain(beside(-1)).collect())
}

/// I + S of order q + 1, q a prime that leaves 3 by 4: S is skew, of the quadratic residues.
fn paley_first(q: usize) -> Hadamard {
    let character = quadratic_character(q);
    (0..=q)
        .map(|i| {
            let entry = |j: usize| match (i, j) {
                (i, j) if i == j => 1,
                (0, _) => 1,
                (_, 0) => -1,
                (i, j) => character[(q + i - j) % q],
            };
            (0..=q).map(entry).collect()
        })
        .collect()
}

/// Of order 2(q + 1), q a prime that leaves 1 by 4: each entry of the symmetric conference matrix as a block of two by two.
fn paley_second(q: usize) -> Hadamard {
    let character = quadratic_character(q);
    let conference = |i: usize, j: usize| match (i, j) {
        (i, j) if i == j => 0,
        (0, _) | (_, 0) => 1,
        (i, j) => character[(q + i - j) % q],
    };
    (0..2 * (q + 1))
        .map(|i| {
            let entry = |j: usize| match (conference(i / 2, j / 2), i % 2, j % 2) {
                (0, 0, 0) => 1,
                (0, _, _) => -1,
                (value, 1, 1) => -value,
                (value, _, _) => value,
            };
            (0..2 * (q + 1)).map(entry).collect()
        })
        .collect()
}

/// For each number below the prime q: 0 for 0, 1 where it is a square, else −1.
fn quadratic_character(q: usize) -> Vec<i8> {
    let mut character = vec![-1; q];
    character[0] = 0;
    (1..q).for_each(|i| character[i * i % q] = 1);
    character
}

fn is_prime(n: usize) -> bool {
    n >= 2 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}
