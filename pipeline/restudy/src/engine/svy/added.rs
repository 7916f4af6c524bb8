//! What was added up so far: the sums of each group and unit, and those of each group.
//!
//! In: rows that answered, with their slots, groups, weights and values. This is the loop in which most of the time goes: where
//! the processor has it, the loop is compiled for fused multiplication and wider registers too, and chosen when it runs.

use datafusion::logical_expr::EmitTo;
use fearless_simd::Simd;

use super::estimates::{OfGroup, Overall};
use super::reads::Reads;
use super::slots::Slots;
use super::twofold::{Fused, Halves, Product};

/// Rows that answered: of each column as many.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) slots: &'a [u32],
    pub(super) groups: &'a [usize],
    pub(super) weights: &'a [f64],
    /// Their first values, and their second, where there are two.
    pub(super) values: [&'a [f64]; 2],
}

/// What was added up so far.
#[derive(Debug)]
pub(super) struct Added<const U: usize, const G: usize> {
    pub(super) slots: Slots<U>,
    pub(super) overall: Vec<Overall<G>>,
}

impl<const U: usize, const G: usize> Default for Added<U, G> {
    fn default() -> Self {
        Added { slots: Slots::default(), overall: Vec::new() }
    }
}

/// Proof that the processor has fused multiplication, if it has.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn fused() -> Option<impl Simd> {
    fearless_simd::Level::new().as_avx2()
}

/// The same.
#[cfg(target_arch = "aarch64")]
fn fused() -> Option<impl Simd> {
    fearless_simd::Level::new().as_neon()
}

/// The same: of others it is not known.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn fused() -> Option<fearless_simd::Fallback> {
    None
}

impl<const U: usize, const G: usize> Added<U, G> {
    /// Makes room for so many groups and units. Numbers of slots from before are good no longer.
    pub(super) fn expect(&mut self, groups: usize, units: usize) {
        self.slots.expect(groups, units);
        self.overall.resize(self.overall.len().max(groups), Overall::default());
    }

    /// Adds rows that answered; meanwhile asks for the slots of those that are `next`.
    pub(super) fn add<E: Reads<U, G>>(&mut self, estimator: E, rows: Answered<'_>, next: &[u32]) {
        match fused() {
            Some(processor) => processor.vectorize(
                #[inline(always)]
                || self.add_by::<E, Fused>(estimator, rows, next),
            ),
            None => self.add_by::<E, Halves>(estimator, rows, next),
        }
    }

    #[inline(always)]
    fn add_by<E: Reads<U, G>, P: Product>(&mut self, estimator: E, rows: Answered<'_>, next: &[u32]) {
        let Answered { slots, groups, weights, values: [first, second] } = rows;
        let rows = slots.iter().zip(groups).zip(weights).zip(first.iter().zip(second));
        for (row, (((slot, group), weight), (first, second))) in rows.enumerate() {
            if let Some(next) = next.get(row) {
                self.slots.fetch(*next);
            }
            let (of_unit, overall) = estimator.terms::<P>(*weight, *first, *second);
            self.slots.get_mut(*slot).merge(&of_unit);
            let group = &mut self.overall[*group];
            group.n += 1;
            group.sums.merge(&overall);
        }
    }

    /// Adds a row that did not answer.
    pub(super) fn add_silent(&mut self, slot: u32, group: usize) {
        self.slots.get_mut(slot).touch();
        self.overall[group].silent += 1;
    }

    /// Takes the first groups out.
    pub(super) fn take(&mut self, emit: EmitTo, units: &[u32]) -> Vec<OfGroup<U, G>> {
        let of_units = self.slots.take(emit, units);
        let overall = self.overall.drain(..of_units.len().min(self.overall.len()));
        of_units.into_iter().zip(overall).map(|(of_units, overall)| OfGroup { of_units, overall }).collect()
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.slots.size() + self.overall.capacity() * size_of::<Overall<G>>()
    }
}
