//! A sample design as `study.toml` declares it: how the respondents of a wave were drawn, in names and words.
//!
//! In: `[design]`, `[designs.NAME]`, or the same of a wave. Out: a [`Design`] whose values know where they stand in the
//! file. It opens no source: what the names mean, and whether the respondents fit, is decided in `sample`.

use std::fmt;
use std::ops::Range;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{SeqAccess, Visitor};
use survey::variance::LonelyPsu;
use toml::Spanned;

/// The name of `[design]` as a column; `[designs.NAME]` is the column `design_NAME`.
pub const COLUMN: &str = "design";

/// What stands for "the sum of those invited" in place of a column with the size of a population.
pub const FRAME: &str = "frame";

/// How a sample was drawn. Columns are variables of the codebook, or else columns of the wave's export.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Design {
    /// Level of confidence intervals, between 0 and 1; only the study's `[design]` sets it.
    pub confidence: f64,
    /// The column of sampling weights. Without one, a weight is the population over the sample, multiplied over the
    /// stages, where there are populations; else it is 1.
    pub weight: Option<Spanned<String>>,
    /// The column of the stratum at each stage; `""` where a stage has none.
    pub strata: Option<Spanned<Names>>,
    /// The column of the sampling unit at each stage, primary units first; the units of one stage more are the respondents.
    pub units: Option<Spanned<Names>>,
    /// The column of the number of units in the population at each stage, or of sampling fractions; or [`FRAME`].
    pub fpc: Option<Spanned<Names>>,
    /// Whether numbers of units are used again in other strata, and in other units of the stage before.
    pub nested: bool,
    /// What a stratum with one sampled unit contributes to a variance; see [`Design::lonely`].
    pub lonely_psu: Option<Spanned<String>>,
    /// Classes of the labels of the first stage's strata, which then are the strata: class, labels.
    pub classes: IndexMap<Spanned<String>, Vec<Spanned<String>>>,
    /// The class of those whose label is in no class, or who have none. With [`FRAME`] their population is what the
    /// overall rate of response makes of them, and that of the other classes what is left, in proportion.
    pub rest: Option<Spanned<String>>,
    /// Replicate weights.
    pub replicates: Option<Spanned<Replicates>>,
}

impl Default for Design {
    fn default() -> Self {
        Design {
            confidence: 0.95,
            weight: None,
            strata: None,
            units: None,
            fpc: None,
            nested: false,
            lonely_psu: None,
            classes: IndexMap::new(),
            rest: None,
            replicates: None,
        }
    }
}

/// Replicate weights: those of the export, or those that are made from strata and units.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Replicates {
    /// Their columns, as a pattern (`rw*`) or a list; made where there is none.
    pub columns: Option<Spanned<Names>>,
    /// How they were made, or are to be; see [`Method`].
    pub method: Option<Spanned<String>>,
    /// Fay's rho.
    pub rho: Option<Spanned<f64>>,
    /// Factor of the sum of squares; see [`Method`] for what it is without.
    pub scale: Option<Spanned<f64>>,
    /// Factor of each replicate in the sum of squares, or one for all; 1 without.
    pub rscales: Option<Spanned<Numbers>>,
    /// Whether squares are taken around the estimate itself; else around the mean of the replicate estimates.
    pub mse: bool,
    /// Whether the columns hold weights; else factors of the weight.
    pub combined: Option<Spanned<bool>>,
    /// How many bootstrap replicates are made.
    pub count: Option<Spanned<u32>>,
    /// The seed of their chance.
    pub seed: Option<Spanned<u64>>,
}

/// A way of making replicate weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Jackknife without strata: each replicate leaves a unit out. Scale (R - 1) / R.
    Jk1,
    /// Jackknife with strata; `rscales` are (n - 1) / n of the stratum of the unit left out. Scale 1.
    Jkn,
    /// Jackknife of pairs: each replicate leaves out one unit of one pair. Scale 1.
    Jk2,
    /// Balanced half-samples. Scale 1 / R.
    Brr,
    /// Balanced half-samples by Fay's method. Scale 1 / (R (1 - rho)²).
    Fay,
    /// Bootstrap. Scale 1 / (R - 1).
    Bootstrap,
    /// Successive differences, as the American Community Survey has them. Scale 4 / R.
    SuccessiveDifference,
    /// Any other; `scale` says what is to be said.
    Other,
}

impl Method {
    /// All methods, as `study.toml` calls them.
    pub const ALL: [(&str, Method); 8] = [
        ("JK1", Method::Jk1),
        ("JKn", Method::Jkn),
        ("JK2", Method::Jk2),
        ("BRR", Method::Brr),
        ("Fay", Method::Fay),
        ("bootstrap", Method::Bootstrap),
        ("successive-difference", Method::SuccessiveDifference),
        ("other", Method::Other),
    ];

    /// The method that is called `word`.
    pub fn from_word(word: &str) -> Option<Method> {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, method)| method)
    }

    /// What `study.toml` calls it.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, method)| *method == self).map_or("", |(word, _)| word)
    }

    /// Whether restudy can make such replicates.
    pub fn is_made(self) -> bool {
        matches!(self, Method::Jk1 | Method::Jkn | Method::Brr | Method::Fay | Method::Bootstrap)
    }
}

/// What `lonely_psu` may say, and what it means.
pub const LONELY: [(&str, LonelyPsu); 4] = [
    ("fail", LonelyPsu::Fail),
    ("certainty", LonelyPsu::Certainty),
    ("adjust", LonelyPsu::Adjust),
    ("average", LonelyPsu::Average),
];

impl Design {
    /// What a stratum with one sampled unit does; `fail` where the design does not say.
    pub fn lonely(&self) -> LonelyPsu {
        let word = self.lonely_psu.as_ref().map_or("", |word| word.get_ref());
        LONELY.into_iter().find(|(known, _)| *known == word).map_or(LonelyPsu::Fail, |(_, policy)| policy)
    }

    /// Number of stages: as many as have a unit, a stratum or a population; at least one.
    pub fn stages(&self) -> usize {
        let given = [&self.strata, &self.units, &self.fpc];
        given.into_iter().flatten().map(|names| names.get_ref().len()).max().unwrap_or(0).max(1)
    }
}

impl Replicates {
    /// How they were made, or are to be.
    pub fn method(&self) -> Method {
        let word = self.method.as_ref().map_or("", |word| word.get_ref());
        Method::from_word(word).unwrap_or(Method::Other)
    }
}

/// One name, or several.
#[derive(Clone, Debug, PartialEq)]
pub enum Names {
    /// One, as text.
    One(String),
    /// A list.
    Many(Vec<Spanned<String>>),
}

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Names::One(_) => 1,
            Names::Many(names) => names.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The names of `names`, each with its place in the file.
pub fn each(names: &Spanned<Names>) -> Vec<(&str, Range<usize>)> {
    match names.get_ref() {
        Names::One(name) => vec![(name.as_str(), names.span())],
        Names::Many(several) => several.iter().map(|name| (name.get_ref().as_str(), name.span())).collect(),
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Given;
        impl<'de> Visitor<'de> for Given {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column, or a list of names")
            }

            fn visit_str<E>(self, name: &str) -> Result<Names, E> {
                Ok(Names::One(name.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names::Many(names))
            }
        }
        deserializer.deserialize_any(Given)
    }
}

/// One number, or several.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Numbers {
    /// One for all.
    One(f64),
    /// One each.
    Many(Vec<f64>),
}
