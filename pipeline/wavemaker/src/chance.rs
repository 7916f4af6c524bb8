//! Chance that is the same on every machine.
//!
//! Each use has a stream of its own, named after what it is for, so that a change in one step of a recipe leaves the
//! chances of all other steps as they were.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A named stream of chance.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream for one use under a seed.
    pub(crate) fn named(seed: u64, name: &str) -> Self {
        let mut bytes = [0_u8; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&fnv(name).to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// Roughly standard normal: twelve uniform numbers less six. Only additions, hence no machine-dependent rounding.
    pub(crate) fn normal(&mut self) -> f64 {
        let sum: u64 = (0..12).map(|_| u64::from(self.0.next_u32())).sum();
        sum as f64 / 4_294_967_296.0 - 6.0
    }

    /// A whole number below `limit` (0 when the limit is 0).
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (u64::from(self.0.next_u32()) * limit) >> 32
    }

    /// Places 0 to `length` less one, shuffled.
    pub(crate) fn shuffled(&mut self, length: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..length).collect();
        for upper in (1..length).rev() {
            places.swap(upper, self.below(upper as u64 + 1) as usize);
        }
        places
    }
}

/// The FNV-1a hash of a name.
fn fnv(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_always_gives_the_same_stream() {
        let draw = |name: &str| -> Vec<u64> {
            let mut chance = Chance::named(7, name);
            (0..4).map(|_| chance.below(1000)).collect()
        };
        assert_eq!(draw("role"), draw("role"));
        assert_ne!(draw("role"), draw("school_type"));
    }

    #[test]
    fn normal_has_mean_0_and_variance_1() {
        let mut chance = Chance::named(1, "normal");
        let values: Vec<f64> = (0..10_000).map(|_| chance.normal()).collect();
        let mean = values.iter().sum::<f64>() / 10_000.0;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    }
}
